"""One queue of deadlines for all the timers of a host, or of a whole simulated network.

Protocols restart timers far more often than timers fire: TCP moves its retransmission deadline with every
acknowledgement. So a timer that moves *later* touches nothing but its own deadline; the entry already queued is looked
at when it comes up and put back where it now belongs. Each timer therefore has about one entry in the heap, an idle
stack has no tick, and a stopped timer costs nothing until its entry comes up. A timer that is given back is the next
that somebody wants, and brings its entry along: short conversations, one after the other, leave the heap as it is.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Final

NEVER: Final = float("inf")
FEW: Final = 1024
"""Entries that nobody looks through for those of stopped timers."""
SPARE: Final = 256
"""Timers kept for the next that are wanted."""


class Timer:
    """One deadline and what to call when it passes. Made by ``Runtime.timer``; not started.

    The callback runs once for each ``start``, on the stack's thread, synchronously, and may start the timer again.
    """

    __slots__ = ("_expired", "_queue", "_queued", "deadline")

    deadline: float
    """When it fires, in seconds of the queue's clock; infinity while it is stopped."""

    def __init__(self, queue: TimerQueue, expired: Callable[[], None]) -> None:
        self._queue = queue
        self._expired = expired
        self._queued = NEVER
        self.deadline = NEVER

    @property
    def running(self) -> bool:
        return self.deadline != NEVER

    def start(self, delay: float) -> None:
        """Fire ``delay`` seconds from now, in place of any earlier arrangement. A delay below 0 counts as 0."""
        self.start_at(self._queue.now() + (delay if delay > 0.0 else 0.0))

    def start_at(self, deadline: float) -> None:
        """``start``, for who knows the time already. Fires at once where ``deadline`` has passed."""
        self.deadline = deadline
        if deadline < self._queued:
            self._queued = deadline
            self._queue.push(deadline, self)

    def stop(self) -> None:
        """Do not fire. Harmless where it is not running."""
        self.deadline = NEVER

    def end(self) -> None:
        """Stop, for good: what it would have called can be freed at once, and not when the queue comes to its entry."""
        self.deadline = NEVER
        self._expired = _nothing

    def give_back(self) -> None:
        """``end``, and let it be the next timer that is made: whoever gives it back must not touch it any more."""
        self.deadline = NEVER
        self._expired = _nothing
        self._queue.spare(self)

    def _due(self, when: float) -> None:
        """The entry for ``when`` came up: fire, wait longer, or do nothing because a newer entry speaks for us."""
        if when != self._queued:
            return
        self._queued = NEVER
        deadline = self.deadline
        if deadline == NEVER:
            return
        if deadline > when:
            self._queued = deadline
            self._queue.push(deadline, self)
            return
        self.deadline = NEVER
        self._expired()


def _nothing() -> None:
    """What a timer calls that has ended."""


class TimerQueue:
    """Deadlines in order; equal ones fire in the order in which they were set, so that a run can be repeated."""

    __slots__ = ("_full", "_heap", "_sequence", "_sooner", "_spare", "now")

    def __init__(self, now: Callable[[], float], sooner: Callable[[], None]) -> None:
        """``now`` reads the clock in seconds; ``sooner`` is told that the earliest deadline has moved forward."""
        self.now = now
        self._sooner = sooner
        self._heap: list[tuple[float, int, Timer]] = []
        self._sequence = 0
        self._full = FEW
        self._spare: list[Timer] = []

    def timer(self, expired: Callable[[], None]) -> Timer:
        """One that calls ``expired``; not started."""
        spare = self._spare
        if not spare:
            return Timer(self, expired)
        timer = spare.pop()
        timer._expired = expired
        return timer

    def spare(self, timer: Timer) -> None:
        """``timer`` is nobody's any more."""
        if len(self._spare) < SPARE:
            self._spare.append(timer)

    def push(self, deadline: float, timer: Timer) -> None:
        heap = self._heap
        first = heap[0][0] if heap else NEVER
        self._sequence += 1
        heapq.heappush(heap, (deadline, self._sequence, timer))
        if len(heap) > self._full:
            self._forget_stopped()
        if deadline < first:
            self._sooner()

    def _forget_stopped(self) -> None:
        """Drop entries that speak for nobody, so that timers made and stopped in masses do not pile up.

        Next when there are twice as many entries as are left: so each push has its share of one or two of them.
        """
        kept = []
        for entry in self._heap:
            deadline, _, timer = entry
            if timer._queued == deadline:
                if timer.running:
                    kept.append(entry)
                else:
                    timer._queued = NEVER
        heapq.heapify(kept)
        self._heap = kept
        self._full = max(FEW, 2 * len(kept))

    def next_deadline(self) -> float:
        """When something may be due, infinity if nothing is. It may prove to be a false alarm, never too late."""
        heap = self._heap
        while heap:
            deadline, _, timer = heap[0]
            if timer._queued == deadline and timer.running:
                return deadline
            heapq.heappop(heap)
            if timer._queued == deadline:
                timer._queued = NEVER
        return NEVER

    def run_due(self, now: float) -> bool:
        """Fire everything that was due by ``now``; whether anything was queued for then."""
        heap = self._heap
        fired = False
        while heap and heap[0][0] <= now:
            deadline, _, timer = heapq.heappop(heap)
            timer._due(deadline)
            fired = True
            heap = self._heap
        return fired

    def running(self) -> int:
        """How many timers will fire: what a test of leaks wants to be zero. Walks the queue."""
        return sum(1 for deadline, _, timer in self._heap if timer._queued == deadline and timer.running)
