"""Bytes that claim much: how many elements are made never exceeds what the bytes can hold, whatever they claim."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.wire import (
    Buffer,
    Codec,
    FieldAs,
    ListOf,
    Octets,
    Packet,
    PacketError,
    Raw,
    UInt,
    const,
    count,
    derived,
    oneof,
    packets,
    rest,
    sized,
    u8,
    u32,
    u64,
    until,
)

READS: list[int] = []
"""Where elements have been read, by the codec below."""


class NotingCodec(Codec[int]):
    """A byte, and a note of its reading. It says that it may take none, as codecs do that say nothing."""

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[int, int]:
        READS.append(pos)
        return buf[pos], pos + 1

    def write(self, out: bytearray, value: int, names: dict[object, int]) -> None:
        out.append(value)

    def strategy(self) -> st.SearchStrategy[int]:
        return st.integers(0, 255)


class IdleCodec(NotingCodec):
    """What takes no bytes at all: nobody may be made to read it again and again."""

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[int, int]:
        READS.append(pos)
        return 0, pos

    def write(self, out: bytearray, value: int, names: dict[object, int]) -> None:
        out += bytes([value][: value > 0])


Notes = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(NotingCodec())]
Idle = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(IdleCodec())]
Numbers = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(64))]
Keys = Annotated[FieldAs[tuple[bytes, ...], Sequence[bytes]], ListOf(Octets(1))]


class Byte(Packet):
    code: u8


class End(Byte):
    code: u8 = const(255)


class Any(Byte):
    pass


class CountedNotes(Packet):
    number: u64 = derived()
    notes: Notes = count(number, default=())


class CountedIdle(Packet):
    number: u64 = derived()
    notes: Idle = count(number, default=())


class SizedIdle(Packet):
    size: u32 = derived()
    notes: Idle = sized(size, default=())


class RestIdle(Packet):
    notes: Idle = rest(default=())


class EndlessIdle(Packet):
    notes: Idle = until(1, default=())


class CountedNumbers(Packet):
    number: u64 = derived()
    numbers: Numbers = count(number * 4, default=())


class CountedKeys(Packet):
    number: u32 = derived()
    keys: Keys = count(number, default=())


class CountedBytes(Packet):
    number: u32 = derived()
    list: packets[Byte] = count(number, default=())


class SizedBytes(Packet):
    size: u64 = derived()
    list: packets[Byte] = sized(size * 1024, default=())


class Endless(Packet):
    list: packets[Any] = until(End, default=())


class EndlessNotes(Packet):
    notes: Notes = until(255, default=())


class Long(Packet):
    size: u64 = derived()
    data: Raw = sized(size, pad=1 << 16)


class Level1(Packet):
    number: u8 = derived()
    list: packets[CountedBytes] = count(number, default=())


class Level2(Packet):
    number: u32 = derived()
    list: packets[Level1] = count(number, default=())


class Level3(Packet):
    """As deep as its definition: a type cannot contain itself, so bytes cannot make it deeper."""

    one: oneof[Level2]
    more: packets[Level2] = rest(default=())


LISTS = (
    CountedNotes,
    CountedNumbers,
    CountedKeys,
    CountedBytes,
    SizedBytes,
    Endless,
    EndlessNotes,
    Long,
    Level2,
    Level3,
)


@pytest.mark.parametrize("packet", LISTS)
@pytest.mark.parametrize(
    "data",
    [
        b"\xfe" * 8,
        b"\0\0\0\0\xfe\xfe\xfe\xfe",  # 2**32 and what is near it
        b"\0\0\0\1\0\0\0\0",
        b"\x40\0\0\0" + bytes(4),
        b"\x80" + bytes(200),
        b"\xfe" * 5000,
    ],
    ids=lambda each: f"{len(each)} bytes from {each[:5].hex()}",
)
def test_claims_are_not_believed(packet: type[Packet], data: bytes) -> None:
    for read in (packet.parse, packet.view):
        READS.clear()
        with contextlib.suppress(PacketError):
            assert _elements(read(data)) <= len(data)
        assert len(READS) <= len(data)


@pytest.mark.parametrize("packet", LISTS)
def test_the_largest_claim_is_refused_before_anything_is_read(packet: type[Packet]) -> None:
    READS.clear()
    with pytest.raises(PacketError):
        packet.view(b"\xfe" * 100)
    assert len(READS) == (100 if packet is EndlessNotes else 0)


@pytest.mark.parametrize("packet", [CountedIdle, SizedIdle, RestIdle, EndlessIdle])
def test_an_element_that_takes_nothing_ends_the_reading(packet: type[Packet]) -> None:
    READS.clear()
    with pytest.raises(PacketError, match=r"\.notes\[0\]: an element of 0 bytes"):
        _ = packet.parse(b"\0\0\0\0\0\0\0\3" + bytes(1 << 10) if packet is not SizedIdle else b"\0\0\0\3" + bytes(3))
    assert len(READS) == 1


@pytest.mark.parametrize("packet", [RestIdle, SizedIdle, CountedIdle, EndlessIdle])
def test_an_element_that_takes_nothing_is_not_built(packet: type[Packet]) -> None:
    with pytest.raises(PacketError, match=r"\.notes\[0\]: an element of 0 bytes"):
        packet(notes=[0, 0]).build()  # type: ignore[call-arg]  # mypy knows no packet here, only that it is one


@given(st.binary(max_size=200))
def test_no_more_elements_than_bytes(data: bytes) -> None:
    for packet in LISTS:
        READS.clear()
        try:
            found = packet.parse(data)
        except PacketError:
            assert len(READS) <= len(data)
            continue
        assert _elements(found) <= len(data)
        assert len(READS) <= len(data)


def _elements(packet: Packet) -> int:
    """The elements of all lists in ``packet``, at every depth."""
    number = 0
    for name in packet._layout.fields:
        value = getattr(packet, name)
        if isinstance(value, Packet):
            number += _elements(value)
        elif isinstance(value, tuple):
            number += len(value) + sum(_elements(each) for each in value if isinstance(each, Packet))
    return number


def test_types_cannot_contain_themselves() -> None:
    with pytest.raises(TypeError, match=r"^Tree\.branches: Tree is not known in the module yet"):

        class Tree(Packet):
            branches: packets[Tree] = rest()
