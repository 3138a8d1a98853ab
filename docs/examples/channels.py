"""Channels: many conversations over one carrier, told apart by a 16-bit number. The layer of docs/your-own-layer.md."""

from __future__ import annotations

from typing import Final, Generic, Never

import attrs

from foxpy.demux import Listeners
from foxpy.errors import InvalidConnection, OpenFailed
from foxpy.message import Writer
from foxpy.protocol import Carrier, Connection, Connectionless, Handler, Host, Listening, Path, Receiver, Sender
from foxpy.status import Aborted, Closed, Status
from foxpy.waiting import first
from foxpy.wire import Body, Packet, PacketError, appender, reader, rest, u16


class Header(Packet):
    channel: u16
    body: Body = rest(default=b"")


read_header = reader(Header.channel)
append_header = appender(Header)


@attrs.frozen
class ChannelAddress(Generic[Host]):
    host: Host
    channel: int = attrs.field(validator=[attrs.validators.ge(0), attrs.validators.le(0xFFFF)])


@attrs.frozen
class ChannelPattern:
    channel: int


@attrs.frozen
class ChannelsInfo:
    connections: int
    malformed: int
    unclaimed: int


class ChannelConnection(Connection, Generic[Host]):
    def __init__(self, peer: Peer[Host], channel: int) -> None:
        super().__init__()
        self.peer = peer
        self.channel = channel
        self.open = True
        self.receiver: Receiver | None = None

    @property
    def address(self) -> ChannelAddress[Host]:
        return ChannelAddress(self.peer.path.peer, self.channel)

    def __str__(self) -> str:
        return f"channel {self.channel} with {self.peer.path.peer}"


# -- configuration

PEERS: Final = 1024
"""Hosts that may have channels open which they began."""


# -- factory


def channels(over: Carrier[Host]) -> Channels[Host]:
    """Channels to the hosts that ``over`` reaches."""
    return Channels(over)


class Channels(
    Connectionless[ChannelAddress[Host], ChannelPattern, ChannelConnection[Host], Never, ChannelsInfo], Generic[Host]
):
    def __init__(self, over: Carrier[Host]) -> None:
        super().__init__(over.runtime)
        self.peers: dict[Host, Peer[Host]] = {}
        self._over = over
        self._below: Listening | None = None
        self._listeners: Listeners[ChannelPattern, ChannelConnection[Host]] = Listeners()
        self._malformed = self._unclaimed = 0

    # -- lifecycle

    def acquire(self) -> None:
        self._over.initialize()
        self._below = self._over.listen(self._arriving)

    def release(self) -> None:
        for peer in list(self.peers.values()):
            peer.end(Closed())
        self._listeners.clear()
        if self._below is not None:
            self._below.stop()
        self._over.finalize()

    # -- active open

    def open(self, address: ChannelAddress[Host], handler: Handler[ChannelConnection[Host]]) -> ChannelConnection[Host]:
        self.require_initialized()
        if address.host not in self.peers:
            self._over.open(address.host, self._opening)
        peer = self.peers[address.host]
        if address.channel in peer.connections:
            raise OpenFailed(f"{peer.connections[address.channel]} is open already")
        return self._connect(peer, address.channel, handler)

    def _opening(self, path: Path[Host]) -> Receiver:
        peer = self.peers[path.peer] = Peer(self, path)
        return peer

    def _arriving(self, path: Path[Host]) -> Receiver:
        return self.peers.get(path.peer) or Peer(self, path)

    def _connect(
        self, peer: Peer[Host], channel: int, handler: Handler[ChannelConnection[Host]]
    ) -> ChannelConnection[Host]:
        connection = ChannelConnection(peer, channel)
        self.peers[peer.path.peer] = peer
        peer.connections[channel] = connection
        receiver = self.attach(connection, handler)
        connection.receiver = receiver if connection.open else None  # the handler may have aborted it
        return connection

    # -- passive open

    def listen(self, pattern: ChannelPattern, accept: Handler[ChannelConnection[Host]]) -> Listening:
        self.require_initialized()
        return self._listeners.listen(pattern, accept)

    async def passive_open(
        self, pattern: ChannelPattern, handler: Handler[ChannelConnection[Host]]
    ) -> tuple[ChannelConnection[Host], ChannelAddress[Host]]:
        connection = await first(self, pattern, handler)
        return connection, connection.address

    # -- down: send

    def stage(self, connection: ChannelConnection[Host]) -> Sender:
        return ChannelSender(connection)

    # -- up: deliver

    def arrived(self, peer: Peer[Host], frame: bytes, start: int, end: int) -> None:
        """A packet from ``peer``, on whatever channel."""
        try:
            (channel,) = read_header(frame, start, end)
        except PacketError:
            self._malformed += 1
            return
        connection = peer.connections.get(channel)
        if connection is None:
            accept = self._listeners.match([ChannelPattern(channel)])
            if accept is None or not peer.path.answerable or len(self.peers) >= PEERS:
                self._unclaimed += 1
                return
            connection = self._connect(peer, channel, accept)
        if connection.receiver is not None:
            connection.receiver.deliver(frame, start + Header.MIN, end)

    # -- close and abort

    def abort(self, connection: ChannelConnection[Host]) -> None:
        if connection.open:
            connection.open = False
            connection.receiver = None
            self.detach(connection)
            connection.peer.let_go(connection)

    # -- control and query

    def control(self, request: Never) -> None:
        """There is nothing to ask for."""

    def query(self) -> ChannelsInfo:
        connections = sum(len(peer.connections) for peer in self.peers.values())
        return ChannelsInfo(connections, self._malformed, self._unclaimed)


class Peer(Receiver, Generic[Host]):
    """One host and the channels open with it; its path below is let go with the last of them."""

    def __init__(self, layer: Channels[Host], path: Path[Host]) -> None:
        self.path = path
        self.connections: dict[int, ChannelConnection[Host]] = {}
        self._layer = layer

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self._layer.arrived(self, frame, start, end)

    def status(self, event: Status) -> None:
        if isinstance(event, Closed | Aborted):
            self.end(event)

    def let_go(self, connection: ChannelConnection[Host]) -> None:
        """``connection`` is closed."""
        del self.connections[connection.channel]
        if not self.connections:
            del self._layer.peers[self.path.peer]
            self.path.close()

    def end(self, event: Status) -> None:
        """All channels of this host end."""
        for connection in list(self.connections.values()):
            receiver = connection.receiver
            self._layer.abort(connection)
            if receiver is not None:
                receiver.status(event)


class ChannelSender(Sender, Generic[Host]):
    def __init__(self, connection: ChannelConnection[Host]) -> None:
        if not connection.open:
            raise InvalidConnection(f"{connection} is closed")
        self._connection = connection
        self._below = connection.peer.path.sender

    def begin(self, size: int) -> Writer:
        if not self._connection.open:
            raise InvalidConnection(f"{self._connection} is closed")
        writer = self._below.begin(Header.MIN + size)
        append_header(writer, size, channel=self._connection.channel)
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        self._below.commit(writer, payload)

    def limit(self) -> int:
        return self._below.limit() - Header.MIN
