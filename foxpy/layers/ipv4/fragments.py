"""Cutting a datagram that is larger than its way carries (RFC 791, section 3.2)."""

from __future__ import annotations

from collections.abc import Iterator


def cut(size: int, first: int, others: int) -> Iterator[tuple[int, int]]:
    """Where to cut ``size`` bytes: offset and end of each fragment's data, in order.

    ``first`` is how much data the first fragment takes and ``others`` how much the others, whose header may be
    shorter; all but the last have a multiple of 8.
    """
    offset = 0
    room = first
    while offset < size:
        end = offset + room if size - offset <= room else offset + (room & ~7)
        end = min(end, size)
        yield offset, end
        offset = end
        room = others
