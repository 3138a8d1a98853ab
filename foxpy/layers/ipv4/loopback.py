"""The link from a host to itself: what is sent on it arrives through the scheduler, not from inside the sending.

It is memory: nobody reckons or checks the checksums of TCP and UDP, and nothing is cut.
"""

from __future__ import annotations

from collections import deque
from ipaddress import IPv4Interface
from typing import Final

from foxpy.errors import BadAddress, NotInitialized, OpenFailed, PacketSize
from foxpy.layers.ipv4.counters import Counters
from foxpy.layers.ipv4.link import ANYBODY, IpLink, NextHop
from foxpy.layers.ipv4.wire import IPv4
from foxpy.message import Writer
from foxpy.offload import Offload, Offloads
from foxpy.protocol import Listening, Path, PathHandler, Receiver, Sender
from foxpy.runtime import Runtime, Source

LARGEST: Final = 65535
QUEUE: Final = 4096
"""Packets on their way; more are dropped, as on any link."""
QUEUED: Final = 16 << 20
"""Bytes on their way, as a packet may have 64 KB."""
OFFLOADS: Final = Offloads(True, LARGEST, QUEUED)


class Loopback(IpLink, Source):
    """It has no neighbours but this host."""

    broadcasts = False

    def __init__(self, runtime: Runtime, counters: Counters) -> None:
        super().__init__()
        self.runtime = runtime
        self.name = "loopback"
        self._counters = counters
        self._initialized = 0
        self._ready = False
        self._waiting: deque[tuple[bytes, int, int]] = deque()
        self._held = 0
        self._arriving = runtime.arriving
        self._above: Receiver | None = None
        self._sender = _LoopbackSender(self)

    # -- lifecycle

    def initialize(self) -> int:
        self._initialized += 1
        return self._initialized

    def finalize(self) -> int:
        if self._initialized == 0:
            raise NotInitialized("the loopback link is not initialized")
        self._initialized -= 1
        if self._initialized == 0:
            self._above = None
            self._waiting.clear()
            self._held = 0
        return self._initialized

    # -- open

    def open(self, host: NextHop, handler: PathHandler[NextHop], local: NextHop | None = None) -> Path[NextHop]:
        path = Path(host, ANYBODY, 0, self._sender, True, _nothing)
        handler(path)
        return path

    def listen(self, accept: PathHandler[NextHop]) -> Listening:
        if self._above is not None:
            raise OpenFailed("someone listens to the loopback link already")
        self._above = accept(Path(ANYBODY, ANYBODY, 0, self._sender, True, _nothing))
        return _Listening(self)

    def host(self, text: str) -> NextHop:
        raise BadAddress(f"{text}: the loopback link has no neighbours")

    def claim(self, address: IPv4Interface) -> None:
        """Nobody else is on this link."""

    def disclaim(self, address: IPv4Interface) -> None:
        """Nobody else is on this link."""

    def silence(self) -> None:
        """Drop what arrives from now on."""
        self._above = None

    # -- down: send

    def put(self, packet: bytes, at: int = 0, segment: int = 0) -> None:
        """``packet`` arrives. Where ``at`` is not 0, its transport header is there and not finished, and with a
        ``segment`` it stands for packets with so many bytes of payload."""
        waiting = self._waiting
        if len(waiting) >= QUEUE or self._held >= QUEUED:
            self._counters.loopback_full += 1
            return
        waiting.append((packet, at, segment))
        self._held += len(packet)
        if not self._ready:
            self._ready = True
            self.runtime.scheduler.ready(self.runtime, self)

    # -- up: deliver

    def burst(self, budget: int) -> bool:
        waiting = self._waiting
        arriving = self._arriving
        while waiting and budget:
            packet, at, segment = waiting.popleft()
            self._held -= len(packet)
            if self._above is not None:
                arriving.frame = packet if at else None
                arriving.start = at
                arriving.segment = segment
                try:
                    self._above.deliver(packet, 0, len(packet))
                finally:
                    arriving.frame = None
            budget -= 1
        self._ready = bool(waiting)
        return self._ready


class _LoopbackSender(Sender):
    __slots__ = ("_link", "_task")

    def __init__(self, link: Loopback) -> None:
        self._link = link
        self._task: Offload | None = None

    def begin(self, size: int) -> Writer:
        if size > LARGEST:
            raise PacketSize(f"loopback: {size} bytes, at most {LARGEST}", size, LARGEST)
        self._task = None
        return Writer()

    def begin_offloaded(self, size: int, task: Offload) -> Writer:
        writer = self.begin(size)
        self._task = task
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        task = self._task
        if task is None:
            self._link.put(bytes(writer) + payload)
        elif task.network == IPv4.MIN:
            self._link.put(bytes(writer) + payload, len(writer) - task.header, task.segment)
        else:  # with options, and then nobody could finish it who has to
            from foxpy.devices.segmentation import segments  # here, as it imports this package

            for headers, part in segments(writer, payload, task):
                self._link.put(bytes(headers) + part)

    def offloads(self) -> Offloads:
        return OFFLOADS

    def limit(self) -> int:
        return LARGEST


class _Listening(Listening):
    def __init__(self, link: Loopback) -> None:
        self._link: Loopback | None = link

    def stop(self) -> None:
        if self._link is not None:
            self._link.silence()
            self._link = None


def _nothing() -> None:
    """Closing a path to oneself."""
