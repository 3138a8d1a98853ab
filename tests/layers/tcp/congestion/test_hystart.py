"""HyStart++ (RFC 9406) in CUBIC's first slow start."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.congestion import Cubic, Start
from foxpy.layers.tcp.congestion.base import UNLIMITED
from tests.support.congestion import ack

MSS = 1000


def cubic(window: int = 16_000) -> Cubic:
    return Cubic(Start(MSS, window))


def a_round(control: Cubic, round_trip: float, acknowledgements: int = 16) -> int:
    """One round trip of segments acknowledged one by one; how far the window grew."""
    before = control.window
    for number in range(acknowledgements):
        told = ack(MSS, flight=control.window, round_trip=round_trip, round_started=number == 0)
        control.acknowledged(told)
    return control.window - before


def test_a_steady_round_trip_changes_nothing() -> None:
    control = cubic()
    for _ in range(20):
        assert a_round(control, 0.050) == 16_000
    assert control.ssthresh == UNLIMITED


@pytest.mark.parametrize(
    ("base", "threshold"), [(0.010, 0.004), (0.064, 0.008), (0.500, 0.016)], ids=["least", "an eighth", "largest"]
)
def test_the_threshold(base: float, threshold: float) -> None:
    """Section 4.2: RttThresh = max(4 ms, min(lastRoundMinRTT / 8, 16 ms))."""
    control = cubic()
    a_round(control, base)
    a_round(control, base + 0.99 * threshold)
    assert a_round(control, base + 0.99 * threshold) == 16_000
    control = cubic()
    a_round(control, base)
    assert a_round(control, base + 1.01 * threshold) == 7 * MSS + 9 * MSS // 4  # from the eighth sample on


def test_conservative_slow_start_ends_after_five_rounds() -> None:
    """CSS_ROUNDS; then congestion avoidance from the window of then."""
    control = cubic()
    a_round(control, 0.050)
    a_round(control, 0.060)
    for _ in range(4):
        assert a_round(control, 0.060) == 4000
        assert control.ssthresh == UNLIMITED
    a_round(control, 0.060)
    assert control.ssthresh < UNLIMITED
    assert control.ssthresh == pytest.approx(control.window, abs=MSS)


def test_a_false_alarm_goes_back_to_slow_start() -> None:
    """ "If currentRoundMinRTT < cssBaselineMinRtt: resume slow start"."""
    control = cubic()
    a_round(control, 0.050)
    a_round(control, 0.060)
    a_round(control, 0.055)
    assert a_round(control, 0.055) == 16_000


def test_few_samples_prove_nothing() -> None:
    """N_RTT_SAMPLE is eight."""
    control = cubic()
    a_round(control, 0.050)
    for _ in range(10):
        assert a_round(control, 0.150, 7) == 7000


def test_the_least_sample_of_a_round_counts() -> None:
    """One delayed ACK is no queue."""
    control = cubic()
    a_round(control, 0.050)
    for number in range(16):
        trip = 0.050 if number == 3 else 0.120
        control.acknowledged(ack(MSS, flight=control.window, round_trip=trip, round_started=number == 0))
    assert control.window == 48_000


def test_it_watches_the_first_slow_start_only() -> None:
    """Section 4.3: later ones have a threshold that was found by a loss."""
    control = cubic()
    control.ssthresh = 200_000
    a_round(control, 0.050)
    for _ in range(8):
        assert a_round(control, 0.100) == 16_000
