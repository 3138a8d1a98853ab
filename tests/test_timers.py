"""The queue of deadlines."""

from __future__ import annotations

import weakref
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from foxpy.timers import NEVER, SPARE, Timer, TimerQueue


class Clock:
    """A clock set by hand, the queue on it, and the names of the timers that fired."""

    def __init__(self) -> None:
        self.time = 0.0
        self.sooner = 0
        self.fired: list[tuple[float, str]] = []
        self.queue = TimerQueue(lambda: self.time, self._sooner)

    def _sooner(self) -> None:
        self.sooner += 1

    def timer(self, name: str) -> Timer:
        return Timer(self.queue, lambda: self.fired.append((self.time, name)))

    def advance(self, time: float) -> None:
        while (deadline := self.queue.next_deadline()) <= time:
            self.time = max(self.time, deadline)
            self.queue.run_due(self.time)
        self.time = time


def test_a_timer_fires_once_at_its_deadline() -> None:
    clock = Clock()
    timer = clock.timer("a")
    timer.start(2.0)
    assert timer.running
    clock.advance(1.9)
    assert clock.fired == []
    clock.advance(9.0)
    assert clock.fired == [(2.0, "a")]
    assert timer.deadline == NEVER
    assert clock.queue.next_deadline() == NEVER


def test_a_restart_replaces_the_deadline_in_both_directions() -> None:
    clock = Clock()
    later, earlier = clock.timer("later"), clock.timer("earlier")
    later.start(1.0)
    later.start(5.0)
    earlier.start(5.0)
    earlier.start(1.0)
    clock.advance(10.0)
    assert clock.fired == [(1.0, "earlier"), (5.0, "later")]


def test_moving_later_queues_nothing() -> None:
    clock = Clock()
    timer = clock.timer("a")
    for delay in range(1, 1000):
        timer.start(float(delay))
    assert len(clock.queue._heap) == 1
    clock.advance(2000.0)
    assert clock.fired == [(999.0, "a")]


def test_a_stopped_timer_does_not_fire_and_leaves_nothing_to_wait_for() -> None:
    clock = Clock()
    timer = clock.timer("a")
    timer.start(1.0)
    timer.stop()
    assert clock.queue.next_deadline() == NEVER
    timer.start(3.0)
    clock.advance(5.0)
    assert clock.fired == [(3.0, "a")]


def test_equal_deadlines_fire_in_the_order_of_their_starts() -> None:
    clock = Clock()
    for name in "abc":
        clock.timer(name).start(1.0)
    clock.advance(1.0)
    assert [name for _, name in clock.fired] == ["a", "b", "c"]


def test_only_an_earlier_first_deadline_is_announced() -> None:
    clock = Clock()
    clock.timer("a").start(5.0)
    clock.timer("b").start(6.0)
    assert clock.sooner == 1
    clock.timer("c").start(1.0)
    assert clock.sooner == 2


def test_timers_made_and_stopped_in_masses_do_not_pile_up() -> None:
    clock = Clock()
    clock.timer("kept").start(1.0)
    for _ in range(100_000):
        timer = clock.timer("stopped")
        timer.start(1000.0)
        timer.stop()
    assert clock.queue.running() == 1
    assert len(clock.queue._heap) < 4096
    clock.advance(2000.0)
    assert [name for _, name in clock.fired] == ["kept"]


def test_a_callback_may_start_its_own_timer_again() -> None:
    clock = Clock()
    ticks: list[float] = []

    def tick() -> None:
        ticks.append(clock.time)
        if len(ticks) < 3:
            timer.start(1.0)

    timer = Timer(clock.queue, tick)
    timer.start(1.0)
    clock.advance(10.0)
    assert ticks == [1.0, 2.0, 3.0]


@given(st.lists(st.tuples(st.integers(0, 4), st.one_of(st.none(), st.integers(0, 20)), st.integers(0, 3))))
def test_whatever_is_started_and_stopped_each_timer_fires_exactly_at_its_last_deadline(
    steps: list[tuple[int, int | None, int]],
) -> None:
    """Against the simplest model: a dictionary of deadlines."""
    clock = Clock()
    timers = [clock.timer(str(number)) for number in range(5)]
    model: dict[int, float] = {}
    expected: list[tuple[float, str]] = []

    def advance(time: float) -> None:
        due = sorted((deadline, number) for number, deadline in model.items() if deadline <= time)
        for deadline, number in due:
            expected.append((deadline, str(number)))
            del model[number]
        clock.advance(time)

    for number, delay, pause in steps:
        if delay is None:
            timers[number].stop()
            model.pop(number, None)
        else:
            timers[number].start(float(delay))
            model[number] = clock.time + delay
        advance(clock.time + pause)
    advance(clock.time + 100)
    assert sorted(clock.fired) == sorted(expected)
    assert [time for time, _ in clock.fired] == sorted(time for time, _ in clock.fired)
    assert clock.queue.running() == 0


def test_a_timer_that_has_ended_keeps_nothing_alive() -> None:
    class Owner:
        def expired(self) -> None:
            raise AssertionError

    clock = Clock()
    owner = Owner()
    timer = Timer(clock.queue, owner.expired)
    gone = weakref.ref(owner)
    timer.start(100.0)
    timer.end()
    del owner
    assert not timer.running
    assert gone() is None
    clock.advance(200.0)


def test_a_timer_that_is_given_back_is_the_next_one_and_brings_its_entry_along() -> None:
    clock = Clock()
    for number in range(10_000):
        timer = clock.queue.timer(partial(clock.fired.append, (0.0, str(number))))
        timer.start(5.0)
        clock.advance(clock.time + 0.0001)
        timer.give_back()
    assert len(clock.queue._heap) < 10
    assert clock.sooner < 10
    last = clock.queue.timer(partial(clock.fired.append, (0.0, "last")))
    assert not last.running
    last.start(7.0)
    clock.advance(20.0)
    assert clock.fired == [(0.0, "last")]


def test_a_timer_that_is_given_back_keeps_nothing_alive_and_never_calls_its_last_owner() -> None:
    class Owner:
        def expired(self) -> None:
            raise AssertionError

    clock = Clock()
    owner = Owner()
    timer = clock.queue.timer(owner.expired)
    gone = weakref.ref(owner)
    timer.start(1.0)
    timer.give_back()
    del owner, timer
    assert gone() is None
    sooner = clock.queue.timer(partial(clock.fired.append, (0.0, "sooner")))
    sooner.start(0.5)
    clock.advance(0.75)
    sooner.start(0.25)  # to when the entry of its former life comes up as well
    clock.advance(20.0)
    assert clock.fired == [(0.0, "sooner")] * 2


def test_only_so_many_timers_are_kept_for_the_next() -> None:
    clock = Clock()
    timers = [clock.queue.timer(clock.fired.clear) for _ in range(2 * SPARE)]
    for timer in timers:
        timer.give_back()
    again = [clock.queue.timer(clock.fired.clear) for _ in range(2 * SPARE)]
    assert len(set(map(id, again))) == 2 * SPARE
    assert len(set(map(id, timers)) & set(map(id, again))) == SPARE
