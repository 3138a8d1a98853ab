"""What the layers of one host share: the time, the timers, the end of a batch, randomness and secrets.

Nothing here knows an event loop. ``foxpy.driver`` turns the Scheduler with trio; another loop would need a driver of
its own and nothing else. Hosts on an in-memory link share one Scheduler, so that a whole network is one sequence of
events, the same in every run with the same seed.
"""

from __future__ import annotations

import os
import random
from collections import deque
from collections.abc import Callable
from typing import Final

from foxpy.component import Component
from foxpy.offload import Arriving
from foxpy.source import Source
from foxpy.sources import Descriptor, Driver
from foxpy.timers import Timer, TimerQueue

__all__ = ["BURST", "Component", "Descriptor", "Driver", "Runtime", "Scheduler", "Source"]

BURST: Final = 64
"""Frames that a pump hands up before it lets timers and applications run."""
LOOKS: Final = 8
"""How often in a row a descriptor that has just had frames is looked at in vain before it is waited for: all together
take about as long as an event loop's waiting and waking, which an answer to what was sent would have to go through."""
ATTENTION: Final = 64
"""Batches in a row, most often of a single frame each, after which timers and applications have their turn."""


class Scheduler:
    """The order of events: timers that are due, and sources in memory that have frames waiting."""

    __slots__ = ("_batch_time", "_clock", "_descriptors", "_in_batch", "_ready", "descriptors", "driver", "timers")

    driver: Driver | None
    """Who turns it now; set by that driver."""
    descriptors: dict[Descriptor, Runtime]
    """What a driver has to wait for."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` reads monotonic seconds, real or virtual."""
        self._clock = clock
        self._in_batch = False
        self._batch_time: float | None = None  # of the batch being handed up, once anybody has asked
        self._ready: deque[tuple[Runtime, Source]] = deque()
        self.timers = TimerQueue(self.now, self._wake)
        self.driver = None
        self.descriptors = {}
        self._descriptors: tuple[tuple[Descriptor, Runtime], ...] = ()  # a loop over it stands what it causes

    def now(self) -> float:
        """Seconds of the clock, read once for each batch of received frames."""
        time = self._batch_time
        if time is None:
            time = self._clock()
            if self._in_batch:
                self._batch_time = time
        return time

    def begin_batch(self) -> None:
        """Frames are being handed up from now on: for them, the time stands still."""
        self._in_batch = True
        self._batch_time = None

    def end_batch(self) -> None:
        self._in_batch = False
        self._batch_time = None

    def _wake(self) -> None:
        if self.driver is not None:
            self.driver.wake()

    def ready(self, runtime: Runtime, source: Source) -> None:
        """``source``, an in-memory one, has frames again: let it hand them up, after all that is ready already."""
        self._ready.append((runtime, source))
        if len(self._ready) == 1:
            self._wake()

    def watch(self, runtime: Runtime, descriptor: Descriptor) -> None:
        """Wait for ``descriptor`` from now on, until ``unwatch``."""
        self.descriptors[descriptor] = runtime
        self._descriptors = tuple(self.descriptors.items())
        if self.driver is not None:
            self.driver.watch(descriptor, runtime)

    def unwatch(self, descriptor: Descriptor) -> None:
        """Stop waiting for ``descriptor``, which is about to be closed. Harmless where nobody does."""
        if self.descriptors.pop(descriptor, None) is not None:
            self._descriptors = tuple(self.descriptors.items())
            if self.driver is not None:
                self.driver.unwatch(descriptor)

    def poll(self) -> None:
        """Take in a frame that the kernel has ready, without waiting for the driver to notice it; for applications that
        have just sent: on the same machine the answer often is there when the send returns. Harmless in an upcall."""
        if not self._in_batch:
            for descriptor, runtime in self._descriptors:
                runtime.pump(descriptor, 1)

    def run(self) -> bool:
        """Do what can be done now, one round of it; whether there is more to do at once. Does not block."""
        self.timers.run_due(self._clock())
        for _ in range(len(self._ready)):
            runtime, source = self._ready.popleft()
            if runtime.pump(source):
                self._ready.append((runtime, source))
        return bool(self._ready)

    def pending(self) -> float:
        """When ``run`` is worth calling again, in seconds of the clock; minus infinity means now, infinity never."""
        return float("-inf") if self._ready else self.timers.next_deadline()


class Runtime:
    """One host's share of a Scheduler. The lowest layer is given one, the layers above take it from there."""

    __slots__ = ("_batch", "_in_batch", "arriving", "observer", "random", "scheduler", "secret")

    arriving: Arriving
    """What is known of the frame that is being handed up."""

    random: random.Random
    """For everything that may be repeated: jitter, ephemeral ports, identifications."""
    secret: bytes
    """16 bytes nobody outside may know (RFC 6528, section 3): keys of initial sequence numbers and port choice."""
    observer: Callable[[object], None] | None
    """Told of events by layers that have any to tell; None costs them one test."""

    def __init__(self, scheduler: Scheduler, seed: int | None = None) -> None:
        """With a ``seed`` every choice, the secret too, can be repeated: for simulations, never for real networks."""
        self.scheduler = scheduler
        self.arriving = Arriving()
        self.random = random.Random(seed if seed is not None else os.urandom(32))
        self.secret = self.random.randbytes(16) if seed is not None else os.urandom(16)
        self.observer = None
        self._batch: list[Callable[[], None]] = []
        self._in_batch = False

    @property
    def now(self) -> float:
        """Seconds of the clock, read once for each batch of received frames."""
        return self.scheduler.now()

    def timer(self, expired: Callable[[], None]) -> Timer:
        """A stopped timer that will call ``expired``."""
        return self.scheduler.timers.timer(expired)

    def pump(self, source: Source, budget: int = BURST) -> bool:
        """Let ``source`` hand up one batch of at most ``budget`` frames, then tell those who asked that it has ended;
        whether more may be waiting."""
        scheduler = self.scheduler
        scheduler.begin_batch()
        self._in_batch = True
        try:
            more = source.burst(budget)
            if self._batch:
                self._end_batch()
        finally:
            self._in_batch = False
            scheduler.end_batch()
        return more

    def attend(self, source: Source) -> bool:
        """``pump``, and while frames keep coming look for more before it is left to the kernel to announce them.

        Whether more may be waiting.

        The CPU is offered to others between two looks, so that a peer on the same one can answer.
        """
        looks = LOOKS
        taken = source.taken()
        for _ in range(ATTENTION):
            if self.pump(source):
                return True
            now_taken = source.taken()
            if now_taken != taken:
                taken = now_taken
                looks = LOOKS
            elif looks == LOOKS:
                return False  # it had nothing to begin with
            looks -= 1
            if not looks:
                return False
            os.sched_yield()
        return True

    def at_end_of_batch(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` once, after the frames at hand have been delivered; at once if none are being delivered.

        TCP answers a burst of segments with one acknowledgement this way.
        """
        if self._in_batch:
            self._batch.append(callback)
        else:
            callback()

    def _end_batch(self) -> None:
        while self._batch:
            callbacks = self._batch
            self._batch = []
            for callback in callbacks:
                callback()
