"""No congestion control: for a link of one's own, where only the peer's window limits."""

from __future__ import annotations

from foxpy.layers.tcp.congestion.base import UNLIMITED, CongestionControl


class NoControl(CongestionControl):
    """A window that never limits."""

    __slots__ = ()

    def __init__(self, mss: int, initial_segments: int) -> None:
        super().__init__(mss, initial_segments)
        self.window = UNLIMITED

    def acknowledged(self, count: int, flight: int, mss: int, now: float) -> None:
        return

    def loss(self, flight: int, mss: int, now: float) -> None:
        return

    def timeout(self, flight: int, mss: int, first: bool, now: float) -> None:
        return

    def begin_recovery(self, duplicates: int, mss: int) -> None:
        return

    def duplicate(self, mss: int) -> None:
        return

    def partial(self, count: int, mss: int) -> None:
        return

    def end_recovery(self, flight: int, mss: int) -> None:
        return

    def restart(self, initial: int) -> None:
        return
