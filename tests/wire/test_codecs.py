"""Codecs for byte strings and text: what they read, write and refuse, alone."""

from __future__ import annotations

from typing import TypeVar, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.wire import Buffer, Codec, Malformed, OutOfRange, Truncated, UInt
from foxpy.wire.codecs import Counted, Padded, Text, TextZ

T = TypeVar("T")

CODECS: list[Codec[object]] = [
    cast("Codec[object]", codec)
    for codec in (
        Counted(UInt(8)),
        Counted(UInt(24)),
        Counted(UInt(8), least=3),
        Counted(UInt(32, little=True)),
        Text(UInt(16)),
        Text(UInt(8), "ascii"),
        Text(UInt(8), "latin-1"),
        Text(UInt(8), least=2),
        Text(UInt(8), errors="surrogateescape"),
        TextZ(),
        TextZ("ascii", "surrogateescape"),
        Padded(1),
        Padded(16),
    )
]


def written(codec: Codec[T], value: T) -> bytes:
    out = bytearray(b"front")
    codec.write(out, codec.check(value), {})
    assert out[:5] == b"front"
    return bytes(out[5:])


def read(codec: Codec[T], data: Buffer) -> tuple[T, int]:
    return codec.read(data, 0, len(data), 0)


@pytest.mark.parametrize("codec", CODECS, ids=repr)
@given(data=st.data())
def test_what_is_written_is_read_back(codec: Codec[object], data: st.DataObject) -> None:
    value = data.draw(codec.strategy())
    built = written(codec, value)
    assert read(codec, built) == (value, len(built))
    assert codec.read(memoryview(b"abc" + built + b"xyz"), 3, len(built) + 6, 1) == (value, len(built) + 3)
    for size in range(len(built)):
        with pytest.raises(Truncated):
            codec.read(built, 0, size, 0)


@pytest.mark.parametrize("codec", [*CODECS, cast("Codec[object]", Text())], ids=repr)
@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(codec: Codec[object], data: bytes) -> None:
    try:
        value, stop = read(codec, data)
    except (Truncated, Malformed):
        return
    assert 0 <= stop <= len(data)
    assert read(codec, written(codec, value))[0] == value


def test_counted() -> None:
    assert written(Counted(UInt(32)), b"testing").hex() == "0000000774657374696e67"  # RFC 4251, section 5
    assert written(Counted(UInt(16, little=True)), b"ab").hex() == "02006162"
    assert written(Counted(UInt(8)), b"") == b"\0"
    assert read(Counted(UInt(8)), bytearray(b"\2abc")) == (b"ab", 3)
    assert Counted(UInt(8)).check(cast(bytes, bytearray(b"x"))) == b"x"
    with pytest.raises(Truncated, match=r"^says 3 bytes, 2 left$"):
        read(Counted(UInt(8)), b"\3ab")
    with pytest.raises(Truncated, match=r"^needs 2 bytes for its length, 1 left$"):
        read(Counted(UInt(16)), b"\0")
    with pytest.raises(OutOfRange, match=r"^256 bytes: the length does not fit in 8 bits \(0\.\.255\)$"):
        Counted(UInt(8)).check(bytes(256))
    with pytest.raises(TypeError, match="needs bytes, got 'ab'"):
        Counted(UInt(8)).check(cast(bytes, "ab"))


def test_least() -> None:
    assert written(Counted(UInt(8), least=2), b"ab") == b"\2ab"
    assert read(Text(UInt(8), least=2), b"\2\xc3\xbc") == ("ü", 3)
    assert (Counted(UInt(16), least=2).minimum, Text(UInt(16), least=1).minimum) == (4, 3)
    with pytest.raises(Malformed, match=r"^says 1 bytes, 2 are the least$"):
        read(Counted(UInt(8), least=2), b"\1abc")
    with pytest.raises(Malformed, match=r"^says 1 bytes, 2 are the least$"):
        read(Text(UInt(8), least=2), b"\1abc")
    with pytest.raises(OutOfRange, match=r"^1 bytes, 2 are the least$"):
        Counted(UInt(8), least=2).check(b"a")
    with pytest.raises(OutOfRange, match=r"^1 bytes, 2 are the least$"):
        Text(UInt(8), least=2).check("a")
    with pytest.raises(TypeError, match="without size"):
        Text(least=1)


def test_text() -> None:
    assert written(Text(UInt(16, little=True)), "ü").hex() == "0200c3bc"
    assert written(Text(UInt(8), "latin-1"), "ü").hex() == "01fc"
    assert written(Text(), "fox") == b"fox"
    assert read(Text(), b"fox") == ("fox", 3)
    with pytest.raises(Malformed, match=r"^0xff is not utf-8 \(byte 2\)$"):
        read(Text(UInt(8)), b"\2a\xff")
    with pytest.raises(Malformed, match="0xed is not utf-8"):  # a surrogate on its own (RFC 3629, section 3)
        read(Text(), b"\xed\xa0\x80")
    with pytest.raises(Malformed, match="0xc3 is not ascii"):
        read(Text(encoding="ascii"), "ü".encode())
    with pytest.raises(OutOfRange, match="'ü' is not ascii"):
        Text(encoding="ascii").check("ü")
    with pytest.raises(OutOfRange, match="256 bytes: the length does not fit in 8 bits"):
        Text(UInt(8)).check("ü" * 128)
    with pytest.raises(TypeError, match="needs text, got b'x'"):
        Text().check(cast(str, b"x"))


def test_text_that_keeps_what_is_none() -> None:
    codec = Text(UInt(8), errors="surrogateescape")
    value, _ = read(codec, b"\3f\xfcr")
    assert value == "f\udcfcr"
    assert written(codec, value) == b"\3f\xfcr"
    with pytest.raises(OutOfRange, match="does not read back as it is"):
        codec.check("\udcc3\udcbc")  # together they are the bytes of a character
    with pytest.raises(OutOfRange, match="is not utf-8"):
        codec.check("\ud800")


def test_text_up_to_a_zero() -> None:
    assert written(TextZ(), "octet") == b"octet\0"
    assert read(TextZ(), b"octet\0rest") == ("octet", 6)
    with pytest.raises(Truncated, match=r"^no zero ends it in the 3 bytes that are left$"):
        TextZ().read(b"abc\0", 0, 3, 0)
    with pytest.raises(OutOfRange, match="has a zero in it"):
        TextZ().check("a\0b")
    for size in (0, 63, 64, 65, 191, 192, 193, 5000):
        assert read(TextZ(), memoryview(b"a" * size + b"\0b")) == ("a" * size, size + 1)
        with pytest.raises(Truncated):
            read(TextZ(), memoryview(b"a" * size))


def test_padded() -> None:
    assert written(Padded(4), b"ab") == b"ab\0\0"
    assert read(Padded(4), b"\0a\0\0b") == (b"\0a", 4)
    assert Padded(4).check(b"ab\0\0\0\0") == b"ab"
    with pytest.raises(Truncated, match=r"^4 bytes, 3 left$"):
        read(Padded(4), b"abc")
    with pytest.raises(OutOfRange, match=r"^5 bytes do not fit in 4$"):
        Padded(4).check(b"abcde")


@pytest.mark.parametrize("size", [UInt(4), UInt(8, boolean=True)])
def test_a_length_is_a_plain_integer_of_whole_bytes(size: UInt) -> None:
    for codec in (Counted, Text):
        with pytest.raises(TypeError, match="a plain integer of whole bytes"):
            codec(size)
    with pytest.raises(TypeError, match="at least one byte"):
        Padded(0)
