"""An IPv4 host (RFC 791; RFC 1122, chapter 3): any number of interfaces. With ``IpConfig.forward`` it is a router."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from ipaddress import AddressValueError, IPv4Address, IPv4Interface
from typing import Final

from foxpy.demux import Connections, Listeners
from foxpy.errors import (
    BadAddress,
    InitializationFailed,
    InvalidConnection,
    OpenFailed,
    ProtocolError,
    Unreachable,
)
from foxpy.layers.ipv4.addresses import IpAddress, IpPattern, Service
from foxpy.layers.ipv4.administration import Administration
from foxpy.layers.ipv4.arrival import Arrival, Latest
from foxpy.layers.ipv4.carrier import IpCarrier
from foxpy.layers.ipv4.config import IpConfig
from foxpy.layers.ipv4.connection import IpConnection
from foxpy.layers.ipv4.control import IpControl, IpInfo, SetService
from foxpy.layers.ipv4.counters import Counters
from foxpy.layers.ipv4.destinations import Destinations, Local
from foxpy.layers.ipv4.forwarding import Forwarding
from foxpy.layers.ipv4.headers import Arrived, Headers
from foxpy.layers.ipv4.identification import Identification
from foxpy.layers.ipv4.interface import Interface
from foxpy.layers.ipv4.link import NextHop
from foxpy.layers.ipv4.loopback import Loopback
from foxpy.layers.ipv4.numbers import LIMITED_BROADCAST, UNSPECIFIED, is_multicast
from foxpy.layers.ipv4.observer import InterfaceObserver
from foxpy.layers.ipv4.options import way_back
from foxpy.layers.ipv4.pathmtu import PathMtu
from foxpy.layers.ipv4.problems import ProblemReporter
from foxpy.layers.ipv4.reassembly import LARGEST, Reassembly
from foxpy.layers.ipv4.reports import Reports
from foxpy.layers.ipv4.routes import EVERYWHERE, Routes
from foxpy.layers.ipv4.sender import IpSender
from foxpy.layers.ipv4.wire import IPv4, read_ipv4
from foxpy.protocol import Connectionless, Handler, Listening, Path, Receiver, Sender
from foxpy.status import Aborted, Closed, Forgotten, Report, Trouble
from foxpy.waiting import first

# -- configuration

DEFAULT: Final = IpConfig()
LOOPBACK_ADDRESS: Final = IPv4Interface("127.0.0.1/8")

# -- factory


def ipv4(*interfaces: Interface, gateway: IPv4Address | str | None = None, config: IpConfig = DEFAULT) -> Ip:
    """An IPv4 host with ``interfaces`` (see ``interface``), sending by ``gateway`` what is for no network of theirs.

    Raises BadAddress for a gateway that is on none of those networks or names that are not distinct, and
    InitializationFailed for no interface, or links that are not turned by one Scheduler.
    """
    if not interfaces:
        raise InitializationFailed("an IPv4 host needs an interface: ipv4(interface(link, '192.0.2.1/24'))")
    scheduler = interfaces[0].link.runtime.scheduler
    if any(each.link.runtime.scheduler is not scheduler for each in interfaces):
        raise InitializationFailed(
            "the links of one IPv4 host must share one Scheduler: give all its devices the same, as in"
            " runtime = Runtime(trio_scheduler()); tap('a', runtime=runtime), tap('b', runtime=runtime)"
        )
    for number, each in enumerate(interfaces):
        each.name = each.name or f"ip{number}"
    if len({each.name for each in interfaces} | {"lo"}) <= len(interfaces):
        raise BadAddress("the interfaces of one host need names of their own, and lo is the loopback's")
    host = Ip(interfaces, config)
    if gateway is not None:
        try:
            host.routes.set_gateways(EVERYWHERE, (IPv4Address(gateway),))
        except AddressValueError:
            raise BadAddress(f"gateway {gateway!r} is not an IPv4 address") from None
    return host


class Ip(Connectionless[IpAddress, IpPattern, IpConnection, IpControl, IpInfo]):
    """An IPv4 host. Peers are named by address and protocol; ``carrier`` is what a layer above takes."""

    def __init__(self, interfaces: Iterable[Interface], config: IpConfig) -> None:
        self.interfaces = tuple(interfaces)
        super().__init__(self.interfaces[0].link.runtime)
        self.config = config
        self.counters = Counters()
        self.loopback = Interface(Loopback(self.runtime, self.counters), [LOOPBACK_ADDRESS], "lo")
        self.routes = Routes(self.interfaces, self.loopback)
        self.identification = Identification(self.runtime.random, config.passive_connections)
        self.path_mtu = PathMtu(
            self.runtime,
            config.path_mtu_minimum,
            config.path_mtu_lifetime,
            config.path_mtu_entries,
            self.routes.changed,
        )
        self.reassembly = Reassembly(
            self.runtime,
            config.reassembly_timeout,
            config.reassembly_datagrams,
            config.reassembly_memory,
            config.reassembly_memory_per_source,
            self._reassembly_timed_out,
        )
        self.connections: Connections[int, IpConnection] = Connections(config.passive_connections, self._forgotten)
        self._listeners: Listeners[IpPattern, IpConnection] = Listeners()
        self._services: dict[IpPattern, Service] = {}  # of what was ever listened to
        self._chosen: dict[tuple[int, int], Service] = {}  # by peer and protocol, what SetService says
        self._anyone: dict[int, IpPattern] = {}  # by protocol, where somebody has listened to it
        self._particular = False  # whether anybody has ever listened to one host alone
        self._reporter: ProblemReporter | None = None
        self.headers = Headers()
        self.latest = Latest(self.loopback)
        self.forwarding = Forwarding(self) if config.forward else None
        self._destinations = Destinations((*self.interfaces, self.loopback))
        self._administration = Administration(self.interfaces, self.routes, self._destinations, self._addresses_lost)
        self._reports = Reports(self.connections, self._destinations, self.routes, self.path_mtu, self.counters)

    def carrier(self, protocol: int, service: Service | None = None) -> IpCarrier:
        """This host as ``protocol`` alone sees it. Raises BadAddress for a number outside 0..255."""
        return IpCarrier(self, protocol, service or Service())

    # -- lifecycle

    def acquire(self) -> None:
        with ExitStack() as undoing:
            for each in (self.loopback, *self.interfaces):
                try:
                    self._start(each)
                except OpenFailed as error:
                    raise InitializationFailed(f"interface {each}: {error}") from error
                undoing.callback(each.stop)
            undoing.pop_all()
        self._administration.running = True
        self._administration.changed()
        self.routes.changed()

    def _start(self, interface: Interface) -> None:
        unicast = Arrival(self, interface, self._destinations.of(interface, many=False), many=False)
        group = Arrival(self, interface, self._destinations.of(interface, many=True), many=True)

        def accept(path: Path[NextHop]) -> Receiver:
            return unicast if path.answerable else group

        interface.start(accept, unicast, self._neighbour_reported, self.config.next_hops)

    def release(self) -> None:
        self._administration.running = False
        for connection in self.connections.clear():
            receiver = connection.receiver
            self._end(connection)
            if receiver is not None:
                receiver.status(Closed())
        self._listeners.clear()
        self.reassembly.clear()
        self.path_mtu.clear()
        for each in (*self.interfaces, self.loopback):
            each.stop()
        self.routes.changed()

    def lost(self, interface: Interface) -> None:
        """The link of ``interface`` is gone for good, unless this host is letting go of it itself."""
        if self._initialized and interface.enabled:
            interface.enabled, interface.lost = False, True
            self._administration.changed()

    # -- active open

    def open(self, address: IpAddress, handler: Handler[IpConnection]) -> IpConnection:
        """Raises BadAddress for what is no host or group, or a ``local`` that is not this host's; OpenFailed where
        this side has that connection already; Unreachable, which is an OpenFailed, where there is no route."""
        self.require_initialized()
        connection = self._connection_to(address, self._service_to(address))
        begun = self.connections.open.get(connection.key)
        if begun is not None and self.connections.is_passive(connection.key):
            # The peer spoke first, to a listener. The open takes its place: this side's choice of a handler counts.
            self.connections.remove(connection.key, begun)
            self._forgotten(begun)
        self.connections.add(connection.key, connection, passive=False)
        self._hand(connection, handler)
        return connection

    def _hand(self, connection: IpConnection, handler: Handler[IpConnection]) -> None:
        """Let ``handler`` have ``connection``; it may abort it at once."""
        receiver = self.attach(connection, handler)
        if connection.open:
            connection.receiver = receiver

    def _connection_to(self, address: IpAddress, service: Service) -> IpConnection:
        peer = int(address.host)
        local = None if address.local is None else int(address.local)
        asking = local == UNSPECIFIED and peer == LIMITED_BROADCAST
        if local is not None and not asking and not self.routes.is_own(local):
            raise BadAddress(f"{address.local} is not an address of this host")
        decision = self.routes.decide(int(service.to(address.host)[0]), local)
        source = decision.source if address.local is None else address.local
        if int(source) == UNSPECIFIED and peer != LIMITED_BROADCAST:
            raise Unreachable(f"interface {decision.interface} has no address to send to {address.host} from")
        key = self._destinations.local(int(source)).key | peer << 8 | address.protocol
        connection = IpConnection(address.host, source, address.protocol, address.service, key, True, self.headers)
        connection.serve(service)
        return connection

    # -- passive open

    def listen(self, pattern: IpPattern, accept: Handler[IpConnection]) -> Listening:
        self.require_initialized()
        listening = self._listeners.listen(pattern, accept)
        self._services[pattern] = pattern.service
        self._anyone.setdefault(pattern.protocol, IpPattern(pattern.protocol))
        self._particular = self._particular or pattern.host is not None
        return listening

    async def passive_open(self, pattern: IpPattern, handler: Handler[IpConnection]) -> tuple[IpConnection, IpAddress]:
        connection = await first(self, pattern, handler)
        return connection, connection.address

    # -- down: send

    def stage(self, connection: IpConnection) -> Sender:
        if not connection.open or self._initialized == 0:
            raise InvalidConnection(f"{connection} is closed")
        return IpSender(self, connection)

    def post(self, address: IpAddress, header: bytes, payload: bytes) -> None:
        """Send one datagram that leaves nothing behind: an error message, an answer to a stranger.

        Raises BadAddress and OpenFailed as ``open`` does, PacketSize as ``begin`` does.
        """
        self.require_initialized()
        connection = self._connection_to(address, address.service)
        self.attach(connection, lambda _: _DEAF)
        try:
            sender = self.send(connection)
            writer = sender.begin(len(header) + len(payload))
            writer += header
            sender.commit(writer, payload)
        finally:
            self._end(connection)  # it was never in the table

    def measure(self) -> None:
        """A link refused a packet: see what the links carry now."""
        for each in self.interfaces:
            each.measure()
        self.routes.changed()

    # -- up: deliver

    def begun(self, source: int, local: Local, protocol: int) -> IpConnection | None:
        """A connection for the first datagram of a peer, where somebody listens for it."""
        anyone = self._anyone.get(protocol)
        if anyone is None:
            return None  # nobody has ever listened to that protocol: most of a flood ends here
        peer = IPv4Address(source)
        pattern, accept = anyone, None
        if self._particular:
            pattern = IpPattern(protocol, peer)
            accept = self._listeners.match((pattern,))
        if accept is None:
            pattern = anyone
            accept = self._listeners.match((pattern,))
        if accept is None:
            return None
        answerable = not local.group and source != UNSPECIFIED
        key = local.key | source << 8 | protocol
        connection = IpConnection(peer, local.address, protocol, self._services[pattern], key, answerable, self.headers)
        if self._chosen:
            connection.serve(self._chosen.get((source, protocol), connection.opened))
        self.connections.add(key, connection, passive=True)
        self._hand(connection, accept)
        return connection

    def reject(self, peer: IPv4Address, local: IPv4Address, frame: bytes, start: int, end: int) -> None:
        """Nobody above wants what came from ``peer`` to ``local``: tell it."""
        at = self.headers.of(frame, start)
        if at >= 0:
            *_, source, destination = read_ipv4(frame, at, end)
            if source == int(peer) and destination == int(local):
                self.problem(Trouble.PORT_UNREACHABLE, frame, at, end)

    def arrived(self, frame: bytes, start: int) -> Arrived | None:
        """What IP knows of the datagram being delivered whose data begins at ``start``: its options, and what else a
        layer above is not told unasked. From inside ``deliver`` alone, which gives the frame; above UDP the data begins
        8 bytes before what UDP delivers. None where something interposed has made another frame of it."""
        return self.headers.arrived(self.latest.interface, frame, start, self.runtime.now, self.routes)

    def is_group(self, host: IPv4Address) -> bool:
        """Whether ``host`` stands for many: a multicast group, or all on one of this host's networks."""
        number = int(host)
        return is_multicast(number) or self.routes.is_broadcast(number)

    def suspect(self, peer: IPv4Address) -> None:
        """A layer above doubts that ``peer`` gets its datagrams: the link looks after the first hop to it."""
        try:
            decision = self.routes.decide(int(peer), None)
        except ProtocolError:
            return
        decision.interface.suspect(decision.next_hop)

    def observe(self, observer: InterfaceObserver) -> Callable[[], None]:
        """Tell ``observer`` what becomes of the interfaces, until the function that this returns is called."""
        observers = self._administration.observers
        observers[observer] = None

        def forget() -> None:
            observers.pop(observer, None)

        return forget

    def report_problems_to(self, reporter: ProblemReporter | None) -> None:
        """``reporter`` tells other hosts what was wrong with their datagrams; None: nobody does."""
        self._reporter = reporter

    def problem(self, trouble: Trouble, frame: bytes, start: int, end: int, detail: int = 0) -> None:
        if self._reporter is not None:
            self._reporter.problem(trouble, frame, start, end, detail)

    def redirect(self, frame: bytes, start: int, end: int, gateway: IPv4Address, local: IPv4Address) -> None:
        if self._reporter is not None:
            self._reporter.redirect(frame, start, end, gateway, local)

    def _reassembly_timed_out(self, fragment: bytes) -> None:
        self.problem(Trouble.REASSEMBLY_TIMEOUT, fragment, 0, len(fragment))

    def _neighbour_reported(self, neighbour: IPv4Address, report: Report) -> None:
        if report.trouble is Trouble.HOST_UNREACHABLE:
            self.routes.failed(neighbour)
        quoted = report.quoted
        if self.forwarding is not None and self.forwarding.has_sent(quoted):
            self.problem(report.trouble, quoted, 0, len(quoted))  # RFC 1812, section 4.3.3.1
        else:
            self.report(report.trouble, quoted, 0, len(quoted))

    def concerned(self, frame: bytes, start: int, end: int) -> IpConnection | None:
        """Whose datagram begins with ``frame[start:end]``, which somebody out there quotes; None where nobody's."""
        return self._reports.concerned(frame, start, end)

    def report(self, trouble: Trouble, frame: bytes, start: int, end: int, mtu: int = 0) -> bool:
        """``frame[start:end]``, a datagram's beginning with its IP header first, was not carried: tell its sender here.

        Whether there is one, and the report can be true. ``mtu`` is what the next hop said that it carries, for
        TOO_BIG, 0 where it did not say.
        """
        return self._reports.report(trouble, frame, start, end, mtu)

    # -- close and abort

    def abort(self, connection: IpConnection) -> None:
        if connection.open:
            self.connections.remove(connection.key, connection)
            self._end(connection)

    def _end(self, connection: IpConnection) -> None:
        connection.open = False
        connection.receiver = None
        self.detach(connection)

    def _forgotten(self, connection: IpConnection) -> None:
        """It has been taken out of the table; it can still send."""
        self.detach(connection)
        receiver, connection.receiver = connection.receiver, None
        if receiver is not None:
            receiver.status(Forgotten())

    def _addresses_lost(self, lost: set[IPv4Address]) -> None:
        for connection in [each for each in self.connections.open.values() if each.local in lost]:
            receiver = connection.receiver
            self.abort(connection)
            if receiver is not None:
                receiver.status(Aborted(InvalidConnection(f"{connection.local} is this host's no more")))

    # -- control and query

    def control(self, request: IpControl) -> None:
        """Raises BadAddress for what names no interface of this host, no neighbour, no group or no host's address."""
        if isinstance(request, SetService):
            self._serve(request)
        else:
            self._administration.carry_out(request)

    def _serve(self, request: SetService) -> None:
        key = int(request.host), request.protocol
        service = request.service
        if service is None:
            self._chosen.pop(key, None)
        else:
            self._chosen[key] = service
        for connection in self.connections.open.values():
            if (connection.peer, connection.protocol) == (request.host, request.protocol):
                connection.serve(service or connection.opened)
        self.routes.changed()

    def came_by(self, connection: IpConnection, area: bytes) -> None:
        """A datagram of ``connection`` came with the options ``area``: answers go back by a source route among them."""
        route = way_back(area, connection.peer)
        if route and connection.returns_by(route):
            self.routes.changed()

    def _max_packet_size(self, address: IpAddress) -> int:
        local = None if address.local is None else int(address.local)
        decision = self.routes.decide(int(address.host), local)
        narrow = self.path_mtu.get(int(address.host))
        largest = min(decision.interface.mtu, LARGEST)
        if narrow is not None:
            largest = min(largest, narrow.mtu)
        return max(0, largest - IPv4.MIN - len(self._service_to(address).to(address.host)[1]))

    def _service_to(self, address: IpAddress) -> Service:
        return self._chosen.get((int(address.host), address.protocol), address.service)

    def local_address(self, host: IPv4Address) -> tuple[str, IPv4Address]:
        """The interface towards ``host``, and this host's address there. Raises BadAddress, Unreachable."""
        decision = self.routes.decide(int(host), None)
        return decision.interface.name, decision.source

    def query(self) -> IpInfo:
        c = self.counters
        discards = c.discards() | self.reassembly.counters.discards()
        return IpInfo(
            packets_sent=c.sent,
            packets_received=c.received,
            packets_delivered=c.delivered,
            packets_forwarded=c.forwarded,
            packets_discarded=sum(discards.values()),
            discards=discards,
            fragments_sent=c.fragments_sent,
            fragments=self.reassembly.info(),
            largest_received=LARGEST - IPv4.MIN,
            interfaces=self._administration.info(),
            connections=len(self.connections.open),
            forgotten=self.connections.forgotten,
            narrow_paths=len(self.path_mtu),
            max_packet_size=self._max_packet_size,
            local_address=self.local_address,
            routes=lambda: tuple(self.routes.routes()),
        )


class _Deaf(Receiver):
    """For a connection that only sends."""

    __slots__ = ()

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        return


_DEAF: Final = _Deaf()
