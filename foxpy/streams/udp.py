"""UDP for applications: a socket that talks to anyone, and a trio channel to one peer, over a ``Udp`` of any host.

What the network reports (ICMP: nobody at that port, no way there) is raised by the next operation, as on other
sockets, and only about datagrams that this side sent of its own accord: were errors about answers raised as well,
any stranger could make a server's ``receive_from`` fail.
"""

from __future__ import annotations

from typing import Final, Generic

import trio

from foxpy.addresses import Port
from foxpy.errors import NotInitialized
from foxpy.layers.udp import Udp, UdpAddress, UdpConnection, UdpPattern
from foxpy.ports import ANY
from foxpy.protocol import Host, Receiver, Sender
from foxpy.status import Aborted, Closed, Forgotten, Report, Status
from foxpy.streams.datagrams import QUEUE, Datagram, Queue, reported

PEERS: Final = 1024
"""Peers that a socket keeps a connection to because it spoke first; the one longest unused makes room."""


def bind_udp(udp: Udp[Host], port: Port = ANY, *, local: Host | None = None, queue: int = QUEUE) -> UdpSocket[Host]:
    """A socket at ``port`` (0 for an ephemeral one), at the address ``local`` alone where it is given.

    ``queue`` bytes of datagrams wait for ``receive_from``; what comes then is dropped and counted. Raises
    NotInitialized, BadAddress, OpenFailed where someone listens to that already.
    """
    return UdpSocket(udp, port or udp.ephemeral(), local, queue)


def connect_udp(
    udp: Udp[Host],
    host: Host,
    port: Port,
    *,
    local_port: Port = ANY,
    local: Host | None = None,
    queue: int = QUEUE,
) -> UdpChannel[Host]:
    """A channel to ``port`` of ``host`` alone; sends nothing yet. Raises NotInitialized, BadAddress, OpenFailed."""
    return UdpChannel(udp, UdpAddress(host, port, local_port, local), queue)


class UdpSocket(trio.abc.AsyncResource, Generic[Host]):
    """One local port that sends to anyone and receives from anyone; made by ``bind_udp``.

    After ``aclose`` its calls raise trio.ClosedResourceError, and trio.BrokenResourceError once its UDP is finalized.
    """

    def __init__(self, udp: Udp[Host], port: Port, local: Host | None, queue: int) -> None:
        self.port: Final = port
        """The local port."""
        self._udp = udp
        self._local = local
        self._queue: Queue[Host] = Queue(queue)
        self._peers: dict[_Peer[Host], None] = {}
        self._answering: dict[tuple[Host, Port], _Peer[Host]] = {}  # what sends to whom
        self._opened: dict[tuple[Host, Port], None] = {}  # whom we spoke to first, the longest unused first
        self._listening = udp.listen(UdpPattern(port, None, local), self._accept)
        self._forget = udp.when_released(self._released)

    @property
    def dropped(self) -> int:
        """Datagrams dropped because the queue was full."""
        return self._queue.dropped

    # -- sending

    async def send_to(self, data: bytes, host: Host, port: Port) -> None:
        """Send one datagram, which may be lost on its way. A checkpoint that waits for nothing.

        An answer goes out from the address that was written to. Raises PacketSize for more than the path carries,
        BadAddress, OpenFailed where there is no way to ``host``; Refused or Unreachable where the network reported
        that of an earlier datagram, and then this one was not sent.
        """
        self._queue.require_open()
        await trio.lowlevel.checkpoint()
        self._queue.require_good()
        key = host, port
        peer = self._answering.get(key)
        if peer is None:
            peer = self._open(key)
        elif peer.own:
            self._opened[key] = self._opened.pop(key)
        peer.sender.send(data)

    def _open(self, key: tuple[Host, Port]) -> _Peer[Host]:
        if len(self._opened) >= PEERS:
            self._drop(self._answering[next(iter(self._opened))])
        opened: list[_Peer[Host]] = []

        def handler(connection: UdpConnection[Host]) -> Receiver:
            opened.append(_Peer(self, connection, self._udp.send(connection), own=True))
            return opened[0]

        self._udp.open(UdpAddress(key[0], key[1], self.port, self._local), handler)
        self._peers[opened[0]] = None
        self._opened[key] = None
        self._answering[key] = opened[0]
        return opened[0]

    # -- receiving

    async def receive_from(self) -> Datagram[Host]:
        """The next datagram: ``data, host, port, local``. One task at a time.

        Raises Refused or Unreachable where the network reported that of a datagram that was sent.
        """
        return await self._queue.get()

    def _accept(self, connection: UdpConnection[Host]) -> Receiver:
        peer = _Peer(self, connection, self._udp.send(connection), own=False)
        self._peers[peer] = None
        if connection.answerable:
            # One peer may write to several of our addresses: the one written to last is where an answer comes from.
            key = connection.peer, connection.port
            self._opened.pop(key, None)
            self._answering[key] = peer
        return peer

    def take(self, data: bytes, connection: UdpConnection[Host]) -> None:
        """A datagram came on ``connection``."""
        self._queue.put(Datagram(data, connection.peer, connection.port, connection.local))

    def hear(self, peer: _Peer[Host], event: Status) -> None:
        """Something happened to ``peer``."""
        match event:
            case Report() if peer.own:
                self._queue.fail(reported(peer.connection, event))
            case Aborted(error) if peer.own:
                self._queue.fail(error)
                self._drop(peer)
            case Closed() | Aborted() | Forgotten():
                self._drop(peer)
            case _:
                pass

    # -- closing

    def _drop(self, peer: _Peer[Host]) -> None:
        self._peers.pop(peer, None)
        key = peer.connection.peer, peer.connection.port
        if self._answering.get(key) is peer:
            del self._answering[key]
            self._opened.pop(key, None)
        self._udp.abort(peer.connection)

    def _released(self) -> None:
        self._end("the UDP of this socket was finalized", NotInitialized("UDP was finalized"))

    def _end(self, why: str, cause: NotInitialized | None) -> None:
        if self._queue.end(why, cause):
            self._forget()
            self._listening.stop()
            for peer in list(self._peers):
                self._drop(peer)

    async def aclose(self) -> None:
        """Gives the port back. What was not received is lost. Closing twice is harmless."""
        self._end("this socket was closed", None)
        await trio.lowlevel.checkpoint()


