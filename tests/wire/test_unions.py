"""Packets in packets: chosen by guards, by a tag that is derived from them, by arguments; in sizes, rests and lists."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.wire import (
    Field,
    FieldAs,
    OutOfRange,
    Packet,
    Raw,
    UInt,
    arg,
    const,
    count,
    derived,
    field,
    flag,
    oneof,
    packets,
    present,
    rest,
    sized,
    tail,
    total,
    u7,
    u8,
    u16,
    u32,
)
from foxpy.wire.encodings import OneOf
from foxpy.wire.laws import check_value
from tests.support.packets import check_laws, refusal


class Kind(IntEnum):
    ADDRESS = 1
    ALIAS = 2
    NOTE = 3


KindField = Annotated[Field[Kind], UInt(16, kind=Kind)]
OptU16 = Annotated[Field["int | None"], UInt(16)]


class Address(Packet, tag=Kind.ADDRESS):
    number: u32


class Alias(Packet, tag=Kind.ALIAS):
    size: u8 = derived()
    name: Raw = sized(size)
    wide: flag = derived()
    spare: u7 = field(default=0)
    port: OptU16 = present(wide)


class Unknown(Packet):
    kind: arg[int]
    data: Raw = rest(default=b"")


class Record(Packet):
    """As in DNS: the tag is derived from what is in it."""

    kind: u16 = derived()
    size: u8 = derived()
    value: oneof[Address | Alias | Unknown] = sized(size, on=kind)
    after: u8 = field(default=9)


class Given(Packet):
    """The tag is the caller's, and what is in it has to agree."""

    kind: KindField = field()
    value: oneof[Address | Alias | Unknown] = rest(on=kind)
    check: u16 = field(default=0)
    trailer: Raw = tail(3)


class Records(Packet):
    number: u8 = derived()
    records: packets[Record] = count(number, default=())
    more: packets[Record] = rest(default=())


class Shape(Packet):
    kind: u8


class Dot(Shape):
    kind: u8 = const(1)


class Line(Shape, when=Shape.kind.between(2, 9)):
    ends: u16


class AnyShape(Shape):
    size: u8 = derived()
    data: Raw = sized(size, default=b"")


OptShape = Annotated[FieldAs["Dot | Line | AnyShape | None", "Dot | Line | AnyShape | None"], OneOf()]


class Drawing(Packet):
    """Unions that show themselves where they end, one of them optional."""

    total: u16 = total()
    first: oneof[Dot | Line | AnyShape] = field()
    more: flag = derived()
    spare: u7 = field(default=0)
    second: OptShape = present(more, default=None)
    last: oneof[Shape] = field(default=Shape(kind=200))


class Inner(Packet):
    """What an argument decides: it is told by the packet around it."""

    secure: arg[bool]
    number: u8


class Sealed(Inner):
    secure: arg[bool] = const(True)
    mac_size: arg[int] = field()
    body: Raw = rest(default=b"")
    mac: Raw = tail(mac_size, default=b"")


class Open(Inner):
    body: Raw = rest(default=b"")


class Envelope(Packet):
    mac_size: arg[int]
    secure: flag
    spare: u7 = field(default=0)
    inner: oneof[Sealed | Open] = rest()


class AnItem(Packet):
    secure: arg[bool]
    first: u8 = const(0)


class SealedItem(AnItem):
    secure: arg[bool] = const(True)
    key: u16


class OpenItem(AnItem):
    pass


class Bag(Packet):
    """Elements of a list are told as well, by a field of the packet around it that is derived from another."""

    secure: flag = derived()
    number: u7 = derived()
    stamp: OptU16 = present(secure)
    size: u8 = derived()
    near: packets[SealedItem | OpenItem] = count(number, default=())
    far: packets[SealedItem | OpenItem] = sized(size, default=())


class Deep3(Packet):
    secure: arg[bool]
    items: packets[SealedItem | OpenItem] = rest(default=())


class Deep(Packet):
    """An argument of an argument: the packet between only hands it on."""

    secure: flag
    spare: u7 = field(default=0)
    inner: oneof[Deep3] = rest()
    end: u8 = field(default=0xFF)


ALL = (Record, Given, Records, Drawing, Bag, Deep, Dot, Line)


@settings(max_examples=30)
@given(st.data())
@pytest.mark.parametrize("packet", ALL)
def test_laws(packet: type[Packet], data: st.DataObject) -> None:
    check_laws(packet, data)


@given(st.data(), st.integers(0, 5))
def test_laws_with_an_argument(data: st.DataObject, size: int) -> None:
    check_laws(Envelope, data, mac_size=size)


