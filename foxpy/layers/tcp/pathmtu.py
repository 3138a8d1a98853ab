"""Finding what the path carries without ICMP: packetization layer path MTU discovery ([4821]).

Sizes are those of segments, header and options included, as in SND's ``limit``. A path that swallows large segments
shows by timeouts ([2923]): then segments become small, and larger ones of the stream itself, one at a time, find out
how large they may be.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from foxpy.mypyc_attributes import mypyc_attr

if TYPE_CHECKING:
    from foxpy.layers.tcp.sent import Sent
    from foxpy.layers.tcp.tcb import Tcb

BASE: Final = 1024 - 20
"""search_low to begin with, less an IPv4 header: 1024 bytes pass nearly everywhere (section 7.2)."""
SMALLEST: Final = 68 - 20
"""No path carries less than 68 bytes of IPv4 (section 7.7; [1191] section 3)."""
CLOSE: Final = 32
"""The search is over where no more than this could be gained."""
NEAR: Final = 512
"""From 1024 bytes to the 1500 of Ethernet is a single step."""
BEHIND: Final = 3
"""Segments that have to follow a probe, so that its loss is noticed by what arrives after it (section 7.4)."""
AGAIN: Final = 600.0
"""Seconds until a path that was searched may have become another one (section 7.3)."""
NONE: Final = -1


@mypyc_attr(acyclic=True)
class PathSearch:
    """What is known of one connection's path: segments of ``low`` bytes pass it, and none above ``high`` does."""

    __slots__ = ("_before", "_begin", "_end", "_next", "_resent", "_size", "_window", "high", "low", "reach")

    def __init__(self, low: int, reach: int) -> None:
        self.low = low
        self.high = reach
        self.reach = reach
        """What the layer below carries and the peer takes: there is nothing to be gained beyond it."""
        self._next = -math.inf  # when a probe may be sent
        self._begin = NONE  # the text of the probe in flight
        self._end = NONE
        self._size = 0
        self._resent = 0  # how many pieces of it were sent again: it was lost
        self._before = 0  # retransmissions of the connection when it was sent
        self._window = 0  # the congestion window then

    def size(self, now: float) -> int:
        """The segment to probe with now, 0 for none. What could carry all is tried first where that is near: most often
        the path is as wide as the link (section 7.3)."""
        if self._begin != NONE or now < self._next or self.high - self.low < CLOSE:
            return 0
        if self.high == self.reach and self.reach - self.low < NEAR:
            return self.reach
        return (self.low + self.high + 1) >> 1

    def sent(self, tcb: Tcb, begin: int, end: int, size: int) -> None:
        """The text from ``begin`` to ``end`` went out as a probe of ``size`` bytes."""
        tcb.counters.path_probes += 1
        self._begin = begin
        self._end = end
        self._size = size
        self._resent = 0
        self._before = tcb.retransmissions
        self._window = tcb.congestion.window

    def resent(self, sent: Sent) -> None:
        """``sent`` is sent again: maybe a piece of the probe."""
        if self._begin <= sent.seq < self._end:
            self._resent += 1

    def acknowledged(self, tcb: Tcb, ack: int) -> None:
        """All up to ``ack`` has arrived: maybe the probe, as it was or in pieces."""
        if self._begin == NONE or ack < self._end:
            return
        self._begin = NONE
        if not self._resent:
            self.low = self._size  # section 7.6.1
            tcb.fit(self._size)
        elif tcb.retransmissions - self._before == self._resent:
            # Section 7.6.2: nothing else was lost, so this is no sign of congestion; and the next probe comes no sooner
            # than a loss is to be expected anyway, after as many round trips as the congestion window has segments.
            tcb.counters.path_probes_lost += 1
            self.high = self._size - 1
            if tcb.congestion.window < self._window:
                tcb.congestion.undo()
            self._wait(tcb, 1)
        # Else it is inconclusive (section 7.6.4).
        if self.high - self.low < CLOSE:
            self.high = self.reach
            self._next = tcb.now + AGAIN

    def bounded(self, limit: int) -> None:
        """The layer below carries ``limit`` bytes from now on: an ICMP message came, or the way changed."""
        self.reach = self.high = limit
        self.low = min(self.low, limit)

    def stopped(self, tcb: Tcb) -> None:
        """Nothing gets through (section 7.7): fall back to what is known to pass, or to half of that."""
        self._begin = NONE
        if tcb.snd.limit <= self.low:
            self.low = max(min(SMALLEST, self.low), self.low >> 1)
        tcb.fit(self.low)
        tcb.snd.proven = False
        self.high = self.reach
        self._wait(tcb, 5)  # section 7.6.3

    def _wait(self, tcb: Tcb, times: int) -> None:
        trips = times * max(1, tcb.congestion.window // tcb.snd.mss)
        self._next = tcb.now + min(trips * tcb.rtt.srtt, AGAIN)


def search(tcb: Tcb) -> PathSearch:
    """The search of a connection, begun if need be: with what passes nearly everywhere."""
    found = tcb.search
    if found is None:
        snd = tcb.snd
        reach = min(snd.limit, snd.peer_mss + 20)
        found = tcb.search = PathSearch(min(BASE, reach), reach)
    return found


def full_stop(tcb: Tcb) -> None:
    """R1 is reached, and no ICMP message said why: maybe large segments vanish on the way (section 7.7).

    Where segments as large have arrived, it is far more likely that so many were lost, or that the path is down; then
    twice as many have to go unanswered.
    """
    snd = tcb.snd
    front = snd.sent[0]
    if tcb.config.probe_path == "never" or snd.limit <= SMALLEST or len(front.payload) < snd.mss:
        return
    if snd.proven and front.times <= 2 * tcb.config.trouble_after:
        return
    tcb.counters.black_holes += 1
    search(tcb).stopped(tcb)
