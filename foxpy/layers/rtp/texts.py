"""Texts of RTCP, each filled up with zeros to a multiple of 4 bytes (RFC 3550, sections 6.5 and 6.6)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from foxpy.wire import Buffer, Codec, OutOfRange, Truncated

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

WORD = 4


class ItemKind(IntEnum):
    """What an item says of a source (RFC 3550, section 6.5)."""

    CNAME = 1
    """Its name in all sessions, for good: the one item that all sources send."""
    NAME = 2
    EMAIL = 3
    PHONE = 4
    LOC = 5
    TOOL = 6
    NOTE = 7
    PRIV = 8
    """Begins with a prefix, which has a byte of length of its own."""


class Item(NamedTuple):
    """One thing that is said of a source."""

    kind: int
    """An ItemKind, or another number from 1 to 255."""
    text: bytes
    """At most 255 bytes, UTF-8."""


class Items(Codec[tuple[Item, ...]]):
    """Items up to a zero byte: what is said of one source."""

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[tuple[Item, ...], int]:
        found, at = [], pos
        while True:
            if at >= end:
                raise Truncated("no zero byte behind the items")
            kind = buf[at]
            if not kind:
                break
            text, at = _text(buf, at + 1, end)
            found.append(Item(kind, text))
        return tuple(found), _aligned(pos, at + 1, end)

    def write(self, out: bytearray, value: tuple[Item, ...], names: dict[object, int]) -> None:
        start = len(out)
        for kind, text in value:
            out.append(kind)
            out.append(len(text))
            out += text
        out += bytes(WORD - (len(out) - start) % WORD)

    def check(self, value: Sequence[Item]) -> tuple[Item, ...]:
        items = tuple(Item(kind, bytes(text)) for kind, text in value)
        for kind, text in items:
            if not 1 <= kind <= 255:
                raise OutOfRange(f"an item of kind {kind}, not 1..255")
            _check(text)
        return items

    def strategy(self) -> SearchStrategy[tuple[Item, ...]]:
        from hypothesis import strategies as st

        return st.lists(st.builds(Item, st.integers(1, 255), st.binary(max_size=20)), max_size=4).map(tuple)


class Reason(Codec[bytes]):
    """At most 255 bytes, UTF-8, behind a byte that is their number."""

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[bytes, int]:
        text, after = _text(buf, pos, end)
        return text, _aligned(pos, after, end)

    def write(self, out: bytearray, value: bytes, names: dict[object, int]) -> None:
        out.append(len(value))
        out += value
        out += bytes(-(1 + len(value)) % WORD)

    def check(self, value: bytes) -> bytes:
        _check(value)
        return bytes(value)

    def strategy(self) -> SearchStrategy[bytes]:
        from hypothesis import strategies as st

        return st.binary(max_size=40)


def _text(buf: Buffer, pos: int, end: int) -> tuple[bytes, int]:
    if pos >= end:
        raise Truncated("needs a byte for its length, 0 left")
    after = pos + 1 + buf[pos]
    if after > end:
        raise Truncated(f"says {buf[pos]} bytes, {end - pos - 1} left")
    return bytes(buf[pos + 1 : after]), after


def _aligned(start: int, at: int, end: int) -> int:
    """The position behind the zeros that follow; what they are is not looked at."""
    after = at + -(at - start) % WORD
    if after > end:
        raise Truncated(f"{at - start} bytes and no room for zeros up to a multiple of {WORD}")
    return after


def _check(text: bytes) -> None:
    if len(text) > 255:
        raise OutOfRange(f"{len(text)} bytes of text, not at most 255")
