"""UDP (RFC 768, RFC 1122 section 4.1) over any carrier: IP, or Ethernet itself.

IP options are not passed through (RFC 1122, section 4.1.3.2): the layer below keeps them to itself.
"""

from __future__ import annotations

from typing import Final, Generic

from foxpy.addresses import Port
from foxpy.demux import Listeners
from foxpy.errors import InvalidConnection, OpenFailed
from foxpy.layers.paths import PathTable
from foxpy.layers.udp.addresses import UdpAddress, UdpPattern
from foxpy.layers.udp.carrier import UdpCarrier
from foxpy.layers.udp.config import UdpConfig
from foxpy.layers.udp.connection import UdpConnection
from foxpy.layers.udp.counters import Counters
from foxpy.layers.udp.path import UdpPath, UdpSender, UnansweringSender
from foxpy.layers.udp.requests import UdpControl, UdpInfo
from foxpy.ports import Ports, PortsInUse
from foxpy.protocol import Carrier, Connectionless, Handler, Host, Listening, Path, Sender
from foxpy.status import Closed, Forgotten
from foxpy.waiting import first

# -- configuration

DEFAULT: Final = UdpConfig()

# -- factory


def udp(over: Carrier[Host], *, checksums: bool = True, config: UdpConfig = DEFAULT) -> Udp[Host]:
    """A UDP over ``over``: ``udp(ip.carrier(17))`` is a ``Udp[IPv4Address]``.

    Without ``checksums`` it neither sends nor checks any: for a link that guards its frames itself, as Ethernet does.
    Raises BadAddress for a range of ephemeral ports that makes no sense.
    """
    return Udp(over, checksums, config)


