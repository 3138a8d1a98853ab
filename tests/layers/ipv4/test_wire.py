"""The IPv4 header against RFC 791."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.ipv4.wire import (
    IpOption,
    IPv4,
    LooseSourceRoute,
    NoOperation,
    OtherOption,
    RecordRoute,
    RouterAlert,
    StreamId,
    StrictSourceRoute,
    Timestamp,
    append_ipv4,
    ip_options,
    read_ipv4,
    verify_ipv4,
)
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

SRC, DST = IPv4Address("192.0.2.1"), IPv4Address("198.51.100.7")
OPTIONS = (RecordRoute, Timestamp, LooseSourceRoute, StreamId, StrictSourceRoute, RouterAlert, OtherOption, NoOperation)


def datagram(options: bytes = b"", body: bytes = b"data", ident: int = 0xBEEF, df: bool = True, ttl: int = 61) -> bytes:
    """A datagram put together by hand."""
    header = bytearray()
    header += bytes([0x45 + len(options) // 4, 0x2E])
    header += (20 + len(options) + len(body)).to_bytes(2, "big")
    header += ident.to_bytes(2, "big") + (b"\x40\0" if df else b"\0\0")
    header += bytes([ttl, 17]) + b"\0\0" + SRC.packed + DST.packed + options
    total = sum(int.from_bytes(header[at : at + 2], "big") for at in range(0, len(header), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    header[10:12] = (total ^ 0xFFFF).to_bytes(2, "big")
    return bytes(header) + body


@given(strategy(IPv4))
def test_laws_of_values(packet: IPv4) -> None:
    check_value(packet)


@given(st.binary(max_size=70), st.integers(0, 15))
def test_laws_of_bytes(data: bytes, ihl: int) -> None:
    check_bytes(IPv4, data)
    check_bytes(IPv4, bytes([0x40 | ihl, 0, 0, 40]) + data)


@given(st.data())
@pytest.mark.parametrize("option", OPTIONS)
def test_laws_of_options(option: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(option)))
    check_bytes(option, data.draw(st.binary(max_size=20)))


def test_a_datagram() -> None:
    packet = IPv4.parse(datagram())
    assert packet == IPv4(
        dscp=11, ecn=2, ident=0xBEEF, df=True, ttl=61, proto=17, src=SRC, dst=DST.packed, body=b"data"
    )
    assert packet.build() == datagram()
    assert (packet.ihl, packet.length, packet.version) == (5, 24, 4)


def test_padding_of_the_link_is_not_payload() -> None:
    assert IPv4.view(datagram() + bytes(22)).body == b"data"


def test_a_header_has_at_most_60_bytes() -> None:
    assert IPv4(proto=1, src=SRC, dst=DST, options=bytes(40)).build()[0] == 0x4F
    with pytest.raises(OutOfRange, match=r"IPv4.ihl: 16 does not fit in 4 bits"):
        IPv4(proto=1, src=SRC, dst=DST, options=bytes(44)).build()


def test_the_data_path_reads() -> None:
    frame = b"14 bytes of Et" + datagram(options=b"\x94\4\0\0", df=False)
    expected = (24, 28, 0xBEEF, False, 0, 61, 17, int(SRC), int(DST))
    assert read_ipv4(frame, 14, len(frame)) == expected
    with pytest.raises(Truncated, match="IPv4: needs 20 bytes, 19 left"):
        read_ipv4(frame, 14, 33)
    with pytest.raises(Malformed, match=r"IPv4.version: 3, not 4"):
        read_ipv4(frame, 0, len(frame))


@pytest.mark.parametrize("options", [b"", b"\x94\4\0\0", bytes(40)])
def test_the_data_path_writes(options: bytes) -> None:
    out = bytearray(b"front")
    append_ipv4(
        out, 4, dscp=11, ecn=2, ident=0xBEEF, df=True, ttl=61, proto=17, src=SRC, dst=DST.packed, options=options
    )
    assert out + b"data" == b"front" + datagram(options)
    assert verify_ipv4(datagram(options), 0, 24 + len(options))


@given(st.integers(0, 23), st.integers(1, 255))
def test_a_damaged_header_is_found(at: int, damage: int) -> None:
    damaged = bytearray(datagram(options=b"\x94\4\0\0"))
    damaged[at] ^= damage
    assert not verify_ipv4(bytes(damaged), 0, len(damaged))


def test_options_as_values() -> None:
    options: list[
        NoOperation
        | RecordRoute
        | Timestamp
        | LooseSourceRoute
        | StreamId
        | StrictSourceRoute
        | RouterAlert
        | OtherOption
    ] = [
        RouterAlert(),
        NoOperation(),
        RecordRoute(route=bytes(4)),
        Timestamp(overflow=1, form=3, stamps=bytes(8)),
        LooseSourceRoute(route=SRC.packed),
        StrictSourceRoute(pointer=8, route=SRC.packed),
        StreamId(stream=7),
        OtherOption(kind=0x44 | 0x80, data=b"?"),
    ]
    area = ip_options.build(options)
    assert area.hex() == (
        "94040000" "01" "070704" "00000000" "440c05" "13" "0000000000000000" "830704" "c0000201" "890708" "c0000201"
        "88040007" "c4033f" "000000"
    )  # fmt: skip
    assert ip_options.parse(area, 0, len(area)) == tuple(options)


@pytest.mark.parametrize(
    "area",
    ["44", "0700", "0701", "070204", "07030405", "94030000", "9405000000", "88", "4403000000", "c401", "01c40a0000"],
)
def test_broken_options_are_refused(area: str) -> None:
    data = bytes.fromhex(area)
    with pytest.raises((Truncated, Malformed)):
        ip_options.parse(data, 0, len(data))


@given(st.binary(max_size=40))
def test_any_option_area_gives_options_or_an_error(area: bytes) -> None:
    try:
        found = ip_options.parse(area, 0, len(area))
    except PacketError:
        return
    assert all(isinstance(option, IpOption) for option in found)
    built = ip_options.build(found)
    assert ip_options.parse(built, 0, len(built)) == found
