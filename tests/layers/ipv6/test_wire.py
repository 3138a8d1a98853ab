"""The IPv6 header and its extension headers against RFC 8200, RFC 4302 and RFC 4303."""

from __future__ import annotations

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.checksum import fold
from foxpy.layers.ipv6.options import OtherOption, Pad1, PadN, RouterAlert, padded
from foxpy.layers.ipv6.wire import (
    Authentication,
    Destination,
    EncapsulatingSecurity,
    Extension,
    Fragment,
    HopByHop,
    IPv6,
    NextHeader,
    append_fragment,
    append_ipv6,
    pseudo_header,
    read_fragment,
    read_ipv6,
)
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

SRC, DST = IPv6Address("2001:db8::1"), IPv6Address("fe80::7")
ADDRESSES = "20010db8000000000000000000000001fe800000000000000000000000000007"
HEADERS = (IPv6, Extension, HopByHop, Destination, Fragment, Authentication, EncapsulatingSecurity)
SIMPLE = (IPv6, Extension, Fragment, Authentication, EncapsulatingSecurity)


@given(st.data())
@pytest.mark.parametrize("header", SIMPLE)
def test_laws_of_values(header: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(header)))


OPTIONS = st.lists(
    st.one_of(
        strategy(Pad1),
        strategy(PadN),
        strategy(RouterAlert),
        st.builds(OtherOption, kind=st.just(0x1E), data=st.binary()),
    ),
    max_size=4,
).map(lambda options: padded(*options))


@given(strategy(HopByHop, options=OPTIONS), strategy(Destination, options=OPTIONS))
def test_laws_of_option_headers(hop: HopByHop, destination: Destination) -> None:
    check_value(hop)
    check_value(destination)


@given(st.binary(max_size=80), st.integers(0, 3), st.integers(0, 60))
@pytest.mark.parametrize("header", HEADERS)
def test_laws_of_bytes(header: type[Packet], data: bytes, units: int, size: int) -> None:
    check_bytes(header, data)
    check_bytes(header, bytes([NextHeader.TCP, units]) + data)
    check_bytes(header, b"\x60\0\0\0\0" + bytes([size]) + data)


def test_a_packet_field_by_field() -> None:
    packet = IPv6(dscp=46, ecn=1, flow=0xABCDE, next=NextHeader.UDP, hops=61, src=SRC, dst=DST.packed, body=b"datagram")
    assert packet.build().hex() == "6b9abcde0008113d" + ADDRESSES + b"datagram".hex()
    assert IPv6.parse(packet.build()) == packet
    assert (packet.version, packet.length, packet.src) == (6, 8, SRC)
    assert IPv6(next=59, src=SRC, dst=DST).build().hex() == "6000000000003b40" + ADDRESSES


def test_the_next_header_is_named_where_it_has_a_name() -> None:
    header = IPv6.parse(bytes.fromhex("6000000000003a40" + ADDRESSES))
    assert header.next is NextHeader.ICMPV6
    assert type(IPv6.parse(bytes.fromhex("600000000000fd40" + ADDRESSES)).next) is int


def test_padding_of_the_link_is_not_payload() -> None:
    assert IPv6.view(IPv6(next=17, src=SRC, dst=DST, body=b"data").build() + bytes(6)).body == b"data"


def test_the_payload_is_as_long_as_the_header_says() -> None:
    with pytest.raises(Truncated, match=r"IPv6.length: says 45 bytes, 44 there"):
        IPv6.parse(bytes.fromhex("6000000000051140" + ADDRESSES) + b"data")
    with pytest.raises(OutOfRange, match=r"IPv6.length: 65536 does not fit in 16 bits"):
        IPv6(next=17, src=SRC, dst=DST, body=bytes(65536)).build()
    IPv6(next=17, src=SRC, dst=DST, body=bytes(65535)).build()


def test_refusals() -> None:
    with pytest.raises(Malformed, match=r"IPv6.version: 4, not 6"):
        IPv6.parse(b"\x45" + bytes(39))
    with pytest.raises(Truncated, match="IPv6: needs 40 bytes, 39 left"):
        IPv6.parse(b"\x60" + bytes(38))
    with pytest.raises(OutOfRange, match=r"IPv6.flow: 1048576 does not fit in 20 bits"):
        IPv6(flow=1 << 20, next=59, src=SRC, dst=DST)
    with pytest.raises(OutOfRange, match=r"IPv6.src: needs 16 bytes, got 4"):
        IPv6(next=59, src=bytes(4), dst=DST)


def test_the_data_path() -> None:
    out = bytearray(b"front")
    append_ipv6(out, 4, dscp=46, ecn=1, flow=0xABCDE, next=17, hops=61, src=SRC, dst=DST.packed)
    assert out[5:].hex() == "6b9abcde0004113d" + ADDRESSES
    assert read_ipv6(bytes(out), 5, 45) == (46, 1, 0xABCDE, 4, 17, 61, int(SRC), int(DST))


