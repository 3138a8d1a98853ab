"""Fields of a codec: those that show where they end, those that have a size, constant ones, and guards on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.wire import (
    Body,
    Buffer,
    Classifier,
    Codec,
    Field,
    FieldAs,
    ListOf,
    OutOfRange,
    Packet,
    Raw,
    Truncated,
    UInt,
    const,
    count,
    derived,
    field,
    inet_checksum,
    rest,
    size_of,
    sized,
    tail,
    total,
    u8,
    u16,
)
from foxpy.wire.codecs import Counted, Padded, Text, TextZ
from tests.support.packets import check_laws, refusal

String = Annotated[Field[bytes], Counted(UInt(8))]
Name = Annotated[Field[str], Text(UInt(16, little=True))]
Word = Annotated[Field[str], TextZ("ascii")]
Label = Annotated[Field[bytes], Padded(4)]
All = Annotated[Field[str], Text()]
Strings = Annotated[FieldAs[tuple[bytes, ...], Sequence[bytes]], ListOf(Counted(UInt(8)))]


class VarintCodec(Codec[int]):
    """Seven bits a byte, the lowest first; the shortest form only."""

    @property
    def minimum(self) -> int:
        return 1

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[int, int]:
        value = shift = 0
        while pos < end and shift < 35:
            value |= (buf[pos] & 0x7F) << shift
            shift += 7
            pos += 1
            if not buf[pos - 1] & 0x80:
                return value, pos
        raise Truncated(f"no end within {shift // 7} bytes")

    def write(self, out: bytearray, value: int, names: dict[object, int]) -> None:
        if not 0 <= value < 1 << 35:
            raise OutOfRange(f"{value} does not fit in 35 bits")
        while value > 0x7F:
            out.append(value & 0x7F | 0x80)
            value >>= 7
        out.append(value)

    def strategy(self) -> st.SearchStrategy[int]:
        return st.integers(0, (1 << 35) - 1)


Varint = Annotated[Field[int], VarintCodec()]


class Several(Packet):
    """Codecs between fixed fields, one after the other, and last."""

    kind: u8
    user: String
    number: Varint
    host: Name = field(default="here")
    after: u16 = field(default=7)
    mode: Word
    label: Label = field(default=b"")


class InSizes(Packet):
    """Codecs that are to take just the bytes that they are given, before and behind one that is the rest."""

    length: u8 = derived()
    text: All = sized(length, pad=4)
    size: u8 = derived()
    word: Word = sized(size + 1)
    body: All = rest(default="")
    trailer: Raw = tail(2)
    last: u8 = field(default=1)


class Totalled(Packet):
    """Within a total and under a checksum."""

    length: u16 = total()
    check: u16 = inet_checksum("whole")
    user: String = field(default=b"fox")
    parts: Strings = rest(default=())


class BySizeOf(Packet):
    """Sized by what a codec takes, as in RTP's padding to 32 bits."""

    name: String = field()
    words: u8 = derived()
    padding: Raw = sized(words * 4 - 2 - size_of(name))
    body: Body = rest(default=b"")


class Lists(Packet):
    number: u8 = derived()
    names: Strings = count(number, default=())
    size: u16 = derived()
    more: Strings = sized(size, default=())


class Request(Packet):
    """A choice by a string that lies behind another."""

    user: String
    method: String = field()


class Password(Request):
    method: String = const(b"password")
    secret: String


class Key(Request):
    method: String = const(b"publickey")
    algorithm: String = field()
    blob: Body = rest()


class Other(Request):
    data: Raw = rest(default=b"")


request = Classifier[Password | Key | Other]()

ALL = (Several, InSizes, Totalled, BySizeOf, Lists, Password, Key, Other)


@settings(max_examples=30)
@given(st.data())
@pytest.mark.parametrize("packet", ALL)
def test_laws(packet: type[Packet], data: st.DataObject) -> None:
    check_laws(packet, data)


def test_a_codec_shows_where_it_ends() -> None:
    packet = Several(kind=1, user=b"ab", number=300, mode="x", label=b"l")
    assert packet.build().hex() == "01026162ac02040068657265000778006c000000"
    assert Several.MIN == 1 + 1 + 1 + 2 + 2 + 1 + 4
    assert Several.view(packet.build()).host == "here"


def test_what_does_not_use_its_size_is_malformed() -> None:
    assert InSizes(text="abc", word="z", trailer=b"TT").build().hex() == "0361626300017a00545401"
    assert refusal(InSizes, b"\0\2a\0bTT\1") == "Malformed: InSizes.word: takes 2 of 3 bytes (byte 2)"
    assert refusal(InSizes, b"\0\1abTT\1").startswith("Malformed: InSizes.word: no zero ends it")
    assert refusal(InSizes, b"\1\xff\0\0\0\0\0TT\1").startswith("Malformed: InSizes.text: 0xff is not utf-8")


def test_errors_have_the_place_in_the_callers_buffer() -> None:
    with pytest.raises(Truncated) as caught:
        Several.parse(b"??" + b"\1\xffab" + bytes(9), 2)
    error = caught.value
    assert (error.packet, error.field, error.offset, error.path) == ("Several", "user", 3, ())
    assert str(error) == "Several.user: says 255 bytes, 11 left (byte 3)"
    assert refusal(Several, b"\1\0" + b"\x80" * 12) == "Truncated: Several.number: no end within 5 bytes (byte 2)"
    assert refusal(Several, b"\1\0\1\0\0\0\1ab\0" + b"\0").startswith("Truncated: Several")


def test_what_cannot_be_written_is_named() -> None:
    with pytest.raises(OutOfRange, match=r"^Several\.number: 34359738368 does not fit in 35 bits$"):
        Several(kind=1, user=b"", number=1 << 35, mode="")
    with pytest.raises(OutOfRange, match=r"^Several\.mode: 'a\\x00' has a zero in it"):
        Several(kind=1, user=b"", number=1, mode="a\0")
    with pytest.raises(OutOfRange, match=r"^Several\.user: 256 bytes: the length does not fit in 8 bits"):
        Several(kind=1, user=bytes(256), number=1, mode="")
    with pytest.raises(TypeError, match=r"^Several\.user: 'x': needs bytes, got 'x'"):
        Several(kind=1, user="x", number=1, mode="")  # type: ignore[arg-type]  # the wrong twin of bytes
    with pytest.raises(TypeError, match=r"^Lists\.names: 'x': needs bytes, got 'x'"):
        Lists(names=["x"])  # type: ignore[list-item]  # the wrong twin of bytes
    with pytest.raises(OutOfRange, match=r"^BySizeOf\.words: the length of 'padding' is not a multiple of 4"):
        BySizeOf(name=b"abc", padding=b"").build()
    assert BySizeOf(name=b"a", padding=b"").words == 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\3fox\x08password\2no", Password(user=b"fox", secret=b"no")),
        (b"\0\x09publickey\1ablob", Key(user=b"", algorithm=b"a", blob=b"blob")),
        (b"\1x\4none!!", Other(user=b"x", method=b"none", data=b"!!")),
    ],
)
def test_choice_by_strings(data: bytes, expected: Packet) -> None:
    assert request.parse(data) == request.view(b"_" + data, 1) == expected
    assert expected.build() == data


def test_a_constant_codec_is_a_guard() -> None:
    assert refusal(Password, b"\0\4none\0") == "Malformed: Password.method: b'none', not b'password' (byte 1)"
    assert Password(user=b"", secret=b"").method == b"password"
