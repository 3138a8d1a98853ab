"""Vegas by itself, against Brakmo and Peterson's paper: what it does for so many segments in the queue."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.congestion import Start, Vegas
from foxpy.layers.tcp.congestion.base import UNLIMITED
from tests.support.congestion import ack

MSS = 1000
BASE = 0.100


def vegas(window: int, *, avoiding: bool = True) -> Vegas:
    """BaseRTT is known to be 100 ms."""
    control = Vegas(Start(MSS, window))
    if avoiding:
        control.ssthresh = window
    a_round(control, BASE)
    control.window = window
    return control


def a_round(control: Vegas, round_trip: float, *, each: int = 2 * MSS, flight: int | None = None) -> int:
    """A round trip's worth of acknowledgements, and the first of the next round; how far the window moved."""
    before = control.window
    for number in range(before // each):
        told = ack(each, flight=flight or before, round_trip=round_trip, round_started=number == 0)
        control.acknowledged(told)
    return control.window - before


def move(control: Vegas, queued: float) -> int:
    """How the window moves when ``queued`` segments are in the queue: RTT = BaseRTT * cwnd / (cwnd - queued)."""
    trip = BASE * control.window / (control.window - queued * MSS)
    before = control.window
    a_round(control, trip)
    control.acknowledged(ack(2 * MSS, flight=control.window, round_trip=trip, round_started=True))
    return control.window - before


@pytest.mark.parametrize(
    ("queued", "moved"), [(0.0, MSS), (1.9, MSS), (2.1, 0), (3.0, 0), (3.9, 0), (4.1, -MSS), (20.0, -MSS)]
)
def test_once_a_round_trip_by_what_is_queued(queued: float, moved: int) -> None:
    """Section III-B: Diff = Expected - Actual; below alpha one segment more, above beta one less."""
    control = vegas(60_000)
    a_round(control, BASE)  # the one segment more for an empty queue
    control.window = 60_000
    control._least, control._samples = float("inf"), 0
    assert move(control, queued) == moved


def test_it_settles_between_alpha_and_beta() -> None:
    """A path of 50 segments and 100 ms: whatever the window, two to four segments of it stand in the queue."""
    for window in (30_000, 90_000):
        control = vegas(window)
        for _ in range(100):
            queue = max(control.window - 50_000, 0)
            a_round(control, BASE * (1 + queue / 50_000))
        assert 51_500 <= control.window <= 54_500


def test_slow_start_doubles_every_other_round() -> None:
    """Section III-C."""
    control = vegas(8000, avoiding=False)
    assert [a_round(control, BASE) for _ in range(6)] == [0, 8000, 0, 16_000, 0, 32_000]


def test_slow_start_ends_when_a_segment_is_queued() -> None:
    """Gamma; the window comes down to what was delivered in a base round trip."""
    control = vegas(40_000, avoiding=False)
    assert control.ssthresh == UNLIMITED
    move(control, 0.5)
    assert control.ssthresh == UNLIMITED
    window = control.window
    move(control, 8.0)
    assert control.ssthresh < UNLIMITED
    assert control.window <= 2 * window


def test_a_single_delayed_acknowledgement_proves_nothing() -> None:
    """Fewer than three samples, none of an ACK of two segments: as NewReno."""
    control = vegas(2000)
    for _ in range(10):
        before = control.window
        control.acknowledged(ack(MSS, flight=2000, round_trip=BASE + 0.2, round_started=True))
        assert control.window >= before


def test_the_least_round_trip_of_a_round_is_compared() -> None:
    control = vegas(60_000)
    for number in range(30):
        trip = BASE if number == 7 else 3 * BASE
        control.acknowledged(ack(2 * MSS, flight=60_000, round_trip=trip, round_started=number == 0))
    window = control.window
    control.acknowledged(ack(2 * MSS, flight=60_000, round_trip=BASE, round_started=True))
    assert control.window == window + MSS


def test_an_unused_window_does_not_grow() -> None:
    control = vegas(60_000)
    for _ in range(10):
        a_round(control, BASE, flight=20_000)
    assert control.window <= 60_000


def test_a_loss_halves() -> None:
    control = vegas(60_000)
    control.loss(60_000, MSS, 1.0)
    assert (control.window, control.ssthresh) == (30_000, 30_000)


def test_the_window_keeps_two_segments() -> None:
    control = vegas(8000)
    for _ in range(50):
        a_round(control, 5.0, each=MSS)
        assert control.window >= 2 * MSS


def test_after_an_idle_time_the_path_may_be_another() -> None:
    """A longer one is no queue."""
    control = vegas(60_000)
    control.restart(60_000, 100.0)
    for _ in range(5):
        a_round(control, 3 * BASE)
    assert control.window > 60_000


def test_round_trips_of_nothing() -> None:
    """On a link without delay."""
    control = vegas(10_000)
    for _ in range(20):
        a_round(control, 0.0)
    assert control.window > 0
