"""NewReno: slow start and congestion avoidance of [5681]; [6582]'s fast recovery is loss recovery's."""

from __future__ import annotations

from foxpy.layers.tcp.congestion.base import Ack, CongestionControl, Start
from foxpy.mypyc_attributes import mypyc_attr


@mypyc_attr(allow_interpreted_subclasses=True)
class NewReno(CongestionControl):
    """Doubles each round trip up to ssthresh, then grows by one segment each round trip; halves on a loss."""

    __slots__ = ("_counted",)

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self._counted = 0

    def acknowledged(self, ack: Ack) -> None:
        window = self.window
        flight = ack.flight
        if window < self.ssthresh:
            # Slow start. Bytes are counted, not ACKs, and without [5681]'s bound of one segment for each ACK, as
            # Linux does: one ACK may stand for a whole batch of segments. A window of which not even half was in use
            # has proved nothing and does not grow ([7661]'s concern).
            if window < 2 * flight:
                self.window = min(window + ack.acknowledged, self.ssthresh)
            return
        # Congestion avoidance: one segment for each window of bytes acknowledged ([5681] section 3.1, equation 3
        # counted in bytes), while the window is what limits.
        if flight + ack.mss < window:
            return
        self._counted += ack.acknowledged
        if self._counted >= window:
            self._counted -= window
            self.window = window + ack.mss

    def loss(self, flight: int, mss: int, now: float) -> None:
        self.remember()
        self.window = self.ssthresh = max(flight // 2, 2 * mss)  # equation 4
        self._counted = 0
