"""Definitions of the later constructs that cannot work: refused when the class is made, with the line to mend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from ipaddress import IPv4Address
from typing import Annotated

import pytest

from foxpy.wire import (
    Body,
    Classifier,
    Field,
    FieldAs,
    ListOf,
    Octets,
    Packet,
    Raw,
    Records,
    UInt,
    appender,
    arg,
    computed,
    const,
    count,
    derived,
    field,
    flag,
    inet_checksum,
    last_u8,
    oneof,
    packets,
    present,
    rest,
    size_of,
    sized,
    tail,
    total,
    u4,
    u7,
    u8,
    u16,
    until,
    writer,
)
from foxpy.wire.codecs import Counted, Text

CASES: list[Callable[[], object]] = []


def refused(definition: Callable[[], object]) -> Callable[[], object]:
    """A definition whose docstring is the message that it is refused with."""
    CASES.append(definition)
    return definition


class Kind(IntEnum):
    ONE = 1
    TWO = 2


KindField = Annotated[Field[Kind], UInt(8, kind=Kind)]
Truth = Annotated[Field[bool], UInt(16, boolean=True)]
String = Annotated[Field[bytes], Counted(UInt(8))]
Strings = Annotated[FieldAs[tuple[bytes, ...], Sequence[bytes]], ListOf(Counted(UInt(8)))]
All = Annotated[Field[str], Text()]
Alls = Annotated[FieldAs[tuple[str, ...], Sequence[str]], ListOf(Text())]
Numbers = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(16))]
OptU8 = Annotated[Field["int | None"], UInt(8)]
OptU4 = Annotated[Field["int | None"], UInt(4)]
Host = Annotated[FieldAs[IPv4Address, IPv4Address | bytes], Octets(4, IPv4Address)]
NoInstance = Annotated[Field[bytes], Counted]
NoEncoding = Annotated[Field[int], "eight bits"]


class A(Packet, tag=1):
    x: u8


class SameTag(Packet, tag=1):
    x: u8


class Wide(Packet, tag=256):
    x: u8


class Third(Packet, tag=3):
    x: u8


class Rest(Packet):
    kind: arg[int]
    data: Raw = rest()


class Untagged(Packet):
    data: Raw = rest()


class Base(Packet):
    told: arg[bool]
    kind: u8


class Yes(Base):
    told: arg[bool] = const(True)


class No(Base):
    pass


class Element(Packet):
    code: u8


class End(Element):
    code: u8 = const(0)


class OpenEnd(Element):
    code: u8 = const(0)
    length: u8


class Any(Element):
    pass


class Hosts(Packet):
    host: Host


class Multicast(Hosts):
    host: Host = const(IPv4Address("224.0.0.1"))  # type: ignore[assignment]  # it may be given as bytes, too


class AnyHost(Hosts):
    pass


# -- what is known, and when


@refused
def later_count() -> None:
    """Odd.list: its number of elements reads <field A.x>, which is not an earlier field of the packet"""

    class Odd(Packet):
        list: Numbers = count(A.x)
        n: u8 = field()


@refused
def size_of_later() -> None:
    """Odd.a: its size reads size_of(data), which is not an earlier field of the packet"""

    class Odd(Packet):
        a: Raw = sized(size_of(Rest.data))


@refused
def size_of_the_rest() -> None:
    """Odd.b: its size reads size_of(a), which is not a field before the rest of the packet"""

    class Odd(Packet):
        a: Raw = rest()
        b: Raw = tail(size_of(a))


@refused
def size_by_total() -> None:
    """Odd.a: its size reads n, which is known only when all else is built"""

    class Odd(Packet):
        n: u8 = total()
        a: Raw = sized(n - 1)


@refused
def size_by_checksum() -> None:
    """Odd.a: its size reads n, which is known only when all else is built"""

    class Odd(Packet):
        n: u16 = inet_checksum("whole")
        a: Raw = sized(n)


@refused
def size_by_flag() -> None:
    """Odd.a: its size reads f, which is not an integer"""

    class Odd(Packet):
        f: flag = derived()
        spare: u7
        a: Raw = sized(f * 4)  # type: ignore[operator]  # a flag is no number


@refused
def size_by_what_may_be_absent() -> None:
    """Odd.a: its size reads n, which may be absent"""

    class Odd(Packet):
        k: u8 = derived()
        n: OptU8 = present(k)
        a: Raw = sized(n)  # type: ignore[arg-type]  # it may be None


@refused
def condition_on_what_may_be_absent() -> None:
    """Odd.a: its condition reads n, which may be absent"""

    class Odd(Packet):
        k: u8 = derived()
        n: OptU8 = present(k)
        a: OptU8 = present(n > 3)  # type: ignore[operator, call-overload]  # it may be None


@refused
def condition_on_bytes() -> None:
    """Odd.a: its condition reads n, which is not an integer"""

    class Odd(Packet):
        n: String = field()
        a: OptU8 = present(n)  # type: ignore[arg-type]  # not a truth


@refused
def later_computed() -> None:
    """Odd.n: it is computed from m, which is not known yet"""

    class Base(Packet):
        m: u8 = field()

    class Odd(Packet):
        n: u8 = computed(Base.m)
        m: u8 = computed(n)


@refused
def foreign_computed() -> None:
    """Odd.n: it is computed from <field A.x>, which is not another field of the packet"""

    class Odd(Packet):
        n: u8 = computed(A.x)


@refused
def computed_checksum() -> None:
    """Odd.n: it is computed from c, which is not known yet"""

    class Odd(Packet):
        c: u16 = inet_checksum("whole")
        n: u16 = computed(c)


@refused
def last_byte_elsewhere() -> None:
    """Odd.a: last_u8() is the size of a tail"""

    class Odd(Packet):
        a: Raw = sized(last_u8())


@refused
def last_byte_before_the_last() -> None:
    """Odd.b: last_u8() is the size of what the packet ends with"""

    class Odd(Packet):
        a: Raw = rest()
        b: Raw = tail(last_u8())
        c: u8


@refused
def tail_by_what_is_behind() -> None:
    """Odd.b: its size reads <field Odd.n>, which is not a field before the rest of the packet"""

    class Odd(Packet):
        a: Raw = rest()
        n: u8 = field()
        b: Raw = tail(n)


@refused
def two_rests() -> None:
    """Odd.b: behind rest() come only fields of fixed size and tail(...)"""

    class Odd(Packet):
        a: Raw = rest()
        b: Body = rest()


@refused
def tail_without_rest() -> None:
    """Odd.a: tail(...) is counted from the end; a rest() comes before it"""

    class Odd(Packet):
        a: Raw = tail(2)


@refused
def choosing_by_bytes() -> None:
    """Odd.a: on= reads s, which is not an integer"""

    class Odd(Packet):
        s: String = field()
        a: oneof[A | Rest] = rest(on=s)  # type: ignore[type-var]  # a tag is a number


@refused
def choosing_by_total() -> None:
    """Odd.a: on= reads kind, which is known only when all else is built"""

    class Odd(Packet):
        kind: u8 = total()
        a: oneof[A | Rest] = rest(on=kind)


@refused
def guard_on_a_list() -> None:
    """Odd: a guard reads list, which is not a value to tell packets by"""

    class Base(Packet):
        list: Numbers = rest()

    class Odd(Base, when=Base.list.one_of((1,))):
        pass


@refused
def undetermined_flag() -> None:
    """Odd.f: derived(), but no size expression determines it"""

    class Odd(Packet):
        f: flag = derived()
        g: flag = field()
        spare: Annotated[Field[int], UInt(6)]
        a: OptU8 = present(f & g)


# -- what suits the wire type


@refused
def part_of_a_byte() -> None:
    """Odd.a: what may be absent is whole bytes"""

    class Odd(Packet):
        k: u4 = derived()
        a: OptU4 = present(k)


@refused
def absent_in_a_byte() -> None:
    """Odd.a: begins in the middle of a byte"""

    class Odd(Packet):
        k: u4 = derived()
        a: OptU8 = present(k)
        b: u4


@refused
def greedy_in_the_middle() -> None:
    """Odd.a: it takes all bytes that there are; use sized(...) or rest(...)"""

    class Odd(Packet):
        a: All
        b: u8


@refused
def greedy_elements() -> None:
    """Odd.a: it takes all bytes that there are; use sized(...) or rest(...)"""

    class Odd(Packet):
        a: Alls = rest()


@refused
def codec_with_a_number() -> None:
    """Odd.a: a codec's field takes sized(...), rest(...), present(...), const(...) or nothing"""

    class Odd(Packet):
        a: String = count(3)


