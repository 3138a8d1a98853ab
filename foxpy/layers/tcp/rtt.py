"""The round-trip time and the retransmission timeout ([6298]); times in seconds."""

from __future__ import annotations

import math
from typing import Final

from foxpy.mypyc_attributes import mypyc_attr

UNKNOWN: Final = math.inf
"""In place of a round trip."""
FORGET: Final = 300.0
"""Seconds that a shortest round trip counts for at least ([8985] section 6.2, step 1)."""


@mypyc_attr(acyclic=True)
class RttEstimator:
    """SRTT, RTTVAR and RTO. Fed only with samples that Karn's algorithm allows (MUST-18)."""

    __slots__ = (
        "_before",
        "_expected",
        "_largest",
        "_least",
        "_lowest",
        "_lowest_since",
        "_round",
        "_slack",
        "_taken",
        "latest",
        "rto",
        "rttvar",
        "samples",
        "srtt",
    )

    srtt: float
    """The smoothed round-trip time; 0 before the first sample."""
    latest: float
    """The last sample."""
    samples: int
    """How many there were."""
    rto: float
    """The timeout to use now, backed off where timeouts happened since the last sample."""

    def __init__(self, initial: float, least: float, largest: float) -> None:
        self.srtt = 0.0
        self.latest = 0.0
        self.samples = 0
        self.rttvar = 0.0
        self.rto = initial
        self._least = least
        self._slack = least / 2
        self._largest = largest
        self._expected = 1
        self._taken = 0
        self._round = 0
        self._lowest = UNKNOWN
        self._before = UNKNOWN
        self._lowest_since = 0.0

    def sample(self, rtt: float, ack: int = 0, nxt: int = 0) -> None:
        """One measured round trip, by ``ack``, with SND.NXT at ``nxt``.

        The weights of [6298] are for one sample in each round trip. Where there are more, each counts for so much
        less, or the history would be one of milliseconds ([7323] section 4.2). Appendix G reckons how many there will
        be from the flight; how many there were last time is nearer where one ACK stands for a batch.
        """
        if ack > self._round:
            self._expected = self._taken or 1
            self._taken = 0
            self._round = nxt
        self._taken += 1
        self.latest = rtt
        self.samples += 1
        if rtt < self._lowest:
            self._lowest = rtt
        srtt = self.srtt
        if srtt == 0.0:  # (2.2)
            self.srtt = srtt = rtt if rtt > 0.0 else 1e-6
            self.rttvar = rtt / 2
        else:  # (2.3): beta = 1/4, alpha = 1/8
            error = rtt - srtt
            expected = self._expected
            self.rttvar += ((error if error > 0.0 else -error) - self.rttvar) / (4 * expected)
            self.srtt = srtt = srtt + error / (8 * expected)
        # K = 4. In the place of the clock granularity G, which was half a second when the rule was made, half the least
        # RTO: on a path without jitter the timer would come down to the round trip, and go off as the answer comes.
        slack = 4 * self.rttvar
        if slack < self._slack:
            slack = self._slack
        rto = srtt + slack
        if rto < self._least:
            rto = self._least
        self.rto = rto if rto < self._largest else self._largest

    def lowest(self, now: float) -> float:
        """The shortest round trip of late: of some minutes, so that a path that becomes longer is seen to be; 0 before
        the first sample. Whoever asks makes it forget, which costs the samples nothing."""
        if now - self._lowest_since > FORGET:
            self._before = self._lowest
            self._lowest = UNKNOWN
            self._lowest_since = now
        least = min(self._lowest, self._before)
        return least if least < UNKNOWN else self.srtt

    def back_off(self) -> None:
        """A timeout: double the RTO (5.5), up to the bound of (2.5). The next sample ends this."""
        self.rto = min(self.rto * 2, self._largest)

    def syn_was_lost(self) -> None:
        """The SYN had to be sent again and told no round trip: begin data with 3 s (5.7)."""
        if self.srtt == 0.0:
            self.rto = min(max(3.0, self._least), self._largest)