class Udp(
    Connectionless[UdpAddress[Host], UdpPattern[Host], UdpConnection[Host], UdpControl[Host], UdpInfo], Generic[Host]
):
    """Datagrams. Peers are named by host and port."""

    verified: bool
    """Every datagram that is delivered has been checked for damage, here or below."""

    def __init__(self, over: Carrier[Host], checksums: bool, config: UdpConfig) -> None:
        super().__init__(over.runtime)
        self.config = config
        self.checksums = checksums
        self.check = checksums and not over.verified
        self.verified = over.verified or (checksums and config.require_checksums)
        self.counters = Counters()
        self._over = over
        self._listening: Listening | None = None
        self._listeners: Listeners[UdpPattern[Host], UdpConnection[Host]] = Listeners(self._stopped)
        self.paths: PathTable[Host, UdpPath[Host]] = PathTable(over, self._new_path, UdpPath.renew)
        self._passive: dict[UdpConnection[Host], UdpPath[Host]] = {}  # in the order in which they began
        self._ports = Ports(over.runtime, config.first_port, config.last_port)
        self._taken = PortsInUse()

    def carrier(self, port: Port) -> UdpCarrier[Host]:
        """This UDP as what lives on one local ``port`` sees it. Raises BadAddress outside 1..65535."""
        return UdpCarrier(self, port)

    @property
    def over(self) -> Carrier[Host]:
        """What it stands on."""
        return self._over

    def is_group(self, host: Host) -> bool:
        """Whether ``host`` stands for many machines."""
        return self._over.is_group(host)

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
        for path in self.paths.all():
            path.end(Closed())
        self._taken.clear()
        self._over.finalize()

    # -- active open

    def open(self, address: UdpAddress[Host], handler: Handler[UdpConnection[Host]]) -> UdpConnection[Host]:
        """A connection to ``address``; sends nothing. Raises OpenFailed where it is open already, or no port free."""
        self.require_initialized()
        path = self.paths.to(address.host, address.local)
        path.users += 1
        try:
            port = address.local_port or self._ports.allocate(f"{path.local} {address}", self._taken.__contains__)
            connection = UdpConnection(path, address.port, port)
            begun = path.connections.get(connection.key)
            if begun is not None:
                if begun not in self._passive:
                    raise OpenFailed(f"{begun} is open already; close it first, or take another local port")
                # The peer spoke first, to a listener. The open takes its place: this side's choice of handler counts.
                self._forget(begun)
            path.enter(connection)
            self._taken.take(port)
            self._attach(connection, handler)
        finally:
            path.users -= 1
            path.let_go()
        return connection

    def ephemeral(self) -> Port:
        """A port that nobody here uses now, to listen on. Raises NotInitialized, OpenFailed where all are in use."""
        self.require_initialized()
        return self._ports.allocate("anyone", self._taken.__contains__)

    # -- passive open

    def listen(self, pattern: UdpPattern[Host], accept: Handler[UdpConnection[Host]]) -> Listening:
        self.require_initialized()
        listening = self._listeners.listen(pattern, accept)
        self._taken.take(pattern.port)
        return listening

    def _stopped(self, pattern: UdpPattern[Host]) -> None:
        self._taken.give_back(pattern.port)

    async def passive_open(
        self, pattern: UdpPattern[Host], handler: Handler[UdpConnection[Host]]
    ) -> tuple[UdpConnection[Host], UdpAddress[Host]]:
        connection = await first(self, pattern, handler)
        return connection, connection.address

    # -- down: send

    def stage(self, connection: UdpConnection[Host]) -> Sender:
        self._require_open(connection)
        return UdpSender(connection) if connection.answerable else UnansweringSender(connection)

    def _require_open(self, connection: UdpConnection[Host]) -> None:
        if not connection.open or connection.path.layer is not self:
            raise InvalidConnection(f"{connection} is closed, or of another UDP")

    # -- up: deliver

    def _new_path(self, lower: Path[Host]) -> UdpPath[Host]:
        return UdpPath(self, lower)

    def begun(self, path: UdpPath[Host], port: Port, local_port: Port) -> UdpConnection[Host] | None:
        """A new connection with the peer that sent a datagram of no connection, where somebody listens for it."""
        peer, local = path.peer, path.local
        if not local_port:
            return None
        accept = self._listeners.match(
            (
                UdpPattern(local_port, peer, local),
                UdpPattern(local_port, peer),
                UdpPattern(local_port, None, local),
                UdpPattern(local_port),
            )
        )
        if accept is None:
            return None
        connection = UdpConnection(path, port, local_port)
        path.enter(connection)
        if len(self._passive) >= self.config.passive_connections:
            self._make_room()
        self._passive[connection] = path
        self._attach(connection, accept)
        return connection

    def _attach(self, connection: UdpConnection[Host], handler: Handler[UdpConnection[Host]]) -> None:
        receiver = self.attach(connection, handler)
        if connection.open:  # the handler may have aborted it
            connection.receiver = receiver

    def _make_room(self) -> None:
        """Forget the connection that began first and has been silent since it was last looked at (second chance)."""
        passive = self._passive
        while True:
            oldest = next(iter(passive))
            if not oldest.heard:
                break
            oldest.heard = False
            passive[oldest] = passive.pop(oldest)
        self.counters.forgotten += 1
        self._forget(oldest)

    def _forget(self, connection: UdpConnection[Host]) -> None:
        """Take out ``connection``, which its peer began. It can still send until its owner closes it."""
        path = self._passive.pop(connection)
        del path.connections[connection.key]
        self.detach(connection)
        receiver, connection.receiver = connection.receiver, None
        if receiver is not None:
            receiver.status(Forgotten())

    def reject(self, path: UdpPath[Host], frame: bytes, start: int, end: int) -> None:
        """Nobody listens: say so (RFC 1122, section 4.1.3.1: SHOULD send a port unreachable)."""
        self.counters.unclaimed += 1
        if path.answerable:  # never in answer to a group (RFC 1122, section 3.2.2)
            self._over.reject(path.lower, frame, start, end)

    # -- close and abort

    def abort(self, connection: UdpConnection[Host]) -> None:
        if connection.open:
            self._require_open(connection)
            self.closed(connection)
            connection.path.let_go()

    def closed(self, connection: UdpConnection[Host]) -> None:
        """``connection`` ends: take it out of everything that knows it."""
        path = connection.path
        connection.open = False
        connection.receiver = None
        self.detach(connection)
        path.users -= 1
        path.used()
        if path.connections.get(connection.key) is connection:
            del path.connections[connection.key]
            if self._passive.pop(connection, None) is None:
                self._taken.give_back(connection.local_port)

    # -- control and query

    def control(self, request: UdpControl[Host]) -> None:
        """Raises InvalidConnection."""
        self._require_open(request.connection)
        request.connection.checksums = request.generate

    def query(self) -> UdpInfo:
        c = self.counters
        paths = self.paths.all()
        return UdpInfo(
            connections=sum(len(path.connections) for path in paths),
            listeners=len(self._listeners),
            paths=len(paths),
            sent=c.sent,
            received=c.received,
            malformed=c.malformed,
            checksum_errors=c.checksum_errors,
            unchecked=c.unchecked,
            unclaimed=c.unclaimed,
            forgotten=c.forgotten,
            foreign_reports=c.foreign_reports,
        )
