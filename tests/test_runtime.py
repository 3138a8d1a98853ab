"""The Scheduler and the Runtime, without an event loop."""

from __future__ import annotations

from foxpy.runtime import BURST, Descriptor, Driver, Runtime, Scheduler, Source


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


class Frames(Source):
    """Has so many frames to hand up, and notes when each was handed up."""

    def __init__(self, runtime: Runtime, count: int) -> None:
        self.runtime = runtime
        self.left = count
        self.times: list[float] = []

    def burst(self, budget: int) -> bool:
        for _ in range(min(budget, self.left)):
            self.left -= 1
            self.times.append(self.runtime.now)
        return self.left > 0


class Noting(Driver):
    def __init__(self) -> None:
        self.calls: list[str] = []

    def wake(self) -> None:
        self.calls.append("wake")

    def watch(self, descriptor: Descriptor, runtime: Runtime) -> None:
        self.calls.append("watch")

    def unwatch(self, descriptor: Descriptor) -> None:
        self.calls.append("unwatch")


class Readable(Descriptor):
    def fileno(self) -> int:
        return 0

    def burst(self, budget: int) -> bool:
        return False


def test_a_source_hands_up_one_burst_a_round() -> None:
    scheduler = Scheduler(Clock())
    runtime = Runtime(scheduler, seed=1)
    source = Frames(runtime, BURST + 1)
    assert scheduler.pending() == float("inf")
    scheduler.ready(runtime, source)
    assert scheduler.pending() == float("-inf")
    assert scheduler.run()
    assert source.left == 1
    assert not scheduler.run()
    assert source.left == 0
    assert scheduler.pending() == float("inf")


def test_sources_take_turns() -> None:
    scheduler = Scheduler(Clock())
    runtime = Runtime(scheduler, seed=1)
    one, other = Frames(runtime, 3 * BURST), Frames(runtime, BURST)
    scheduler.ready(runtime, one)
    scheduler.ready(runtime, other)
    scheduler.run()
    assert (one.left, other.left) == (2 * BURST, 0)


def test_the_time_stands_still_within_a_batch_and_runs_outside() -> None:
    clock = Clock()
    runtime = Runtime(Scheduler(clock), seed=1)

    class Slow(Frames):
        def burst(self, budget: int) -> bool:
            more = super().burst(1)
            clock.time += 1.0
            super().burst(1)
            return more

    source = Slow(runtime, 2)
    runtime.pump(source)
    assert source.times == [0.0, 0.0]
    assert runtime.now == 1.0


def test_the_end_of_a_batch_comes_once_after_its_frames() -> None:
    runtime = Runtime(Scheduler(Clock()), seed=1)
    order: list[str] = []

    class Telling(Source):
        def burst(self, budget: int) -> bool:
            runtime.at_end_of_batch(lambda: order.append("end"))
            order.append("frame")
            return False

    runtime.pump(Telling())
    assert order == ["frame", "end"]
    runtime.at_end_of_batch(lambda: order.append("at once"))
    assert order == ["frame", "end", "at once"]


def test_what_the_end_of_a_batch_asks_for_is_done_in_the_same_batch() -> None:
    runtime = Runtime(Scheduler(Clock()), seed=1)
    order: list[str] = []

    class Telling(Source):
        def burst(self, budget: int) -> bool:
            runtime.at_end_of_batch(lambda: runtime.at_end_of_batch(lambda: order.append("second")))
            return False

    runtime.pump(Telling())
    assert order == ["second"]


def test_the_driver_hears_of_sooner_deadlines_ready_sources_and_descriptors() -> None:
    scheduler = Scheduler(Clock())
    runtime = Runtime(scheduler, seed=1)
    driver = scheduler.driver = Noting()
    runtime.timer(lambda: None).start(5.0)
    runtime.timer(lambda: None).start(9.0)
    scheduler.ready(runtime, Frames(runtime, 1))
    descriptor = Readable()
    scheduler.watch(runtime, descriptor)
    assert scheduler.descriptors == {descriptor: runtime}
    scheduler.unwatch(descriptor)
    scheduler.unwatch(descriptor)
    assert driver.calls == ["wake", "wake", "watch", "unwatch"]


def test_a_seed_repeats_every_choice_and_none_is_unpredictable() -> None:
    scheduler = Scheduler(Clock())
    one, same, other = Runtime(scheduler, 7), Runtime(scheduler, 7), Runtime(scheduler, 8)
    assert (one.secret, one.random.random()) == (same.secret, same.random.random())
    assert one.secret != other.secret
    free, also_free = Runtime(scheduler), Runtime(scheduler)
    assert free.secret != also_free.secret
    assert len(free.secret) == 16
