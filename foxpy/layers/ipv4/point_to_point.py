"""A link of bare IP packets between two ends: a tun device, a tunnel, an in-memory medium without Ethernet."""

from __future__ import annotations

from ipaddress import IPv4Interface

from foxpy.devices.device import WIRE, Device, IpPackets, WireConnection
from foxpy.errors import BadAddress, NotInitialized, OpenFailed
from foxpy.interpose import staged
from foxpy.layers.ipv4.link import ANYBODY, IpLink, NextHop
from foxpy.protocol import Listening, Path, PathHandler, Receiver, Sender
from foxpy.status import Status


def point_to_point(device: Device[IpPackets]) -> IpLink:
    """``device`` as a link for IPv4. All neighbours are the other end, and nobody has to be told of addresses."""
    return PointToPoint(device)


class PointToPoint(IpLink, Receiver):
    """One end of the link. There is one wire, so all paths share its sender, and one listener has what arrives."""

    broadcasts = False

    def __init__(self, device: Device[IpPackets]) -> None:
        super().__init__()
        self.runtime = device.runtime
        self.name = device.name
        self._device = device
        self._initialized = 0
        self._wire: WireConnection | None = None
        self._sender: Sender | None = None
        self._above: Receiver | None = None
        self._told: list[Receiver] = []

    # -- lifecycle

    def initialize(self) -> int:
        if self._initialized == 0:
            self._device.initialize()
            try:
                self._wire = self._device.open(WIRE, self._opened)
            except BaseException:
                self._device.finalize()
                raise
        self._initialized += 1
        return self._initialized

    def _opened(self, wire: WireConnection) -> Receiver:
        self._sender = self._device.send(wire)
        if not self.interposers:
            return self
        self._sender, receiving = staged(
            self.interposers, wire, self._sender, self.runtime, lambda: self._device.abort(wire)
        )
        return receiving(self)

    def finalize(self) -> int:
        if self._initialized == 0:
            raise NotInitialized(f"the link {self.name} is not initialized")
        self._initialized -= 1
        if self._initialized == 0:
            if self._wire is not None:
                self._device.abort(self._wire)
            self._wire = self._sender = self._above = None
            self._told.clear()
            self._device.finalize()
        return self._initialized

    # -- open

    def open(self, host: NextHop, handler: PathHandler[NextHop], local: NextHop | None = None) -> Path[NextHop]:
        path, receiver = self._path(host, handler)
        self._told.append(receiver)
        return path

    def listen(self, accept: PathHandler[NextHop]) -> Listening:
        if self._above is not None:
            raise OpenFailed(f"someone listens to the link {self.name} already")
        self._above = self._path(ANYBODY, accept)[1]
        return _Listening(self)

    def _path(self, peer: NextHop, handler: PathHandler[NextHop]) -> tuple[Path[NextHop], Receiver]:
        if self._sender is None:
            raise NotInitialized(f"the link {self.name} is not initialized")
        receivers: list[Receiver] = []

        def close() -> None:
            for receiver in receivers:
                if receiver in self._told:
                    self._told.remove(receiver)

        path = Path(peer, ANYBODY, 0, self._sender, True, close)
        receivers.append(handler(path))
        return path, receivers[0]

    def host(self, text: str) -> NextHop:
        raise BadAddress(f"{text}: the link {self.name} has one other end, which has no name")

    def claim(self, address: IPv4Interface) -> None:
        """Nobody asks for addresses on this link."""

    def disclaim(self, address: IPv4Interface) -> None:
        """Nobody asks for addresses on this link."""

    def silence(self) -> None:
        """Drop what arrives from now on."""
        self._above = None

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        if self._above is not None:
            self._above.deliver(frame, start, end)

    def status(self, event: Status) -> None:
        for receiver in list(self._told):
            receiver.status(event)
        if self._above is not None:
            self._above.status(event)


class _Listening(Listening):
    def __init__(self, link: PointToPoint) -> None:
        self._link: PointToPoint | None = link

    def stop(self) -> None:
        if self._link is not None:
            self._link.silence()
            self._link = None
