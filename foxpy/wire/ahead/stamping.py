"""Stamps (``foxpy.wire.stager``) whose header is patched natively; compiled only, never run as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from librt.strings import BytesWriter

if TYPE_CHECKING:
    from mypy_extensions import i64, u8


class Stamping:
    """One staged header; ``stamp`` is the Stamp."""

    def __init__(
        self,
        head: bytes,
        length: i64,
        varies: i64,
        checksum: i64,
        zero: i64,
        again: Callable[[bytearray, int, int], None],
    ) -> None:
        """``head`` is the header that nothing follows, with 0 in what varies; then the places of what is stamped.

        ``zero`` stands for a checksum of 0. ``again`` does the same and says what does not fit.
        """
        self._head = head
        self._length_at = length
        self._varies_at = varies
        self._check_at = checksum
        self._zero = zero
        self._again = again
        self._length: i64 = _word(head, length)
        self._check: i64 = _word(head, checksum)

    def stamp(self, out: bytearray, size: int, value: int) -> None:
        if not (0 <= size <= 0xFFFF and 0 <= value <= 0xFFFF):
            self._again(out, size, value)
            return
        follows: i64 = size
        varies: i64 = value
        whole: i64 = self._length + follows
        if whole > 0xFFFF:
            self._again(out, size, value)
            return
        # What a packet adds to the words of the header comes off its checksum (RFC 1624).
        check: i64 = self._check - follows - varies
        while check < 0:
            check += 0xFFFF
        if check >= 0xFFFF:
            check -= 0xFFFF
        if check == 0:
            check = self._zero
        writer = BytesWriter()
        writer.write(self._head)
        _put(writer, self._length_at, whole)
        _put(writer, self._varies_at, varies)
        _put(writer, self._check_at, check)
        out += writer.getvalue()


def _word(data: bytes, at: i64) -> i64:
    high: i64 = data[at]
    low: i64 = data[at + 1]
    return high << 8 | low


def _put(writer: BytesWriter, at: i64, word: i64) -> None:
    writer[at] = u8(word >> 8)
    writer[at + 1] = u8(word & 0xFF)
