"""The bitmap of record types against RFC 4034, section 4.1.2."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.dns.bitmap import TypesCodec
from foxpy.layers.dns.numbers import RecordType
from foxpy.wire import Malformed, OutOfRange, Truncated

types = TypesCodec()

EXAMPLE = bytes.fromhex("000640010000000304 1b") + bytes(26) + b"\x20"
"""Section 4.3: A, MX, RRSIG, NSEC and TYPE1234."""


def read(data: bytes) -> tuple[int, ...]:
    found, stop = types.read(data, 0, len(data), 0)
    assert stop == len(data)
    return found


def written(*numbers: int) -> bytes:
    out = bytearray()
    types.write(out, types.check(numbers), {})
    return bytes(out)


def test_the_example() -> None:
    assert read(EXAMPLE) == (1, 15, 46, 47, 1234)
    assert repr(read(EXAMPLE)[:2]) == f"({RecordType.A!r}, {RecordType.MX!r})"
    assert written(1234, RecordType.NSEC, RecordType.A, RecordType.RRSIG, RecordType.MX, 1) == EXAMPLE


@given(types.strategy())
def test_what_is_written_is_read_back(numbers: tuple[int, ...]) -> None:
    assert read(written(*numbers)) == numbers


@given(st.binary(max_size=40))
def test_what_is_read_is_written_just_so(data: bytes) -> None:
    try:
        numbers = read(data)
    except (Truncated, Malformed):
        return
    assert written(*numbers) == data


def test_ends_of_windows() -> None:
    assert written() == b""
    assert written(0) == b"\0\1\x80"
    assert written(255, 256, 65535) == b"\0\x20" + bytes(31) + b"\1" + b"\1\1\x80" + b"\xff\x20" + bytes(31) + b"\1"
    assert types.check([5, 1, 5]) == (1, 5)


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        (b"\0\0", r"a window of 0 bytes \(1\.\.32\) \(byte 1\)"),
        (b"\0\x21" + bytes(32) + b"\1", r"a window of 33 bytes"),
        (b"\0\2\1\0", r"a window ends in a zero byte \(byte 3\)"),
        (b"\1\1\1\0\1\1", r"window 0 behind window 1 \(byte 3\)"),
        (b"\1\1\1\1\1\1", r"window 1 behind window 1"),
    ],
)
def test_what_is_no_bitmap(data: bytes, fact: str) -> None:
    with pytest.raises(Malformed, match=fact):
        read(data)


def test_a_bitmap_that_is_cut_off() -> None:
    with pytest.raises(Truncated, match=r"1 left \(byte 3\)"):
        read(b"\0\1\1\1")
    with pytest.raises(Truncated, match=r"a window of 2 bytes, 1 left \(byte 1\)"):
        read(b"\0\2\1")


def test_what_is_no_type() -> None:
    with pytest.raises(OutOfRange, match=r"65536 does not fit in 16 bits \(0\.\.65535\)"):
        types.check([65536])
    with pytest.raises(OutOfRange, match="-1 does not fit"):
        types.check([-1])
    with pytest.raises(TypeError, match="needs record types, got 'A'"):
        types.check(cast("list[int]", ["A"]))
