"""What is true of every algorithm, whatever happens to its connection."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.layers.tcp.congestion import ALGORITHMS, Ack, CongestionControl, Start
from foxpy.layers.tcp.congestion.base import UNLIMITED

sizes = st.integers(0, 1 << 32)
times = st.sampled_from([0.0, 1e-9, 0.001, 0.05, 1.0, 30.0, 1e5])


@st.composite
def acks(draw: st.DrawFn) -> Callable[[CongestionControl, int, float], None]:
    """An acknowledgement of anything."""
    count, flight, lost = draw(sizes), draw(sizes), draw(st.one_of(st.just(0), sizes))
    trip = draw(st.one_of(st.just(-1.0), times))
    rate = draw(st.floats(0.0, 1e12))
    started, limited, prior = draw(st.booleans()), draw(st.booleans()), draw(st.integers(-1, 1 << 32))

    def happens(control: CongestionControl, mss: int, now: float) -> None:
        ack = Ack()
        ack.acknowledged = ack.delivered = count
        ack.flight = ack.pipe = flight
        ack.lost = lost
        ack.mss = mss
        ack.now = now
        ack.round_trip = trip
        ack.srtt = max(trip, 0.0)
        ack.round_started = started
        ack.delivery_rate = rate
        ack.app_limited = limited
        ack.prior_delivered = prior
        ack.total_delivered = prior + count + 1
        control.acknowledged(ack)

    return happens


losses = sizes.map(lambda flight: lambda control, mss, now: control.loss(flight, mss, now))
marks = sizes.map(lambda flight: lambda control, mss, now: control.marked(flight, mss, now))
recoveries = sizes.map(lambda flight: lambda control, mss, now: control.recovered(flight, mss, now))
timeouts = st.tuples(sizes, st.booleans()).map(
    lambda given: lambda control, mss, now: control.timeout(given[0], mss, given[1], now)
)
undos = st.just(lambda control, *_: control.undo())
restarts = st.just(lambda control, mss, now: control.restart(10 * mss, now))
events = st.one_of(acks(), acks(), acks(), losses, marks, recoveries, timeouts, undos, restarts)


@pytest.mark.parametrize("name", ALGORITHMS)
@given(
    st.sampled_from([48, 536, 1460, 8960, 65_000]),
    st.integers(1, 100),
    st.integers(0, 1 << 64),
    st.lists(st.tuples(events, times), max_size=40),
)
@settings(max_examples=100, deadline=None)
def test_the_window_is_a_segment_at_least_and_no_more_than_any(
    name: str,
    mss: int,
    segments: int,
    seed: int,
    happenings: list[tuple[Callable[[CongestionControl, int, float], None], float]],
) -> None:
    control = ALGORITHMS[name](Start(mss, segments * mss, seed=seed))
    now = 0.0
    for happens, later in happenings:
        now += later
        happens(control, mss, now)
        assert isinstance(control.window, int)
        assert mss <= control.window <= 2 * UNLIMITED
        assert isinstance(control.ssthresh, int)
        assert control.ssthresh >= mss
        assert 0.0 <= control.pacing_rate < math.inf
        if control.pacing_rate:
            assert control.pacing_rate > 1.0 / 3600


@pytest.mark.parametrize("name", ALGORITHMS)
def test_undoing_what_never_was_changes_nothing(name: str) -> None:
    control = ALGORITHMS[name](Start(1000, 10_000))
    before = (control.window, control.ssthresh)
    control.undo()
    assert (control.window, control.ssthresh) == before
