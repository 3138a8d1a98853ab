"""Putting messages together from fragments that arrive in any order, within bounds of memory, number and time.

Fragments of one message tile it: one that overlaps another, or says another size, ends the message (as RFC 5722 rules
for IPv6), so that nobody can send two versions of the same bytes.
"""

from __future__ import annotations

import enum
from bisect import bisect_left
from typing import Final

PIECE: Final = 128
"""Bytes of memory that a fragment takes beside its own, so that many small ones are bounded too."""


class Fate(enum.Enum):
    """What a fragment did to its message."""

    KEPT = "kept"
    COMPLETE = "complete"
    """It was the last one missing: ``take`` the message."""
    DUPLICATE = "duplicate"
    """It had arrived before, or its whole message had."""
    INCONSISTENT = "inconsistent"
    """It contradicts the others; the message is dropped."""


class _Partial:
    """One message, as far as it has arrived."""

    __slots__ = ("missing", "offsets", "pieces", "size", "started")

    def __init__(self, size: int, started: float) -> None:
        self.size = size
        self.missing = size
        self.started = started
        self.offsets: list[int] = []
        self.pieces: list[bytes] = []  # in the order of their offsets

    @property
    def memory(self) -> int:
        return self.size - self.missing + PIECE * len(self.pieces)

    def add(self, offset: int, piece: bytes) -> Fate:
        at = bisect_left(self.offsets, offset)
        if at < len(self.offsets) and self.offsets[at] == offset and self.pieces[at] == piece:
            return Fate.DUPLICATE
        before = self.offsets[at - 1] + len(self.pieces[at - 1]) if at else 0
        after = self.offsets[at] if at < len(self.offsets) else self.size
        if not before <= offset <= offset + len(piece) <= after:
            return Fate.INCONSISTENT
        self.offsets.insert(at, offset)
        self.pieces.insert(at, piece)
        self.missing -= len(piece)
        return Fate.KEPT if self.missing else Fate.COMPLETE


class Reassembly:
    """The messages from one peer that are not complete."""

    __slots__ = ("_complete", "_messages", "_partials", "_whole", "memory", "memory_limit", "pushed_out")

    memory: int
    """What the incomplete messages take, in bytes."""
    pushed_out: int
    """Messages that were dropped to make room."""

    def __init__(self, messages: int, memory_limit: int) -> None:
        self._messages = messages
        self.memory_limit = memory_limit
        self._partials: dict[int, _Partial] = {}  # by message, the one begun first is first
        self._complete: dict[int, None] = {}  # the last messages taken, so that their duplicates begin nothing
        self._whole = b""
        self.memory = 0
        self.pushed_out = 0

    def __len__(self) -> int:
        return len(self._partials)

    def add(self, message: int, size: int, offset: int, piece: bytes, now: float) -> Fate:
        """A fragment of one byte or more, which lies within ``size``, arrived at ``now``."""
        if message in self._complete:
            return Fate.DUPLICATE
        partial = self._partials.get(message)
        if partial is None:
            while len(self._partials) >= self._messages:
                self._push_out()
            partial = self._partials[message] = _Partial(size, now)
        fate = partial.add(offset, piece) if partial.size == size else Fate.INCONSISTENT
        if fate is Fate.KEPT:
            self.memory += len(piece) + PIECE
            while self.memory > self.memory_limit:
                self._push_out()
        elif fate is Fate.INCONSISTENT:
            self._drop(message)
        elif fate is Fate.COMPLETE:
            self.memory += len(piece) + PIECE
            self._drop(message)
            self._whole = b"".join(partial.pieces)
            self._complete[message] = None
            if len(self._complete) > self._messages:
                del self._complete[next(iter(self._complete))]
        return fate

    def take(self) -> bytes:
        """The message that has just become complete."""
        whole, self._whole = self._whole, b""
        return whole

    def oldest(self) -> float:
        """When the first message that is not complete began; infinity where there is none."""
        for partial in self._partials.values():
            return partial.started
        return float("inf")

    def expire(self, before: float) -> int:
        """Drop the messages that began before ``before``, or then; how many."""
        old = [message for message, partial in self._partials.items() if partial.started <= before]
        for message in old:
            self._drop(message)
        return len(old)

    def clear(self) -> None:
        self._partials.clear()
        self._complete.clear()
        self.memory = 0

    def _push_out(self) -> None:
        """The message begun first goes: it is the least likely one to be completed."""
        self._drop(next(iter(self._partials)))
        self.pushed_out += 1

    def _drop(self, message: int) -> None:
        self.memory -= self._partials.pop(message).memory
