"""No congestion control: for a link of one's own, where only the peer's window limits."""

from __future__ import annotations

from foxpy.layers.tcp.congestion.base import UNLIMITED, Ack, CongestionControl, Start
from foxpy.mypyc_attributes import mypyc_attr


@mypyc_attr(allow_interpreted_subclasses=True)
class NoControl(CongestionControl):
    """A window that never limits."""

    __slots__ = ()

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.window = UNLIMITED
        self.own_recovery = True

    def acknowledged(self, ack: Ack) -> None:
        return

    def loss(self, flight: int, mss: int, now: float) -> None:
        return

    def recovered(self, flight: int, mss: int, now: float) -> None:
        return

    def timeout(self, flight: int, mss: int, first: bool, now: float) -> None:
        return

    def restart(self, initial: int, now: float) -> None:
        return
