"""TCP (RFC 9293) over any carrier: IP, Ethernet itself, UDP.

This file is the Protocol: opens, listeners, ports and the tables. What a connection does is in the state machine
(``transitions.py`` and what it imports), which ``executor.py`` drives; ``path.py`` has the segments on the wire.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, Generic

from foxpy.addresses import Port
from foxpy.demux import Listeners
from foxpy.errors import BadAddress, InvalidConnection, NotInitialized, OpenFailed, PacketSize
from foxpy.layers.paths import PathTable
from foxpy.layers.tcp.actions import SendSegment
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.connection import (
    Configure,
    Consumed,
    HalfClose,
    Hold,
    Observe,
    SendUrgent,
    TcpAddress,
    TcpConnection,
    TcpControl,
    TcpInfo,
    TcpPattern,
)
from foxpy.layers.tcp.cookies import SynCookies
from foxpy.layers.tcp.counters import Counters
from foxpy.layers.tcp.executor import Executor
from foxpy.layers.tcp.fastopen import FastOpenCache, FastOpenCookies, FastOpening
from foxpy.layers.tcp.info import TcpConnectionInfo
from foxpy.layers.tcp.isn import above, initial_sequence_number, timestamp_offset
from foxpy.layers.tcp.limit import PeerLimits
from foxpy.layers.tcp.path import HEADER, TcpPath
from foxpy.layers.tcp.segment import ACK, RST, SYN, Options, Segment
from foxpy.layers.tcp.sender import TcpSender
from foxpy.layers.tcp.sequence import MASK
from foxpy.layers.tcp.tcb import LEAST_FOR_OPTIONS, announced_mss, fitting, window_shift
from foxpy.ports import Ports, PortsInUse
from foxpy.protocol import Carrier, Handler, Host, Listening, Path, Protocol, Receiver, Sender
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
        self.config = config
        self.checksums = checksums
        self.check = checksums and not over.verified
        self.counters = Counters()
        self._over = over
        self._listening: Listening | None = None
        self._listeners: Listeners[TcpPattern[Host], TcpConnection[Host]] = Listeners(self._stopped)
        self._listened = PortsInUse()
        self._anyone: dict[Port, TcpPattern[Host]] = {}  # the patterns of all peers for the ports listened to
        self._particular = False  # whether anybody has ever listened to one host, or at one address, alone
        self.paths: PathTable[Host, TcpPath[Host]] = PathTable(over, self._new_path, TcpPath.renew)
        self.paths.settling.keep = config.keep_path
        self._connections: dict[Executor[Host], None] = {}
        self._half_open: dict[Executor[Host], Handler[TcpConnection[Host]]] = {}  # the oldest first, as in the next
        self._lingering: dict[Executor[Host], None] = {}
        self._ports = Ports(over.runtime, config.first_port, config.last_port)
        self._resets = PeerLimits(over.runtime.secret)
        self._cookies = SynCookies(over.runtime.secret)
        self._fast: dict[Executor[Host], None] = {}  # opened by a SYN's cookie, the handshake not complete
        self._fast_cookies = FastOpenCookies(over.runtime.secret)
        self._fast_cache = FastOpenCache()

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
        self._listeners.clear()
        self._listened.clear()
        self._anyone.clear()
        for connection in list(self._connections):
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
        fast = None
        if config.fast_open:
            fast = self._fast_cache.opening(connection.path.ends, connection.key >> 16, self.runtime.now)
        connection.open(waiter, early, fast)
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
            if len(self._connections) >= self.config.connections:
                raise OpenFailed(f"there are {self.config.connections} connections, the most that the settings allow")
            high = address.port << 16

            def in_use(port: Port) -> bool:
                return high | port in path.connections or port in self._listened

            port = address.local_port or self._ports.allocate(f"{path.ends} {address.port}", in_use)
            key = high | port
            if key in path.connections:
                raise OpenFailed(f"{path.connections[key].connection} exists already, or lingers; take another port")
            return self._enter(path, key, handler, config=config)
        finally:
            path.users -= 1
            path.let_go()

    def _enter(
        self,
        path: TcpPath[Host],
        key: int,
        handler: Handler[TcpConnection[Host]],
        last: int | None = None,
        iss: int | None = None,
        config: TcpConfig | None = None,
    ) -> Executor[Host]:
        """A new connection on ``path``; ``last`` is the last sequence number of one before it on the same ports,
        ``iss`` its own where it has one already."""
        config = config or self.config
        ends = f"{path.ends} {key}"
        secret = self.runtime.secret
        if iss is None:
            iss = initial_sequence_number(secret, self.runtime.now, ends)
        if last is not None:
            iss = above(iss, last)
        offset = timestamp_offset(secret, ends) if config.timestamps else 0
        connection = Executor(path, key, config, iss, offset, handler)
        path.add(connection)
        self._connections[connection] = None
        return connection

    # -- passive open

    def listen(self, pattern: TcpPattern[Host], accept: Handler[TcpConnection[Host]]) -> Listening:
        """``accept`` is called when a handshake is complete. Patterns do not use each other up (MUST-41, MUST-42).

        Once stopped it is not called for what was half open either: those peers get a reset for what they send next.
        """
        self.require_initialized()

        def accepting(connection: TcpConnection[Host]) -> Receiver:  # tells this listening from others by its identity
            return accept(connection)

        listening = self._listeners.listen(pattern, accepting)
        self._particular = self._particular or pattern.host is not None or pattern.local is not None
        self._listened.take(pattern.port)
        self._anyone.setdefault(pattern.port, TcpPattern(pattern.port))
        return _TcpListening(self, listening, accepting)

    def _stopped(self, pattern: TcpPattern[Host]) -> None:
        port = pattern.port
        self._listened.give_back(port)
        if port not in self._listened:
            del self._anyone[port]

    def unaccepted(self, accept: Handler[TcpConnection[Host]]) -> None:
        """``accept`` takes no further peers: what is half open for it is dropped."""
        for connection in [each for each, handler in self._half_open.items() if handler is accept]:
            connection.forget()

    async def passive_open(
        self, pattern: TcpPattern[Host], handler: Handler[TcpConnection[Host]]
    ) -> tuple[TcpConnection[Host], TcpAddress[Host]]:
        connection = await first(self, pattern, handler)
        return connection, connection.address

    def listening_to(self, path: TcpPath[Host], port: Port) -> Handler[TcpConnection[Host]] | None:
        """Who listens to our ``port`` for the peer of ``path``: the most specific pattern's."""
        if port not in self._listened:
            return None
        if not self._particular:
            return self._listeners.match((self._anyone[port],))
        peer, local = path.peer, path.local
        return self._listeners.match(
            (
                TcpPattern(port, peer, local),
                TcpPattern(port, peer),
                TcpPattern(port, None, local),
                TcpPattern(port),
            )
        )

    def admit(
        self, path: TcpPath[Host], key: int, accept: Handler[TcpConnection[Host]], last: int | None
    ) -> Executor[Host] | None:
        """A new half-open connection for a SYN; None where there is no room, and the SYN is dropped and counted."""
        if len(self._connections) >= self.config.connections or path.limit() <= HEADER:
            self.counters.refused += 1
            path.dropped("refused", SYN, 0)
            return None
        connection = self._enter(path, key, accept, last)
        self._half_open[connection] = accept
        if len(self._half_open) > self.config.backlog:
            # A flood of SYNs must not keep others out for the three minutes that a handshake may take: the oldest,
            # which has had the most time, makes room. A peer that is there gets a reset for its ACK and tries again.
            # Only now: were it the last one over this path, the path would be given back.
            self.counters.half_open_evicted += 1
            next(iter(self._half_open)).forget()
        return connection

    def answered_by_cookie(self, path: TcpPath[Host], key: int, syn: Segment) -> bool:
        """Answer ``syn`` without remembering it, if there are too many half-open connections and the settings say so.
        Whether it was."""
        config = self.config
        if len(self._half_open) < config.backlog or not config.syn_cookies:
            return False
        limit = path.limit()
        if limit <= HEADER:
            return False
        ends = f"{path.ends} {key}"
        buffer = config.receive_buffer or fitting(path.sender.offloads().window)
        offered = Options(announced_mss(config, limit), window_shift(buffer) if config.window_scaling else None)
        offered.sack_permitted = config.sack
        offset = 0
        if config.timestamps and limit >= LEAST_FOR_OPTIONS:
            offered.tsval = offset = timestamp_offset(self.runtime.secret, ends)
        ecn = path.lower.ecn is not None and config.ecn != "off"
        answer = self._cookies.answer(ends, syn, offered, min(buffer, 0xFFFF), offset, self.runtime.now, ecn)
        self.counters.syn_cookies_sent += 1
        self._say(path, key, answer)
        return True

    def resumed(self, path: TcpPath[Host], key: int, segment: Segment) -> bool:
        """Open the connection whose cookie ``segment`` acknowledges. Whether it does, and somebody listens."""
        now = self.runtime.now
        if not self._cookies.outstanding(now) or segment.flags & (SYN | RST | ACK) != ACK:
            return False
        accept = self.listening_to(path, Port(key & 0xFFFF))
        if accept is None:
            return False
        syn = self._cookies.syn(f"{path.ends} {key}", segment, now)
        if syn is None:
            self.counters.syn_cookies_refused += 1
            path.dropped("syn_cookies_refused", segment.flags, segment.end - segment.start)
            return False
        if len(self._connections) >= self.config.connections:
            self.counters.refused += 1
            path.dropped("refused", segment.flags, segment.end - segment.start)
            return False
        self.counters.syn_cookies_accepted += 1
        self._enter(path, key, accept, iss=(segment.ack - 1) & MASK).resume(syn, segment)
        return True

    def fast_answer(self, connection: Executor[Host], syn: Segment) -> FastOpening | None:
        """What the answer to ``syn`` has of Fast Open ([7413] section 4.2.2); None where that is off, or not asked."""
        config = self.config
        options = syn.options
        if not config.fast_open or options is None or options.fast_open is None:
            return None
        ends = connection.path.ends
        shown = options.fast_open
        fresh = self._fast_cookies.make(ends, self.runtime.now)
        if not shown or len(self._fast) >= config.fast_open_pending:
            return FastOpening(fresh)
        if not self._fast_cookies.valid(ends, shown, self.runtime.now):
            self.counters.fast_opens_refused += 1
            return FastOpening(fresh)
        self.counters.fast_opens_accepted += 1
        self._fast[connection] = None
        return FastOpening(None if shown == fresh else fresh, accepted=True)

    def fast_opened(self, connection: Executor[Host], fast: FastOpening) -> None:
        """Remember what a server made of our SYN."""
        path, mss = connection.path, connection.machine.tcb.snd.peer_mss
        self._fast_cache.learn(path.ends, connection.key >> 16, fast, mss, self.runtime.now)

    def no_longer_fast(self, connection: Executor[Host]) -> None:
        self._fast.pop(connection, None)

    def no_longer_half_open(self, connection: Executor[Host]) -> None:
        self._half_open.pop(connection, None)

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
        if self._say(path, key, reset):
            self.counters.resets_sent += 1

    def _say(self, path: TcpPath[Host], key: int, action: SendSegment) -> bool:
        """Send a segment of no connection. Whether it went."""
        try:
            path.transmit(key, action)
        except (PacketSize, InvalidConnection, OpenFailed):
            self.counters.send_failures += 1
            return False
        return True

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

    def lingers(self, connection: Executor[Host]) -> None:
        """``connection`` is in TIME-WAIT: keep it, within bounds."""
        self._lingering[connection] = None
        if len(self._lingering) > self.config.time_waits:
            self.counters.time_waits_cut += 1
            next(iter(self._lingering)).forget()

    def removed(self, connection: Executor[Host]) -> None:
        """``connection`` is no more."""
        del self._connections[connection]
        self._half_open.pop(connection, None)
        self._fast.pop(connection, None)
        self._lingering.pop(connection, None)

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
            connections=len(self._connections),
            half_open=len(self._half_open),
            time_wait=len(self._lingering),
            listeners=len(self._listeners),
            paths=len(self.paths.all()),
            counters=MappingProxyType(self.counters.read()),
            details=self._details,
        )

    def _details(self) -> tuple[TcpConnectionInfo, ...]:
        return tuple(connection.info() for connection in self._connections)


class _TcpListening(Listening, Generic[Host]):
    """What is listened to, and what is half open for it."""

    def __init__(self, layer: Tcp[Host], listening: Listening, accept: Handler[TcpConnection[Host]]) -> None:
        self._layer = layer
        self._listening = listening
        self._accept = accept

    def stop(self) -> None:
        self._listening.stop()
        self._layer.unaccepted(self._accept)
