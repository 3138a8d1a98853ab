"""In-memory media: a segment that any number of stations share, with Ethernet frames or bare IP packets on it.

All stations of a segment share one Scheduler, and a frame reaches the others through the Scheduler's queue, in the
order of sending: a network of any size is one sequence of events, and the same one in every run. Loss, delay and rate
are not the segment's business; put ``foxpy.layers.faults`` on a station for those.

A segment with offloads is to its stations what veth is to Linux's namespaces: what never leaves the machine is neither
cut nor summed.
"""

from __future__ import annotations

from collections import deque
from typing import Final, Generic

from foxpy.devices.device import Device, EthernetFrames, IpPackets, Medium
from foxpy.devices.segmentation import completed
from foxpy.driver import trio_scheduler
from foxpy.errors import InitializationFailed
from foxpy.message import Writer
from foxpy.offload import LARGEST_PACKET, NONE, Offload, Offloads
from foxpy.runtime import Runtime, Scheduler, Source
from foxpy.status import Closed

QUEUE: Final = 4096
"""Frames that a station holds before it drops: a burst of a 4 MB window at MTU 1500 fits."""
QUEUED: Final = 16 << 20
"""Bytes that it holds, as a frame may have 64 KB."""
IPV4: Final = 20
"""Bytes of an IPv4 header without options: the only one that layers above know to be unfinished."""


class Segment(Generic[Medium]):
    """One in-memory medium. What one station sends, every other one receives."""

    def __init__(self, mtu: int, header: int, seed: int, scheduler: Scheduler | None, offloads: bool = False) -> None:
        if mtu < 68:
            raise InitializationFailed(f"link: MTU {mtu} is below 68, the least that IPv4 works with (RFC 791)")
        self.mtu = mtu
        self.header = header
        self.offloads = offloads
        self.scheduler = scheduler or trio_scheduler()
        self._seed = seed
        self._made = 0
        self.stations: list[Station[Medium]] = []

    def attach(
        self, name: str | None = None, runtime: Runtime | None = None, *, offloads: bool | None = None
    ) -> Device[Medium]:
        """A new station: a device for one stack. It is on the medium while it is initialized.

        ``offloads`` are those of the segment unless said otherwise: a station without sends and gets frames as they
        are on a wire, whatever the others do. A host with several devices gives the ``runtime`` of the first to the
        others, so that its layers share one.
        Raises InitializationFailed for a runtime of another Scheduler.
        """
        self._made += 1
        if runtime is None:
            # Each host draws from a generator of its own, so that what one does never changes another's choices.
            runtime = Runtime(self.scheduler, self._seed * 1_000_003 + self._made)
        elif runtime.scheduler is not self.scheduler:
            raise InitializationFailed("link: the runtime has another Scheduler; make both links with the same one")
        does = self.offloads if offloads is None else offloads
        return Station(self, runtime, name or f"link{self._made}", does)


class Station(Device[Medium], Source):
    """One attachment to a Segment."""

    def __init__(self, segment: Segment[Medium], runtime: Runtime, name: str, offloads: bool) -> None:
        does = Offloads(True, LARGEST_PACKET + segment.header, QUEUED) if offloads else NONE
        super().__init__(runtime, name, segment.mtu, segment.header, does)
        self._segment = segment
        self._waiting: deque[tuple[bytes, int, int]] = deque()  # as received_checked has them; at 0: it is whole
        self._held = 0

    # -- lifecycle

    def acquire(self) -> None:
        self._segment.stations.append(self)

    def release(self) -> None:
        self.end(Closed())
        self._segment.stations.remove(self)
        self._waiting.clear()
        self._held = 0

    # -- down: send

    def transmit(self, headers: Writer, payload: bytes) -> None:
        self._put(bytes(headers) + payload, 0, 0)

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        if task.network == IPV4 and task.version == 4 and task.checksum >= 0:
            self._put(bytes(headers) + payload, len(headers) - task.header, task.segment)
        else:
            super().transmit_offloaded(headers, payload, task)

    def _put(self, frame: bytes, at: int, segment: int) -> None:
        counters = self.counters
        counters.sent += 1
        counters.bytes_sent += len(frame)
        for station in self._segment.stations:
            if station is not self:
                station.arrive(frame, at, segment)

    # -- up: deliver

    def arrive(self, frame: bytes, at: int = 0, segment: int = 0) -> None:
        """A frame reaches this station, and is handed up when the Scheduler comes to it.

        Where ``at`` is not 0, its transport header is there, and it is as ``received_checked`` takes it.
        """
        if at and not self.offloads.checksums:
            for each in completed(frame, at, segment):
                self._hold(each, 0, 0)
        else:
            self._hold(frame, at, segment)

    def _hold(self, frame: bytes, at: int, segment: int) -> None:
        waiting = self._waiting
        if len(waiting) >= QUEUE or self._held >= QUEUED:
            self.counters.refused += 1
            return
        waiting.append((frame, at, segment))
        self._held += len(frame)
        if len(waiting) == 1:
            self.runtime.scheduler.ready(self.runtime, self)

    def burst(self, budget: int) -> bool:
        waiting = self._waiting
        while waiting and budget:
            # Taken off before it is handed up: a frame that makes the stack close this station leaves nothing behind.
            frame, at, segment = waiting.popleft()
            self._held -= len(frame)
            if at:
                self.received_checked(frame, at, segment)
            else:
                self.received(frame)
            budget -= 1
        return bool(waiting)


def link(
    *, mtu: int = 1500, seed: int = 0, offloads: bool = False, scheduler: Scheduler | None = None
) -> Segment[EthernetFrames]:
    """An Ethernet segment in memory. ``seed`` decides every random choice of the hosts on it.

    With ``offloads``, TCP and UDP pass packets of up to 64 KB whole, with checksums that nobody reckons; without,
    frames look as they do on a wire.

    The clock is trio's unless a ``scheduler`` is given, so it must be made inside trio; under a MockClock the segment
    runs in virtual time. Raises InitializationFailed for an MTU below 68.
    """
    return Segment(mtu, 14, seed, scheduler, offloads)


def ip_link(
    *, mtu: int = 1500, seed: int = 0, offloads: bool = False, scheduler: Scheduler | None = None
) -> Segment[IpPackets]:
    """An IP-only medium in memory, without Ethernet, as a VPN tunnel gives it: meant for two stations.

    The arguments are those of ``link``.
    """
    return Segment(mtu, 0, seed, scheduler, offloads)
