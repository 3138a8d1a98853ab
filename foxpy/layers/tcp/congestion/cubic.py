"""CUBIC ([9438]): after a loss the window is a cubic of the time, flat where the loss was, whatever the round trip.

The equations are the RFC's with windows in bytes, so that C is multiplied by the segment size.
"""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp.congestion.base import UNLIMITED, Ack, CongestionControl, Start
from foxpy.layers.tcp.congestion.hystart import HyStart
from foxpy.mypyc_attributes import mypyc_attr

C: Final = 0.4
"""Segments per cubic second: how steep the cubic is (section 5.1)."""
BETA: Final = 0.7
"""What is left of the window after a loss (section 4.6)."""
ALPHA: Final = 3.0 * (1.0 - BETA) / (1.0 + BETA)
"""With BETA, this many segments a round trip make the throughput of Reno's 1 and 1/2 (section 4.3)."""

PACED: Final = 64
"""Segments of window from which on the first slow start is paced, at twice the window a round trip: it still doubles,
and its bursts do not overflow a queue that is shorter than the path. A smaller window is a burst that most queues hold,
and a short transfer does not wait."""
PACED_FROM: Final = 0.004
"""Seconds of round trip from which on it is: a shorter path holds less than its queue does, and timers cost."""

_NOT_BEGUN: Final = -1.0


@mypyc_attr(allow_interpreted_subclasses=True)
class Cubic(CongestionControl):
    """CUBIC with fast convergence, the Reno-friendly region, and a first slow start with HyStart++ and pacing."""

    __slots__ = (
        "_begun",
        "_estimate",
        "_fraction",
        "_hystart",
        "_k",
        "_kept",
        "_last",
        "_origin",
        "_prior",
        "_w_max",
    )

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self._hystart: HyStart | None = None  # while the first slow start is at work
        self._begun = _NOT_BEGUN  # t_epoch, when this stage of congestion avoidance began
        self._last = 0.0  # the last acknowledgement in it
        self._w_max = 0.0  # W_max: the window at the last reduction; 0 where the next stage begins with no plateau
        self._origin = 0.0  # the plateau of this stage: W_max, or the window where it began
        self._k = 0.0  # K: the seconds until the plateau
        self._estimate = 0.0  # W_est: what Reno would have
        self._prior = 0  # cwnd_prior: the window before the last reduction
        self._fraction = 0.0  # of a byte, of growth
        self._kept: tuple[float, float, float, float, float, int] | None = None

    def acknowledged(self, ack: Ack) -> None:
        window = self.window
        if window < self.ssthresh:
            # as in NewReno: bytes, not ACKs; and what is not made use of does not grow
            if window < 2 * ack.flight:
                self._slow_start(ack)
            if self.ssthresh == UNLIMITED:
                self._pace(ack)
            return
        now = ack.now
        mss = ack.mss
        if ack.flight + mss < window:
            # "must not include these periods in t" (section 5.8): the application, not the window, was the limit
            if self._begun >= 0.0:
                self._begun += now - self._last
                self._last = now
            return
        if self._begun < 0.0:
            self._begin(now, mss)
        self._last = now
        t = now - self._begun
        acked = float(ack.acknowledged)
        # section 4.3, equation 4: as Reno, and as fast as it once what the loss took is regained
        self._estimate += (ALPHA if self._estimate < self._prior else 1.0) * mss * acked / window
        past = t - self._k
        if self._origin + C * mss * past * past * past < self._estimate:
            grown = self._estimate - window
        else:
            # sections 4.4 and 4.5: to where the cubic is a round trip from now, by half at most in one round trip
            past += ack.srtt
            target = self._origin + C * mss * past * past * past
            grown = min(target - window, 0.5 * window) * acked / window
        if grown > 0.0:
            grown += self._fraction
            whole = int(grown)
            self._fraction = grown - whole
            self.window = min(window + whole, UNLIMITED)

    def _slow_start(self, ack: Ack) -> None:
        grown = ack.acknowledged
        if self.ssthresh == UNLIMITED:  # [9406] section 4.3: only the first slow start knows nothing of the path
            hystart = self._hystart
            if hystart is None:
                self._hystart = hystart = HyStart()
            divisor = hystart.divisor(ack)
            if not divisor:
                self.ssthresh = self.window
                self._hystart = None
                self.pacing_rate = 0.0
                return
            grown //= divisor
        self.window = min(self.window + grown, self.ssthresh)

    def _pace(self, ack: Ack) -> None:
        """Pace the first slow start by the round trip of now, whether the window grows or not: the rate of a round trip
        that was long for once (a host was busy) would hold back all that comes after, and with it the growth."""
        paced = ack.srtt >= PACED_FROM and self.window >= PACED * ack.mss
        self.pacing_rate = 2.0 * self.window / ack.srtt if paced else 0.0

    def _begin(self, now: float, mss: int) -> None:
        """Congestion avoidance begins, at the window of now (section 4.2)."""
        window = float(self.window)
        self._begun = now
        self._estimate = window
        self._fraction = 0.0
        if self._w_max > window:
            self._origin = self._w_max
            self._k = ((self._w_max - window) / (C * mss)) ** (1.0 / 3.0)
        else:
            self._origin = window
            self._k = 0.0

    def loss(self, flight: int, mss: int, now: float) -> None:
        self.remember()
        self.pacing_rate = 0.0
        window = self.window
        # Fast convergence (section 4.7): where the flow did not get as far as the last time, it leaves room for others.
        self._w_max = window * (1.0 + BETA) / 2.0 if window < self._w_max else float(window)
        self._prior = window
        self._begun = _NOT_BEGUN
        self.window = self.ssthresh = max(int(flight * BETA + 0.5), 2 * mss)

    def timeout(self, flight: int, mss: int, first: bool, now: float) -> None:
        super().timeout(flight, mss, first, now)
        self._w_max = 0.0  # section 4.8: K is 0, and W_max the window at which congestion avoidance will begin
        self._begun = _NOT_BEGUN

    def remember(self) -> None:
        """Section 4.9: more than the window is put back."""
        super().remember()
        self._kept = (self._w_max, self._origin, self._k, self._begun, self._estimate, self._prior)

    def undo(self) -> None:
        super().undo()
        if self._kept is not None:
            self._w_max, self._origin, self._k, self._begun, self._estimate, self._prior = self._kept

    def restart(self, initial: int, now: float) -> None:
        super().restart(initial, now)
        self.pacing_rate = 0.0
        self._begun = _NOT_BEGUN
