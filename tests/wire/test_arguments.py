"""Arguments that packets inside are told by name, of every type; guards on what is of variable size; odd names."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.wire import (
    Body,
    Classifier,
    Field,
    FieldAs,
    Octets,
    OutOfRange,
    Packet,
    Raw,
    UInt,
    arg,
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
from foxpy.wire.codecs import Counted, Text
from foxpy.wire.laws import check_value
from tests.support.packets import check_laws, refusal

Host = Annotated[FieldAs[IPv4Address, IPv4Address | bytes], Octets(4, IPv4Address)]
Name = Annotated[Field[str], Text(UInt(8))]
String = Annotated[Field[bytes], Counted(UInt(8))]
OptU16 = Annotated[Field["int | None"], UInt(16)]


class Told(Packet):
    """Told a number, bytes, text and an address."""

    width: arg[int]
    cookie: arg[bytes]
    name: arg[str]
    host: arg[IPv4Address] = field()
    data: Raw = rest(default=b"")


class Teller(Packet):
    """Tells what it has: a derived number, bytes of variable size, a codec's text and an address."""

    host: Host
    width: u8 = derived()
    cookie: Raw = sized(width, pad=2)
    name: Name = field()
    inner: oneof[Told] = rest()


class Element(Packet):
    cookie: arg[bytes]
    width: arg[int] = field()
    data: Raw = sized(width)
    last: u8 = field(default=0)


class Eager(Packet):
    """Elements that are read at once are told what would otherwise be read later."""

    width: u8 = field(max=4)
    size: u8 = derived()
    cookie: Raw = sized(size)
    number: u8 = derived()
    elements: packets[Element] = count(number, default=())


class Data(Packet):
    """All the shapes are told their tag, though only the last needs it."""

    kind: arg[int]


class Short(Data, tag=1):
    number: u8


class Long(Data, tag=2):
    number: u16


class Unknown(Data):
    data: Raw = rest(default=b"")


class Tagged(Packet):
    kind: u8 = derived()
    value: oneof[Short | Long | Unknown] = rest(on=kind)


class Request(Packet):
    size: u8 = derived()
    method: Raw = sized(size)


class Get(Request, when=Request.method.one_of(b"GET", b'"{}"')):
    path: Raw = rest(default=b"")


class Put(Request, when=Request.method.one_of(b"PUT") & (Request.size > 2)):
    body: Body = rest(default=b"")


class Other(Request):
    pass


class Oddly(Packet):
    """Names that generated code and the language itself use as well."""

    kind: Host
    tag: Body = rest(default=b"")
    key: Host = field(default=b"abcd")
    spec: Host = field(default=b"abcd")
    layout: Host = field(default=b"abcd")
    program: u8 = field(default=1)
    origin: Host = field(default=b"abcd")
    b: u8 = field(default=2)
    buf: u8 = field(default=3)
    type: u8 = field(default=4)


ALL = (Tagged, Get, Put, Other, Oddly)


@settings(max_examples=30)
@given(st.data())
@pytest.mark.parametrize("packet", ALL)
def test_laws(packet: type[Packet], data: st.DataObject) -> None:
    check_laws(packet, data)


def test_what_is_told() -> None:
    host = IPv4Address("10.0.0.1")
    inner = Told(width=3, cookie=b"abc", name="fox", host=host, data=b"!")
    teller = Teller(host=host, cookie=b"abc", name="fox", inner=inner)
    check_value(teller)
    for read in (Teller.parse(teller.build()), Teller.view(teller.build())):
        told = read.inner
        assert (told.width, told.cookie, told.name, told.host, told.data) == (3, b"abc", "fox", host, b"!")
    for wrong in (
        Told(width=2, cookie=b"abc", name="fox", host=host),
        Told(width=3, cookie=b"abd", name="fox", host=host),
        Told(width=3, cookie=b"abc", name="dog", host=host),
        Told(width=3, cookie=b"abc", name="fox", host=IPv4Address("10.0.0.2")),
    ):
        with pytest.raises(OutOfRange, match=r"^Teller\.inner: Told has "):
            Teller(host=host, cookie=b"abc", name="fox", inner=wrong).build()


def test_elements_that_are_read_at_once() -> None:
    data = b"\2\3key\2ab\1cd\2"
    for read in (Eager.parse(data), Eager.view(data)):
        assert read.elements == (
            Element(cookie=b"key", width=2, data=b"ab", last=1),
            Element(cookie=b"key", width=2, data=b"cd", last=2),
        )
        assert {element.cookie for element in read.elements} == {b"key"}
        assert read.build() == data
    assert refusal(Eager, b"\2\3key\2ab\1c") == (
        "Truncated: Eager.elements[1] > Element.data: 2 bytes, 1 left (byte 9)"
    )


def test_shapes_are_told_their_tag() -> None:
    assert Tagged.parse(b"\2\0\7").value == Long(kind=2, number=7)
    assert Tagged.parse(b"\1\7").value.kind == 1
    assert Tagged.view(b"\x09ab").value.kind == 9


def test_guards_on_bytes_of_variable_size() -> None:
    requests = Classifier[Get | Put | Other]()
    assert requests.parse(b"\3GET/") == Get(method=b"GET", path=b"/")
    assert isinstance(requests.view(b"!\3PUT", 1), Put)
    assert isinstance(requests.view(b"\3POT"), Other)
    assert refusal(Get, b"\3PUT") == ("Malformed: Get.method: b'PUT', but Get has method in (b'GET', b''{}'') (byte 1)")
    with pytest.raises(OutOfRange, match=r"^Get\.method: b'PUT', but Get has"):
        Get(method=b"PUT")
    with pytest.raises(OutOfRange, match=r"^Put\.method: b'GET', but Put has"):
        Put(method=b"GET").build()


def test_names_that_are_used_elsewhere() -> None:
    packet = Oddly(kind=b"\1\2\3\4", tag=b"!")
    assert packet == Oddly(kind=IPv4Address("1.2.3.4"), tag=b"!")
    assert packet != Oddly(kind=IPv4Address("1.2.3.5"), tag=b"!")
    assert hash(packet) == hash(Oddly.view(packet.build()))
