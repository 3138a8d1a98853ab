"""The windowed maximum, against one that remembers everything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.tcp.congestion.filters import WindowedMax

steps = st.lists(st.tuples(st.floats(0.0, 1e12), st.integers(0, 4)), max_size=60)


@given(steps)
def test_it_is_a_value_of_the_window_and_no_less_than_the_newest(given_steps: list[tuple[float, int]]) -> None:
    kept = WindowedMax(10)
    seen: list[tuple[int, float]] = []
    time = 0
    for value, later in given_steps:
        time += later
        seen.append((time, value))
        kept.update(value, time)
        window = [value for when, value in seen if time - when <= 10]
        assert value <= kept.value <= max(window)
        assert kept.value in window


@given(steps)
def test_within_the_window_the_largest_is_never_forgotten(given_steps: list[tuple[float, int]]) -> None:
    kept = WindowedMax(1000)
    best = 0.0
    time = 0
    for value, later in given_steps:
        time += later
        best = max(best, value)
        kept.update(value, time)
        assert kept.value == best


def test_the_best_is_forgotten_when_it_is_old() -> None:
    kept = WindowedMax(10)
    kept.update(100.0, 0)
    for time in range(1, 11):
        kept.update(50.0, time)
        assert kept.value == 100.0
    kept.update(40.0, 11)
    assert kept.value == 50.0
