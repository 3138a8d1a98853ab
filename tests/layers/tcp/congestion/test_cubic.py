"""CUBIC by itself: RFC 9438, by its sections."""

from __future__ import annotations

import math

import pytest

from foxpy.layers.tcp.congestion import Cubic, Start
from foxpy.layers.tcp.congestion.base import UNLIMITED
from foxpy.layers.tcp.congestion.cubic import ALPHA, BETA, PACED, PACED_FROM, C
from tests.support.congestion import ack, drive

MSS = 1000


def reduced(window: int = 100_000) -> Cubic:
    """A loss at ``window`` is behind it, at time 0; the recovery ended with the whole window in flight."""
    control = Cubic(Start(MSS, window))
    control.loss(window, MSS, 0.0)
    control.recovered(control.ssthresh, MSS, 0.0)
    return control


def cubic(t: float, w_max: float, window: float) -> float:
    """Equations 1 and 2, in segments."""
    k: float = ((w_max - window) / C) ** (1 / 3)
    return C * (t - k) ** 3 + w_max


def test_constants() -> None:
    """Sections 4.6, 5.1; equation of section 4.3."""
    assert pytest.approx((0.4, 0.7, 9 / 17)) == (C, BETA, ALPHA)


def test_a_loss_leaves_seven_tenths_of_what_was_in_flight() -> None:
    """Section 4.6; not below two segments."""
    control = Cubic(Start(MSS, 100_000))
    control.loss(90_000, MSS, 0.0)
    assert (control.ssthresh, control.window) == (63_000, 63_000)
    control.loss(1000, MSS, 0.0)
    assert control.window == 2000


@pytest.mark.parametrize("t", [0.5, 1.0, 2.0, 4.0, 6.0])
def test_the_window_is_the_cubic_of_the_time(t: float) -> None:
    """Section 4.2: W_cubic(t) where that is above what Reno would have; at a round trip of 0.3 s it is."""
    control = reduced()
    drive(control, 0.3, t)
    assert control.window / MSS == pytest.approx(cubic(t, 100, 70), abs=3.0)


def test_the_plateau_comes_after_k_seconds() -> None:
    """K = cbrt(30 / 0.4) = 4.217 s for W_max of 100 segments, whatever the round trip."""
    for round_trip in (0.1, 0.2, 0.4):
        control = reduced()
        drive(control, round_trip, 75 ** (1 / 3))
        assert control.window == pytest.approx(100_000, rel=0.01)


def test_it_grows_fast_slowly_and_fast() -> None:
    """Section 4.2: concave below W_max, convex above."""
    control = reduced()
    grown = []
    now = 0.0
    for _ in range(4):
        before = control.window
        now = drive(control, 0.2, 2.1, now)
        grown.append(control.window - before)
    assert grown[0] > 5 * grown[1] > 0
    assert grown[3] > 2 * grown[2] > 0


def test_on_short_round_trips_it_is_reno() -> None:
    """Section 4.3: ALPHA segments a round trip, until what the loss took is regained, and one from then on."""
    control = reduced(20_000)
    assert control.window == 14_000
    now = drive(control, 0.001, 0.008)  # eight round trips; the first begins the stage
    assert control.window == pytest.approx(14_000 + 8 * ALPHA * MSS, abs=200)
    drive(control, 0.001, 0.012, now)
    regained = 6 / ALPHA
    assert control.window == pytest.approx(20_000 + (20 - regained) * MSS, abs=1000)


def test_the_aimd_estimate_has_renos_throughput() -> None:
    """Equation 6 against sqrt(3/2)/sqrt(p): the mean window with a loss each time 30 segments are reached."""

    def mean(alpha: float, beta: float) -> float:
        packets = (30**2 - (30 * beta) ** 2) / (2 * alpha)  # in one sawtooth
        return math.sqrt(alpha * (1 + beta) / (2 * (1 - beta)) * packets)

    assert mean(ALPHA, BETA) == pytest.approx(30 * (1 + BETA) / 2)
    assert pytest.approx(1.5) == ALPHA * (1 + BETA) / (2 * (1 - BETA))


def test_growth_is_bounded() -> None:
    """Section 4.2: the target is no more than 1.5 cwnd."""
    control = reduced()
    control.acknowledged(ack(MSS, flight=70_000, now=0.0, round_trip=0.1))
    before = control.window
    control.acknowledged(ack(before, flight=before, now=1000.0, round_trip=0.1))
    assert control.window == pytest.approx(1.5 * before, rel=0.001)


def test_fast_convergence() -> None:
    """Section 4.7: a flow that does not get to its old W_max gives room: its plateau is lower than where it lost."""
    control = reduced()
    drive(control, 0.3, 1.0)
    window = control.window
    assert window < 100_000
    control.loss(window, MSS, 1.0)
    w_max = window * (1 + BETA) / 2 / MSS
    start = control.window / MSS
    assert start == pytest.approx(window * BETA / MSS, abs=0.01)
    k = ((w_max - start) / C) ** (1 / 3)
    drive(control, 0.3, k, 1.0)
    assert control.window / MSS == pytest.approx(w_max, rel=0.02)