class _Peer(Receiver, Generic[Host]):
    """One connection of a socket."""

    __slots__ = ("_socket", "connection", "own", "sender")

    def __init__(self, socket: UdpSocket[Host], connection: UdpConnection[Host], sender: Sender, own: bool) -> None:
        """``own`` where this side spoke first."""
        self._socket = socket
        self.connection = connection
        self.own = own
        self.sender = sender

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self._socket.take(frame[start:end], self.connection)

    def status(self, event: Status) -> None:
        self._socket.hear(self, event)


class UdpChannel(trio.abc.Channel[bytes], Generic[Host]):
    """Datagrams to and from one peer as a trio channel; made by ``connect_udp``.

    After ``aclose`` its calls raise trio.ClosedResourceError; once its UDP is finalized, or the path to the peer is
    gone for good, trio.BrokenResourceError. A channel of datagrams has no end: nothing tells that the peer left.
    """

    def __init__(self, udp: Udp[Host], address: UdpAddress[Host], queue: int) -> None:
        self._udp = udp
        self._queue: Queue[Host] = Queue(queue)
        self.connection: Final = udp.open(address, lambda connection: _Inlet(self._queue, connection))
        """Its ends: ``peer``, ``port``, ``local``, ``local_port``."""
        self._sender = udp.send(self.connection)

    @property
    def dropped(self) -> int:
        """Datagrams dropped because the queue was full."""
        return self._queue.dropped

    async def send(self, value: bytes) -> None:
        """Send one datagram, which may be lost on its way. A checkpoint that waits for nothing.

        Raises PacketSize for more than the path carries; Refused or Unreachable where the network reported that of an
        earlier datagram, and then this one was not sent.
        """
        self._queue.require_open()
        await trio.lowlevel.checkpoint()
        self._queue.require_good()
        self._sender.send(value)

    async def receive(self) -> bytes:
        """The next datagram. One task at a time. Raises Refused or Unreachable where the network reported that."""
        return (await self._queue.get()).data

    async def aclose(self) -> None:
        """Gives the port back. What was not received is lost. Closing twice is harmless."""
        self._queue.end("this channel was closed", None)
        self._udp.abort(self.connection)
        await trio.lowlevel.checkpoint()


class _Inlet(Receiver, Generic[Host]):
    """The receiver of a channel."""

    __slots__ = ("_connection", "_queue")

    def __init__(self, queue: Queue[Host], connection: UdpConnection[Host]) -> None:
        self._queue = queue
        self._connection = connection

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        connection = self._connection
        self._queue.put(Datagram(frame[start:end], connection.peer, connection.port, connection.local))

    def status(self, event: Status) -> None:
        match event:
            case Report():
                self._queue.fail(reported(self._connection, event))
            case Aborted(error):
                self._queue.end(str(error), error)
            case Closed():
                self._queue.end("the UDP of this channel was finalized", NotInitialized("UDP was finalized"))
            case _:
                pass
