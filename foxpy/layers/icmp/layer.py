"""ICMP on one IPv4 host (RFC 792; RFC 1122, section 3.2.2): echo, and the errors that hosts tell each other."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Final, assert_never

from foxpy.demux import Connections, Listeners
from foxpy.errors import InitializationFailed, InvalidConnection, OpenFailed
from foxpy.layers.icmp.addresses import IcmpAddress, IcmpPattern
from foxpy.layers.icmp.codes import (
    PARAMETER_PROBLEM,
    PARAMETER_PROBLEM_CODES,
    PROTOCOL,
    REDIRECT,
    REPLY,
    REQUEST,
    SOURCE_QUENCH,
    TIME_EXCEEDED,
    TIME_EXCEEDED_CODES,
    UNREACHABLE,
    UNREACHABLE_CODES,
)
from foxpy.layers.icmp.config import IcmpConfig
from foxpy.layers.icmp.connection import EchoSender, IcmpConnection
from foxpy.layers.icmp.control import AcceptRedirects, AnswerEcho, IcmpControl, IcmpInfo
from foxpy.layers.icmp.counters import Counters
from foxpy.layers.icmp.others import Others, Taker
from foxpy.layers.icmp.problems import Problems
from foxpy.layers.icmp.server import EchoServer
from foxpy.layers.icmp.wire import (
    Echo,
    ParameterProblem,
    Redirect,
    TimeExceeded,
    Unreachable,
    read_echo,
    read_icmp,
    read_unreachable,
    verify_icmp,
)
from foxpy.layers.ipv4 import Ip, IpAddress, IpConnection, IpPattern
from foxpy.layers.ipv4.wire import IPv4
from foxpy.protocol import Connectionless, Handler, Listening, Receiver, Sender
from foxpy.status import Aborted, Closed, Forgotten, Report, Status, Trouble
from foxpy.waiting import first
from foxpy.wire import PacketError, reader

# -- configuration

DEFAULT: Final = IcmpConfig()
BEGUN_BY_PEER: Final = 1 << 48
"""Marks the keys of sessions that peers began: both ends may ping each other with one identifier."""

read_ttl = reader(IPv4.ttl)

# -- factory


def icmp(ip: Ip, *, config: IcmpConfig = DEFAULT) -> Icmp:
    """ICMP for the host ``ip``. Without it the host neither answers pings nor tells or hears of errors."""
    return Icmp(ip, config)


class Icmp(Connectionless[IcmpAddress, IcmpPattern, IcmpConnection, IcmpControl, IcmpInfo]):
    """ICMP on one host. Its connections are echo sessions; errors go to the connections of IP that they are about."""

    def __init__(self, ip: Ip, config: IcmpConfig) -> None:
        super().__init__(ip.runtime)
        self.config = config
        self.counters = Counters()
        self._ip = ip
        self._problems = Problems(ip, config, self.counters)
        self._server = EchoServer(ip, config, self.counters)
        self._accept_redirects = config.accept_redirects
        self._sessions: Connections[int, IcmpConnection] = Connections(config.sessions, self._forgotten)
        self._listeners: Listeners[IcmpPattern, IcmpConnection] = Listeners()
        self._listening: Listening | None = None
        self._paths: dict[tuple[int, int], _Shared] = {}
        self._others = Others(self.counters)

    @property
    def ip(self) -> Ip:
        """The host that this is on."""
        return self._ip

    # -- lifecycle

    def acquire(self) -> None:
        self._ip.initialize()
        try:
            self._listening = self._ip.listen(IpPattern(PROTOCOL), lambda connection: _Peer(self, connection))
        except OpenFailed as error:
            self._ip.finalize()
            raise InitializationFailed(f"this host has ICMP already: {error}") from error
        self._ip.report_problems_to(self._problems)

    def release(self) -> None:
        self._ip.report_problems_to(None)
        for connection in list(self._sessions.open.values()):
            receiver = connection.receiver
            self.abort(connection)
            if receiver is not None:
                receiver.status(Closed())
        self._listeners.clear()
        self._others.clear()
        if self._listening is not None:
            self._listening.stop()
            self._listening = None
        self._ip.finalize()

    # -- active open

    def open(self, address: IcmpAddress, handler: Handler[IcmpConnection]) -> IcmpConnection:
        """An echo session. Raises OpenFailed where the identifier is in use with that host, or none is free."""
        self.require_initialized()
        local = address.local or self._ip.local_address(address.host)[1]
        group = address.host.is_multicast or self._ip.routes.is_broadcast(int(address.host))
        # Members of a group answer from addresses of their own, so such a session is known by its identifier alone.
        prefix = 0 if group else int(address.host) << 16
        identifier = self._free_identifier(prefix) if address.identifier is None else address.identifier
        key = prefix | identifier
        if key in self._sessions.open:
            raise OpenFailed(f"echo identifier {identifier} is in use with {address.host}")
        shared = self._share(address.host, local)
        connection = IcmpConnection(address.host, local, identifier, key, self.below(shared.connection))
        self._sessions.add(key, connection, passive=False)
        connection.receiver = self.attach(connection, handler)
        return connection

    def _free_identifier(self, prefix: int) -> int:
        begin = self.runtime.random.getrandbits(16)
        for step in range(0x10000):
            identifier = (begin + step) & 0xFFFF
            if prefix | identifier not in self._sessions.open:
                return identifier
        raise OpenFailed("all echo identifiers are in use with that host")

    def _share(self, host: IPv4Address, local: IPv4Address) -> _Shared:
        """The connection of IP that all sessions with ``host`` use."""
        key = int(host), int(local)
        shared = self._paths.get(key)
        if shared is None:
            opened = self._ip.open(IpAddress(host, PROTOCOL, local), lambda connection: _Peer(self, connection))
            shared = self._paths[key] = _Shared(opened)
        shared.users += 1
        return shared

    def _unshare(self, connection: IcmpConnection) -> None:
        key = int(connection.peer), int(connection.local)
        shared = self._paths.get(key)
        if shared is not None:
            shared.users -= 1
            if shared.users == 0:
                del self._paths[key]
                self._ip.abort(shared.connection)

    # -- passive open

    def listen(self, pattern: IcmpPattern, accept: Handler[IcmpConnection]) -> Listening:
        """Have the echo requests that match, in place of the echo server of this host."""
        self.require_initialized()
        return self._listeners.listen(pattern, accept)

    async def passive_open(
        self, pattern: IcmpPattern, handler: Handler[IcmpConnection]
    ) -> tuple[IcmpConnection, IcmpAddress]:
        connection = await first(self, pattern, handler)
        return connection, connection.address

    def take(self, kinds: frozenset[int], taker: Taker) -> Listening:
        """Give every message of one of ``kinds``, types that ICMP has no use for itself, to ``taker`` until stopped.

        What is damaged is not given. Raises NotInitialized, BadAddress for a type that is ICMP's own or none,
        OpenFailed where one is taken already.
        """
        self.require_initialized()
        return self._others.take(kinds, taker)

    # -- down: send

    def stage(self, connection: IcmpConnection) -> Sender:
        if not connection.open:
            raise InvalidConnection(f"{connection} is closed")
        return EchoSender(connection, REPLY if connection.key & BEGUN_BY_PEER else REQUEST, self.counters)

    def below(self, connection: IpConnection) -> Sender:
        return self._ip.send(connection)

    # -- up: deliver

    def arrived(self, peer: _Peer, frame: bytes, start: int, end: int) -> None:
        """A message on the connection of IP that ``peer`` stands for."""
        counters = self.counters
        counters.received += 1
        try:
            kind, code = read_icmp(frame, start, end)
            if not verify_icmp(frame, start, end):
                counters.checksum_errors += 1
            elif kind == REQUEST:
                self._requested(peer, frame, start, end)
            elif kind == REPLY:
                self._replied(peer.connection, frame, start, end)
            elif kind == SOURCE_QUENCH:
                counters.source_quenches += 1
            elif kind == REDIRECT:
                self._redirected(peer.connection.peer, frame, start, end)
            elif kind == UNREACHABLE:
                code, mtu = read_unreachable(frame, start, end)
                self._reported(UNREACHABLE_CODES, code, frame, start + Unreachable.MIN, end, mtu)
            elif kind == TIME_EXCEEDED:
                self._reported(TIME_EXCEEDED_CODES, code, frame, start + TimeExceeded.MIN, end)
            elif kind == PARAMETER_PROBLEM:
                self._reported(PARAMETER_PROBLEM_CODES, code, frame, start + ParameterProblem.MIN, end)
            else:
                self._others.deliver(kind, peer.connection, frame, start, end)
        except PacketError:
            counters.malformed += 1

    def _requested(self, peer: _Peer, frame: bytes, start: int, end: int) -> None:
        self.counters.echo_requests_received += 1
        _, identifier, sequence = read_echo(frame, start, end)
        connection = peer.connection
        key = BEGUN_BY_PEER | int(connection.peer) << 16 | identifier
        session = self._sessions.open.get(key)
        if session is None:
            accept = self._listeners.match((IcmpPattern(connection.peer), IcmpPattern())) if self._listeners else None
            if accept is None:
                self._server.requested(connection, peer.sender(), frame, start, end)
                return
            session = IcmpConnection(connection.peer, connection.local, identifier, key, peer.sender())
            session.sequence = sequence
            self._sessions.add(key, session, passive=True)
            session.receiver = self.attach(session, accept)
        self._deliver(session, connection.peer, sequence, frame, start, end)

    def _replied(self, connection: IpConnection, frame: bytes, start: int, end: int) -> None:
        self.counters.echo_replies_received += 1
        _, identifier, sequence = read_echo(frame, start, end)
        sessions = self._sessions.open
        session = sessions.get(int(connection.peer) << 16 | identifier) or sessions.get(identifier)
        if session is None:
            self.counters.stray_replies += 1
        else:
            self._deliver(session, connection.peer, sequence, frame, start, end)

    def _deliver(
        self, session: IcmpConnection, responder: IPv4Address, sequence: int, frame: bytes, start: int, end: int
    ) -> None:
        receiver = session.receiver
        if receiver is not None and session.open:
            session.responder = responder
            session.sequence = sequence
            header = self._ip.headers.of(frame, start)
            session.ttl = read_ttl(frame, header, end)[0] if header >= 0 else 0
            receiver.deliver(frame, start + Echo.MIN, end)

    def _redirected(self, by: IPv4Address, frame: bytes, start: int, end: int) -> None:
        message = Redirect.view(frame, start, end)
        concerned = self._ip.concerned(frame, start + Redirect.MIN, end)
        redirect = self._ip.routes.redirect
        if self._accept_redirects and concerned is not None and redirect(concerned.peer, by, message.gateway):
            self.counters.redirects_followed += 1
        else:
            self.counters.redirects_ignored += 1

    def _reported(
        self, troubles: tuple[Trouble, ...], code: int, frame: bytes, quoted: int, end: int, mtu: int = 0
    ) -> None:
        """An error: for the connection of IP that it is about, if there is one."""
        if code >= len(troubles):
            self.counters.malformed += 1
        elif self._ip.report(troubles[code], frame, quoted, end, mtu):
            self.counters.errors_received += 1
        else:
            self.counters.stray_errors += 1

    def about(self, peer: _Peer, report: Report) -> None:
        """A report about a message of this layer's: for the session that sent it."""
        try:
            kind, identifier, _ = read_echo(report.quoted, 0, len(report.quoted))
        except PacketError:
            return
        host = int(peer.connection.peer)
        key = identifier | (BEGUN_BY_PEER | host << 16 if kind == REPLY else host << 16)
        session = self._sessions.open.get(key)
        if session is None and kind == REQUEST:
            session = self._sessions.open.get(identifier)
        if session is not None and session.receiver is not None:
            limit = max(0, report.limit - Echo.MIN)
            session.receiver.status(Report(report.trouble, report.quoted[Echo.MIN :], limit))

    def gone(self, peer: _Peer, event: Aborted) -> None:
        """This host has lost the address that ``peer`` is spoken to from."""
        ends = peer.connection.peer, peer.connection.local
        self._paths.pop((int(ends[0]), int(ends[1])), None)
        for session in [each for each in self._sessions.open.values() if (each.peer, each.local) == ends]:
            receiver = session.receiver
            self.abort(session)
            if receiver is not None:
                receiver.status(event)

    # -- close and abort

    def abort(self, connection: IcmpConnection) -> None:
        if not connection.open:
            return
        connection.open = False
        connection.receiver = None
        self._sessions.remove(connection.key, connection)
        self.detach(connection)
        if not connection.key & BEGUN_BY_PEER:
            self._unshare(connection)

    def _forgotten(self, connection: IcmpConnection) -> None:
        """It has been taken out of the table; what was staged for it still sends."""
        self.detach(connection)
        receiver, connection.receiver = connection.receiver, None
        if receiver is not None:
            receiver.status(Forgotten())

    # -- control and query

    def control(self, request: IcmpControl) -> None:
        match request:
            case AnswerEcho(answer, groups):
                self._server.answer = answer
                self._server.groups = groups
            case AcceptRedirects(accept):
                self._accept_redirects = accept
            case never:
                assert_never(never)

    def query(self) -> IcmpInfo:
        c = self.counters
        return IcmpInfo(
            received=c.received,
            echo_requests_received=c.echo_requests_received,
            echo_requests_sent=c.echo_requests_sent,
            echo_replies_received=c.echo_replies_received,
            echo_replies_sent=c.echo_replies_sent,
            errors_received=c.errors_received,
            errors_sent=c.errors_sent,
            others_received=c.others_received,
            redirects_followed=c.redirects_followed,
            redirects_sent=c.redirects_sent,
            sessions=len(self._sessions.open),
            forgotten=self._sessions.forgotten,
            discards=c.discards(),
        )


class _Shared:
    """A connection of IP that sessions share, and how many do."""

    __slots__ = ("connection", "users")

    def __init__(self, connection: IpConnection) -> None:
        self.connection = connection
        self.users = 0


class _Peer(Receiver):
    """One connection of IP: what comes from a host, and the way back to it."""

    __slots__ = ("_icmp", "_sender", "connection")

    def __init__(self, layer: Icmp, connection: IpConnection) -> None:
        self._icmp = layer
        self._sender: Sender | None = None
        self.connection = connection

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self._icmp.arrived(self, frame, start, end)

    def sender(self) -> Sender:
        """Staged when it is first needed: most strangers only send errors."""
        if self._sender is None:
            self._sender = self._icmp.below(self.connection)
        return self._sender

    def status(self, event: Status) -> None:
        if isinstance(event, Report):
            self._icmp.about(self, event)
        elif isinstance(event, Aborted):
            self._icmp.gone(self, event)