def test_a_chain_of_headers() -> None:
    """RFC 8200, section 4.1: each header says what follows it."""
    chain = IPv6(
        next=NextHeader.HOP_BY_HOP,
        src=SRC,
        dst=DST,
        body=HopByHop(
            next=NextHeader.FRAGMENT,
            options=padded(RouterAlert(value=0)),
            body=Fragment(next=NextHeader.DESTINATION, offset=185, more=True, ident=0xDEADBEEF, body=b"8 bytes."),
        ),
    )
    assert chain.build().hex() == (
        "6000000000180040" + ADDRESSES + "2c00050200000100" + "3c0005c9deadbeef" + b"8 bytes.".hex()
    )
    packet = IPv6.view(chain.build())
    assert packet.next is NextHeader.HOP_BY_HOP
    hop = packet.open(HopByHop)
    assert (hop.next, hop.length) == (NextHeader.FRAGMENT, 0)
    assert hop.options == (RouterAlert(value=0), PadN())
    fragment = hop.open(Fragment)
    assert (fragment.offset, fragment.more, fragment.ident) == (185, True, 0xDEADBEEF)
    assert fragment.body == b"8 bytes."
    assert packet.open(Extension) == Extension(
        next=NextHeader.FRAGMENT, data=bytes.fromhex("050200000100"), body=hop.body
    )


def test_options_fill_the_header() -> None:
    header = Destination(next=59, options=[PadN(zeros=bytes(12))])
    assert header.length == 1
    assert header.build().hex() == "3b01010c" + "00" * 12
    with pytest.raises(OutOfRange, match=r"HopByHop.length: the length of .* is not 6 more than a multiple of 8"):
        HopByHop(next=59, options=[RouterAlert(value=0)]).build()
    with pytest.raises(OutOfRange, match=r"Destination.length: the length of .* is not 6 more than a multiple of 8"):
        Destination(next=59, options=[]).build()


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("3b00", "options: 6 bytes, 0 left"),
        ("3b0000000000", "options: 6 bytes, 4 left"),
        ("3b01000000000000", "options: 14 bytes, 6 left"),
        ("3b00010500000000", r"PadN.length: says 7 bytes, 6 there"),
        ("3b00050100000000", r"RouterAlert.length: says 3 bytes, needs 4"),
        ("3b00050300000000", r"RouterAlert.length: says 5 bytes, takes 4"),
        ("3b00c20300000000", r"JumboPayload.length: says 5 bytes, needs 6"),
        ("3b000000000000ff", r"OtherOption: needs 2 bytes, 1 left"),
        ("3b00000000001e01", r"OtherOption.length: says 3 bytes, 2 there"),
    ],
)
def test_options_that_overrun(header: str, message: str) -> None:
    data = bytes.fromhex(header)
    for kind in (HopByHop, Destination):
        with pytest.raises((Truncated, Malformed), match=message):
            kind.parse(data)


def test_a_fragment() -> None:
    """RFC 8200, section 4.5: the offset is in units of 8 bytes, and the flags are below it."""
    data = bytes.fromhex("11fffff900000001") + b"end"
    fragment = Fragment.parse(data)
    assert fragment == Fragment(next=17, reserved=0xFF, offset=0x1FFF, reserved2=0, more=True, ident=1, body=b"end")
    assert Fragment.parse(bytes.fromhex("1100000600000001")).reserved2 == 3
    assert read_fragment(data, 0, 11) == (17, 0x1FFF, True, 1)
    out = bytearray()
    append_fragment(out, 3, next=17, reserved=0xFF, offset=0x1FFF, more=True, ident=1)
    assert out + b"end" == data
    with pytest.raises(OutOfRange, match=r"Fragment.offset: 8192 does not fit in 13 bits"):
        Fragment(next=17, offset=8192, ident=1)


def test_authentication() -> None:
    """RFC 4302, section 2.2: with a check value of 96 bits the length is 4."""
    header = Authentication(next=NextHeader.TCP, spi=0x100, sequence=7, icv=bytes(range(12)), body=b"tcp")
    assert header.build().hex() == "060400000000010000000007000102030405060708090a0b746370"
    assert Authentication.parse(header.build()) == header
    with pytest.raises(Malformed, match=r"Authentication.icv: length -4"):
        Authentication.parse(bytes(12))
    with pytest.raises(Truncated, match=r"Authentication.icv: 12 bytes, 11 left"):
        Authentication.parse(header.build()[:23])
    with pytest.raises(OutOfRange, match=r"Authentication.length: the length of 'icv' is not a multiple of 4"):
        Authentication(next=6, spi=1, sequence=1, icv=bytes(13)).build()


def test_encapsulating_security() -> None:
    header = EncapsulatingSecurity.parse(bytes.fromhex("0000010000000007ffff"))
    assert header == EncapsulatingSecurity(spi=0x100, sequence=7, body=b"\xff\xff")


def test_the_pseudo_header() -> None:
    """RFC 8200, section 8.1: both addresses, the length in four bytes, three zeros and the next header."""
    by_hand = bytes.fromhex(ADDRESSES + "000123450000003a")
    words = sum(int.from_bytes(by_hand[at : at + 2], "big") for at in range(0, 40, 2))
    assert fold(pseudo_header(SRC, DST, NextHeader.ICMPV6, 0x12345)) == fold(words)


@given(st.binary(max_size=64))
def test_any_chain_ends(data: bytes) -> None:
    """Headers are at least 8 bytes each: whoever follows them gets to the end."""
    body, steps = Extension.view(b"\0\0" + bytes(6) + data), 0
    try:
        while True:
            body = body.open(Extension)
            steps += 1
    except PacketError:
        assert steps <= 8
