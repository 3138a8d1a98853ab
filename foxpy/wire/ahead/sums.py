"""Ones' complement sums (RFC 1071), for compiled callers; compiled as ``foxpy.checksum``, too.

The words are read in little-endian order and the bytes of their sum are exchanged once at the end (RFC 1071, section
2 (B)), as that is the order of nearly all machines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from librt.strings import read_i32_le, read_i64_le

if TYPE_CHECKING:
    from mypy_extensions import i64


def ones_sum(data: bytes | bytearray, start: i64, end: i64) -> i64:
    """As ``foxpy.checksum.ones_sum``."""
    buf: bytes = data if isinstance(data, bytes) else bytes(data)
    total: i64 = 0
    at: i64 = start
    while at + 32 <= end:
        first: i64 = read_i64_le(buf, at)
        second: i64 = read_i64_le(buf, at + 8)
        third: i64 = read_i64_le(buf, at + 16)
        fourth: i64 = read_i64_le(buf, at + 24)
        total += (first & 0xFFFFFFFF) + ((first >> 32) & 0xFFFFFFFF)
        total += (second & 0xFFFFFFFF) + ((second >> 32) & 0xFFFFFFFF)
        total += (third & 0xFFFFFFFF) + ((third >> 32) & 0xFFFFFFFF)
        total += (fourth & 0xFFFFFFFF) + ((fourth >> 32) & 0xFFFFFFFF)
        at += 32
    while at + 8 <= end:
        word: i64 = read_i64_le(buf, at)
        total += (word & 0xFFFFFFFF) + ((word >> 32) & 0xFFFFFFFF)
        at += 8
    if at + 4 <= end:
        half: i64 = i64(read_i32_le(buf, at))
        total += half & 0xFFFFFFFF
        at += 4
    while at + 1 < end:
        low: i64 = buf[at]
        high: i64 = buf[at + 1]
        total += high << 8 | low
        at += 2
    if at < end:
        last: i64 = buf[at]
        total += last
    total = fold(total)
    return (total & 0xFF) << 8 | total >> 8


def fold(total: i64) -> i64:
    """``total``, not negative, with its carries added back in."""
    total = (total & 0xFFFFFFFF) + (total >> 32)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def beside(total: i64, size: i64) -> i64:
    """A folded sum of bytes that lie behind ``size`` others, as a part of the sum of all."""
    return (total & 0xFF) << 8 | total >> 8 if size & 1 else total
