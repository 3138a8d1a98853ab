"""The least and the most: of values, of bytes and of elements; the same on build and on parse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.wire import (
    Body,
    FieldAs,
    ListOf,
    OutOfRange,
    Packet,
    Raw,
    UInt,
    appender,
    count,
    derived,
    field,
    packets,
    rest,
    sized,
    total,
    u3,
    u5,
    u8,
    u16,
    u32le,
    writer,
)
from foxpy.wire.out import Out
from tests.support.packets import check_laws, refusal

Numbers = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(16))]


class Point(Packet):
    x: u8


class Values(Packet):
    """Bounds of numbers: bits in the middle of a byte, whole ones, and one bound alone."""

    low: u3 = field(min=2, default=2)
    high: u5 = field(max=17, default=0)
    both: u16 = field(min=46, max=1500, default=100)
    little: u32le = field(min=1, max=1, default=1)
    body: Body = rest(default=b"")


class Sizes(Packet):
    """Bounds of bytes and of elements, by size and by number; the smallest frame, as in 802.3."""

    length: u16 = total()
    size: u8 = derived()
    name: Raw = sized(size, min=1, max=3, pad=4)
    used: u8 = derived()
    numbers: Numbers = sized(used, max=4, default=())
    number: u8 = derived()
    points: packets[Point] = count(number, min=1, max=2)
    body: Raw = rest(min=2, max=5)


@settings(max_examples=30)
@given(st.data())
@pytest.mark.parametrize("packet", [Values, Sizes])
def test_laws(packet: type[Packet], data: st.DataObject) -> None:
    check_laws(packet, data)


@pytest.mark.parametrize(
    ("fields", "fact"),
    [
        ({"low": 1}, "Values.low: 1, not at least 2"),
        ({"low": 8}, "Values.low: 8 does not fit in 3 bits (0..7)"),
        ({"high": 18}, "Values.high: 18, not at most 17"),
        ({"both": 45}, "Values.both: 45, not 46..1500"),
        ({"both": 1501}, "Values.both: 1501, not 46..1500"),
        ({"little": 2}, "Values.little: 2, not 1..1"),
    ],
)
def test_values_on_build(fields: dict[str, int], fact: str) -> None:
    out = bytearray()
    append, put = appender(Values), writer(Values)
    for build in (Values, lambda **given: append(out, 0, **given), lambda **given: put(Out(), **given)):
        with pytest.raises(OutOfRange) as caught:
            build(**fields)  # type: ignore[arg-type]  # a table of cases has no types
        assert str(caught.value) == fact
    assert not out


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        ("20 0064 01000000", "Values.low: 1, not at least 2 (byte 0)"),
        ("52 0064 01000000", "Values.high: 18, not at most 17 (byte 0)"),
        ("40 002d 01000000", "Values.both: 45, not 46..1500 (byte 1)"),
        ("40 0064 00000000", "Values.little: 0, not 1..1 (byte 3)"),
    ],
)
def test_values_on_parse(data: str, fact: str) -> None:
    assert refusal(Values, bytes.fromhex(data)) == f"Malformed: {fact}"


RIGHT = Sizes(name=b"abc", numbers=[1], points=[Point(x=1)], body=b"12")


@pytest.mark.parametrize(
    ("fields", "fact"),
    [
        ({"name": b""}, "Sizes.name: 0 bytes, not 1..3"),
        ({"name": b"abcd"}, "Sizes.name: 4 bytes, not 1..3"),
        ({"numbers": [1, 2, 3]}, "Sizes.numbers: 6 bytes, not at most 4"),
        ({"points": []}, "Sizes.points: 0 elements, not 1..2"),
        ({"points": [Point(x=1)] * 3}, "Sizes.points: 3 elements, not 1..2"),
        ({"body": b"1"}, "Sizes.body: 1 bytes, not 2..5"),
        ({"body": b"123456"}, "Sizes.body: 6 bytes, not 2..5"),
    ],
)
def test_sizes_on_build(fields: dict[str, object], fact: str) -> None:
    right = {"name": b"abc", "numbers": [1], "points": [Point(x=1)], "body": b"12"}
    with pytest.raises(OutOfRange) as caught:
        Sizes(**{**right, **fields}).build()  # type: ignore[arg-type]  # a table of cases has no types
    assert str(caught.value) == fact


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        ("000d 03 61626300 02 0001 01 01 3132", ""),
        ("000a 00 02 0001 01 01 31323334", "Sizes.name: 0 bytes, not 1..3 (byte 3)"),
        ("000d 04 61626364 02 0001 01 01 3132", "Sizes.name: 4 bytes, not 1..3 (byte 3)"),
        ("0011 03 61626300 06 000100020003 01 01 3132", "Sizes.numbers: 6 bytes, not at most 4 (byte 8)"),
        ("000d 03 61626300 02 0001 00 31 3132", "Sizes.points: 0 elements, not 1..2 (byte 11)"),
        ("000e 03 61626300 02 0001 01 01 31", "Sizes.length: says 14 bytes, 13 there (byte 0)"),
        ("000d 03 61626300 02 0001 01 01 31", "Sizes.body: 1 bytes, not 2..5 (byte 12)"),
        ("0012 03 61626300 02 0001 01 01 313233343536", "Sizes.body: 6 bytes, not 2..5 (byte 12)"),
    ],
)
def test_sizes_on_parse(data: str, fact: str) -> None:
    raw = bytes.fromhex(data)
    raw = raw[:1] + bytes([len(raw) + (raw[1] == 14)]) + raw[2:]
    if not fact:
        assert RIGHT.build() == raw
    else:
        assert refusal(Sizes, raw).partition(": ")[2] == fact
