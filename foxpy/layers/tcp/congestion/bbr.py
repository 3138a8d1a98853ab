"""BBR: sends at the rate that the path delivers, and keeps no more in flight than that rate times the least round trip.

N. Cardwell et al., "BBR Congestion Control", draft-cardwell-iccrg-bbr-congestion-control-00 (version 1); its names, and
its section numbers. Loss is not taken for congestion: a path that loses now and then is filled all the same. The price
is that it takes more than its share from others where buffers are short.
"""

from __future__ import annotations

import enum
import math
from typing import Final

from foxpy.layers.tcp.congestion.base import Ack, CongestionControl, Start
from foxpy.layers.tcp.congestion.filters import WindowedMax
from foxpy.mypyc_attributes import mypyc_attr

HIGH_GAIN: Final = 2.0 / math.log(2.0)
"""BBRHighGain: the least that doubles the rate of delivery each round trip (section 4.3.2.1)."""
CYCLE: Final[tuple[float, ...]] = (1.25, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
"""The pacing gains of PROBE_BW: a round trip to look for more, one to drain what that left (section 4.3.4.2)."""
WINDOW_GAIN: Final = 2.0
"""cwnd_gain of PROBE_BW: delayed and stretched acknowledgements must not stop it (section 4.2.3.2)."""
RATE_ROUNDS: Final = 10
"""BtlBwFilterLen: two cycles of 8 phases see at least one that probes (section 4.1.1.3)."""
TRIP_SECONDS: Final = 10.0
"""RTpropFilterLen (section 4.1.2.3)."""
PROBE_SECONDS: Final = 0.2
"""ProbeRTTDuration."""
LEAST_WINDOW: Final = 4
"""BBRMinPipeCwnd in segments: with every second one acknowledged, something is always on its way (section 4.2.3.2)."""

_NEVER: Final = float("inf")


class Mode(enum.Enum):
    """What the flow is doing (section 3.4)."""

    STARTUP = "startup"
    """Doubling the rate each round trip, until the path delivers no more."""
    DRAIN = "drain"
    """Letting out the queue that startup made."""
    PROBE_BW = "probe bandwidth"
    """At the path's rate, looking for more in one round trip of eight."""
    PROBE_RTT = "probe round trip"
    """Nearly nothing in flight, to see the round trip without a queue of our own."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Bbr(CongestionControl):
    """BBR, version 1."""

    __slots__ = (
        "_conserving",
        "_cycle",
        "_cycle_at",
        "_dice",
        "_entering",
        "_full_count",
        "_full_rate",
        "_idle",
        "_initial",
        "_limited_until",
        "_next_round",
        "_prior",
        "_probe_done",
        "_probe_round_done",
        "_rate",
        "_round_started",
        "_rounds",
        "_total",
        "_trip_at",
        "_window_gain",
        "filled",
        "mode",
        "pacing_gain",
        "trip",
    )

    filled: bool
    """The path has been full once: startup is over."""
    trip: float
    """RTprop: the least round trip of the last ten seconds; infinity before the first."""

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.own_recovery = True
        self.samples = True
        self.mode = Mode.STARTUP
        self.pacing_gain = HIGH_GAIN
        self.filled = False
        self.trip = start.round_trip if start.round_trip > 0.0 else _NEVER
        self.pacing_rate = HIGH_GAIN * start.window / (start.round_trip if start.round_trip > 0.0 else 0.001)
        self._initial = start.window
        self._window_gain = HIGH_GAIN
        self._rate = WindowedMax(RATE_ROUNDS)  # BtlBw, in bytes a second
        self._trip_at = start.now
        self._rounds = 0
        self._total = 0  # delivered so far
        self._next_round = 0  # next_round_delivered
        self._round_started = False
        self._full_rate = 0.0
        self._full_count = 0
        self._cycle = 0
        self._cycle_at = start.now
        self._dice = start.seed
        self._conserving = False  # packet_conservation: the first round trip of recovery
        self._entering = False  # of that, the first acknowledgement
        self._prior = 0  # prior_cwnd
        self._probe_done = 0.0  # probe_rtt_done_stamp; 0: the flight is not down yet
        self._probe_round_done = False
        self._limited_until = 0  # what was sent before so much was delivered was held back by PROBE_RTT
        self._idle = False  # idle_restart

    @property
    def rate(self) -> float:
        """BtlBw: bytes a second that the path delivers; 0 before the first sample."""
        return self._rate.value

    # -- section 4.1: the model

    def acknowledged(self, ack: Ack) -> None:
        self._update_rate(ack)
        if self.mode is Mode.PROBE_BW and self._phase_over(ack):
            self._next_phase(ack.now)
        self._check_full(ack)
        self._check_drain(ack)
        self._update_trip(ack)
        # section 4.2: what follows from it
        rate = self.pacing_gain * self._rate.value
        if rate > self.pacing_rate or (self.filled and rate > 0.0):
            self.pacing_rate = rate
        self._set_window(ack)

    def _update_rate(self, ack: Ack) -> None:
        """Section 4.1.1.5; a round trip ends with the first delivery of what was sent after it had begun."""
        self._total = ack.total_delivered
        self._round_started = ack.prior_delivered >= self._next_round
        if self._round_started:
            self._next_round = ack.total_delivered
            self._rounds += 1
            self._conserving = False
        rate = ack.delivery_rate
        limited = ack.app_limited or ack.prior_delivered < self._limited_until
        if rate > 0.0 and (rate >= self._rate.value or not limited):
            self._rate.update(rate, self._rounds)

    def _update_trip(self, ack: Ack) -> None:
        """Sections 4.1.2.3 and 4.3.5: where no round trip was as short for ten seconds, look without a queue."""
        now = ack.now
        expired = now > self._trip_at + TRIP_SECONDS
        trip = ack.round_trip
        if trip >= 0.0 and (trip <= self.trip or expired):
            self.trip = trip
            self._trip_at = now
        if expired and not self._idle and self.mode is not Mode.PROBE_RTT:
            self._prior = self._saved()
            self.mode = Mode.PROBE_RTT
            self.pacing_gain = self._window_gain = 1.0
            self._probe_done = 0.0
        if self.mode is Mode.PROBE_RTT:
            self._probe(ack)
        if ack.delivered:
            self._idle = False

    # -- section 4.3: the states

    def _check_full(self, ack: Ack) -> None:
        """Section 4.3.2.2: three round trips that brought less than a quarter more."""
        if self.filled or not self._round_started or ack.app_limited:
            return
        if self._rate.value >= self._full_rate * 1.25:
            self._full_rate = self._rate.value
            self._full_count = 0
            return
        self._full_count += 1
        if self._full_count >= 3:
            self.filled = True

    def _check_drain(self, ack: Ack) -> None:
        if self.mode is Mode.STARTUP and self.filled:
            self.mode = Mode.DRAIN
            self.pacing_gain = 1.0 / HIGH_GAIN
            self._window_gain = HIGH_GAIN
        if self.mode is Mode.DRAIN and ack.pipe <= self._in_flight(1.0, ack.mss):
            self._probe_rate(ack.now)

    def _probe_rate(self, now: float) -> None:
        """Section 4.3.4.3: begin the cycle anywhere but in the phase that drains, so that flows do not move as one."""
        self.mode = Mode.PROBE_BW
        self.pacing_gain = 1.0
        self._window_gain = WINDOW_GAIN
        self._dice = (self._dice * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        self._cycle = len(CYCLE) - 1 - (self._dice >> 33) % 7
        self._next_phase(now)

    def _next_phase(self, now: float) -> None:
        self._cycle_at = now
        self._cycle = (self._cycle + 1) % len(CYCLE)
        self.pacing_gain = CYCLE[self._cycle]

    def _phase_over(self, ack: Ack) -> bool:
        gain = self.pacing_gain
        whole = ack.now - self._cycle_at > self.trip
        if gain == 1.0:
            return whole
        before = ack.pipe + ack.delivered + ack.lost
        if gain > 1.0:  # until there is as much in flight as it asks for, or the queue overflows
            return whole and (ack.lost > 0 or before >= self._in_flight(gain, ack.mss))
        return whole or before <= self._in_flight(1.0, ack.mss)

    def _probe(self, ack: Ack) -> None:
        """Section 4.3.5: four segments in flight, for 200 ms and a round trip at least."""
        self._limited_until = ack.total_delivered + ack.pipe
        if self._probe_done == 0.0:
            if ack.pipe <= LEAST_WINDOW * ack.mss:
                self._probe_done = ack.now + PROBE_SECONDS
                self._probe_round_done = False
                self._next_round = ack.total_delivered
            return
        if self._round_started:
            self._probe_round_done = True
        if self._probe_round_done and ack.now > self._probe_done:
            self._trip_at = ack.now
            self.window = max(self.window, self._prior)
            if self.filled:
                self._probe_rate(ack.now)
            else:
                self.mode = Mode.STARTUP
                self.pacing_gain = self._window_gain = HIGH_GAIN

    # -- section 4.2.3: the window

    def _in_flight(self, gain: float, mss: int) -> int:
        """BBRInflight: so many times the bandwidth-delay product, and what offloads hold back on both sides."""
        if self.trip == _NEVER or self._rate.value == 0.0:
            return self._initial
        return int(gain * self._rate.value * self.trip) + 3 * max(int(self.pacing_rate * 0.001), 2 * mss)

    def _set_window(self, ack: Ack) -> None:
        target = self._in_flight(self._window_gain, ack.mss)
        delivered = ack.delivered
        window = self.window
        if ack.lost:
            window = max(window - ack.lost, ack.mss)
        if self._entering:
            self._entering = False
            window = ack.pipe + max(delivered, ack.mss)
        elif self._conserving:
            window = max(window, ack.pipe + delivered)
        elif self.filled:
            window = min(window + delivered, target)
        elif window < target or ack.total_delivered < self._initial:
            window += delivered
        least = LEAST_WINDOW * ack.mss
        window = max(window, least)
        self.window = min(window, least) if self.mode is Mode.PROBE_RTT else window

    # -- section 4.2.3.4: losses

    def _saved(self) -> int:
        """BBRSaveCwnd."""
        if self._conserving or self.mode is Mode.PROBE_RTT:
            return max(self._prior, self.window)
        return self.window

    def loss(self, flight: int, mss: int, now: float) -> None:
        """For one round trip no more goes in than comes out; the model stays."""
        self._prior = self._saved()
        self.window = max(min(self.window, flight), LEAST_WINDOW * mss)
        self._conserving = True
        self._entering = True
        self._next_round = self._total

    def timeout(self, flight: int, mss: int, first: bool, now: float) -> None:
        if first:
            self._prior = self._saved()
        self.window = mss
        self._conserving = self._entering = False

    def recovered(self, flight: int, mss: int, now: float) -> None:
        self.undo()

    def undo(self) -> None:
        self._conserving = self._entering = False
        if self.mode is not Mode.PROBE_RTT:
            self.window = max(self.window, self._prior)

    def restart(self, initial: int, now: float) -> None:
        """Section 4.3.4.4: at the rate of before, as pacing lets no burst out."""
        self._idle = True
        if self.mode is Mode.PROBE_BW and self._rate.value > 0.0:
            self.pacing_rate = self._rate.value
