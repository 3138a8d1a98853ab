"""Initial sequence numbers ([6528]), and where the clocks of timestamps begin."""

from __future__ import annotations

import hashlib
from typing import Final

from foxpy.layers.tcp.sequence import MASK, unwrap

TICK: Final = 4e-6
"""Seconds in which the clock part grows by one ([9293] section 3.4.1, MUST-8)."""


def initial_numbers(secret: bytes, now: float, connection: str) -> tuple[int, int]:
    """The initial sequence number of ``connection``, which names both ends, hosts and ports; and its
    ``timestamp_offset``.

    The number is ``M + F(connection, secret)``: a clock of 4 us ticks, moved by a hash that only we can compute
    (SHLD-1, MUST-9). So each pair of ends has a sequence space of its own, in which the numbers of one incarnation lie
    above those of the last, and nobody outside can tell one from another.
    """
    both = _both(secret, connection)
    return (int(now / TICK) + (both >> 32)) & MASK, both & MASK


def timestamp_offset(secret: bytes, connection: str) -> int:
    """What the timestamp clock of ``connection`` is moved by ([7323] section 5.4: "a random offset per connection").

    It hides how long this host has been up, and is the same for each connection between the same two ends, whose
    timestamps so grow from one incarnation to the next ([6191] section 2).
    """
    return _both(secret, connection) & MASK


def _both(secret: bytes, connection: str) -> int:
    """One hash for both: its halves tell nothing of each other."""
    return int.from_bytes(hashlib.blake2s(connection.encode(), key=secret, digest_size=8, person=b"numbers").digest())


def keyed(secret: bytes, purpose: bytes, text: str) -> int:
    """32 bits that only who knows ``secret`` can reckon from ``text``; others for each ``purpose``, up to 8 bytes."""
    return int.from_bytes(hashlib.blake2s(text.encode(), key=secret, digest_size=4, person=purpose).digest(), "big")


def above(iss: int, last: int) -> int:
    """``iss``, or a number well above ``last``, the last one of the previous connection, if ``iss`` is not (MAY-2)."""
    return iss if unwrap(iss, last) > last else (last + 64_000) & MASK
