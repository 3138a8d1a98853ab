"""What a congestion control decides: how much may be in flight.

When a segment counts as lost, and which one to send again, is not decided here but in ``recovery.py``; so algorithms
that grow and shrink the window in another way are one small file each. All sizes are bytes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

UNLIMITED: Final = 1 << 40
"""More than any window."""


class CongestionControl(ABC):
    """The congestion window of one connection, told of what happens to it.

    ``mss`` is the effective send MSS (SMSS), ``flight`` the bytes sent and not acknowledged (FlightSize) just before
    the event, ``now`` the time in seconds.
    """

    __slots__ = ("ssthresh", "window")

    window: int
    """The congestion window, cwnd."""
    ssthresh: int
    """The slow-start threshold."""

    def __init__(self, mss: int, initial_segments: int) -> None:
        # [6928] section 2: min(10 * MSS, max(2 * MSS, 14600)), with the number of segments a setting
        self.window = min(initial_segments * mss, max(2 * mss, initial_segments * 1460))
        self.ssthresh = UNLIMITED

    @abstractmethod
    def acknowledged(self, count: int, flight: int, mss: int, now: float) -> None:
        """``count`` new bytes were acknowledged, outside of fast recovery."""

    @abstractmethod
    def loss(self, flight: int, mss: int, now: float) -> None:
        """Duplicate ACKs show a loss: reduce ssthresh; fast recovery begins."""

    @abstractmethod
    def timeout(self, flight: int, mss: int, first: bool, now: float) -> None:
        """The retransmission timer went off; ``first``: for the segment at the front for the first time."""

    def begin_recovery(self, duplicates: int, mss: int) -> None:
        """Fast recovery begins: as many segments have left the network as there were duplicate ACKs.

        [5681] section 3.2, step 3."""
        self.window = self.ssthresh + duplicates * mss

    def duplicate(self, mss: int) -> None:
        """A further duplicate ACK in fast recovery: one more segment has left ([5681] section 3.2, step 4)."""
        self.window += mss

    def partial(self, count: int, mss: int) -> None:
        """A partial ACK of ``count`` bytes: deflate by what left, less the segment sent again ([6582] section 3.2)."""
        self.window = max(self.window - count, 0)
        if count >= mss:
            self.window += mss
        self.window = max(self.window, mss)

    def end_recovery(self, flight: int, mss: int) -> None:
        """Everything sent before the loss was noticed is acknowledged: [6582] section 3.2, step 3, option 1, which
        lets no burst out where little is in flight."""
        self.window = min(self.ssthresh, max(flight, mss) + mss)

    def restart(self, initial: int) -> None:
        """Nothing was sent for an RTO: the old window says nothing any more ([5681] section 4.1)."""
        self.window = min(self.window, initial)
