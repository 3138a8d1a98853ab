"""In-memory media: a segment that any number of stations share, with Ethernet frames or bare IP packets on it.

All stations of a segment share one Scheduler, and a frame reaches the others through the Scheduler's queue, in the
order of sending: a network of any size is one sequence of events, and the same one in every run. Loss, delay and rate
are not the segment's business; put ``foxpy.layers.faults`` on a station for those.

A segment with offloads is to its stations what veth is to Linux's namespaces: what never leaves the machine is neither
cut nor summed.
"""

from __future__ import annotations

from typing import Generic

from foxpy.devices.attachment import QUEUED, Cable, Mailbox
from foxpy.devices.device import Device, EthernetFrames, IpPackets, Medium
from foxpy.devices.port import Outlet
from foxpy.driver import trio_scheduler
from foxpy.errors import InitializationFailed
from foxpy.message import Writer
from foxpy.offload import LARGEST_PACKET, NONE, Offload, Offloads
from foxpy.runtime import Runtime, Scheduler
from foxpy.status import Closed


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
        """Those that are on the medium."""
        self.members: list[Mailbox] = []
        """Theirs, in the same order."""

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


class Station(Device[Medium]):
    """One attachment to a Segment."""

    def __init__(self, segment: Segment[Medium], runtime: Runtime, name: str, offloads: bool) -> None:
        does = Offloads(True, LARGEST_PACKET + segment.header, QUEUED) if offloads else NONE
        super().__init__(runtime, name, segment.mtu, segment.header, does)
        self._segment = segment
        self._mailbox = Mailbox(self.port, runtime, offloads)
        self._cable = Cable(self._mailbox, segment.members, self.port)

    # -- lifecycle

    def acquire(self) -> None:
        self._segment.stations.append(self)
        self._segment.members.append(self._mailbox)

    def release(self) -> None:
        self.end(Closed())
        self._segment.stations.remove(self)
        self._segment.members.remove(self._mailbox)
        self._mailbox.clear()

    # -- down: send

    def transmit(self, headers: Writer, payload: bytes) -> None:
        self._cable.transmit(headers, payload)

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        self._cable.transmit_offloaded(headers, payload, task)

    def outlet(self) -> Outlet:
        return self._cable

    # -- up: deliver

    def arrive(self, frame: bytes, at: int = 0, segment: int = 0) -> None:
        """As ``Mailbox.arrive``: a frame from the medium."""
        self._mailbox.arrive(frame, at, segment)


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
