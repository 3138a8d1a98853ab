"""Ones' complement sums (RFC 1071), for compiled callers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from librt.strings import read_i32_be, read_i64_be

if TYPE_CHECKING:
    from mypy_extensions import i64


def ones_sum(data: bytes, start: i64, end: i64) -> i64:
    """As ``foxpy.checksum.ones_sum``."""
    total: i64 = 0
    at: i64 = start
    while at + 8 <= end:
        word: i64 = read_i64_be(data, at)
        total += (word & 0xFFFFFFFF) + ((word >> 32) & 0xFFFFFFFF)
        at += 8
    if at + 4 <= end:
        half: i64 = i64(read_i32_be(data, at))
        total += half & 0xFFFFFFFF
        at += 4
    while at + 1 < end:
        high: i64 = data[at]
        low: i64 = data[at + 1]
        total += high << 8 | low
        at += 2
    if at < end:
        last: i64 = data[at]
        total += last << 8
    return fold(total)


def fold(total: i64) -> i64:
    """``total``, not negative, with its carries added back in."""
    total = (total & 0xFFFFFFFF) + (total >> 32)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def beside(total: i64, size: i64) -> i64:
    """A folded sum of bytes that lie behind ``size`` others, as a part of the sum of all."""
    return (total & 0xFF) << 8 | total >> 8 if size & 1 else total
