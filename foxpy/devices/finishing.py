"""Finishing a frame whose checksum was left to whoever takes it, whatever protocol it is of."""

from __future__ import annotations

from foxpy.checksum import ones_sum


def summed(frame: bytes, at: int, place: int) -> bytes:
    """``frame`` with the checksum of all from ``at`` on at ``place``, where now the sum of the pseudo-header is."""
    check: int = 0xFFFF - ones_sum(frame, at, len(frame))
    if not check:
        check = 0xFFFF  # the same, and 0 says "none" in UDP (RFC 768)
    return frame[:place] + check.to_bytes(2, "big") + frame[place + 2 :]
