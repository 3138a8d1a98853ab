"""What is not on the wire: arguments that reach what lies in a packet by name, and bounds that go before all else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.wire import (
    FieldAs,
    ListOf,
    Malformed,
    OutOfRange,
    Packet,
    Raw,
    Truncated,
    UInt,
    arg,
    const,
    count,
    derived,
    field,
    oneof,
    packets,
    rest,
    sized,
    u8,
    u16,
)
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

u16s = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(16))]


class Number(Packet):
    """A number of as many bytes as was agreed on."""

    wide: arg[bool] = field(default=False)


class Narrow(Number):
    wide: arg[bool] = const(False)
    value: u8


class Wide(Number):
    wide: arg[bool] = const(True)
    value: u16


class Numbers(Packet):
    """The argument goes through this to what lies in it."""

    wide: arg[bool] = field(default=False)
    size: u8 = derived()
    numbers: packets[Narrow | Wide] = sized(size)


class Outermost(Packet):
    wide: arg[bool] = field(default=False)
    first: oneof[Narrow | Wide]
    others: oneof[Numbers] = rest()


def test_an_argument_reaches_the_innermost() -> None:
    wire = bytes.fromhex("01 02 04 0506 0708".replace(" ", ""))
    wide = Outermost.parse(wire, wide=True)
    assert wide.first == Wide(value=0x0102)
    assert wide.others.numbers == (Wide(value=0x0506), Wide(value=0x0708))
    narrow = Outermost.parse(bytes.fromhex("01 02 05 06"))
    assert narrow.first == Narrow(value=1)
    assert narrow.others.numbers == (Narrow(value=5), Narrow(value=6))


@given(st.booleans().flatmap(lambda wide: strategy(Outermost, wide=st.just(wide))))
def test_laws_of_values(packet: Outermost) -> None:
    check_value(packet)


@given(st.binary(max_size=12), st.booleans())
def test_laws_of_bytes(data: bytes, wide: bool) -> None:
    check_bytes(Outermost, data, wide=wide)


def test_what_lies_in_a_packet_has_the_arguments_that_it_would_be_read_with() -> None:
    inner = Numbers(wide=True, numbers=[Wide(value=1)])
    assert Outermost(wide=True, first=Wide(value=1), others=inner).build().hex() == "0001020001"
    with pytest.raises(OutOfRange, match=r"^Outermost.first: Narrow has wide False, where it is True$"):
        Outermost(wide=True, first=Narrow(value=1), others=inner).build()
    with pytest.raises(OutOfRange, match=r"^Outermost.others: Numbers has wide True, where it is False$"):
        Outermost(first=Narrow(value=1), others=inner).build()
    with pytest.raises(OutOfRange, match=r"Numbers.numbers: Wide has wide True, where it is False"):
        Numbers(numbers=[Narrow(value=1), Wide(value=1)]).build()


# -- bounds


class Point(Packet):
    x: u8


class Bounded(Packet):
    """Some points, one fewer than is said; and some numbers."""

    number: u8 = derived()
    points: packets[Point] = count(number - 1, max=3)
    more: u8 = derived()
    numbers: u16s = count(more, min=1, max=2)
    size: u8 = derived()
    data: Raw = sized(size, max=4)


def test_a_number_of_elements_is_not_negative() -> None:
    with pytest.raises(Malformed, match=r"Bounded.points: length -1"):
        Bounded.parse(bytes.fromhex("00 01 0001 00"))
    assert Bounded.parse(bytes.fromhex("01 01 0001 00")).points == ()


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        ("05", "Bounded: needs 3 bytes, 1 left"),
        ("05 00 00", r"Bounded.points: 4 elements, not at most 3"),
        ("ff 00 00", r"Bounded.points: 254 elements, not at most 3"),
        ("01 00 00", r"Bounded.numbers: 0 elements, not 1..2"),
        ("01 ff 00", r"Bounded.numbers: 255 elements, not 1..2"),
        ("01 01 0001 05", r"Bounded.data: 5 bytes, not at most 4"),
    ],
)
def test_what_is_too_much_is_refused_before_it_is_there(data: str, fact: str) -> None:
    """Whoever waits on Truncated is not made to wait for what will be refused."""
    with pytest.raises(Truncated if "needs" in fact else Malformed, match=fact):
        Bounded.parse(bytes.fromhex(data))


@given(strategy(Bounded))
def test_laws_of_bounded_values(packet: Bounded) -> None:
    check_value(packet)