def test_a_tag_is_derived_from_what_is_inside() -> None:
    assert Record(value=Address(number=7)).build().hex() == "0001040000000709"
    assert Record(value=Alias(name=b"ab", port=80)).build().hex() == "00020602616280005009"
    other = Record(value=Unknown(kind=77, data=b"!"))
    assert (other.build().hex(), other.kind, other.size) == ("004d012109", 77, 1)
    parsed = Record.parse(other.build())
    assert isinstance(parsed.value, Unknown)
    assert parsed.value.kind == 77
    with pytest.raises(OutOfRange, match=r"^Record\.kind: 65536 does not fit in 16 bits"):
        Record(value=Unknown(kind=65536)).build()


def test_a_given_tag_has_to_agree() -> None:
    assert Given(kind=Kind.NOTE, value=Unknown(kind=3), trailer=b"end").build().hex() == "00030000656e64"
    with pytest.raises(OutOfRange, match=r"^Given\.value: its tag is 1, but kind is 2$"):
        Given(kind=Kind.ALIAS, value=Address(number=1), trailer=b"end").build()
    assert refusal(Given, b"\0\4" + bytes(9)) == "Malformed: Given.kind: 4 is no Kind (byte 0)"


def test_a_union_uses_its_size() -> None:
    assert refusal(Record, b"\0\1\5" + bytes(6)) == "Malformed: Record.value: Address takes 4 of 5 bytes (byte 3)"
    assert refusal(Record, b"\0\1\3" + bytes(6)) == "Malformed: Record.value > Address: needs 4 bytes, 3 left (byte 3)"
    assert refusal(Record, b"\0\2\4\2ab\x80\0\0\0") == (
        "Malformed: Record.value > Alias.port: needs 2 bytes, 0 left (byte 7)"
    )


def test_errors_name_the_way_to_the_field() -> None:
    data = b"\0" + Record(value=Address(number=7)).build() + b"\0\2\3\5abX"
    assert refusal(Records, data) == (
        "Malformed: Records.more[1] > Record.value > Alias.name: 5 bytes, 2 left (byte 13)"
    )


def test_shapes_that_show_where_they_end() -> None:
    drawing = Drawing(first=Line(kind=3, ends=5), second=AnyShape(kind=0, data=b"ab"))
    assert drawing.build().hex() == "000b0300058000026162c8"
    assert Drawing(first=Dot()).build().hex() == "00050100c8"
    assert Drawing.MIN == 5
    assert refusal(Drawing, b"\0\5\x80\0\1") == "Malformed: Drawing.last > Shape: needs 1 bytes, 0 left (byte 5)"


def test_only_members_are_taken() -> None:
    with pytest.raises(TypeError, match=r"^Record\.value: Dot\(\) is none of Address \| Alias \| Unknown$"):
        Record(value=Dot())  # type: ignore[arg-type]  # the wrong twin of Address
    with pytest.raises(TypeError, match=r"^Bag\.near: Dot\(\) is none of SealedItem \| OpenItem$"):
        Bag(stamp=None, near=[Dot()])  # type: ignore[list-item]  # the wrong twin of OpenItem


def test_arguments_are_told_by_name() -> None:
    data = b"\x80\7bodyMAC"
    envelope = Envelope.parse(data, mac_size=3)
    assert isinstance(envelope.inner, Sealed)
    assert (envelope.inner.secure, envelope.inner.mac_size, envelope.inner.mac) == (True, 3, b"MAC")
    opened = Envelope.view(b"\0" + data[1:], mac_size=3).inner
    assert isinstance(opened, Open)
    assert (opened.secure, opened.body) == (False, b"bodyMAC")


def test_what_is_inside_agrees_with_what_it_will_be_told() -> None:
    right = Envelope(mac_size=1, secure=True, inner=Sealed(mac_size=1, number=2, mac=b"!"))
    check_value(right)
    for wrong in (
        Envelope(mac_size=1, secure=False, inner=Sealed(mac_size=1, number=2, mac=b"!")),
        Envelope(mac_size=2, secure=True, inner=Sealed(mac_size=1, number=2, mac=b"!")),
        Envelope(mac_size=1, secure=True, inner=Open(secure=False, number=2)),
    ):
        with pytest.raises(OutOfRange, match=r"^Envelope\.inner: "):
            wrong.build()


def test_a_list_is_told_what_is_derived() -> None:
    bag = Bag(stamp=1, near=[SealedItem(key=2)], far=[SealedItem(key=3), SealedItem(key=4)])
    assert bag.build().hex() == "81000106000002000003000004"
    with pytest.raises(OutOfRange, match=r"^Bag\.far: "):
        Bag(stamp=1, far=[OpenItem(secure=False)]).build()


def test_views_share_the_buffer() -> None:
    buffer = bytearray(b"\0\1\4\0\0\0\7\x09")
    view = Record.view(buffer)
    buffer[6] = 8
    assert view.value == Address(number=8)
