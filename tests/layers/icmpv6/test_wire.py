"""ICMPv6 errors and echo against RFC 4443, and the choice among all messages."""

from __future__ import annotations

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.checksum import ones_sum
from foxpy.layers.icmpv6.header import ProblemCode, TimeExceededCode, Type, UnreachableCode
from foxpy.layers.icmpv6.wire import (
    Echo,
    OtherIcmpV6,
    ParameterProblem,
    TimeExceeded,
    TooBig,
    Unreachable,
    append_echo,
    append_too_big,
    fill_icmpv6,
    icmpv6,
    read_echo,
    read_icmpv6,
    verify_icmpv6,
)
from foxpy.layers.ipv6.wire import IPv6, NextHeader, pseudo_header
from foxpy.wire import OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

SRC, DST = IPv6Address("fe80::1"), IPv6Address("2001:db8::2")
MESSAGES = (Unreachable, TooBig, TimeExceeded, ParameterProblem, Echo, OtherIcmpV6)


@given(st.data())
@pytest.mark.parametrize("message", MESSAGES)
def test_laws_of_values(message: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(message)))
    check_value(data.draw(strategy(message, pseudo=st.integers(0, 0x3FFFF))))


@given(st.binary(max_size=40), st.sampled_from([*Type, 200]), st.integers(0, 0x3FFFF))
@pytest.mark.parametrize("message", MESSAGES)
def test_laws_of_bytes(message: type[Packet], data: bytes, kind: int, pseudo: int) -> None:
    check_bytes(message, data)
    check_bytes(message, bytes([kind]) + data, pseudo=pseudo)


def summed(message: str, pseudo: int = 0) -> bytes:
    """``message`` with its checksum, by hand."""
    data = bytearray.fromhex(message)
    total = ones_sum(data, 0, len(data)) + pseudo
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    data[2:4] = (total ^ 0xFFFF).to_bytes(2, "big")
    return bytes(data)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("010400000000000060", Unreachable(code=UnreachableCode.PORT, quoted=b"\x60")),
        ("020000000000050060", TooBig(mtu=1280, quoted=b"\x60")),
        ("0301000000000000", TimeExceeded(code=TimeExceededCode.REASSEMBLY)),
        ("040100000000002860", ParameterProblem(code=ProblemCode.NEXT_HEADER, pointer=40, quoted=b"\x60")),
        ("800000001234000170696e67", Echo(type=Type.ECHO_REQUEST, ident=0x1234, seq=1, data=b"ping")),
        ("810000001234ffff", Echo(type=Type.ECHO_REPLY, ident=0x1234, seq=0xFFFF)),
        ("c8070000aa", OtherIcmpV6(type=200, code=7, data=b"\xaa")),
    ],
)
def test_messages_in_and_out(message: str, expected: Packet) -> None:
    data = summed(message)
    assert expected.build() == data
    assert icmpv6.parse(data) == expected
    assert icmpv6.view(data) == expected
    assert verify_icmpv6(data, 0, len(data))


def test_the_checksum_begins_with_the_pseudo_header() -> None:
    """RFC 4443, section 2.3."""
    pseudo = pseudo_header(SRC, DST, NextHeader.ICMPV6, 12)
    data = summed("800000001234000170696e67", pseudo)
    echo = Echo(pseudo=pseudo, type=Type.ECHO_REQUEST, ident=0x1234, seq=1, data=b"ping")
    assert echo.build() == data
    packet = IPv6.view(IPv6(next=NextHeader.ICMPV6, src=SRC, dst=DST, body=echo).build())
    read = packet.open(icmpv6, pseudo=pseudo)
    assert read == echo
    assert read.type is Type.ECHO_REQUEST
    assert verify_icmpv6(data, 0, 12, pseudo)
    assert not verify_icmpv6(data, 0, 12, pseudo + 1)


def test_a_type_without_a_name_stays_a_number() -> None:
    assert type(icmpv6.parse(bytes(4)).type) is int


def test_an_error_quotes_a_packet() -> None:
    quoted = IPv6(next=NextHeader.UDP, src=SRC, dst=DST, body=b"datagram")
    error = icmpv6.view(TooBig(mtu=1400, quoted=quoted).build())
    assert isinstance(error, TooBig)
    assert error.open(IPv6) == quoted


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("800000", r"Echo: needs 8 bytes, 3 left"),
        ("80000000123400", r"Echo: needs 8 bytes, 7 left"),
        ("01000000000000", r"Unreachable: needs 8 bytes, 7 left"),
        ("02000000", r"TooBig: needs 8 bytes, 4 left"),
        ("8700000000000000" + "fe" * 15, r"NeighbourSolicitation: needs 24 bytes, 23 left"),
    ],
)
def test_messages_that_are_cut_off(data: str, message: str) -> None:
    with pytest.raises(Truncated, match=message):
        icmpv6.parse(bytes.fromhex(data))


def test_refusals() -> None:
    with pytest.raises(OutOfRange, match=r"Echo.type: 130, but Echo has type in \(128, 129\)"):
        Echo(type=130, ident=0, seq=0)
    with pytest.raises(OutOfRange, match=r"TooBig.mtu: 4294967296 does not fit in 32 bits"):
        TooBig(mtu=1 << 32)


def test_the_data_path() -> None:
    pseudo = pseudo_header(SRC, DST, NextHeader.ICMPV6, 12)
    out = bytearray(b"front")
    append_echo(out, 4, type=Type.ECHO_REPLY, ident=7, seq=8)
    fill_icmpv6(out, 5, b"ping", pseudo)
    data = bytes(out[5:]) + b"ping"
    assert data == Echo(pseudo=pseudo, type=129, ident=7, seq=8, data=b"ping").build()
    assert read_icmpv6(data, 0, 12) == (129, 0)
    assert read_echo(data, 0, 12) == (129, 7, 8)
    out = bytearray()
    append_too_big(out, 0, mtu=1280)
    fill_icmpv6(out, 0, b"", 0)
    assert out == TooBig(mtu=1280).build()


@given(st.binary(min_size=3, max_size=100), st.sampled_from([*Type, 200]))
def test_any_bytes_give_a_message_or_an_error(data: bytes, kind: int) -> None:
    try:
        message = icmpv6.parse(bytes([kind]) + data)
    except PacketError:
        return
    assert icmpv6.parse(message.build()) == message
