"""BBR by itself: the states, gains and filters of draft-cardwell-iccrg-bbr-congestion-control-00, by its sections."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.congestion import Ack, Bbr, Start
from foxpy.layers.tcp.congestion.bbr import CYCLE, HIGH_GAIN, Mode

MSS = 1000
TRIP = 0.1
RATE = 1e6
BDP = int(RATE * TRIP)
QUANTA = 3 * 2 * MSS
"""At up to 2 MB/s, a millisecond is less than two segments."""


class Flow:
    """A BBR, and acknowledgements as from a path."""

    def __init__(self, seed: int = 0, round_trip: float = TRIP) -> None:
        self.control = Bbr(Start(MSS, 10 * MSS, 0.0, round_trip, seed=seed))
        self.now = 0.0
        self.total = 0
        self.round_begin = 0

    def mode(self) -> Mode:
        return self.control.mode

    def ack(
        self,
        rate: float = RATE,
        *,
        count: int = 2 * MSS,
        pipe: int = BDP,
        trip: float = TRIP,
        limited: bool = False,
        lost: int = 0,
        new_round: bool = False,
        after: float = 0.0,
    ) -> None:
        """One acknowledgement, ``after`` so many seconds."""
        self.now += after
        ack = Ack()
        ack.prior_delivered = self.total if new_round else self.round_begin
        if new_round:
            self.round_begin = self.total
        self.total += count
        ack.acknowledged = ack.delivered = count
        ack.total_delivered = self.total
        ack.delivery_rate = rate
        ack.app_limited = limited
        ack.round_trip = ack.srtt = trip
        ack.pipe = pipe
        ack.lost = lost
        ack.mss = MSS
        ack.now = self.now
        ack.flight = pipe + count
        self.control.acknowledged(ack)

    def round(self, rate: float = RATE, *, pipe: int = BDP, trip: float = TRIP, limited: bool = False) -> None:
        """A round trip of ten acknowledgements."""
        for number in range(10):
            self.ack(rate, pipe=pipe, trip=trip, limited=limited, new_round=number == 0, after=trip / 10)

    def cruise(self) -> Bbr:
        """To PROBE_BW."""
        for _ in range(5):
            self.round(pipe=2 * BDP)
        self.ack(pipe=BDP)
        assert self.mode() is Mode.PROBE_BW
        return self.control


def test_it_begins_at_the_initial_window_in_a_round_trip() -> None:
    """Section 4.2.1: nominal_bandwidth = InitialCwnd / SRTT, 1 ms where there is none, times BBRHighGain."""
    assert pytest.approx(2.885, abs=0.001) == HIGH_GAIN
    assert Flow().control.pacing_rate == pytest.approx(HIGH_GAIN * 100_000)
    assert Flow(round_trip=0.0).control.pacing_rate == pytest.approx(HIGH_GAIN * 10e6)
    assert Flow().control.window == 10 * MSS


def test_startup_goes_on_while_the_rate_grows() -> None:
    """Section 4.3.2: the pacing rate follows the rate of delivery, 2/ln(2) times as fast."""
    flow = Flow()
    rate = 1e5
    for _ in range(8):
        flow.round(rate)
        assert flow.mode() is Mode.STARTUP
        assert flow.control.pacing_rate == pytest.approx(HIGH_GAIN * rate)
        rate *= 2


def test_startup_ends_after_three_rounds_on_a_plateau() -> None:
    """Section 4.3.2.2: less than a quarter more in each."""
    flow = Flow()
    flow.round(1e6, pipe=3 * BDP)
    for rate in (1.2e6, 1.21e6):
        flow.round(rate, pipe=3 * BDP)
        assert flow.mode() is Mode.STARTUP
    flow.round(1.22e6, pipe=3 * BDP)
    assert flow.control.filled
    assert flow.mode() is Mode.DRAIN
    assert flow.control.pacing_gain == pytest.approx(1 / HIGH_GAIN)
    assert flow.control.pacing_rate == pytest.approx(1.22e6 / HIGH_GAIN)


def test_a_plateau_of_the_application_ends_nothing() -> None:
    flow = Flow()
    for _ in range(10):
        flow.round(1e6, limited=True)
    assert flow.mode() is Mode.STARTUP


def test_drain_ends_when_the_queue_is_gone() -> None:
    """Section 4.3.3: when what is in flight is no more than the estimated BDP (and what offloads hold)."""
    flow = Flow()
    for _ in range(4):
        flow.round(pipe=3 * BDP)
    assert flow.mode() is Mode.DRAIN
    flow.ack(pipe=BDP + QUANTA + MSS)
    assert flow.mode() is Mode.DRAIN
    flow.ack(pipe=BDP + QUANTA)
    assert flow.mode() is Mode.PROBE_BW


def test_the_window_holds_two_bandwidth_delay_products() -> None:
    """Section 4.2.3.2: cwnd_gain 2, and three quanta; it is never jumped to but grown into."""
    flow = Flow()
    control = flow.cruise()
    for _ in range(5):
        flow.round()
    assert control.window == pytest.approx(2 * BDP + QUANTA, abs=MSS)
    assert control.ssthresh > 1 << 39


def test_the_cycle_of_gains() -> None:
    """Section 4.3.4: 5/4, 3/4, and six times 1, each for a round trip."""
    flow = Flow()
    control = flow.cruise()
    gains = []
    for _ in range(24):
        gains.append(control.pacing_gain)
        assert control.pacing_rate == pytest.approx(control.pacing_gain * RATE, rel=0.3)
        high = int(1.3 * BDP) + QUANTA
        for _ in range(10):
            flow.ack(pipe=high, after=TRIP / 10)
        flow.ack(pipe=high, new_round=True, after=TRIP / 50)
    first = gains.index(1.25)
    assert gains[first : first + 16] == list(CYCLE) * 2


def test_the_probe_lasts_until_there_is_as_much_in_flight() -> None:
    """Section 4.3.4.3, BBRIsNextCyclePhase: or until a loss shows that there is no room."""
    flow = Flow()
    control = flow.cruise()
    while control.pacing_gain != 1.25:
        flow.round()
    for _ in range(5):
        flow.round(pipe=BDP)
        assert control.pacing_gain == 1.25
    flow.ack(pipe=BDP, lost=MSS)
    assert control.pacing_gain == 0.75
    flow.ack(pipe=BDP)  # and the drain of it only as long as there is something to drain
    assert control.pacing_gain == 1.0


def test_flows_begin_in_different_phases() -> None:
    """Section 4.3.4.3: any but 3/4; the same in each repetition of a simulation."""
    phases = [Flow(seed).cruise().pacing_gain for seed in range(50)]
    assert set(phases) == {1.25, 1.0}
    assert 1 <= phases.count(1.25) <= 20
    assert phases == [Flow(seed).cruise().pacing_gain for seed in range(50)]


def test_the_rate_is_the_largest_of_ten_rounds() -> None:
    """Section 4.1.1."""
    flow = Flow()
    control = flow.cruise()
    assert control.rate == RATE
    for _ in range(8):
        flow.round(0.5 * RATE)
        assert control.rate == RATE
    for _ in range(4):
        flow.round(0.5 * RATE)
    assert control.rate == 0.5 * RATE


def test_samples_of_a_slow_application_only_raise_it() -> None:
    """Section 4.1.1.5."""
    flow = Flow()
    control = flow.cruise()
    for _ in range(30):
        flow.round(0.1 * RATE, limited=True)
    assert control.rate == RATE
    flow.round(2 * RATE, limited=True)
    assert control.rate == 2 * RATE


def test_probing_the_round_trip() -> None:
    """Section 4.3.5: after ten seconds without one as short; four segments for 200 ms and a round trip; then back."""
    flow = Flow()
    control = flow.cruise()
    for _ in range(5):
        flow.round()
    window = control.window
    began = flow.now
    while flow.mode() is not Mode.PROBE_RTT:
        flow.round(trip=1.2 * TRIP)
        assert flow.now - began < 11
    assert flow.now - began > 9
    assert control.window == 4 * MSS
    assert control.pacing_gain == 1.0
    began = flow.now
    while flow.mode() is Mode.PROBE_RTT:
        flow.ack(0.04 * RATE, pipe=3 * MSS, trip=0.9 * TRIP, new_round=True, after=0.02)
        assert flow.now - began < 1
    assert 0.2 <= flow.now - began < 0.25
    assert control.trip == pytest.approx(0.9 * TRIP)
    assert control.window >= min(window, int(2 * RATE * control.trip))
    assert control.rate == RATE  # what PROBE_RTT itself held back is no sample


def test_a_trickle_does_not_bring_the_rate_down_by_probing() -> None:
    """On a short path PROBE_RTT lasts for hundreds of rounds."""
    flow = Flow()
    control = flow.cruise()
    for _ in range(12):
        flow.round(trip=1.2 * TRIP)
    flow.now += 10
    flow.ack(trip=1.2 * TRIP)
    assert flow.mode() is Mode.PROBE_RTT
    for _ in range(50):
        flow.ack(1000.0, pipe=2 * MSS, new_round=True, after=0.001)
    assert flow.mode() is Mode.PROBE_RTT
    assert control.rate == RATE


def test_a_shorter_round_trip_is_taken_at_once() -> None:
    """Section 4.1.2.3."""
    flow = Flow()
    control = flow.cruise()
    flow.ack(trip=0.05)
    assert control.trip == 0.05


def test_a_loss_is_no_sign_of_congestion() -> None:
    """Section 4.2.3.4: for a round trip no more goes in than comes out; then the window of before is back."""
    flow = Flow()
    control = flow.cruise()
    for _ in range(5):
        flow.round()
    window = control.window
    pace = control.pacing_rate
    control.loss(BDP, MSS, flow.now)
    assert control.window == BDP
    flow.ack(pipe=BDP - 3 * MSS, count=MSS)
    assert control.window == BDP - 2 * MSS
    flow.ack(pipe=BDP - 3 * MSS, count=MSS)
    assert control.window == BDP - 2 * MSS
    assert control.pacing_rate == pytest.approx(pace, rel=0.7)
    control.recovered(BDP, MSS, flow.now)
    assert control.window == window
    assert control.rate == RATE


def test_lost_bytes_leave_the_window() -> None:
    """Section 4.2.3.4, BBRModulateCwndForRecovery."""
    flow = Flow()
    control = flow.cruise()
    control.loss(BDP, MSS, flow.now)
    flow.ack(pipe=50 * MSS, count=MSS)
    flow.ack(pipe=30 * MSS, count=MSS, lost=19 * MSS)
    assert control.window == 32 * MSS


def test_a_timeout_leaves_one_segment_and_the_model() -> None:
    flow = Flow()
    control = flow.cruise()
    control.timeout(BDP, MSS, True, flow.now)
    assert control.window == MSS
    flow.ack(count=2 * MSS, pipe=0)
    assert control.window == 4 * MSS
    for _ in range(7):
        flow.round(pipe=BDP)
    assert control.window > BDP
    assert control.rate == RATE


def test_a_loss_that_was_none_is_undone() -> None:
    flow = Flow()
    control = flow.cruise()
    window = control.window
    control.timeout(BDP, MSS, True, flow.now)
    control.undo()
    assert control.window == window


def test_after_an_idle_time_it_sends_at_the_rate_of_before() -> None:
    """Section 4.3.4.4; and an idle path's round trip needs no probe."""
    flow = Flow()
    control = flow.cruise()
    window = control.window
    flow.now += 60
    control.restart(10 * MSS, flow.now)
    assert control.window == window
    assert control.pacing_rate == RATE
    flow.ack(pipe=0, limited=True)
    assert flow.mode() is Mode.PROBE_BW


def test_on_a_path_without_delay_it_still_sends() -> None:
    flow = Flow(round_trip=0.0)
    for _ in range(20):
        flow.ack(0.0, trip=0.0, new_round=True)
    assert flow.control.window >= 10 * MSS
    assert flow.control.pacing_rate > 1e6
