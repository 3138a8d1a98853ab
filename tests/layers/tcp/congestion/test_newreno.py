"""NewReno by itself: RFC 5681, section 3.1."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.congestion import NewReno, Start
from tests.support.congestion import ack

MSS = 1000


def newreno(window: int = 10_000) -> NewReno:
    return NewReno(Start(MSS, window))


def test_slow_start_grows_by_what_is_acknowledged() -> None:
    control = newreno()
    for _ in range(10):
        control.acknowledged(ack(MSS, flight=10_000))
    assert control.window == 20_000


def test_slow_start_ends_at_the_threshold() -> None:
    control = newreno()
    control.ssthresh = 12_500
    control.acknowledged(ack(10_000, flight=10_000))
    assert control.window == 12_500


@pytest.mark.requirement("MUST-19")
def test_congestion_avoidance_grows_by_a_segment_a_round_trip() -> None:
    """Equation 3, counted in bytes."""
    control = newreno()
    control.ssthresh = 10_000
    for _ in range(10):
        control.acknowledged(ack(MSS, flight=10_000))
    assert control.window == 11_000
    for _ in range(11):
        control.acknowledged(ack(MSS, flight=11_000))
    assert control.window == 12_000


def test_an_unused_window_does_not_grow() -> None:
    control = newreno()
    control.acknowledged(ack(MSS, flight=2000))
    assert control.window == 10_000
    control.ssthresh = 5000
    for _ in range(100):
        control.acknowledged(ack(MSS, flight=2000))
    assert control.window == 10_000


def test_a_loss_halves_what_was_in_flight() -> None:
    """Equation 4: FlightSize, not cwnd; and not below two segments."""
    control = newreno(20_000)
    control.loss(12_000, MSS, 0.0)
    assert (control.ssthresh, control.window) == (6000, 6000)
    control.loss(1000, MSS, 0.0)
    assert (control.ssthresh, control.window) == (2000, 2000)


def test_a_timeout_leaves_one_segment_and_halves_once() -> None:
    control = newreno(20_000)
    control.timeout(20_000, MSS, True, 0.0)
    assert (control.ssthresh, control.window) == (10_000, MSS)
    control.timeout(MSS, MSS, False, 0.0)
    assert (control.ssthresh, control.window) == (10_000, MSS)


def test_recovery_ends_without_a_burst() -> None:
    """RFC 6582, section 3.2, step 3, option 1."""
    control = newreno(20_000)
    control.loss(20_000, MSS, 0.0)
    control.recovered(3000, MSS, 0.0)
    assert (control.ssthresh, control.window) == (10_000, 4000)
    control.recovered(30_000, MSS, 0.0)
    assert control.window == 10_000


def test_a_loss_that_was_none_is_undone() -> None:
    control = newreno(20_000)
    control.ssthresh = 18_000
    control.loss(20_000, MSS, 0.0)
    control.undo()
    assert (control.ssthresh, control.window) == (18_000, 20_000)


def test_after_an_idle_time_the_window_is_no_larger_than_the_initial_one() -> None:
    """RFC 5681, section 4.1."""
    control = newreno(50_000)
    control.restart(10_000, 0.0)
    assert control.window == 10_000
    control.restart(20_000, 0.0)
    assert control.window == 10_000
