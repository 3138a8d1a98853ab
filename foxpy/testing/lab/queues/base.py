"""What all queues have: the frames that wait, and the account of what became of the others."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections import deque

import attrs

from foxpy.testing.lab.frames import marked


@attrs.frozen
class QueueInfo:
    """A queue now. Counts are frames since it was made, times are seconds."""

    packets: int
    """Waiting now."""
    size: int
    """Bytes waiting now."""
    passed: int
    """Taken out to be sent."""
    dropped: int
    marked: int
    """Given ECN's mark in place of being dropped."""
    peak_packets: int
    peak_size: int
    mean_size: float
    """Bytes waiting in the mean over time, since it was made or since ``forget``."""
    mean_delay: float
    """Seconds that those which passed had waited in the mean, since then."""
    peak_delay: float


class Queue(ABC):
    """Frames before a transmitter, first in, first out; a discipline decides which may wait.

    ``now`` never goes back. A discipline writes ``offer``, and ``take`` where it decides at the other end.
    """

    __slots__ = (
        "_changed",
        "_filled",
        "_since",
        "_waited",
        "_waiters",
        "_waiting",
        "dropped",
        "marked",
        "passed",
        "peak_delay",
        "peak_packets",
        "peak_size",
        "size",
    )

    def __init__(self, now: float = 0.0) -> None:
        self._waiting: deque[tuple[float, bytes]] = deque()
        self.size = 0
        """Bytes that wait."""
        self.passed = 0
        self.dropped = 0
        self.marked = 0
        self.forget(now)

    def forget(self, now: float) -> None:
        """Begin means and peaks anew: what went before, slow start most often, is not to count."""
        self._since = self._changed = now
        self._filled = 0.0  # the integral of the size over time
        self._waited = 0.0
        self._waiters = 0
        self.peak_delay = 0.0
        self.peak_packets = len(self._waiting)
        self.peak_size = self.size

    @abstractmethod
    def offer(self, frame: bytes, now: float) -> None:
        """``frame`` comes: ``put`` it, or ``drop`` it."""

    def take(self, now: float) -> bytes | None:
        """The next frame to be sent; None where none waits."""
        return self.pull(now)

    def __len__(self) -> int:
        return len(self._waiting)

    # -- what disciplines are made of

    def put(self, frame: bytes, now: float) -> None:
        """``frame`` waits from now on."""
        self._account(now)
        waiting = self._waiting
        waiting.append((now, frame))
        self.size += len(frame)
        if self.size > self.peak_size:
            self.peak_size = self.size
        if len(waiting) > self.peak_packets:
            self.peak_packets = len(waiting)

    def pull(self, now: float) -> bytes | None:
        """The frame that has waited longest is to be sent."""
        if not self._waiting:
            return None
        self._account(now)
        since, frame = self._waiting.popleft()
        self.size -= len(frame)
        self.passed += 1
        delay = now - since
        self._waited += delay
        self._waiters += 1
        if delay > self.peak_delay:
            self.peak_delay = delay
        return frame

    def drop(self) -> None:
        """A frame that came is not taken."""
        self.dropped += 1

    def drop_head(self, now: float) -> None:
        """The frame at the head goes nowhere."""
        self._account(now)
        self.size -= len(self._waiting.popleft()[1])
        self.dropped += 1

    def mark_head(self) -> bool:
        """Mark the frame at the head; False where its ends do not understand that."""
        since, frame = self._waiting[0]
        changed = marked(frame)
        if changed is None:
            return False
        self.marked += 1
        self._waiting[0] = since, changed
        return True

    def _account(self, now: float) -> None:
        self._filled += self.size * (now - self._changed)
        self._changed = now

    # -- query

    def info(self, now: float) -> QueueInfo:
        self._account(now)
        time = now - self._since
        return QueueInfo(
            packets=len(self._waiting),
            size=self.size,
            passed=self.passed,
            dropped=self.dropped,
            marked=self.marked,
            peak_packets=self.peak_packets,
            peak_size=self.peak_size,
            mean_size=self._filled / time if time > 0.0 else float(self.size),
            mean_delay=self._waited / self._waiters if self._waiters else 0.0,
            peak_delay=self.peak_delay,
        )


class Discipline(ABC):
    """A queue discipline and its settings. One may be given to any number of links: each makes a queue of its own."""

    @abstractmethod
    def queue(self, generator: random.Random, rate: float) -> Queue:
        """A new queue before a transmitter of ``rate`` bit/s; ``generator`` is its own."""
