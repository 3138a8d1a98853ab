"""NewReno: slow start and congestion avoidance of [5681]; its fast recovery ([6582]) is the base's."""

from __future__ import annotations

from foxpy.layers.tcp.congestion.base import CongestionControl


class NewReno(CongestionControl):
    """Doubles each round trip up to ssthresh, then grows by one segment each round trip; halves on a loss."""

    __slots__ = ("_counted",)

    def __init__(self, mss: int, initial_segments: int) -> None:
        super().__init__(mss, initial_segments)
        self._counted = 0

    def acknowledged(self, count: int, flight: int, mss: int, now: float) -> None:
        window = self.window
        if window < self.ssthresh:
            # Slow start. Bytes are counted, not ACKs, and without [5681]'s bound of one segment for each ACK, as
            # Linux does: one ACK may stand for a whole batch of segments. A window of which not even half was in use
            # has proved nothing and does not grow ([7661]'s concern).
            if window < 2 * flight:
                self.window = min(window + count, self.ssthresh)
            return
        # Congestion avoidance: one segment for each window of bytes acknowledged ([5681] section 3.1, equation 3
        # counted in bytes), while the window is what limits.
        if flight + mss < window:
            return
        self._counted += count
        if self._counted >= window:
            self._counted -= window
            self.window = window + mss

    def loss(self, flight: int, mss: int, now: float) -> None:
        self.ssthresh = max(flight // 2, 2 * mss)  # equation 4
        self._counted = 0

    def timeout(self, flight: int, mss: int, first: bool, now: float) -> None:
        # [5681] section 3.1: ssthresh is held where the segment had been sent again already; the window becomes LW.
        if first:
            self.ssthresh = max(flight // 2, 2 * mss)
        self.window = mss
        self._counted = 0
