"""How fast bytes arrived at the peer, as its acknowledgements tell."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

from foxpy.layers.tcp.events import Acked

SHORTEST: Final = 0.001
"""Seconds over which a rate says something; below, it says how a batch was taken in."""


class Arrived:
    """Counts what newly arrived: what an acknowledgement covers, and what its SACK blocks tell of before it does.

    Without SACK blocks an acknowledgement that closes a gap stands for all that came behind it, long before.
    """

    def __init__(self) -> None:
        self.fresh: list[tuple[int, int]] = []
        """What the SACK blocks of the last acknowledgement were the first to tell of."""
        self._ack = 0
        self._starts: list[int] = []  # of what is SACKed above it, disjoint and in order
        self._ends: list[int] = []

    def newly(self, event: Acked) -> int:
        """The bytes that ``event`` is the first to tell of."""
        before = self._covered()
        known = self._ack
        self._ack = max(self._ack, event.ack)
        self.fresh = []
        for start, end in event.sacked:
            if self._ack < end:
                self._add(max(start, self._ack), end)
        self._forget()
        if not known:
            return event.length
        return max(0, self._ack - known + self._covered() - before)

    def _covered(self) -> int:
        return sum(self._ends) - sum(self._starts)

    def _add(self, start: int, end: int) -> None:
        if start >= end:
            return
        first = bisect_left(self._ends, start)
        last = first
        told = start
        while last < len(self._starts) and self._starts[last] <= end:
            if told < self._starts[last]:
                self.fresh.append((told, self._starts[last]))
            told = self._ends[last]
            start, end = min(start, self._starts[last]), max(end, told)
            last += 1
        if told < end:
            self.fresh.append((told, end))
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]

    def _forget(self) -> None:
        """Drop what is acknowledged."""
        while self._ends and self._ends[0] <= self._ack:
            del self._starts[0], self._ends[0]
        if self._starts and self._starts[0] < self._ack:
            self._starts[0] = self._ack


def rates(arrivals: Sequence[tuple[float, int]], over: float) -> Iterator[tuple[float, float]]:
    """At each time of the ``arrivals`` (when, how many bytes), bytes a second over the last ``over`` seconds.

    Nothing before as much time has passed since the first. What comes at one time, as in one batch, counts together.
    """
    over = max(over, SHORTEST)
    first = 0
    held = 0
    for index, (time, count) in enumerate(arrivals):
        held += count
        while first < index and arrivals[first][0] <= time - over:
            held -= arrivals[first][1]
            first += 1
        last = index + 1 == len(arrivals) or arrivals[index + 1][0] > time
        if last and time - arrivals[0][0] >= over:
            yield time, held / over


def best_rate(arrivals: Sequence[tuple[float, int]], over: float) -> float | None:
    """The highest of the ``rates``; None where the arrivals do not last that long."""
    return max((rate for _, rate in rates(arrivals, over)), default=None)
