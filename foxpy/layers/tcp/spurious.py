"""Retransmissions that were not needed: F-RTO ([5682]), Eifel detection ([3522]), and DSACK ([2883], [3708])."""

from __future__ import annotations

import enum
import math
from typing import Final


class Frto(enum.Enum):
    """Where F-RTO stands; the numbers are those of the steps in [5682] sections 2.1 and 3.1."""

    OFF = "off"
    WAITING = "step 2"
    """The first segment was sent again; its acknowledgement is waited for."""
    TRYING = "step 3"
    """New segments were sent; what comes next tells."""


OFF: Final = Frto.OFF
WAITING: Final = Frto.WAITING
TRYING: Final = Frto.TRYING


class Doubt:
    """What would show that the loss which is being repaired was none."""

    __slots__ = ("_begin", "_end", "_unproven", "frto", "repeated_to", "since")

    def __init__(self) -> None:
        self.frto = OFF
        self.repeated_to = 0
        """While F-RTO waits: where the segment ends that the timeout sent again."""
        self.since = math.inf
        """When the first retransmission of this episode went out, as long as no timestamp has told what it was for."""
        self._begin = 0
        self._end = 0
        """The episode is about what is between these; 0: none is going on, and none was that can still be undone."""
        self._unproven = 0
        """Bytes sent again in this episode that no DSACK has shown to have arrived twice."""

    def begin(self, una: int, nxt: int, since: float) -> None:
        """A loss was taken for real: what is between ``una`` and ``nxt`` is sent again, from ``since`` on; infinite
        where SND.UNA may move by something else first."""
        self.frto = OFF
        self.since = since
        self._begin = una
        self._end = nxt
        self._unproven = 0

    def repeated(self, count: int) -> None:
        """``count`` bytes were sent again."""
        if self._end:
            self._unproven += count

    def duplicate(self, left: int, right: int) -> bool:
        """A DSACK from ``left`` to ``right``. True where now all that was sent again is known to have arrived twice."""
        if self._unproven <= 0 or not self._begin <= left < right <= self._end:
            return False
        self._unproven -= right - left
        return self._unproven <= 0

    def echoed(self, before: float) -> bool:
        """SND.UNA has moved, by an ACK of a segment sent ``before`` that time. True where that was before the first
        retransmission: the original had only been late ([3522] section 3.2, step 5)."""
        since, self.since = self.since, math.inf
        return since < math.inf and before <= since

    def settled(self) -> bool:
        """Whether nothing that may still come would undo anything."""
        return self.frto is OFF and self.since == math.inf and self._unproven <= 0

    def over(self) -> None:
        """It has been decided."""
        self.frto = OFF
        self.since = math.inf
        self._end = 0
        self._unproven = 0