@refused
def union_with_a_number() -> None:
    """Odd.a: a packet in a packet takes sized(...), rest(...), present(...) or nothing"""

    class Odd(Packet):
        a: oneof[A] = count(3)


@refused
def aligned_strings() -> None:
    """Odd.a: only packets are ended early, aligned or chosen by a field"""

    class Odd(Packet):
        n: u8 = derived()
        a: Strings = sized(n, align=4, end=End)


@refused
def class_for_an_instance() -> None:
    """Odd.a: 'NoInstance' is not a wire type"""

    class Odd(Packet):
        a: NoInstance


@refused
def text_for_an_encoding() -> None:
    """Odd.a: 'NoEncoding' is not a wire type"""

    class Odd(Packet):
        a: NoEncoding


@refused
def itself() -> None:
    """Odd.a: Odd is not known in the module yet; packets do not contain themselves"""

    class Odd(Packet):
        a: packets[Odd] = rest()


@refused
def compressed_and_summed() -> None:
    """Odd: no checksum is filled in where names are compressed"""

    class Odd(Packet):
        a: u16 = inet_checksum("whole")
        b: Pointed


class Pointing(Counted):
    compresses = True


Pointed = Annotated[Field[bytes], Pointing(UInt(8))]


@refused
def summed_header_of_a_list() -> None:
    """Odd.a: a header's checksum covers what precedes bytes, and b is not bytes"""

    class Odd(Packet):
        a: u16 = inet_checksum("header")
        b: Numbers = rest()


