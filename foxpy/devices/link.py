"""In-memory media: a segment that any number of stations share, with Ethernet frames or bare IP packets on it.

All stations of a segment share one Scheduler, and a frame reaches the others through the Scheduler's queue, in the
order of sending: a network of any size is one sequence of events, and the same one in every run. Loss, delay and rate
are not the segment's business; put ``foxpy.layers.faults`` on a station for those.
"""

from __future__ import annotations

from collections import deque
from typing import Final, Generic

from foxpy.devices.device import Device, EthernetFrames, IpPackets, Medium
from foxpy.driver import trio_scheduler
from foxpy.errors import InitializationFailed
from foxpy.message import Writer
from foxpy.runtime import Runtime, Scheduler, Source
from foxpy.status import Closed

QUEUE: Final = 4096
"""Frames that a station holds before it drops: a burst of a 4 MB window at MTU 1500 fits."""


class Segment(Generic[Medium]):
    """One in-memory medium. What one station sends, every other one receives."""

    def __init__(self, mtu: int, header: int, seed: int, scheduler: Scheduler | None) -> None:
        if mtu < 68:
            raise InitializationFailed(f"link: MTU {mtu} is below 68, the least that IPv4 works with (RFC 791)")
        self.mtu = mtu
        self.header = header
        self.scheduler = scheduler or trio_scheduler()
        self._seed = seed
        self._made = 0
        self.stations: list[Station[Medium]] = []

    def attach(self, name: str | None = None, runtime: Runtime | None = None) -> Device[Medium]:
        """A new station: a device for one stack. It is on the medium while it is initialized.

        A host with several devices gives the ``runtime`` of the first to the others, so that its layers share one.
        Raises InitializationFailed for a runtime of another Scheduler.
        """
        self._made += 1
        if runtime is None:
            # Each host draws from a generator of its own, so that what one does never changes another's choices.
            runtime = Runtime(self.scheduler, self._seed * 1_000_003 + self._made)
        elif runtime.scheduler is not self.scheduler:
            raise InitializationFailed("link: the runtime has another Scheduler; make both links with the same one")
        return Station(self, runtime, name or f"link{self._made}")


class Station(Device[Medium], Source):
    """One attachment to a Segment."""

    def __init__(self, segment: Segment[Medium], runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name, segment.mtu, segment.header)
        self._segment = segment
        self._waiting: deque[bytes] = deque()

    # -- lifecycle

    def acquire(self) -> None:
        self._segment.stations.append(self)

    def release(self) -> None:
        self.end(Closed())
        self._segment.stations.remove(self)
        self._waiting.clear()

    # -- down: send

    def transmit(self, headers: Writer, payload: bytes) -> None:
        frame = bytes(headers) + payload
        counters = self.counters
        counters.sent += 1
        counters.bytes_sent += len(frame)
        for station in self._segment.stations:
            if station is not self:
                station.arrive(frame)

    # -- up: deliver

    def arrive(self, frame: bytes) -> None:
        """A frame reaches this station; it is handed up when the Scheduler comes to it."""
        waiting = self._waiting
        if len(waiting) >= QUEUE:
            self.counters.refused += 1
            return
        waiting.append(frame)
        if len(waiting) == 1:
            self.runtime.scheduler.ready(self.runtime, self)

    def burst(self, budget: int) -> bool:
        waiting = self._waiting
        while waiting and budget:
            # Taken off before it is handed up: a frame that makes the stack close this station leaves nothing behind.
            self.received(waiting.popleft())
            budget -= 1
        return bool(waiting)


def link(*, mtu: int = 1500, seed: int = 0, scheduler: Scheduler | None = None) -> Segment[EthernetFrames]:
    """An Ethernet segment in memory. ``seed`` decides every random choice of the hosts on it.

    The clock is trio's unless a ``scheduler`` is given, so it must be made inside trio; under a MockClock the segment
    runs in virtual time. Raises InitializationFailed for an MTU below 68.
    """
    return Segment(mtu, 14, seed, scheduler)


def ip_link(*, mtu: int = 1500, seed: int = 0, scheduler: Scheduler | None = None) -> Segment[IpPackets]:
    """An IP-only medium in memory, without Ethernet, as a VPN tunnel gives it: meant for two stations."""
    return Segment(mtu, 0, seed, scheduler)
