"""HyStart++ ([9406]): leave slow start when the round trip grows, before the queue overflows."""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp.congestion.base import Ack
from foxpy.mypyc_attributes import mypyc_attr

# [9406] section 4.3
LEAST_THRESHOLD: Final = 0.004
"""MIN_RTT_THRESH: a smaller growth may be jitter."""
LARGEST_THRESHOLD: Final = 0.016
"""MAX_RTT_THRESH."""
DIVISOR: Final = 8
"""MIN_RTT_DIVISOR: the threshold is an eighth of the round trip."""
SAMPLES: Final = 8
"""N_RTT_SAMPLE: so many make the least round trip of a round."""
GROWTH_DIVISOR: Final = 4
"""CSS_GROWTH_DIVISOR."""
CONSERVATIVE_ROUNDS: Final = 5
"""CSS_ROUNDS."""

_NEVER: Final = float("inf")


@mypyc_attr(acyclic=True)
class HyStart:
    """Slow start, then conservative slow start (CSS), then the end; back to slow start where the growth was jitter."""

    __slots__ = ("_baseline", "_current", "_last", "_rounds", "_samples")

    def __init__(self) -> None:
        self._last = _NEVER  # lastRoundMinRTT
        self._current = _NEVER  # currentRoundMinRTT
        self._samples = 0  # rttSampleCount
        self._baseline = _NEVER  # cssBaselineMinRtt; finite in CSS
        self._rounds = 0  # of CSS

    def divisor(self, ack: Ack) -> int:
        """Take in an acknowledgement of slow start; by how much to divide growth. 0: slow start is over."""
        if ack.round_started:
            self._last = self._current
            self._current = _NEVER
            self._samples = 0
            if self._baseline != _NEVER:
                self._rounds += 1
                if self._rounds >= CONSERVATIVE_ROUNDS:
                    return 0
        trip = ack.round_trip
        if trip >= 0.0:
            self._samples += 1
            if trip < self._current:
                self._current = trip
        if self._samples >= SAMPLES:
            if self._baseline != _NEVER:
                if self._current < self._baseline:
                    self._baseline = _NEVER
            elif self._last != _NEVER:
                threshold = self._last / DIVISOR
                if threshold < LEAST_THRESHOLD:
                    threshold = LEAST_THRESHOLD
                elif threshold > LARGEST_THRESHOLD:
                    threshold = LARGEST_THRESHOLD
                if self._current >= self._last + threshold:
                    self._baseline = self._current
                    self._rounds = 0
        return 1 if self._baseline == _NEVER else GROWTH_DIVISOR
