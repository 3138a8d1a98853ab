"""Vegas: keeps a few segments of its own in the path's queue, and sees from the round trip whether it does.

L. Brakmo, L. Peterson, "TCP Vegas: End to End Congestion Avoidance on a Global Internet", IEEE JSAC 13(8), 1995; it was
made on the x-kernel. Losses are answered as NewReno answers them.
"""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp.congestion.base import Ack, Start
from foxpy.layers.tcp.congestion.newreno import NewReno
from foxpy.mypyc_attributes import mypyc_attr

# In segments: the paper's section III-B, with the values of its later implementations.
ALPHA: Final = 2
"""Fewer than this in the queue, and the window grows."""
BETA: Final = 4
"""More than this, and it shrinks."""
GAMMA: Final = 1
"""More than this ends slow start (section III-C)."""
SAMPLES: Final = 3
"""So many measured round trips make one to compare, as a single ACK may have been delayed."""

_NEVER: Final = float("inf")


@mypyc_attr(allow_interpreted_subclasses=True)
class Vegas(NewReno):
    """Once a round trip: a segment more, a segment less, or nothing."""

    __slots__ = ("_base", "_blind", "_doubling", "_least", "_samples")

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self._base = _NEVER  # BaseRTT: the round trip of an empty queue
        self._least = _NEVER  # of this round
        self._samples = 0
        self._doubling = True  # slow start grows in every other round, and compares in between
        self._blind = True  # too little was measured in the last round: do as NewReno does

    def acknowledged(self, ack: Ack) -> None:
        if ack.round_started and self._least != _NEVER:
            self._compare(ack)
        trip = ack.round_trip
        if trip >= 0.0:
            if trip < 1e-6:
                trip = 1e-6
            if trip < self._least:
                self._least = trip
                if trip < self._base:
                    self._base = trip
            # an ACK of two segments is not delayed (MUST-59): it alone is enough
            self._samples += SAMPLES if ack.acknowledged >= 2 * ack.mss else 1
        if self._blind if self.window >= self.ssthresh else self._doubling:
            super().acknowledged(ack)

    def _compare(self, ack: Ack) -> None:
        """A round trip is over: compare the rate with the one that was expected."""
        window = self.window
        mss = ack.mss
        self._blind = self._samples < SAMPLES
        if not self._blind:
            # Expected - Actual, times BaseRTT: the bytes that are in the queue, not on the way
            queued = int(window * (self._least - self._base) / self._least)
            if window < self.ssthresh:
                self._doubling = not self._doubling
                if queued > GAMMA * mss:
                    self.window = max(window - queued + mss, 2 * mss)
                    self.ssthresh = self.window
            elif queued > BETA * mss:
                self.window = max(window - mss, 2 * mss)
                self.ssthresh = min(self.ssthresh, self.window)
            elif queued < ALPHA * mss and ack.flight + mss >= window:
                self.window = window + mss
        else:
            self._doubling = True
        self._least = _NEVER
        self._samples = 0

    def loss(self, flight: int, mss: int, now: float) -> None:
        super().loss(flight, mss, now)
        self._least = _NEVER  # what is measured while a queue overflows says nothing of the smaller window
        self._samples = 0

    def restart(self, initial: int, now: float) -> None:
        """The path may be another by now."""
        super().restart(initial, now)
        self._base = self._least = _NEVER
        self._samples = 0
