"""Constructs of the packet language, each in a packet of its own; the laws hold for all of them."""

from __future__ import annotations

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.wire import (
    Body,
    Field,
    Octets,
    Packet,
    Raw,
    UInt,
    arg,
    const,
    derived,
    field,
    flag,
    inet_checksum,
    packets,
    rest,
    sized,
    total,
    u4,
    u8,
    u12,
    u16,
    u16le,
    u20,
    u24,
    u32,
    u32le,
    u48,
    u64,
    u64le,
)
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

Key = Annotated[Field[bytes], Octets(3)]
u40 = Annotated[Field[int], UInt(40)]


class Wide(Packet):
    """All widths and both byte orders, odd ones among them."""

    a: u4
    b: u8
    c: u20
    d: u24
    e: u16le
    key: Key
    f: u64
    g: u64le
    h: u48
    i: u40
    j: flag
    k: u12
    m: flag
    n: flag
    o: flag
    body: Raw = rest(default=b"")


class Little(Packet):
    """Little-endian throughout, sized by itself, as in 9P."""

    size: u32le = total()
    type: u8
    tag: u16le
    count: u16le = derived()
    data: Raw = sized(count)


class Binary(Packet):
    """SSH's binary packet (RFC 4253, section 6): two lengths from two equations, and one size from an argument."""

    mac_length: arg[int] = field(default=0)
    packet_length: u32 = derived()
    padding_length: u8 = derived()
    payload: Body = sized(packet_length - padding_length - 1)
    padding: Raw = sized(padding_length)
    mac: Raw = sized(mac_length, default=b"")


class Counted(Packet):
    """A size that the caller gives, which the data must meet; a fixed part behind a variable one."""

    size: u8 = field()
    data: Raw = sized(size * 2 + 1)
    after: u16
    name: Raw = sized(3)
    last: u8 = field(default=7)


class Less(Packet):
    """A total that does not count its own two bytes."""

    length: u16 = total(plus=2)
    body: Raw = rest(default=b"")


class Point(Packet):
    x: u8
    y: u8


class Points(Packet):
    """A list that reaches to the end."""

    version: u8 = const(1)
    points: packets[Point] = rest(default=())


class Framed(Packet):
    """A checksum over a header of any size, odd ones included."""

    length: u16 = total()
    check: u16 = inet_checksum("header")
    size: u8 = derived()
    name: Raw = sized(size, default=b"")
    body: Body = rest(default=b"")


class Hop(Packet):
    """Fixed bytes that are constant, and a default for them."""

    magic: Key = const(b"HOP")
    key: Key = field(default=b"\0\0\0")


ALL = (Wide, Little, Binary, Counted, Less, Points, Framed, Hop)


@given(st.data())
@pytest.mark.parametrize("packet", ALL)
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(data=st.binary(max_size=80))
@pytest.mark.parametrize("packet", ALL)
def test_laws_of_bytes(packet: type[Packet], data: bytes) -> None:
    check_bytes(packet, data)


@given(st.data())
@pytest.mark.parametrize("packet", ALL)
def test_laws_of_broken_packets(packet: type[Packet], data: st.DataObject) -> None:
    whole = bytearray(data.draw(strategy(packet)).build())
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    check_bytes(packet, bytes(whole))


def test_bits_cross_bytes_and_orders_mix() -> None:
    packet = Wide(
        a=0x1, b=0x23, c=0x45678, d=0x9ABCDE, e=0x1122, key=b"key", f=1, g=2, h=3, i=4, j=True, k=0xABC, m=False,
        n=True, o=True, body=b"!",
    )  # fmt: skip
    built = packet.build()
    assert built[:16].hex() == "123456789abcde22116b657900000000"
    assert built[16:28].hex() == "000000010200000000000000"
    assert built[28:].hex() == "0000000000030000000004d5e321"
    assert len(built) - 1 == Wide.MIN


def test_a_little_endian_total_counts_itself() -> None:
    assert Little(type=117, tag=0x0102, data=b"hi").build().hex() == "0b00000075020102006869"


def test_two_lengths_are_solved_from_two_equations() -> None:
    packet = Binary(payload=b"hello", padding=b"1234", mac=b"")
    assert (packet.packet_length, packet.padding_length) == (10, 4)
    built = packet.build()
    assert Binary.parse(built).payload == b"hello"
    assert Binary.parse(built + b"MAC!", mac_length=4).mac == b"MAC!"
    with pytest.raises(ValueError, match=r"Binary.mac: 4 bytes, 0 left"):
        Binary.parse(built, mac_length=4)
    with pytest.raises(ValueError, match=r"Binary.mac: length -1"):
        Binary.parse(built, mac_length=-1)
    with pytest.raises(ValueError, match=r"Binary.mac: needs 0 bytes, got 2"):
        Binary(payload=b"", padding=b"", mac=b"xx").build()


def test_a_body_in_the_middle_may_be_a_packet() -> None:
    inner = Less(body=b"abc")
    packet = Binary(payload=inner, padding=b"")
    assert packet.build() == Binary(payload=inner.build(), padding=b"").build()
    assert packet.payload == inner.build()


def test_a_total_may_leave_bytes_out() -> None:
    assert Less(body=b"abc").build().hex() == "0003616263"
    assert Less.parse(b"\0\1abc").body == b"a"


def test_a_size_given_by_the_caller_is_a_condition() -> None:
    assert Counted(size=1, data=b"abc", after=1, name=b"xyz").build().hex() == "01616263000178797a07"
    with pytest.raises(ValueError, match=r"Counted.data: needs 3 bytes, got 2"):
        Counted(size=1, data=b"ab", after=1, name=b"xyz").build()
    with pytest.raises(ValueError, match=r"Counted.name: needs 3 bytes, got 0"):
        Counted(size=0, data=b"a", after=1, name=b"").build()


def test_a_list_may_reach_to_the_end() -> None:
    packet = Points(points=[Point(x=1, y=2), Point(x=3, y=4)])
    assert packet.build().hex() == "0101020304"
    assert Points.parse(packet.build()).points == (Point(x=1, y=2), Point(x=3, y=4))
    with pytest.raises(ValueError, match="Point: needs 2 bytes, 1 left"):
        Points.parse(b"\1\1\2\3")
    with pytest.raises(ValueError, match="Point: needs 2 bytes, 1 left"):
        _ = Points.view(b"\1\1\2\3").points


def test_a_header_checksum_ends_with_the_header() -> None:
    built = Framed(name=b"abc", body=b"not in the sum").build()
    header = built[:8]
    words = [int.from_bytes(header[at : at + 2], "big") for at in range(0, 8, 2)]
    total = sum(words)
    assert (total & 0xFFFF) + (total >> 16) == 0xFFFF


def test_constant_bytes() -> None:
    assert Hop().build() == b"HOP\0\0\0"
    assert Hop().magic == b"HOP"
    with pytest.raises(ValueError, match=r"Hop.magic: b'HIP', not b'HOP'"):
        Hop.parse(b"HIP\0\0\0")
