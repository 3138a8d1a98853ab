"""What a congestion control decides: how much may be in flight, and, if it likes, how fast it goes out.

When a segment counts as lost, which one to send again, and how fast a loss-based window comes down to what ``loss``
decided, is not decided here but by loss recovery. So an algorithm is one small file. All sizes are bytes, all times
seconds. One object serves one connection; its methods must not block and must not raise.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

from foxpy.mypyc_attributes import mypyc_attr

UNLIMITED: Final = 1 << 40
"""More than any window."""


def initial_window(segments: int, mss: int) -> int:
    """[6928] section 2: min(10 * MSS, max(2 * MSS, 14600)), with the number of segments a setting."""
    return min(segments * mss, max(2 * mss, segments * 1460))


@mypyc_attr(acyclic=True)
class Start:
    """What is known when a connection opens, or changes to another algorithm."""

    __slots__ = ("mss", "now", "round_trip", "seed", "ssthresh", "window")

    def __init__(
        self, mss: int, window: int, now: float = 0.0, round_trip: float = 0.0, ssthresh: int = UNLIMITED, seed: int = 0
    ) -> None:
        self.mss = mss
        """The effective send MSS (SMSS)."""
        self.window = window
        """The window to begin with."""
        self.now = now
        self.round_trip = round_trip
        """The smoothed round-trip time as far as it is known; 0: not at all."""
        self.ssthresh = ssthresh
        self.seed = seed
        """For an algorithm that throws dice: differs between connections, and is the same when a simulation is run
        again."""


@mypyc_attr(acyclic=True)
class Ack:
    """What one acknowledgement told. The same object each time: it may be read during the call, and not kept."""

    __slots__ = (
        "acknowledged",
        "app_limited",
        "delivered",
        "delivery_rate",
        "flight",
        "lost",
        "marked",
        "mss",
        "now",
        "pipe",
        "prior_delivered",
        "round_started",
        "round_trip",
        "srtt",
        "total_delivered",
    )

    def __init__(self) -> None:
        self.acknowledged = 0
        """Bytes that the cumulative acknowledgement newly covers."""
        self.delivered = 0
        """Bytes newly known to have arrived: SACKed ones when they are SACKed, and not again later."""
        self.lost = 0
        """Bytes newly taken for lost."""
        self.flight = 0
        """FlightSize just before: SND.NXT - SND.UNA; at the beginning of the batch, where several ACKs came in one."""
        self.mss = 0
        self.now = 0.0
        self.round_trip = -1.0
        """The round trip of the newest segment acknowledged; below 0: none was measured (Karn's algorithm)."""
        self.srtt = 0.0
        """The smoothed round-trip time ([6298]); 0 before the first sample."""
        self.round_started = False
        """Of what is acknowledged, some was sent after the last round trip had started: another one starts."""
        self.marked = False
        """The peer says that the path marked packets (ECE, [3168] section 6.1)."""
        self.pipe = 0
        """Bytes thought to be in the network after this, [6675]'s pipe: neither delivered nor lost."""
        # Only where the algorithm ``samples``: delivery rate estimation.
        self.delivery_rate = 0.0
        """Bytes a second that the path delivered lately; 0: no sample."""
        self.app_limited = False
        """The sample tells how fast the application is, and the path may be faster."""
        self.prior_delivered = -1
        """``total_delivered`` when the newest segment acknowledged was sent; -1: no sample."""
        self.total_delivered = 0
        """Bytes delivered in the life of the connection."""


@mypyc_attr(allow_interpreted_subclasses=True)
class CongestionControl(ABC):
    """The congestion window of one connection, told of what happens to it. ``flight`` is FlightSize before the event.

    A subclass writes ``acknowledged`` and ``loss``; the rest has what most algorithms do.
    """

    __slots__ = ("_prior_ssthresh", "_prior_window", "own_recovery", "pacing_rate", "samples", "ssthresh", "window")

    window: int
    """The congestion window, cwnd: what is thought to be in the network may reach it. Never below one MSS."""
    ssthresh: int
    """The slow-start threshold; while recovery from a loss lasts, what the window comes down to."""
    pacing_rate: float
    """Bytes a second at which to send; 0: as fast as the window allows."""
    own_recovery: bool
    """Hear of acknowledgements in recovery too, and let ``window`` alone limit there. False: loss recovery limits."""
    samples: bool
    """Measure the delivery rate. Off, it costs nothing."""

    def __init__(self, start: Start) -> None:
        self.window = start.window
        self.ssthresh = start.ssthresh
        self.pacing_rate = 0.0
        self.own_recovery = False
        self.samples = False
        self._prior_window = 0
        self._prior_ssthresh = 0

    @abstractmethod
    def acknowledged(self, ack: Ack) -> None:
        """Something was acknowledged: outside of recovery, unless ``own_recovery``. Grow the window."""

    @abstractmethod
    def loss(self, flight: int, mss: int, now: float) -> None:
        """A loss, once for all losses of one window: call ``remember``, then reduce ``ssthresh`` and ``window``."""

    def marked(self, flight: int, mss: int, now: float) -> None:
        """The path marked packets instead of losing them: at most once a round trip, outside of recovery."""
        self.loss(flight, mss, now)

    def recovered(self, flight: int, mss: int, now: float) -> None:
        """All that was in flight at the loss is acknowledged; ``flight`` is what is in flight now.

        [6582] section 3.2, step 3, option 1, which lets no burst out where little is in flight."""
        self.window = min(self.ssthresh, max(flight, mss) + mss)

    def timeout(self, flight: int, mss: int, first: bool, now: float) -> None:
        """The retransmission timer went off; ``first``: for the segment at the front for the first time.

        [5681] section 3.1: ssthresh is held where it had been sent again already; the window becomes LW."""
        if first:
            self.loss(flight, mss, now)
        self.window = mss

    def remember(self) -> None:
        """Keep what ``undo`` puts back. A subclass with more to put back extends both."""
        self._prior_window = self.window
        self._prior_ssthresh = self.ssthresh

    def undo(self) -> None:
        """The last loss or timeout was none: nothing had been lost. Put back what ``remember`` kept."""
        self.window = max(self.window, self._prior_window)
        self.ssthresh = max(self.ssthresh, self._prior_ssthresh)

    def restart(self, initial: int, now: float) -> None:
        """Nothing was sent for an RTO: the old window says nothing any more ([5681] section 4.1)."""
        self.window = min(self.window, initial)
