"""What has arrived from a peer, and how to say so."""

from __future__ import annotations

import enum
from typing import Final

from foxpy.layers.epochs import Epochs

LARGEST_WINDOW: Final = 1024
"""How far ahead a peer may be of what is missing."""
_MASK: Final = 0xFFFF_FFFF
_HALF: Final = 0x8000_0000


class Verdict(enum.Enum):
    """What a packet of data is."""

    NEW = "new"
    """Deliver it, acknowledge it."""
    DUPLICATE = "duplicate"
    """Acknowledge it again: the acknowledgement may have been lost."""
    STALE = "stale"
    """From before the peer was restarted."""
    STRANGE = "strange"
    """The peer counts on something having arrived here that did not: this end was restarted. Reset it."""
    BEYOND = "beyond"
    """Farther ahead than any sender goes."""


class Incoming:
    """The state of one direction at its receiving end. Numbers are unwrapped (RFC 1982)."""

    __slots__ = ("_bits", "_epochs", "expected", "heard")

    expected: int
    """All below it have arrived."""
    heard: int
    """The turn of the last packet that arrived."""

    def __init__(self) -> None:
        self._bits = 0  # bit i: whether expected + i has arrived; bit 0 never is set
        self._epochs = Epochs()
        self.expected = 0
        self.heard = 0

    @property
    def epoch(self) -> int:
        """The peer's; 0 before its first packet."""
        return self._epochs.current

    @property
    def gap(self) -> bool:
        """Whether something is missing before what has arrived."""
        return self._bits != 0

    def arrive(self, epoch: int, number: int, base: int, turn: int) -> Verdict:
        """A packet with these numbers, as the wire has them, arrived."""
        if self._epochs.over(epoch):
            return Verdict.STALE
        if epoch != self._epochs.current:
            if base != 0:
                return Verdict.STRANGE
            if number >= LARGEST_WINDOW:
                return Verdict.BEYOND
            self._begin(epoch)
        expected = self.expected
        ahead = ((number - expected + _HALF) & _MASK) - _HALF
        if ((base - expected + _HALF) & _MASK) > _HALF:
            return Verdict.STRANGE
        if ahead >= LARGEST_WINDOW:
            return Verdict.BEYOND
        self.heard = turn
        if ahead < 0 or self._bits >> ahead & 1:
            return Verdict.DUPLICATE
        bits = self._bits | 1 << ahead
        if bits & 1:
            arrived = (~bits & (bits + 1)).bit_length() - 1  # the ones at the low end
            self.expected = expected + arrived
            bits >>= arrived
        self._bits = bits
        return Verdict.NEW

    def selected(self) -> bytes:
        """What has arrived beyond ``expected``, for an acknowledgement."""
        bits = self._bits >> 1
        return bits.to_bytes((bits.bit_length() + 7) >> 3, "little")

    def _begin(self, epoch: int) -> None:
        self._epochs.begin(epoch)
        self.expected = 0
        self._bits = 0
