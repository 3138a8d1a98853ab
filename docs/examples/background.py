"""A congestion control that leaves the path to others: the example of docs/congestion.md.

After LEDBAT (RFC 6817), with round trips in place of one-way delays.
"""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp.congestion import Ack, CongestionControl, Start

TARGET: Final = 0.025
"""Seconds of queueing delay that it makes, and no more."""


class Background(CongestionControl):
    """Takes what nobody else wants, and gives it back as soon as the round trip grows."""

    __slots__ = ("_base", "_fraction")

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self._base = float("inf")
        self._fraction = 0.0

    def acknowledged(self, ack: Ack) -> None:
        if ack.round_trip < 0.0:
            return
        self._base = min(self._base, ack.round_trip)
        queueing = ack.round_trip - self._base
        off_target = max((TARGET - queueing) / TARGET, -1.0)
        if off_target > 0.0 and ack.flight + ack.mss < self.window:
            return
        moved = off_target * ack.mss * ack.acknowledged / self.window + self._fraction
        whole = int(moved)
        self._fraction = moved - whole
        self.window = max(self.window + whole, 2 * ack.mss)

    def loss(self, flight: int, mss: int, now: float) -> None:
        self.remember()
        self.window = self.ssthresh = max(flight // 2, 2 * mss)

    def restart(self, initial: int, now: float) -> None:
        super().restart(initial, now)
        self._base = float("inf")
