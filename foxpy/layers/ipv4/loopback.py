"""The link from a host to itself: what is sent on it arrives through the scheduler, not from inside the sending."""

from __future__ import annotations

from collections import deque
from ipaddress import IPv4Interface
from typing import Final

from foxpy.errors import BadAddress, NotInitialized, OpenFailed, PacketSize
from foxpy.layers.ipv4.link import ANYBODY, IpLink, NextHop
from foxpy.message import Writer
from foxpy.protocol import Listening, Path, PathHandler, Receiver, Sender
from foxpy.runtime import Runtime, Source

LARGEST: Final = 65535
QUEUE: Final = 4096
"""Packets on their way; more are dropped, as on any link."""


class Loopback(IpLink, Source):
    """It has no neighbours but this host."""

    broadcasts = False

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self.runtime = runtime
        self.name = "loopback"
        self.dropped = 0
        self._initialized = 0
        self._ready = False
        self._waiting: deque[bytes] = deque()
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

    def put(self, packet: bytes) -> None:
        waiting = self._waiting
        if len(waiting) >= QUEUE:
            self.dropped += 1
            return
        waiting.append(packet)
        if not self._ready:
            self._ready = True
            self.runtime.scheduler.ready(self.runtime, self)

    # -- up: deliver

    def burst(self, budget: int) -> bool:
        waiting = self._waiting
        while waiting and budget:
            packet = waiting.popleft()
            if self._above is not None:
                self._above.deliver(packet, 0, len(packet))
            budget -= 1
        self._ready = bool(waiting)
        return self._ready


class _LoopbackSender(Sender):
    __slots__ = ("_link",)

    def __init__(self, link: Loopback) -> None:
        self._link = link

    def begin(self, size: int) -> Writer:
        if size > LARGEST:
            raise PacketSize(f"loopback: {size} bytes, at most {LARGEST}", size, LARGEST)
        return Writer()

    def commit(self, writer: Writer, payload: bytes) -> None:
        self._link.put(bytes(writer) + payload)

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
