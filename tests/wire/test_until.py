"""Lists up to what ends them: a packet behind packets, or a value behind values."""

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
    arg,
    const,
    derived,
    field,
    packets,
    rest,
    sized,
    tail,
    total,
    u8,
    u16,
    until,
)
from foxpy.wire.codecs import Counted
from tests.support.packets import check_laws, refusal

Labels = Annotated[FieldAs[tuple[bytes, ...], Sequence[bytes]], ListOf(Counted(UInt(8)))]


class Option(Packet):
    code: u8


class Pad(Option):
    code: u8 = const(0)


class End(Option):
    code: u8 = const(255)


class Mode(Option):
    """Two constants: only together do they tell it."""

    code: u8 = const(7)
    mode: u8 = const(1)


class Other(Option):
    length: u8 = derived()
    data: Raw = sized(length, default=b"")


class LongEnd(Option):
    """An end of more than one byte, which has to be whole."""

    code: u8 = const(254)
    magic: u16 = const(0xCAFE)


class Options(Packet):
    first: u16 = field(default=0)
    options: packets[Pad | Other] = until(End, default=())
    behind: u8 = field(default=9)
    more: packets[Pad | Other] = until(LongEnd, default=())
    body: Body = rest(default=b"")


class Names(Packet):
    length: u16 = total()
    name: Labels = until(b"", default=())
    alias: Labels = until(b"\0", default=())
    number: u8 = field(default=1)


class Wide(Option):
    """An option that is told the width of its number by the packet that it is in."""

    code: u8 = const(1)
    wide: arg[int] = field()
    data: Raw = sized(wide)


class Told(Packet):
    wide: u8 = field(max=4)
    numbers: packets[Wide | Option] = until(Pad, default=())
    trailer: Raw = rest(default=b"")


class Trailed(Packet):
    options: packets[Pad | Other] = until(End, default=())
    body: Raw = rest(default=b"")
    crc: Raw = tail(2)


ALL = (Options, Names, Told, Trailed)


@settings(max_examples=30)
@given(st.data())
@pytest.mark.parametrize("packet", ALL)
def test_laws(packet: type[Packet], data: st.DataObject) -> None:
    check_laws(packet, data)


def test_the_end_is_written_and_not_in_the_list() -> None:
    packet = Options(options=[Pad(), Other(code=3, data=b"x")], more=[Pad()], body=b"!")
    assert packet.build().hex() == "000000030178ff0900fecafe21"
    assert Options().build().hex() == "0000ff09fecafe"
    assert Options.parse(packet.build()).options == (Pad(), Other(code=3, data=b"x"))
    assert Options.parse(packet.build()).more == (Pad(),)


def test_an_end_of_values() -> None:
    packet = Names(name=[b"a", b"bc"], alias=[b"", b"x"])
    assert packet.build().hex() == "000e016102626300000178010001"
    assert Names.view(packet.build()).name == (b"a", b"bc")
    assert Names().build().hex() == "000600010001"


def test_a_missing_end() -> None:
    assert refusal(Trailed, b"\0\0\0") == "Truncated: Trailed.options[3] > Option: needs 1 bytes, 0 left (byte 3)"
    assert refusal(Trailed, b"\0" * 5000).startswith("Truncated: Trailed.options[5000] > ")
    assert refusal(Trailed, b"") == "Truncated: Trailed.options[0] > Option: needs 1 bytes, 0 left (byte 0)"
    assert refusal(Options, b"\0\0\xff\x09\xfe\xca") == (
        "Truncated: Options.more[0] > LongEnd: needs 3 bytes, 2 left (byte 4)"
    )
    assert refusal(Options, b"\0\0\xff\x09\xfe\xca\xff") == (
        "Malformed: Options.more[0] > LongEnd.magic: 51967, not 51966 (byte 5)"
    )
    assert refusal(Names, b"\0\6\1a\1b") == "Malformed: Names.name[2]: no bytes left (byte 6)"


@pytest.mark.parametrize(
    "build",
    [
        lambda: Options(options=[Pad(), Other(code=255)]),
        lambda: Options(more=[Other(code=254, data=b"x")]),
        lambda: Names(name=[b"a", b"", b"b"]),
        lambda: Names(alias=[b"\0"]),
        lambda: Told(wide=0, numbers=[Option(code=0)]),
    ],
)
def test_what_would_end_the_list_is_not_taken(build: object) -> None:
    assert callable(build)
    with pytest.raises(OutOfRange, match=r"\[\d\]: reads as the list's end$"):
        build()


def test_elements_are_told_their_arguments() -> None:
    told = Told.parse(b"\2" + b"\1ab\1cd\5\0" + b"t")
    assert told.numbers == (Wide(wide=2, data=b"ab"), Wide(wide=2, data=b"cd"), Option(code=5))
    assert told.trailer == b"t"
    assert refusal(Told, b"\2" + b"\1abc\1") == "Truncated: Told.numbers[2] > Wide.data: 2 bytes, 0 left (byte 6)"