def test_after_a_timeout_there_is_no_plateau() -> None:
    """Section 4.8: K is 0 and W_max where congestion avoidance begins: the convex part at once."""
    control = Cubic(Start(MSS, 100_000))
    control.timeout(100_000, MSS, True, 0.0)
    assert (control.window, control.ssthresh) == (MSS, 70_000)
    control.window = 70_000
    drive(control, 0.3, 3.0)
    assert control.window / MSS == pytest.approx(70 + C * 3**3, abs=2.5)


def test_a_second_timeout_keeps_the_threshold() -> None:
    """RFC 5681, section 3.1."""
    control = Cubic(Start(MSS, 100_000))
    control.timeout(100_000, MSS, True, 0.0)
    control.timeout(MSS, MSS, False, 1.0)
    assert (control.window, control.ssthresh) == (MSS, 70_000)


@pytest.mark.parametrize("how", ["loss", "timeout"])
def test_what_proves_spurious_is_undone(how: str) -> None:
    """Section 4.9: with the cubic that was being followed, not only the window."""
    control = reduced()
    now = drive(control, 0.3, 2.0)
    other = reduced()
    drive(other, 0.3, 2.0)
    window = control.window
    if how == "loss":
        control.loss(window, MSS, now)
    else:
        control.timeout(window, MSS, True, now)
    control.undo()
    assert (control.window, control.ssthresh) == (window, 70_000)
    drive(control, 0.3, 2.0, now)
    drive(other, 0.3, 2.0, now)
    assert control.window == other.window


def test_time_in_which_the_application_was_the_limit_does_not_count() -> None:
    """Section 5.8."""
    control = reduced()
    now = drive(control, 0.3, 1.0)
    window = control.window
    for _ in range(100):
        now += 1.0
        control.acknowledged(ack(MSS, flight=3000, now=now, round_trip=0.3))
    assert control.window == window
    drive(control, 0.3, 1.0, now)
    assert control.window / MSS == pytest.approx(cubic(2.0, 100, 70), abs=3.0)


def test_an_idle_time_begins_a_new_stage() -> None:
    control = reduced()
    now = drive(control, 0.3, 1.0)
    control.restart(10_000, now + 60)
    assert control.window == 10_000
    control.window = control.ssthresh
    drive(control, 0.3, 1.0, now + 60)
    assert control.window / MSS == pytest.approx(cubic(1.0, 100, 70), abs=3.0)


def started(window: int, round_trip: float) -> Cubic:
    """A first slow start that came as far as ``window``, and one acknowledgement more."""
    control = Cubic(Start(MSS, window - MSS))
    told = ack(MSS, flight=window - MSS, now=1.0, round_trip=round_trip)
    told.srtt = round_trip
    control.acknowledged(told)
    assert control.window == window
    return control


def test_slow_start_is_paced_once_its_bursts_are_large() -> None:
    """At what doubles the window in a round trip."""
    window = (PACED + 1) * MSS
    assert started(window, 0.1).pacing_rate == pytest.approx(2 * window / 0.1)
    assert started(window - 2 * MSS, 0.1).pacing_rate == 0.0
    assert started(window, PACED_FROM / 2).pacing_rate == 0.0


@pytest.mark.parametrize(("later", "rate"), [(0.02, 2 * 100 * MSS / 0.02), (PACED_FROM / 2, 0.0)])
def test_the_pace_is_that_of_the_round_trip_of_now(later: float, rate: float) -> None:
    """After one long round trip, of a host that was busy, the flight is so small that the window does not grow."""
    control = started(100 * MSS, 0.1)
    told = ack(MSS, flight=10 * MSS, now=1.1, round_trip=later)
    told.srtt = later
    control.acknowledged(told)
    assert control.window == 100 * MSS
    assert control.pacing_rate == pytest.approx(rate)


@pytest.mark.parametrize("ends", ["loss", "marked", "timeout", "restart"])
def test_nothing_else_is_paced(ends: str) -> None:
    control = started(100 * MSS, 0.1)
    assert control.pacing_rate > 0.0
    match ends:
        case "loss":
            control.loss(100 * MSS, MSS, 2.0)
        case "marked":
            control.marked(100 * MSS, MSS, 2.0)
        case "timeout":
            control.timeout(100 * MSS, MSS, True, 2.0)
        case _:
            control.restart(10 * MSS, 2.0)
    assert control.pacing_rate == 0.0


def test_the_window_is_finite_whatever_happens() -> None:
    control = Cubic(Start(MSS, 10_000))
    control.ssthresh = 10_000
    control.acknowledged(ack(MSS, flight=10_000, now=0.0, round_trip=0.1))
    for number in range(1, 200):
        control.acknowledged(ack(1 << 40, flight=control.window, now=1e6 * number, round_trip=1e3))
    assert control.window == UNLIMITED
