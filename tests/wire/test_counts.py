"""Lists by count: of packets, numbers, addresses, enums and codecs; counts that are derived, given or constant."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from ipaddress import IPv4Address
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.wire import (
    FieldAs,
    ListOf,
    Octets,
    OutOfRange,
    Packet,
    Raw,
    UInt,
    arg,
    count,
    derived,
    field,
    packets,
    rest,
    sized,
    total,
    u4,
    u8,
    u16,
    u32,
    u64,
)
from foxpy.wire.codecs import Text
from tests.support.packets import check_laws, refusal


class Colour(IntEnum):
    RED = 1
    BLUE = 0x1234


Little = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(32, little=True))]
Odd = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(24))]
OddLittle = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(40, little=True))]
Bools = Annotated[FieldAs[tuple[bool, ...], Sequence[bool]], ListOf(UInt(8, boolean=True))]
Colours = Annotated[FieldAs[tuple[Colour, ...], Sequence[Colour]], ListOf(UInt(16, little=True, kind=Colour))]
Hosts = Annotated[FieldAs[tuple[IPv4Address, ...], Sequence[IPv4Address | bytes]], ListOf(Octets(4, IPv4Address))]
Keys = Annotated[FieldAs[tuple[bytes, ...], Sequence[bytes]], ListOf(Octets(3))]
Words = Annotated[FieldAs[tuple[str, ...], Sequence[str]], ListOf(Text(UInt(8)))]


class Point(Packet):
    x: u8
    y: u8


class Named(Packet):
    size: u8 = derived()
    name: Raw = sized(size, default=b"")


class Plain(Packet):
    """One count for each kind of element, all of them derived."""

    hosts_number: u4 = derived()
    keys_number: u4 = derived()
    little_number: u8 = derived()
    hosts: Hosts = count(hosts_number, default=())
    after: u8 = field(default=1)
    keys: Keys = count(keys_number, default=())
    little: Little = count(little_number - 2, default=())
    number: u16 = derived()
    points: packets[Point] = count(number, default=())
    last: u8 = field(default=2)


class BySize(Packet):
    """The same kinds by their size, and by what is left."""

    size: u8 = derived()
    colours: Colours = sized(size, pad=4, default=())
    number: u8 = derived()
    odd: Odd = count(number, default=())
    two: Bools = count(2)
    end: OddLittle = rest(default=())
    crc: u16 = field(default=0)


class Asked(Packet):
    """A count that the caller gives, twice as many as it says, and one that never changes."""

    number: u8 = field(max=3)
    words: Words = count(number * 2)
    three: packets[Named] = count(3)
    pairs: arg[int] = field(default=0)
    points: packets[Point] = count(pairs, default=())


class Few(Packet):
    number: u8 = derived()
    points: packets[Point] = count(number, min=1, max=3)


class FewHosts(Packet):
    length: u16 = total()
    number: u8 = derived()
    hosts: Hosts = count(number, min=1, max=2)


class Nest(Packet):
    """Lists in lists in lists."""

    number: u8 = derived()
    rows: packets[Few] = count(number, default=())


class Tints(Packet):
    colours: Colours = rest(default=())


class Most(Packet):
    number: u64 = derived()
    points: packets[Point] = count(number, default=())


class MostHosts(Packet):
    number: u32 = derived()
    hosts: Hosts = count(number, default=())


class MostWords(Packet):
    number: u32 = derived()
    words: Words = count(number, default=())


ALL = (Plain, BySize, Tints, Few, FewHosts, Nest, Most, MostHosts, MostWords)


@settings(max_examples=30)
@given(st.data())
@pytest.mark.parametrize("packet", ALL)
def test_laws(packet: type[Packet], data: st.DataObject) -> None:
    check_laws(packet, data)


@given(st.data(), st.integers(0, 3))
def test_laws_with_an_argument(data: st.DataObject, pairs: int) -> None:
    check_laws(Asked, data, pairs=pairs)


def test_bytes_of_each_kind() -> None:
    packet = Plain(hosts=[IPv4Address("1.2.3.4"), b"\5\6\7\x08"], keys=[b"abc"], little=[1, 2])
    assert packet.build().hex() == "21040102030405060708016162630100000002000000000002"
    assert (packet.hosts_number, packet.little_number, packet.number) == (2, 4, 0)
    assert packet.hosts[1] == IPv4Address("5.6.7.8")
    view = Plain.view(packet.build())
    assert (view.hosts, view.keys, view.little, view.points, view.last) == (
        (IPv4Address("1.2.3.4"), IPv4Address("5.6.7.8")),
        (b"abc",),
        (1, 2),
        (),
        2,
    )


def test_enums_in_lists() -> None:
    assert type(Tints.parse(b"\x01\0\x34\x12").colours[1]) is Colour
    assert Tints(colours=[Colour.RED, Colour.BLUE]).build().hex() == "01003412"
    assert refusal(Tints, b"\1\0\2\0") == "Malformed: Tints.colours: 2 is no Colour (byte 2)"
    assert refusal(Tints, b"\1\0\2") == "Malformed: Tints.colours: 3 bytes are no multiple of 2 (byte 0)"
    with pytest.raises(OutOfRange, match=r"^Tints\.colours: 2 is no Colour$"):
        Tints(colours=[2])  # type: ignore[list-item]  # the wrong twin of a Colour
    with pytest.raises(TypeError, match=r"^Tints\.colours: 'x' is not of Colour$"):
        Tints(colours=["x"])  # type: ignore[list-item]  # the wrong twin of a Colour


def test_elements_are_checked_one_by_one() -> None:
    with pytest.raises(OutOfRange, match=r"^Plain\.little: 4294967296 does not fit in 32 bits"):
        Plain(little=[1, 1 << 32])
    with pytest.raises(OutOfRange, match=r"^Plain\.little: -1 does not fit in 32 bits"):
        Plain(little=[-1])
    with pytest.raises(OutOfRange, match=r"^Plain\.hosts: needs 4 bytes, got 3"):
        Plain(hosts=[b"abc"])
    with pytest.raises(TypeError, match=r"^Plain\.little: 'a' is not an integer"):
        Plain(little=["a"])  # type: ignore[list-item]  # the wrong twin of a number
    with pytest.raises(TypeError, match=r"^Plain\.keys: needs a sequence, got b'abc'"):
        Plain(keys=b"abc")  # type: ignore[arg-type]  # the wrong twin of a list of bytes


def test_counts_that_do_not_fit() -> None:
    with pytest.raises(OutOfRange, match=r"^Plain\.hosts_number: 16 does not fit in 4 bits"):
        Plain(hosts=[b"abcd"] * 16).build()
    with pytest.raises(OutOfRange, match=r"^Asked\.words: needs 4 elements, got 3$"):
        Asked(number=2, words=["a"] * 3, three=[Named()] * 3).build()
    with pytest.raises(OutOfRange, match=r"^Asked\.three: needs 3 elements, got 2$"):
        Asked(number=0, words=[], three=[Named()] * 2).build()
    with pytest.raises(OutOfRange, match=r"^Few\.points: 4 elements, not 1\.\.3$"):
        Few(points=[Point(x=1, y=2)] * 4).build()
    assert refusal(Few, b"\0") == "Malformed: Few.points: 0 elements, not 1..3 (byte 1)"
    assert refusal(Few, b"\4" + bytes(8)) == "Malformed: Few.points: 4 elements, not 1..3 (byte 1)"
    assert refusal(FewHosts, b"\0\3\0") == "Malformed: FewHosts.hosts: 0 elements, not 1..2 (byte 3)"
    assert refusal(Plain, b"\0\0\1" + bytes(9)) == "Malformed: Plain.little: length -8 (byte 3)"


@pytest.mark.parametrize(
    ("packet", "data"),
    [
        (Most, b"\xff" * 8),
        (Most, b"\0" * 7 + b"\2" + b"abc"),
        (MostHosts, b"\xff" * 4),
        (MostHosts, b"\x40\0\0\0abcd"),  # times 4 it is 2**32
        (MostWords, b"\xff" * 4),
        (MostWords, b"\xff" * 4 + b"\0" * 40),
        (Nest, b"\xff" + b"\1ab" * 20),
    ],
)
def test_a_count_with_too_little_behind_is_refused_before_anything_is_read(packet: type[Packet], data: bytes) -> None:
    assert refusal(packet, data).startswith("Truncated: ")