@refused
def absent_in_a_subclass() -> None:
    """Odd.a: is always there in one of Odd and Base"""

    class Base(Packet):
        k: u8 = derived()
        a: OptU8 = present(k)

    class Odd(Base):
        a: OptU8 = const(5)


# -- values and bounds


@refused
def no_member() -> None:
    """Odd.a: 3 is no Kind"""

    class Odd(Packet):
        a: KindField = field(default=3)  # type: ignore[arg-type]  # not a Kind


@refused
def no_truth() -> None:
    """Odd.a: 2 is not True or False"""

    class Odd(Packet):
        a: Truth = field(default=2)  # type: ignore[arg-type]  # not a bool


@refused
def default_out_of_its_bounds() -> None:
    """Odd.a: the default 3 is out of its own min and max"""

    class Odd(Packet):
        a: u8 = field(min=4, default=3)


@refused
def contradicting_bounds() -> None:
    """Odd.a: nothing is 4..3"""

    class Odd(Packet):
        a: u8 = field(min=4, max=3)


@refused
def contradicting_sizes() -> None:
    """Odd.a: nothing is 4..3"""

    class Odd(Packet):
        a: Raw = rest(min=4, max=3)


@refused
def impossible_least() -> None:
    """Odd.a: min=256 does not fit in 8 bits"""

    class Odd(Packet):
        a: u8 = field(min=256)


@refused
def negative_size() -> None:
    """Odd.a: nothing has the size -1"""

    class Odd(Packet):
        a: Raw = sized(-1)


@refused
def size_out_of_its_bounds() -> None:
    """Odd.a: its size is 3, and not at least 4"""

    class Odd(Packet):
        a: Raw = sized(3, min=4)


@refused
def short_default() -> None:
    """Odd.a: the default b'' is not at least 1 long"""

    class Odd(Packet):
        a: Raw = rest(min=1, default=b"")


@refused
def default_of_another_size() -> None:
    """Odd.a: the default b'abc' is not 4..4 long"""

    class Odd(Packet):
        a: Raw = sized(4, default=b"abc")


@refused
def default_of_another_number() -> None:
    """Odd.a: the default (1,) is not 2..2 long"""

    class Odd(Packet):
        a: Numbers = count(2, default=(1,))


@refused
def default_element() -> None:
    """Odd.a: 65536 does not fit in 16 bits"""

    class Odd(Packet):
        a: Numbers = rest(default=(65536,))


@refused
def default_text() -> None:
    """Odd.a: the default 'x' is not bytes"""

    class Odd(Packet):
        a: Raw = rest(default="x")  # type: ignore[arg-type]  # not bytes


@refused
def default_of_a_codec() -> None:
    """Odd.a: 'x' cannot be written: needs bytes, got 'x'"""

    class Odd(Packet):
        a: String = field(default="x")  # type: ignore[arg-type]  # not bytes


@refused
def default_stranger() -> None:
    """Odd.a: End() is none of A"""

    class Odd(Packet):
        a: oneof[A] = field(default=End())  # type: ignore[arg-type]  # not an A


@refused
def bounded_codec() -> None:
    """Odd.a: a codec's field takes sized(...), rest(...), present(...), const(...) or nothing"""

    class Odd(Packet):
        a: String = field(max=3)


@refused
def no_padding() -> None:
    """Odd.a: pad is at least 1, not 0"""

    class Odd(Packet):
        n: u8 = derived()
        a: Raw = sized(n, pad=0)


# -- unions and lists


@refused
def no_tag() -> None:
    """Odd.a: Untagged has no tag, so that none after it is ever chosen"""

    class Odd(Packet):
        kind: u8 = derived()
        a: oneof[Untagged | A] = rest(on=kind)


@refused
def two_tags() -> None:
    """Odd.a: A: two have the tag 1"""

    class Odd(Packet):
        kind: u8 = derived()
        a: oneof[A | SameTag | Rest] = rest(on=kind)


@refused
def no_catch_all() -> None:
    """Odd.a: no catch-all; the last member must be one without a tag"""

    class Odd(Packet):
        kind: u8 = derived()
        a: oneof[A | Third] = rest(on=kind)


