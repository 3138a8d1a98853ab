"""Definitions that are refused when the class is created, with the field named. mypy finds none of these."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Annotated, ClassVar

import pytest

from foxpy.wire import (
    Body,
    Field,
    ListOf,
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
    tail,
    total,
    u4,
    u8,
    u16,
    u16le,
    u32,
)


def odd_bits() -> None:
    class Odd(Packet):
        a: u4
        b: u8


def unaligned_bytes() -> None:
    class Odd(Packet):
        a: u4
        b: Raw = rest()


def unaligned_little() -> None:
    class Odd(Packet):
        a: u4
        b: u16le


def underdetermined() -> None:
    class Odd(Packet):
        n: u8 = derived()
        body: Raw = rest()


def overdetermined() -> None:
    class Odd(Packet):
        n: u8 = derived()
        a: Raw = sized(n)
        b: Raw = sized(n)


def entangled() -> None:
    class Odd(Packet):
        n: u8 = derived()
        m: u8 = derived()
        a: Raw = sized(n + m)


def later_size() -> None:
    class Other(Packet):
        n: u8 = field()

    class Odd(Packet):
        a: Raw = sized(Other.n)


def product_size() -> None:
    class Odd(Packet):
        n: u8 = field()
        m: u8 = field()
        a: Raw = sized(n * m)  # type: ignore[operator]  # a factor is a number; this is the wrong twin of n * 2


def size_of_bytes() -> None:
    class Odd(Packet):
        n: Annotated[Field[bytes], Octets(2)] = field()
        a: Raw = sized(n)  # type: ignore[arg-type]  # a size is an integer


def no_size() -> None:
    class Odd(Packet):
        a: Raw


def size_of_its_own() -> None:
    class Odd(Packet):
        a: u8 = rest()


def behind_rest() -> None:
    class Odd(Packet):
        a: Body = rest()
        b: Raw = sized(1)


def tail_alone() -> None:
    class Odd(Packet):
        a: u8 = field()
        b: Raw = tail(a)


def wide_constant() -> None:
    class Odd(Packet):
        a: u4 = const(16)
        b: u4


def wide_default() -> None:
    class Odd(Packet):
        a: u8 = field(default=256)


def short_default() -> None:
    class Odd(Packet):
        a: Annotated[Field[bytes], Octets(2)] = field(default=b"x")


def other_width() -> None:
    class Base(Packet):
        a: u8

    class Odd(Base):
        a: u16


def two_totals() -> None:
    class Odd(Packet):
        a: u8 = total()
        b: u8 = total()


def two_checksums() -> None:
    class Odd(Packet):
        a: u16 = inet_checksum("header")
        b: u16 = inet_checksum("whole")


def wide_checksum() -> None:
    class Odd(Packet):
        a: u32 = inet_checksum("whole")


def odd_checksum() -> None:
    class Odd(Packet):
        a: u8
        b: u16 = inet_checksum("whole")


def late_checksum() -> None:
    class Odd(Packet):
        n: u16 = derived()
        a: Raw = sized(n)
        b: u16 = inet_checksum("whole")


def late_total() -> None:
    class Odd(Packet):
        n: u8 = derived()
        a: Raw = sized(n)
        b: u16 = total()


def computed_seed() -> None:
    class Odd(Packet):
        length: u16 = total()
        b: u16 = inet_checksum("whole", seed=length)


def derived_flag() -> None:
    class Odd(Packet):
        a: flag = total()  # type: ignore[assignment]  # a flag is a bool


def constant_argument() -> None:
    class Odd(Packet):
        a: arg[int] = const(1)


def foreign_guard() -> None:
    class Other(Packet):
        x: u8

    class Odd(Packet, when=Other.x > 1):
        a: u8


def no_wire_type() -> None:
    class Odd(Packet):
        a: int


def no_field() -> None:
    class Odd(Packet):
        a: u8 = 3  # type: ignore[assignment]  # a default is written field(default=3)


def reserved_name() -> None:
    class Odd(Packet):
        build: u8  # type: ignore[assignment]  # a method of every packet


def underscore() -> None:
    class Odd(Packet):
        _a: u8


def argument_name() -> None:
    class Odd(Packet):
        start: arg[int]


class Element(Packet):
    kind: u8


class Zero(Element):
    kind: u8 = const(0)


class One(Element):
    kind: u8 = const(1)


class Any(Element):
    pass


class Asking(Packet):
    what: arg[int]
    kind: u8


class Nothing(Packet):
    body: Raw = rest()


class NotAPacket:
    pass


def no_catch_all() -> None:
    class Odd(Packet):
        list: packets[Zero | One] = rest()


def hidden_member() -> None:
    class Odd(Packet):
        list: packets[Any | One] = rest()


def padding_without_end() -> None:
    class Odd(Packet):
        n: u8 = derived()
        list: packets[Any] = sized(n, align=4)


def wrong_end() -> None:
    class Odd(Packet):
        n: u8 = derived()
        list: packets[Any] = sized(n, align=4, end=One)


def empty_elements() -> None:
    class Odd(Packet):
        list: packets[Nothing] = rest()


def asking_elements() -> None:
    class Odd(Packet):
        list: packets[Asking] = rest()


def foreign_elements() -> None:
    class Odd(Packet):
        list: packets[NotAPacket] = rest()  # type: ignore[type-var]  # elements are packets


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (odd_bits, "Odd: ends in the middle of a byte"),
        (unaligned_bytes, "Odd.b: begins in the middle of a byte"),
        (unaligned_little, "Odd.b: begins in the middle of a byte"),
        (underdetermined, "Odd.n: derived(), but no size expression determines it"),
        (overdetermined, "Odd.n: derived(), but two size expressions determine it"),
        (entangled, "Odd.m: derived(), but no size expression determines it"),
        (later_size, "Odd.a: its size reads <field Other.n>, which is not an earlier field of the packet"),
        (product_size, "Odd.a: a size may multiply a field by a constant only"),
        (size_of_bytes, "Odd.a: its size reads n, which is not an integer"),
        (no_size, "Odd.a: its size is not given; use sized(...), rest(...) or tail(...)"),
        (size_of_its_own, "Odd.a: has a size of its own, and takes no rest()"),
        (behind_rest, "Odd.b: behind rest() come only fields of fixed size and tail(...)"),
        (tail_alone, "Odd.b: tail(...) is counted from the end; a rest() comes before it"),
        (wide_constant, "Odd.a: 16 does not fit in 4 bits"),
        (wide_default, "Odd.a: 256 does not fit in 8 bits"),
        (short_default, "Odd.a: b'x' is not 2 bytes"),
        (other_width, "Odd.a: has another wire type than in Base"),
        (two_totals, "Odd: more than one total()"),
        (two_checksums, "Odd: more than one inet_checksum()"),
        (wide_checksum, "Odd.a: an Internet checksum is a u16"),
        (odd_checksum, "Odd.b: a checksum lies at an even offset"),
        (late_checksum, "Odd.b: a checksum comes before all fields of variable size"),
        (late_total, "Odd.b: a total comes before all fields of variable size"),
        (computed_seed, "Odd.b: its seed reads <field Odd.length>, which the caller does not give"),
        (derived_flag, "Odd.a: only an integer is derived or a total"),
        (constant_argument, "Odd.a: only an inherited argument is const(...), as a guard on it"),
        (foreign_guard, "Odd: a guard reads <field Other.x>, which is not a field of it"),
        (no_wire_type, "Odd.a: 'int' is not a wire type"),
        (no_field, "Odd.a: a field takes field(default=...), const(...), derived() and so on, not 3"),
        (reserved_name, "Odd.build: the name is reserved"),
        (underscore, "Odd._a: the name is reserved"),
        (argument_name, "Odd.start: the name is reserved"),
        (no_catch_all, "Odd.list: Zero | One has no catch-all"),
        (hidden_member, "Odd.list: Any takes every packet"),
        (padding_without_end, "Odd.list: align needs an end"),
        (wrong_end, "Odd.list: One is not one zero byte"),
        (empty_elements, "Odd.list: Nothing may be of no size at all"),
        (asking_elements, "Odd.list: Asking needs arguments"),
        (foreign_elements, "Odd.list: NotAPacket is not a packet"),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_refused(definition: Callable[[], None], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        definition()
    assert str(caught.value).startswith(message)


class Kind(IntEnum):
    ONE = 1


class Large(IntEnum):
    LARGE = 300


def test_wire_types_are_checked() -> None:
    with pytest.raises(TypeError, match="1 to 64 bits"):
        UInt(65)
    with pytest.raises(TypeError, match="whole bytes only"):
        UInt(12, little=True)
    with pytest.raises(TypeError, match="is not read as Kind too"):
        UInt(8, boolean=True, kind=Kind)
    with pytest.raises(TypeError, match="open to what"):
        UInt(8, open=True)
    with pytest.raises(TypeError, match="LARGE is 300"):
        UInt(8, kind=Large)
    with pytest.raises(TypeError, match="elements are whole bytes"):
        ListOf(UInt(4))
    with pytest.raises(TypeError, match="at least one byte"):
        Octets(0)


def test_class_variables_are_no_fields() -> None:
    class Plain(Packet):
        PORT: ClassVar[int] = 53
        port: u16 = field(default=53)

        def known(self) -> bool:
            return self.port == self.PORT

    assert Plain.MIN == 2
    assert Plain.parse(b"\0\x35").known()
    assert Plain.view(b"\0\x35").known()
    assert not Plain(port=1).known()
