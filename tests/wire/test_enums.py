"""Numbers that have names, and wide booleans."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.wire import (
    Classifier,
    Field,
    Malformed,
    OutOfRange,
    Packet,
    Raw,
    UInt,
    const,
    derived,
    field,
    present,
    rest,
    sized,
)
from tests.support.packets import check_laws, refusal


class Kind(IntEnum):
    NONE = 0
    ONE = 1
    WIDE = 5


Closed = Annotated[Field[Kind], UInt(8, kind=Kind)]
Bits = Annotated[Field[Kind], UInt(3, kind=Kind)]
Open = Annotated[Field[int], UInt(5, kind=Kind, open=True)]
Little = Annotated[Field[Kind], UInt(32, little=True, kind=Kind)]
Wide = Annotated[Field[bool], UInt(24, boolean=True)]
LittleWide = Annotated[Field[bool], UInt(16, little=True, boolean=True)]
OptKind = Annotated[Field["Kind | None"], UInt(16, kind=Kind)]


class Sample(Packet):
    closed: Closed = field(default=Kind.ONE)
    bits: Bits = field(default=Kind.WIDE)
    still: Open = field(default=Kind.NONE, max=30)
    little: Little = field(default=Kind.ONE, min=1)
    wide: Wide = field(default=False)
    there: LittleWide = derived()
    kind: OptKind = present(there, default=None)
    size: Open = derived()
    spare: Bits = const(Kind.WIDE)
    data: Raw = sized(size, default=b"")


class Message(Packet):
    kind: Closed


class One(Message):
    kind: Closed = const(Kind.ONE)


class Others(Message, when=Message.kind.one_of(Kind.WIDE, Kind.NONE)):
    pass


class Rest(Message):
    data: Raw = rest(default=b"")


message = Classifier[One | Others | Rest]()


@settings(max_examples=30)
@given(st.data())
@pytest.mark.parametrize("packet", [Sample, One, Others, Rest])
def test_laws(packet: type[Packet], data: st.DataObject) -> None:
    check_laws(packet, data)


def test_members_and_their_numbers() -> None:
    packet = Sample(still=7, kind=Kind.WIDE, data=b"x")
    assert packet.build().hex() == "01a701000000000000010000050d78"
    for read in (Sample.parse(packet.build()), Sample.view(packet.build())):
        assert [type(each) for each in (read.closed, read.bits, read.still, read.little)] == [Kind, Kind, int, Kind]
        assert (read.kind, read.there, read.wide, read.size) == (Kind.WIDE, True, False, 1)
    assert type(Sample(still=1).still) is Kind
    assert type(Sample.parse(Sample(still=1).build()).still) is Kind
    assert repr(Sample(still=7).closed) == repr(Kind.ONE)


def test_unknown_numbers() -> None:
    built = Sample().build()
    assert refusal(Sample, b"\2" + built[1:]) == "Malformed: Sample.closed: 2 is no Kind (byte 0)"
    assert refusal(Sample, b"\1\xc0" + built[2:]) == "Malformed: Sample.bits: 6 is no Kind (byte 1)"
    assert refusal(Sample, built[:2] + b"\2" + built[3:]) == "Malformed: Sample.little: 2 is no Kind (byte 2)"
    assert refusal(Sample, built[:2] + b"\0" + built[3:]) == "Malformed: Sample.little: 0, not at least 1 (byte 2)"
    assert refusal(Sample, b"\1\xbf" + built[2:]) == "Malformed: Sample.still: 31, not at most 30 (byte 1)"
    kind = Sample(kind=Kind.ONE).build()
    assert refusal(Sample, kind[:11] + b"\1\1" + kind[13:]) == "Malformed: Sample.kind: 257 is no Kind (byte 11)"
    view = Sample.view(b"\2" + built[1:])
    with pytest.raises(Malformed, match=r"^Sample\.closed: 2 is no Kind \(byte 0\)$"):
        _ = view.closed
    assert view.bits is Kind.WIDE


def test_any_number_but_zero_is_true() -> None:
    built = bytearray(Sample(wide=True).build())
    assert built[6:9].hex() == "000001"
    built[6:9] = b"\x80\0\0"
    assert Sample.parse(bytes(built)).wide is Sample.view(built).wide is True
    assert Sample.parse(bytes(built)).build() == Sample(wide=True).build()


@pytest.mark.parametrize(
    ("fields", "error", "fact"),
    [
        ({"closed": 2}, OutOfRange, "Sample.closed: 2 is no Kind"),
        ({"closed": 300}, OutOfRange, "Sample.closed: 300 is no Kind"),
        ({"closed": "ONE"}, TypeError, "Sample.closed: 'ONE' is not of Kind"),
        ({"still": 32}, OutOfRange, "Sample.still: 32 does not fit in 5 bits (0..31)"),
        ({"still": 31}, OutOfRange, "Sample.still: 31, not at most 30"),
        ({"still": -1}, OutOfRange, "Sample.still: -1 does not fit in 5 bits (0..31)"),
        ({"little": Kind.NONE}, OutOfRange, "Sample.little: 0, not at least 1"),
        ({"kind": 7}, OutOfRange, "Sample.kind: 7 is no Kind"),
        ({"data": bytes(32)}, OutOfRange, "Sample.size: 32 does not fit in 5 bits (0..31)"),
    ],
)
def test_what_is_not_of_the_enum(fields: dict[str, object], error: type[Exception], fact: str) -> None:
    with pytest.raises(error) as caught:
        Sample(**fields).build()  # type: ignore[arg-type]  # a table of cases has no types
    assert str(caught.value) == fact


def test_choice_by_names() -> None:
    assert isinstance(message.parse(b"\1"), One)
    assert isinstance(message.view(b"\5"), Others)
    with pytest.raises(Malformed, match=r"^Message\.kind: 7 is no Kind \(byte 0\)$"):
        message.parse(b"\7")
    assert refusal(One, b"\5") == "Malformed: One.kind: 5, not 1 (byte 0)"
    with pytest.raises(OutOfRange, match=r"^Others\.kind: 1, but Others has kind in \(5, 0\)$"):
        Others(kind=Kind.ONE)