@refused
def catch_all_that_does_not_learn() -> None:
    """Odd.a: Untagged is to learn its tag from an argument: kind: arg[int]"""

    class Odd(Packet):
        kind: u8 = derived()
        a: oneof[A | Untagged] = rest(on=kind)


@refused
def tag_too_wide() -> None:
    """Odd.a: Wide has the tag 256, which kind never is"""

    class Odd(Packet):
        kind: u8 = derived()
        a: oneof[A | Wide | Rest] = rest(on=kind)


@refused
def tag_of_no_member() -> None:
    """Odd.a: Third has the tag 3, which kind never is"""

    class Odd(Packet):
        kind: KindField = field()
        a: oneof[A | Third | Rest] = rest(on=kind)


@refused
def tag_of_text() -> None:
    """Odd: the tag 'x' is not a number that a field can have"""

    class Odd(Packet, tag="x"):  # type: ignore[arg-type]  # a tag is a number
        a: u8


@refused
def misspelt_keyword() -> None:
    """Packet.__init_subclass__() got an unexpected keyword argument 'tga'"""

    class Odd(Packet, tga=1):  # type: ignore[call-arg]  # the wrong twin of tag
        a: u8


@refused
def unguarded_union() -> None:
    """Odd.a: A takes every packet, so that none after it is ever chosen"""

    class Odd(Packet):
        a: oneof[A | Untagged] = rest()


@refused
def strangers() -> None:
    """Odd.a: Yes | End | Any have no packet in common to choose by"""

    class Odd(Packet):
        told: flag
        spare: u7
        a: oneof[Yes | End | Any] = rest()


@refused
def nobody_tells() -> None:
    """Odd.a: Yes needs arguments, which a list has not: no earlier field is named told"""

    class Odd(Packet):
        a: packets[Yes | No] = rest()


@refused
def told_too_late() -> None:
    """Odd.a: its packets have the argument told, which comes later in the packet"""

    class Before(Packet):
        a: packets[Element] = count(1)
        told: flag
        spare: u7

    class Odd(Before):
        a: packets[Yes | No] = count(1)  # type: ignore[assignment]  # other elements


@refused
def address_in_a_union() -> None:
    """Odd.a: Multicast cannot be told from others: IPv4Address('224.0.0.1') cannot stand in an expression"""

    class Odd(Packet):
        a: packets[Multicast | AnyHost] = rest()


@refused
def end_with_a_field() -> None:
    """Odd.a: OpenEnd is written behind the list, so all its fields are const(...)"""

    class Odd(Packet):
        a: packets[Any] = until(OpenEnd)


@refused
def end_that_is_no_packet() -> None:
    """Odd.a: a list of packets ends with a packet, not with 0"""

    class Odd(Packet):
        a: packets[Any] = until(0)


@refused
def end_that_is_no_value() -> None:
    """Odd.a: its end 0 cannot be written: needs bytes, got 0"""

    class Odd(Packet):
        a: Strings = until(0)


@refused
def end_of_numbers() -> None:
    """Odd.a: its size is not given"""

    class Odd(Packet):
        a: Numbers = until(0)


@refused
def end_without_guard() -> None:
    """Odd.a: Element takes every packet, so that none after it is ever chosen"""

    class Odd(Packet):
        a: packets[Any] = until(Element)


# -- functions for the hot path


class Trailed(Packet):
    a: u8
    body: Raw = rest(default=b"")
    crc: u16


class Compressing(Packet):
    name: Pointed


@refused
def writer_of_an_end() -> object:
    """Trailed: a writer writes what precedes a body, and behind the body there is more"""
    return writer(Trailed)


@refused
def appender_of_an_end() -> object:
    """Trailed: an appender writes what precedes a body, and behind the body there is more"""
    return appender(Trailed)


@refused
def writer_of_names() -> object:
    """Compressing: a writer does not know the message in which names are compressed"""
    return writer(Compressing)


@refused
def unguarded_classifier() -> object:
    """Classifier[A | Untagged]: A takes every packet"""
    return Classifier[A | Untagged]()


@refused
def told_records() -> object:
    """Records[Yes | No]: Yes needs arguments, which a list has not"""
    return Records[Yes | No]().parse(b"", 0, 0)


@pytest.mark.parametrize("definition", CASES, ids=lambda each: each.__name__)
def test_refused(definition: Callable[[], object]) -> None:
    with pytest.raises(TypeError) as caught:
        definition()
    message = str(caught.value)
    assert message.startswith(str(definition.__doc__).strip())
    if message.startswith("Odd.") and "tga" not in message:
        place = message.splitlines()[-1]
        assert "test_refused.py" in place
        assert place.split(": ", 2)[1].startswith(message[4:].partition(":")[0])
