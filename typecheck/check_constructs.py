"""Of the packet language, what may be absent, lists, unions, codecs, enums and tails have types of their own."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from ipaddress import IPv4Address
from typing import Annotated, assert_never, assert_type

from foxpy.addresses import MacAddress
from foxpy.wire import (
    Classifier,
    Codec,
    Field,
    FieldAs,
    ListOf,
    Mutable,
    Octets,
    Packet,
    Raw,
    UInt,
    arg,
    computed,
    const,
    count,
    derived,
    field,
    flag,
    last_u8,
    oneof,
    packets,
    present,
    rest,
    size_of,
    sized,
    tail,
    u7,
    u8,
    u16,
    until,
)
from foxpy.wire.codecs import Counted, Text


class Kind(IntEnum):
    ONE = 1
    TWO = 2


class Colour(IntEnum):
    RED = 1


KindField = Annotated[Field[Kind], UInt(8, kind=Kind)]
OptU16 = Annotated[Field["int | None"], UInt(16)]
OptHost = Annotated[FieldAs["IPv4Address | None", "IPv4Address | bytes | None"], Octets(4, IPv4Address)]
String = Annotated[Field[bytes], Counted(UInt(8))]
Name = Annotated[Field[str], Text(UInt(8))]
Numbers = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(16))]
Strings = Annotated[FieldAs[tuple[bytes, ...], Sequence[bytes]], ListOf(Counted(UInt(8)))]


class Element(Packet):
    code: u8


class End(Element):
    code: u8 = const(0)


class Short(Element):
    code: u8 = const(1)


class Long(Element):
    data: String


class Stranger(Packet):
    code: u8


class Sample(Packet):
    """A packet that is right."""

    secure: arg[bool] = field(default=False)
    padded: flag = derived()
    has_port: flag = derived()
    spare: Annotated[Field[int], UInt(6)] = field(default=0, max=3)
    number: u8 = derived()
    kind: KindField = field(default=Kind.ONE)
    port: OptU16 = present(has_port, default=None)
    host: OptHost = present(secure, default=None)
    name: Name = field(default="fox")
    numbers: Numbers = count(number * 2, default=(), max=8)
    list: packets[Short | Long] = until(End, default=())
    one: oneof[Short | Long] = field(default=Short())
    size: u16 = computed(size_of(name) + 2)
    body: Raw = rest(default=b"", min=0)
    padding: Raw = tail(last_u8(padded), default=b"")


# -- defaults and what they are of


class TextIfPresent(Packet):
    flag: u8 = derived()
    port: OptU16 = present(flag, default="80")  # type: ignore[arg-type]


class NumberForBytes(Packet):
    padded: u8 = field()
    padding: Raw = tail(padded, default=0)  # type: ignore[arg-type]


class TextsForNumbers(Packet):
    number: u8 = derived()
    numbers: Numbers = count(number, default=("1",))  # type: ignore[arg-type]


class StrangersForElements(Packet):
    list: packets[Short | Long] = until(End, default=(Stranger(code=1),))  # type: ignore[arg-type]


class StrangerForOne(Packet):
    one: oneof[Short | Long] = field(default=Stranger(code=1))  # type: ignore[arg-type]


class TextForBytes(Packet):
    name: String = field(default="fox")  # type: ignore[arg-type]


class BytesForText(Packet):
    name: Name = field(default=b"fox")  # type: ignore[arg-type]


class OtherEnum(Packet):
    kind: KindField = field(default=Colour.RED)  # type: ignore[arg-type]


class NumberForEnum(Packet):
    kind: KindField = field(default=1)  # type: ignore[arg-type]


class ConstantOfAnotherEnum(Packet):
    kind: KindField = const(Colour.RED)  # type: ignore[arg-type]


class ConstantText(Packet):
    name: String = const("fox")  # type: ignore[arg-type]


class NothingForANumber(Packet):
    port: u16 = field(default=None)  # type: ignore[arg-type]


class TextAsBound(Packet):
    port: u16 = field(min="1")  # type: ignore[call-overload]


# -- what sizes, numbers, conditions and choices are made of


class CountOfBytes(Packet):
    name: String = field()
    numbers: Numbers = count(name)  # type: ignore[arg-type]


class CountOfText(Packet):
    numbers: Numbers = count("2")  # type: ignore[call-overload]


class SizeOfText(Packet):
    name: Name = field()
    body: Raw = sized(name * 2)  # type: ignore[operator]


class SizeOfKind(Packet):
    kind: KindField = field()
    body: Raw = sized(kind + 1)  # type: ignore[operator]


class TailOfBytes(Packet):
    name: String = field()
    body: Raw = rest()
    padding: Raw = tail(name)  # type: ignore[arg-type]


class TailOfAFlag(Packet):
    padded: flag = derived()
    spare: u7
    body: Raw = rest()
    padding: Raw = tail(padded)  # type: ignore[arg-type]


class LastOfANumber(Packet):
    padded: u8 = derived()
    body: Raw = rest()
    padding: Raw = tail(last_u8(padded))  # type: ignore[arg-type]


class PresentIfBytes(Packet):
    name: String = field()
    port: OptU16 = present(name)  # type: ignore[arg-type]


class ComputedFromBytes(Packet):
    name: String = field()
    size: u8 = computed(name)  # type: ignore[arg-type]


class ComputedText(Packet):
    size: u8 = field()
    name: String = computed(size)  # type: ignore[assignment]


class SizeOfANumber(Packet):
    size: u8 = field()
    body: Raw = sized(size_of(3))  # type: ignore[arg-type]


class ChosenByText(Packet):
    name: String = field()
    one: oneof[Short | Long] = rest(on=name)  # type: ignore[type-var]


class ChosenByEnum(Packet):
    kind: KindField = field()
    one: oneof[Short | Long] = rest(on=kind)


class DerivedText(Packet):
    name: Name = derived()  # type: ignore[assignment]


class GuardOfAnotherType(Sample, when=Sample.name.one_of(b"fox")):  # type: ignore[arg-type]
    pass


class GuardOfAnotherEnum(Sample, when=Sample.kind.one_of(Colour.RED)):  # type: ignore[arg-type]
    pass


above = Sample.spare >= 1
above_text = Sample.name >= 1  # type: ignore[operator]


class GuardByWhatMayBeAbsent(Sample, when=Sample.port.between(1, 2)):  # type: ignore[misc]
    pass


class Guarded(Sample, when=Sample.name.one_of("fox") & (Sample.spare > 1)):
    pass


class MisspeltTag(Packet, tga=1):  # type: ignore[call-arg]
    code: u8


class TextTag(Packet, tag="one"):  # type: ignore[arg-type]
    code: u8


# -- codecs


class WrongRead(Codec[int]):
    def read(self, buf: bytes | bytearray | memoryview, pos: int, end: int, origin: int) -> tuple[str, int]:  # type: ignore[override]
        return "", pos


class NoStrategy(Codec[int]):
    def read(self, buf: bytes | bytearray | memoryview, pos: int, end: int, origin: int) -> tuple[int, int]:
        return 0, pos

    def write(self, out: bytearray, value: int, names: dict[object, int]) -> None:
        out.append(value)


NoStrategy()  # type: ignore[abstract]
Counted(8)  # type: ignore[arg-type]
UInt(8, kind=int)  # type: ignore[arg-type]
ListOf(Short)  # type: ignore[arg-type]


# -- use


def building(mac: MacAddress, host: IPv4Address) -> None:
    Sample(port=80, host=host, kind=Kind.TWO, numbers=[1, 2], list=[Short(), Long(code=2, data=b"")])
    Sample(port=None, host=None, one=Long(code=2, data=b""))
    Sample(port="80")  # type: ignore[arg-type]
    Sample(host=mac)  # type: ignore[arg-type]
    Sample(kind=2)  # type: ignore[arg-type]
    Sample(kind=Colour.RED)  # type: ignore[arg-type]
    Sample(name=None)  # type: ignore[arg-type]
    Sample(numbers=["1"])  # type: ignore[list-item]
    Sample(numbers=1)  # type: ignore[arg-type]
    Sample(list=[End()])  # type: ignore[list-item]
    Sample(one=Stranger(code=1))  # type: ignore[arg-type]
    Sample(one=None)  # type: ignore[arg-type]
    Sample(padded=True)  # type: ignore[call-arg]
    Sample(number=1)  # type: ignore[call-arg]
    Sample(size=5)  # type: ignore[call-arg]
    Short(code=1)  # type: ignore[call-arg]


def reading(sample: Sample) -> None:
    assert_type(sample.port, int | None)
    assert_type(sample.kind, Kind)
    assert_type(sample.numbers, tuple[int, ...])
    assert_type(sample.list, tuple[Short | Long, ...])
    if sample.port is not None:
        assert_type(sample.port + 1, int)
    sample.port + 1  # type: ignore[operator]
    sample.host.packed  # type: ignore[union-attr]
    sample.one.data  # type: ignore[union-attr]
    sample.numbers.append(1)  # type: ignore[attr-defined]
    sample.port = 1  # type: ignore[arg-type]
    name: bytes = sample.name  # type: ignore[assignment]


class SampleMut(Sample, Mutable):
    pass


def changing(sample: SampleMut) -> None:
    sample.port = 80
    sample.kind = Kind.TWO
    sample.kind = Colour.RED  # type: ignore[assignment]
    sample.name = None  # type: ignore[assignment]
    sample.list = [Stranger(code=1)]  # type: ignore[list-item]


def every_member(sample: Sample) -> str:
    match sample.one:
        case Short():
            return "short"
        case Long():
            return "long"
        case never:
            assert_never(never)


def a_member_missing(sample: Sample) -> str:
    match sample.one:
        case Short():
            return "short"
        case never:
            assert_never(never)  # type: ignore[arg-type]


def an_element_missing(sample: Sample) -> None:
    for element in sample.list:
        match element:
            case Long():
                pass
            case never:
                assert_never(never)  # type: ignore[arg-type]


elements = Classifier[Short | Long]()


def a_class_missing(data: bytes) -> None:
    found = elements.parse(data)
    assert_type(found, Short | Long)
    if isinstance(found, Short):
        return
    assert_type(found, Long)
    found.port  # type: ignore[attr-defined]
