"""TCP (RFC 9293) over any carrier: IP, Ethernet itself, UDP.

This file is the Protocol: what applications call. Which connections there are, and who is let in, is in
``admission.py`` and ``listeners.py``; what a connection does in the state machine (``transitions.py`` and what it
imports), which ``executor.py`` drives; ``path.py`` has the segments on the wire.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, Generic

from foxpy.addresses import Port
from foxpy.errors import BadAddress, InvalidConnection, NotInitialized, OpenFailed, PacketSize
from foxpy.layers.paths import PathTable
from foxpy.layers.tcp.actions import SendSegment
from foxpy.layers.tcp.addresses import TcpAddress, TcpPattern
from foxpy.layers.tcp.admission import Admission
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.connection import TcpConnection
from foxpy.layers.tcp.counters import Counters
from foxpy.layers.tcp.executor import Executor
from foxpy.layers.tcp.info import TcpConnectionInfo
from foxpy.layers.tcp.limit import PeerLimits
from foxpy.layers.tcp.listeners import TcpListeners
from foxpy.layers.tcp.path import HEADER, TcpPath
from foxpy.layers.tcp.requests import Configure, Consumed, HalfClose, Hold, Observe, SendUrgent, TcpControl, TcpInfo
from foxpy.layers.tcp.sender import TcpSender
from foxpy.ports import Ports
from foxpy.protocol import Carrier, Handler, Host, Listening, Path, Protocol, Sender
from foxpy.status import Aborted
from foxpy.waiting import Waiter, first

# -- configuration

DEFAULT: Final = TcpConfig()

# -- factory


def tcp(over: Carrier[Host], *, checksums: bool = True, config: TcpConfig = DEFAULT) -> Tcp[Host]:
    """A TCP over ``over``: ``tcp(ip.carrier(6))`` is a ``Tcp[IPv4Address]``.

    Without ``checksums`` it neither sends nor checks any: for a link that guards its frames itself, as Ethernet does.
    Raises BadAddress for a range of ephemeral ports that makes no sense.
    """
    return Tcp(over, checksums, config)


class Tcp(Protocol[TcpAddress[Host], TcpPattern[Host], TcpConnection[Host], TcpControl[Host], TcpInfo], Generic[Host]):
    """Streams of bytes. Peers are named by host and port."""

    def __init__(self, over: Carrier[Host], checksums: bool, config: TcpConfig) -> None:
        super().__init__(over.runtime)
        self.checksums = checksums
        self.check = checksums and not over.verified
        self.counters = Counters()
        self._over = over
        self._listening: Listening | None = None
        self.listeners: TcpListeners[Host] = TcpListeners()
        self.admission: Admission[Host] = Admission(config, self.counters, self.listeners, over.runtime)
        self.paths: PathTable[Host, TcpPath[Host]] = PathTable(over, self._new_path, TcpPath.renew)
        self.paths.settling.keep = config.keep_path
        self._ports = Ports(over.runtime, config.first_port, config.last_port)
        self._resets = PeerLimits(over.runtime.secret)

    @property
    def config(self) -> TcpConfig:
        """Of all connections that are to come. One that is there has ``Configure``."""
        return self.admission.config

    @config.setter
    def config(self, config: TcpConfig) -> None:
        self.admission.config = config

    @property
    def over(self) -> Carrier[Host]:
        """What it stands on."""
        return self._over

    def host(self, text: str) -> Host:
        """The host that ``text`` names. Raises BadAddress."""
        return self._over.host(text)

    # -- lifecycle

    def acquire(self) -> None:
        self._over.initialize()
        try:
            self._listening = self.paths.listen()
        except BaseException:
            self._over.finalize()
            raise

    def release(self) -> None:
        if self._listening is not None:
            self._listening.stop()
            self._listening = None
        self.listeners.clear()
        for connection in list(self.admission.connections):
            connection.end(Aborted(NotInitialized(f"{connection.connection}: its TCP was finalized")))
        for path in self.paths.all():
            path.close()
        self._over.finalize()

    # -- active open

    async def active_open(
        self, address: TcpAddress[Host], handler: Handler[TcpConnection[Host]], *, early: bytes = b""
    ) -> TcpConnection[Host]:
        """Connect to ``address``; waits for the handshake, whose end calls ``handler``.

        ``early`` is sent before all else. With ``TcpConfig.fast_open``, and a cookie from an earlier connection, it is
        in the SYN as far as there is room, and may then reach the server's application twice ([7413] section 2.1): only
        for requests that do no harm twice.

        Raises NotInitialized; BadAddress for a host that is a group; Refused, Unreachable or TimedOut; OpenFailed where
        the connection exists already, or no port is free; PacketSize for more ``early`` data than the send buffer
        holds. When cancelled, the attempt is aborted.
        """
        waiter: Waiter[TcpConnection[Host]] = Waiter()
        connection = self.begin(address, handler, waiter, early=early)
        try:
            return await waiter.wait()
        except BaseException:
            connection.abort()
            raise

    def begin(
        self,
        address: TcpAddress[Host],
        handler: Handler[TcpConnection[Host]],
        waiter: Waiter[TcpConnection[Host]],
        config: TcpConfig | None = None,
        early: bytes = b"",
    ) -> Executor[Host]:
        """``active_open`` for who has no event loop to wait in: ``waiter`` hears what that returns or raises later on.

        ``config`` is that of this connection alone, from its SYN on; ports and tables are the TCP's. Raises
        NotInitialized, BadAddress and OpenFailed itself.
        """
        self.require_initialized()
        config = config or self.config
        room = config.send_buffer
        if len(early) > room:
            raise PacketSize(f"{len(early)} bytes do not fit: the send buffer has {room}", len(early), room)
        connection = self._begin(address, handler, config)
        connection.open(waiter, early, self.admission.fast_opening(connection) if config.fast_open else None)
        return connection

    def _begin(
        self, address: TcpAddress[Host], handler: Handler[TcpConnection[Host]], config: TcpConfig
    ) -> Executor[Host]:
        """A new connection to ``address``, entered into all tables."""
        if self._over.is_group(address.host):
            raise BadAddress(f"{address}: a stream needs a single peer, not a group")  # MUST-46
        path = self.paths.to(address.host, address.local)
        path.users += 1
        try:
            if path.limit() <= HEADER:
                raise OpenFailed(f"{address}: the path carries {path.limit()} bytes, a TCP header has {HEADER}")
            if self.admission.full():
                raise OpenFailed(f"there are {self.config.connections} connections, the most that the settings allow")
            high = address.port << 16

            def in_use(port: Port) -> bool:
                return high | port in path.connections or port in self.listeners.ports

            port = address.local_port or self._ports.allocate(f"{path.ends} {address.port}", in_use)
            key = high | port
            if key in path.connections:
                raise OpenFailed(f"{path.connections[key].connection} exists already, or lingers; take another port")
            return self.admission.enter(path, key, handler, config)
        finally:
            path.users -= 1
            path.let_go()

    # -- passive open

    def listen(self, pattern: TcpPattern[Host], accept: Handler[TcpConnection[Host]]) -> Listening:
        """``accept`` is called when a handshake is complete. Patterns do not use each other up (MUST-41, MUST-42).

        Once stopped it is not called for what was half open either: those peers get a reset for what they send next.
        """
        self.require_initialized()
        listening, accepting = self.listeners.listen(pattern, accept)
        return _TcpListening(self.admission, listening, accepting)

    async def passive_open(
        self, pattern: TcpPattern[Host], handler: Handler[TcpConnection[Host]]
    ) -> tuple[TcpConnection[Host], TcpAddress[Host]]:
        connection = await first(self, pattern, handler)
        return connection, connection.address

    # -- down: send

    def stage(self, connection: TcpConnection[Host]) -> Sender:
        executor = self._executor(connection)
        executor.require_open()
        return TcpSender(executor)

    def _executor(self, connection: TcpConnection[Host]) -> Executor[Host]:
        executor = connection.executor
        if executor.path.layer is not self:
            raise InvalidConnection(f"{connection} belongs to another TCP")
        return executor

    def reset_stranger(self, path: TcpPath[Host], key: int, reset: SendSegment) -> None:
        """Answer a segment of no connection with a reset, unless too many were sent lately."""
        if not self._resets.allow(self.runtime.now, path.ends, self.config.resets_per_second, 1.0):
            self.counters.resets_withheld += 1
            return
        if path.say(key, reset):
            self.counters.resets_sent += 1

    def suspect(self, path: TcpPath[Host]) -> None:
        """Advise the layer below that ``path`` may be dead (MUST-20 (b))."""
        self._over.suspect(path.lower)

    # -- up: deliver

    def _new_path(self, lower: Path[Host]) -> TcpPath[Host]:
        return TcpPath(self, lower)

    # -- close and abort

    def half_close(self, connection: TcpConnection[Host]) -> None:
        """``connection.half_close()``. Raises InvalidConnection where it belongs to another TCP."""
        self._executor(connection).half_close()

    async def close(self, connection: TcpConnection[Host]) -> None:
        """Close both ways; waits until everything sent has arrived, or it is sure that it cannot.

        The peer need not have closed by then: its data is delivered until it does, the receiver hears Closed or Aborted
        last, and the connection lingers for as long as RFC 9293 wants. Where data is held (``hold``) or comes later, it
        is reset at once.
        """
        waiter: Waiter[None] = Waiter()
        self._executor(connection).close(waiter)
        await waiter.wait()

    def abort(self, connection: TcpConnection[Host]) -> None:
        self._executor(connection).abort()

    # -- control and query

    def control(self, request: TcpControl[Host]) -> None:
        """Raises InvalidConnection where the connection belongs to another TCP; for SendUrgent as ``Sender.send``."""
        executor = self._executor(request.connection)
        match request:
            case Configure(config=config):
                executor.configure(config)
            case HalfClose():
                executor.half_close()
            case Hold():
                executor.hold()
            case Consumed(count=count):
                executor.consumed(count)
            case SendUrgent(data=data):
                executor.send(data, urgent=True)
            case Observe(observer=observer):
                executor.observe(observer)

    def query(self) -> TcpInfo:
        return TcpInfo(
            connections=len(self.admission.connections),
            half_open=len(self.admission.half_open),
            time_wait=len(self.admission.lingering),
            listeners=len(self.listeners),
            paths=len(self.paths.all()),
            counters=MappingProxyType(self.counters.read()),
            details=self._details,
        )

    def _details(self) -> tuple[TcpConnectionInfo, ...]:
        return tuple(connection.info() for connection in self.admission.connections)


class _TcpListening(Listening, Generic[Host]):
    """What is listened to, and what is half open for it."""

    def __init__(self, admission: Admission[Host], listening: Listening, accept: Handler[TcpConnection[Host]]) -> None:
        self._admission = admission
        self._listening = listening
        self._accept = accept

    def stop(self) -> None:
        self._listening.stop()
        self._admission.unaccepted(self._accept)
