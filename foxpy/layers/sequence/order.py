"""Putting numbered packets in order: what is next, what came early, what came too late.

It knows neither timers nor layers. The numbers it keeps are unwrapped, so they simply grow; "less" on the wire means
less than half the circle away (RFC 1982, section 3.2).
"""

from __future__ import annotations

import enum
from collections import deque
from typing import Final, TypeAlias

from foxpy.layers.epochs import Epochs

Held: TypeAlias = tuple[bytes, int, int, float]
"""A packet, ``frame[start:end]``, and when it arrived."""

_MASK: Final = 0xFFFF_FFFF
_HALF: Final = 0x8000_0000


class Verdict(enum.Enum):
    """What becomes of a packet."""

    NEXT = "next"
    """It is the next one and nothing waits: deliver it."""
    TAKEN = "taken"
    """It is held, or in ``due`` with others: deliver those."""
    DUPLICATE = "duplicate"
    """It was taken already, or its turn is over."""
    STALE = "stale"
    """It is from before the peer was restarted, or of no epoch that there is."""
    DOUBTFUL = "doubtful"
    """Too far off to be believed before a second one follows it in sequence (as in RFC 3550, appendix A.1)."""


class Order:
    """What arrived from one peer."""

    __slots__ = ("_doubt", "_epochs", "_fresh", "_horizon", "_window", "due", "expected", "held", "skipped")

    expected: int
    """The number to deliver next."""
    held: dict[int, Held]
    """What came early: less than a window of it, with numbers above ``expected``."""
    due: deque[Held]
    """What can be delivered, in its order; whoever called takes it out."""
    skipped: int
    """How many numbers were passed over: their packets are lost, or will come too late."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._epochs = Epochs()
        self._doubt = (-1, -1)  # the packet that would confirm the last doubtful one
        self._fresh = True  # nothing of this epoch was taken yet
        self._horizon = 0  # what is missing below this is not waited for
        self.expected = 0
        self.held = {}
        self.due = deque()
        self.skipped = 0

    @property
    def epoch(self) -> int:
        """The peer's; 0 before its first packet."""
        return self._epochs.current

    def arrive(self, epoch: int, number: int, frame: bytes, start: int, end: int, now: float) -> Verdict:
        """Packet ``number`` of ``epoch``, as the wire has it, arrived with ``frame[start:end]`` in it."""
        epochs = self._epochs
        if epochs.over(epoch):
            return Verdict.STALE
        known = epoch == epochs.current
        fresh = not known or self._fresh
        # Where the peer begins anew it begins at 0. If this end was restarted, any number may come first.
        expected = self.expected if known else 0
        if not fresh:
            number = expected + ((number - expected + _HALF) & _MASK) - _HALF
        ahead = number - expected
        if ahead < 0 or (known and number in self.held):
            return Verdict.DUPLICATE
        far = ahead >= 2 * self._window
        if far and not self._confirmed(epoch, number & _MASK):
            return Verdict.DOUBTFUL
        if not known:
            self._begin(epoch)
        self._fresh = False
        if far:
            if fresh:  # nothing was lost, and there is nothing to wait for
                self.expected = number
            self._horizon = number
        elif ahead >= self._window:
            self._horizon = number - self._window + 1
        elif ahead == 0 and not self.held and not self.due:
            self.expected = number + 1
            return Verdict.NEXT
        self.held[number] = (frame, start, end, now)
        self._settle()
        return Verdict.TAKEN

    def oldest(self) -> Held | None:
        """The first of those held, for which others are missing."""
        return self.held[min(self.held)] if self.held else None

    def skip(self) -> None:
        """Wait no longer for what is missing before the first of those held."""
        if self.held:
            self._horizon = min(self.held)
            self._settle()

    def clear(self) -> None:
        """Drop what is held and due."""
        self.held.clear()
        self.due.clear()

    def _settle(self) -> None:
        """Move to ``due`` what is next, or would be if all that is missing below the horizon were there."""
        held = self.held
        while True:
            packet = held.pop(self.expected, None)
            if packet is not None:
                self.expected += 1
                self.due.append(packet)
            elif self.expected < self._horizon:
                following = min(min(held), self._horizon) if held else self._horizon
                self.skipped += following - self.expected
                self.expected = following
            else:
                return

    def _confirmed(self, epoch: int, number: int) -> bool:
        """Whether this packet follows the last doubtful one."""
        believed = self._doubt == (epoch, number)
        self._doubt = (epoch, (number + 1) & _MASK)
        return believed

    def _begin(self, epoch: int) -> None:
        """Another epoch: what the former one left is delivered, as nothing more of it counts."""
        if self.held:
            self._horizon = max(self.held) + 1
            self._settle()
        self._epochs.begin(epoch)
        self._fresh = True
        self._horizon = 0
        self.expected = 0
