"""One direction of a bad path: decides each packet's fate, and holds those that come later."""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable
from typing import Final, TypeAlias

import attrs

from foxpy.layers.faults.config import FaultConfig
from foxpy.runtime import Runtime

# What may happen to one packet, as bits of a number; 0 is nothing.
LOST: Final = 1
CORRUPTED: Final = 2
DUPLICATED: Final = 4
REORDERED: Final = 8

FARTHEST: Final = 3
"""How many later packets one that is reordered lets pass, at most."""
HOLD: Final = 0.1
"""Seconds after which it goes on where no later packet comes."""
IN_FLIGHT: Final = 65536
"""Packets on the way through a delay, at most."""
_ROUNDING: Final = 1e-9

Carry: TypeAlias = Callable[[bytes, int, int], bool]
"""Takes the packet ``frame[start:end]`` to the other end; whether it was taken there."""


class LineCounters:
    """What happened in one direction, over all connections. Touched for every packet, so a plain object."""

    __slots__ = ("abandoned", "corrupted", "duplicated", "lost", "overflowed", "passed", "reordered")

    def __init__(self) -> None:
        self.passed = 0
        self.lost = 0
        self.corrupted = 0
        self.duplicated = 0
        self.reordered = 0
        self.overflowed = 0
        self.abandoned = 0


@attrs.frozen
class LineInfo:
    """One direction now. Counts are packets."""

    passed: int
    """Handed on, duplicates among them."""
    lost: int
    corrupted: int
    duplicated: int
    reordered: int
    overflowed: int
    """Dropped because the queue before the rate was full."""
    abandoned: int
    """Still on their way when the connection ended, or no longer taken by the layer below."""


