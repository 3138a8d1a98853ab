"""RACK ([8985]): what was sent before something that has arrived is lost, unless it is only a little late."""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp.rtt import RttEstimator
from foxpy.layers.tcp.scoreboard import DUPLICATES, Scoreboard
from foxpy.layers.tcp.sent import Sent

PERSIST: Final = 16
"""Recoveries that a widened reordering window outlasts: section 6.2, step 4."""

EXACT: Final = 1e-6
"""Sums of times are equal that differ by less; a microsecond is far below any reordering window."""


class Rack:
    """The newest segment that has arrived, and how much reordering the path has shown."""

    __slots__ = ("_dsack_round", "_end", "_fack", "_multiplier", "_order", "_persist", "_rtt", "_sent_at", "reordering")

    def __init__(self, iss: int) -> None:
        self._sent_at = 0.0
        """RACK.xmit_ts."""
        self._order = iss
        self._end = iss
        """RACK.end_seq."""
        self._rtt = 0.0
        """RACK.rtt."""
        self._fack = iss
        """RACK.fack: the highest octet that has arrived."""
        self.reordering = False
        """RACK.reordering_seen."""
        self._multiplier = 1
        """RACK.reo_wnd_mult."""
        self._persist = 0
        """RACK.reo_wnd_persist."""
        self._dsack_round = -1
        """RACK.dsack_round; -1: None."""

    def delivered(self, fresh: list[Sent], numbered: int, una: int, now: float, least: float, echoed: float) -> None:
        """Steps 2 and 3, for ``fresh``, newly acknowledged, in the order of the stream; ``numbered`` of them by number.

        ``una`` is SND.UNA before; ``least`` RACK.min_rtt. What the timestamp that came back was sent with went out
        before ``echoed``, which is infinite where there is none. It says nothing of what is SACKed, where the echo is
        that of the last segment in order ([7323] section 4.3).
        """
        if self._fack < una:
            self._fack = una
        newest = -1.0
        for number, sent in enumerate(fresh):
            when = sent.last
            end = sent.end
            if sent.times > 1:
                # an acknowledgement of the segment as it was sent before tells nothing
                if (number < numbered and when > echoed + EXACT) or now - when < least:
                    continue
            elif end < self._fack:
                self.reordering = True
            if end > self._fack:
                self._fack = end
            if when >= newest:
                newest = when
                if not sent.before(self._sent_at, self._order, self._end):
                    self._sent_at = when
                    self._order = sent.order
                    self._end = end
        if newest >= 0.0:
            self._rtt = now - newest

    def duplicate(self, una: int, nxt: int) -> None:
        """Step 4: a DSACK came: what was sent again had only been late. Once a round trip, allow for more."""
        if self._dsack_round < 0 or una >= self._dsack_round:
            self._dsack_round = nxt
            self._multiplier += 1
            self._persist = PERSIST

    def recovered(self) -> None:
        """Step 4: a recovery is over."""
        self._persist -= 1
        if self._persist <= 0:
            self._multiplier = 1

    def window(self, board: Scoreboard, recovering: bool, mss: int, rtt: RttEstimator, now: float) -> float:
        """RACK.reo_wnd: how much later than expected, in seconds, a segment may arrive."""
        if not self.reordering and (recovering or board.pieces >= DUPLICATES or board.sacked >= DUPLICATES * mss):
            return 0.0
        return min(self._multiplier * rtt.lowest(now) / 4, rtt.srtt)

    def detect(self, board: Scoreboard, recovering: bool, mss: int, rtt: RttEstimator, now: float) -> float:
        """Step 5: take for lost what should have arrived by now. Seconds until what is only late would be; 0: nothing.

        The latest that it can be: what is late was sent before the newest that has arrived.
        """
        window = self.window(board, recovering, mss, rtt, now)
        deadline = now - self._rtt - window + EXACT
        if board.lose_sent_before(self._sent_at, self._order, self._end, deadline):
            return max(self._sent_at + self._rtt + window - now, 2 * EXACT)
        return 0.0

    def timeout(self, board: Scoreboard, mss: int, rtt: RttEstimator, now: float) -> None:
        """[8985] section 6.3: the retransmission timer went off. The first is lost, and what is as old as it seems.

        Where nothing was lost of late, the round trip is not known here, as nobody asked for it.
        """
        window = self.window(board, False, mss, rtt, now)
        board.lose(board.queue[0])
        board.lose_older(now - max(self._rtt, rtt.srtt) - window + EXACT)