class Line:
    """One direction of one connection. First ``fate``, then ``carry``, for each packet."""

    __slots__ = (
        "_config",
        "_counters",
        "_departures",
        "_flying",
        "_free",
        "_held",
        "_hold",
        "_order",
        "_out",
        "_random",
        "_runtime",
        "_timer",
        "_waiting_bytes",
        "over",
    )

    over: bool
    """The connection has ended: nothing goes anywhere."""

    def __init__(
        self, config: FaultConfig, generator: random.Random, runtime: Runtime, counters: LineCounters, out: Carry
    ) -> None:
        self._config = config
        self._random = generator
        self._runtime = runtime
        self._counters = counters
        self._out = out
        # Reordered packets: how many more have to pass each of them.
        self._held: list[tuple[int, bytes, int, int]] = []
        self._hold = runtime.timer(self._release_all)
        # The queue before the rate: when each packet in it will have been sent, and its size.
        self._departures: deque[tuple[float, int]] = deque()
        self._waiting_bytes = 0
        self._free = 0.0
        # On the way: ordered by the time of arrival, and by that of sending where this is the same.
        self._flying: list[tuple[float, int, bytes, int, int]] = []
        self._order = 0
        self._timer = runtime.timer(self._arrivals)
        self.over = False

    def fate(self) -> int:
        """Draw what happens to the next packet."""
        config, draw = self._config, self._random.random
        if config.loss and draw() < config.loss:
            return LOST
        fate = 0
        if config.corrupt and draw() < config.corrupt:
            fate |= CORRUPTED
        if config.duplicate and draw() < config.duplicate:
            fate |= DUPLICATED
        if config.reorder and draw() < config.reorder:
            fate |= REORDERED
        return fate

    @property
    def immediate(self) -> bool:
        """Whether a packet to which nothing happens passes at once, and nobody waits for it to pass."""
        config = self._config
        return config.rate is None and config.delay == 0.0 and config.jitter == 0.0 and not self._held

    def carry(self, fate: int, frame: bytes, start: int, end: int) -> None:
        """Let ``fate`` happen to the packet ``frame[start:end]``."""
        counters = self._counters
        if fate & LOST:
            counters.lost += 1
            return
        if fate & CORRUPTED and end > start:
            counters.corrupted += 1
            frame, start, end = self._corrupt(frame[start:end])
        later = self._overtaken()
        if fate & REORDERED:
            counters.reordered += 1
            self._held.append((self._random.randint(1, FARTHEST), frame, start, end))
            if not self._hold.running:
                self._hold.start(HOLD)
        else:
            self._queue(frame, start, end)
        if fate & DUPLICATED:
            counters.duplicated += 1
            self._queue(frame, start, end)
        for held in later:
            self._queue(*held)

    def flush(self) -> None:
        """Let everything on its way arrive now, in its order: nothing may come later."""
        flying = sorted(self._flying)
        self._flying.clear()
        held, self._held = self._held, []
        self._timer.stop()
        self._hold.stop()
        for _, _, frame, start, end in (*flying, *((0.0, 0, *packet[1:]) for packet in held)):
            self._arrive(frame, start, end)

    def end(self) -> None:
        """The connection ended: what is on its way goes nowhere."""
        self.over = True
        self._counters.abandoned += len(self._flying) + len(self._held)
        self._flying.clear()
        self._held.clear()
        self._departures.clear()
        self._waiting_bytes = 0
        self._timer.end()
        self._hold.end()

    # -- what happens to a packet

    def _corrupt(self, packet: bytes) -> tuple[bytes, int, int]:
        bit = self._random.randrange(8 * len(packet))
        damaged = bytearray(packet)
        damaged[bit >> 3] ^= 0x80 >> (bit & 7)
        return bytes(damaged), 0, len(damaged)

    def _overtaken(self) -> list[tuple[bytes, int, int]]:
        """One more packet passes those held back: the ones that have waited for enough of them go on after it."""
        if not self._held:
            return []
        kept: list[tuple[int, bytes, int, int]] = []
        later: list[tuple[bytes, int, int]] = []
        for left, frame, start, end in self._held:
            if left > 1:
                kept.append((left - 1, frame, start, end))
            else:
                later.append((frame, start, end))
        self._held = kept
        if not kept:
            self._hold.stop()
        return later

    def _release_all(self) -> None:
        held, self._held = self._held, []
        for _, frame, start, end in held:
            self._queue(frame, start, end)

    # -- rate and delay

    def _queue(self, frame: bytes, start: int, end: int) -> None:
        config = self._config
        if self.over:  # since what went before it arrived
            self._counters.abandoned += 1
            return
        flying = self._flying
        if len(flying) >= IN_FLIGHT:
            self._counters.overflowed += 1
            return
        now = due = self._runtime.now
        if config.rate is not None:
            departure = self._depart(now, end - start, config.rate)
            if departure is None:
                self._counters.overflowed += 1
                return
            due = departure
        due += config.delay
        if config.jitter:
            due += self._random.uniform(-config.jitter, config.jitter)
        if due <= now and not flying:
            self._arrive(frame, start, end)
            return
        self._order += 1
        heapq.heappush(flying, (due, self._order, frame, start, end))
        if flying[0][1] == self._order:
            self._timer.start(due - now)

    def _depart(self, now: float, size: int, rate: float) -> float | None:
        """When the last bit of a packet of ``size`` bytes will have been sent; None where the queue is full."""
        departures = self._departures
        while departures and departures[0][0] <= now + _ROUNDING:
            self._waiting_bytes -= departures.popleft()[1]
        limit = self._config.queue_bytes
        full = len(departures) >= self._config.queue if limit is None else self._waiting_bytes + size > limit
        if departures and full:  # a packet never waits for a queue that is too small for it
            return None
        self._free = max(now, self._free) + 8 * size / rate
        departures.append((self._free, size))
        self._waiting_bytes += size
        return self._free

    def _arrivals(self) -> None:
        flying = self._flying
        now = self._runtime.now + _ROUNDING
        while flying and flying[0][0] <= now:
            _, _, frame, start, end = heapq.heappop(flying)
            self._arrive(frame, start, end)
        if flying:
            self._timer.start(flying[0][0] - now)

    def _arrive(self, frame: bytes, start: int, end: int) -> None:
        if not self.over and self._out(frame, start, end):
            self._counters.passed += 1
        else:
            self._counters.abandoned += 1
