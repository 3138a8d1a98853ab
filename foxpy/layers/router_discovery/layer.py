"""Router discovery on one IPv4 host (RFC 1256; RFC 1812, section 4.3.3.10): a router advertises, a host listens."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Interface
from typing import Final, assert_never

from foxpy.demux import Listeners
from foxpy.errors import BadAddress, InitializationFailed, InvalidConnection, NotInitialized, OpenFailed, TimedOut
from foxpy.layers.icmp import Icmp
from foxpy.layers.ipv4 import Interface, InterfaceObserver, IpConnection, JoinGroup, LeaveGroup
from foxpy.layers.router_discovery.addresses import RouterAddress, RouterPattern
from foxpy.layers.router_discovery.advertiser import Advertiser
from foxpy.layers.router_discovery.config import ALL_ROUTERS, AddressVariables, RouterDiscoveryConfig
from foxpy.layers.router_discovery.connection import RouterConnection, Wordless
from foxpy.layers.router_discovery.control import (
    RouterDiscoveryControl,
    RouterDiscoveryInfo,
    RouterInfo,
    SetAddressVariables,
    SetInterfaceVariables,
)
from foxpy.layers.router_discovery.counters import Counters
from foxpy.layers.router_discovery.gateways import Gateways
from foxpy.layers.router_discovery.hearing import Hearing
from foxpy.layers.router_discovery.part import Part
from foxpy.layers.router_discovery.routers import Router, Routers
from foxpy.layers.router_discovery.solicitor import Solicitor
from foxpy.layers.router_discovery.speaker import Speaker
from foxpy.layers.router_discovery.wire import ADVERTISEMENT, NEVER_DEFAULT, SOLICITATION, RouterAdvertisement
from foxpy.protocol import Handler, Listening, Protocol, Sender
from foxpy.status import Closed, Status
from foxpy.waiting import Waiter, first

# -- configuration

DEFAULT: Final = RouterDiscoveryConfig()
KINDS: Final = frozenset((ADVERTISEMENT, SOLICITATION))

# -- factory


def router_discovery(icmp: Icmp, *, config: RouterDiscoveryConfig = DEFAULT) -> RouterDiscovery:
    """Router discovery for the host of ``icmp``, as long as this is initialized.

    Where the host forwards (``IpConfig.forward``) its addresses are advertised on their links. Where it does not, the
    routers on its links become its default gateways, beside any that it has been given otherwise: whatever says there
    that it is one, so do without where strangers may (RFC 1256, section 7).
    """
    return RouterDiscovery(icmp, config)


class RouterDiscovery(
    Protocol[RouterAddress, RouterPattern, RouterConnection, RouterDiscoveryControl, RouterDiscoveryInfo]
):
    """Runs by itself. Its connections are for whoever wants to know of the routers that a host hears: ``active_open``
    waits for one of them, ``passive_open`` for the first, and ``listen`` gives all of them."""

    def __init__(self, icmp: Icmp, config: RouterDiscoveryConfig) -> None:
        super().__init__(icmp.runtime)
        self.config = config
        self.counters = Counters()
        self._icmp = icmp
        self._ip = ip = icmp.ip
        self.is_router = ip.config.forward
        self._addresses = dict(config.addresses)
        speaker = Speaker(ip, self.counters)
        self._parts: dict[str, Part] = {}
        for each in ip.interfaces:
            variables = config.interfaces.get(each.name, config.interface)
            self._parts[each.name] = (
                Advertiser(self.runtime, each, variables, self._variables, speaker)
                if self.is_router
                else Solicitor(self.runtime, each, variables, speaker)
            )
        for name in config.interfaces:
            self._part(name)
        self._hearing = Hearing(ip, self.counters)
        self._routers = Routers(self.runtime, config.routers, self.counters, self._settle)
        self._gateways = Gateways(ip, self._routers, config.preference)
        self._connections: dict[IPv4Address, RouterConnection] = {}  # each of a router in the table, which is bounded
        self._opening: dict[IPv4Address, _Opening] = {}
        self._listeners: Listeners[RouterPattern, RouterConnection] = Listeners()
        self._introducing = self.runtime.timer(self._introduce)
        self._taking: Listening | None = None
        self._joined: list[str] = []
        self._observer = _Observer(self)
        self._forget = _nothing

    # -- lifecycle

    def acquire(self) -> None:
        self._icmp.initialize()
        try:
            self._taking = self._icmp.take(KINDS, self.arrived)
        except OpenFailed as error:
            self._icmp.finalize()
            raise InitializationFailed(f"this host has router discovery already: {error}") from error
        if self.is_router:
            self._join()
        self._forget = self._ip.observe(self._observer)
        self.changed()

    def _join(self) -> None:
        """The group of all routers, where nobody has done so."""
        self._joined = [each.name for each in self._ip.interfaces if int(ALL_ROUTERS) not in each.groups]
        for name in self._joined:
            self._ip.control(JoinGroup(ALL_ROUTERS, name))

    def release(self) -> None:
        self._forget()
        for part in self._parts.values():
            part.stop()
        for name in self._joined:
            self._ip.control(LeaveGroup(ALL_ROUTERS, name))
        self._joined = []
        self._introducing.stop()
        self._listeners.clear()
        ended = NotInitialized("router discovery was finalized while it waited for a router")
        for opening in list(self._opening.values()):
            opening.waiter.fail(ended)
        if not self.is_router:
            self._gateways.stop()
        self._routers.clear()
        for connection in list(self._connections.values()):
            self._tell(connection, Closed())
        if self._taking is not None:
            self._taking.stop()
            self._taking = None
        self._icmp.finalize()

    def changed(self) -> None:
        """Something about the interfaces is not what it was."""
        for part in self._parts.values():
            part.changed()
        if not self.is_router:
            self._settle()

    def leaving(self, interface: Interface, addresses: Sequence[IPv4Interface]) -> None:
        self._part(interface.name).withdraw(each.ip for each in addresses)

    # -- active open

    async def active_open(self, address: RouterAddress, handler: Handler[RouterConnection]) -> RouterConnection:
        """Wait until the router at ``address`` has been heard, if it has not been.

        Nothing is asked for on that account: a host asks when an interface begins to work. Raises BadAddress for what
        is no neighbour, OpenFailed on a router, which discovers none, and where it is open, TimedOut after
        ``open_timeout`` without a word of it.
        """
        self._require_host()
        host = address.host
        if not self._ip.routes.is_neighbour(int(host)) or self._ip.is_group(host):
            raise BadAddress(f"{address} is not on a network that an enabled interface is connected to")
        if host in self._opening or host in self._connections:
            raise OpenFailed(f"{address} is open already, or about to be")
        router = self._routers.by_address.get(host)
        if router is not None and router.interface:
            return self._begin(router, handler)
        opening = _Opening(handler)
        self._opening[host] = opening
        late = TimedOut(f"{address} was not heard in {self.config.open_timeout} s")
        timer = self.runtime.timer(lambda: opening.waiter.fail(late))
        timer.start(self.config.open_timeout)
        try:
            return await opening.waiter.wait()
        except BaseException:
            if opening.connection is not None:
                self.abort(opening.connection)
            raise
        finally:
            timer.end()
            if self._opening.get(host) is opening:
                del self._opening[host]

    def _require_host(self) -> None:
        self.require_initialized()
        if self.is_router:
            raise OpenFailed("this host forwards: a router advertises itself and discovers no others (RFC 1256)")

    def _begin(self, router: Router, handler: Handler[RouterConnection]) -> RouterConnection:
        connection = RouterConnection(router.address, router.interface, router.preference)
        self._connections[router.address] = connection
        connection.receiver = self.attach(connection, handler)
        if not connection.open:
            connection.receiver = None  # aborted by its own handler
        return connection

    # -- passive open

    def listen(self, pattern: RouterPattern, accept: Handler[RouterConnection]) -> Listening:
        """Those that have been heard already are given first, soon. Raises OpenFailed on a router, which discovers
        none."""
        self._require_host()
        if pattern.interface is not None:
            self._part(pattern.interface)
        listening = self._listeners.listen(pattern, accept)
        self._introducing.start(0.0)
        return listening

    def _introduce(self) -> None:
        for router in list(self._routers.by_address.values()):
            if router.interface and router.address not in self._connections:
                self._connection(router)

    async def passive_open(
        self, pattern: RouterPattern, handler: Handler[RouterConnection]
    ) -> tuple[RouterConnection, RouterAddress]:
        connection = await first(self, pattern, handler)
        return connection, connection.address

    # -- down: send

    def stage(self, connection: RouterConnection) -> Sender:
        if not connection.open:
            raise InvalidConnection(f"{connection} is closed")
        return Wordless(connection, self.counters)

    # -- up: deliver

    def arrived(self, below: IpConnection, frame: bytes, start: int, end: int) -> None:
        """An advertisement or a solicitation."""
        interface = self._ip.latest.interface
        counters = self.counters
        solicitation = frame[start] == SOLICITATION
        match self._parts.get(interface.name):
            case Advertiser() as advertiser if solicitation:
                if self._hearing.solicitation(interface, below.peer, frame, start, end) and not advertiser.solicited():
                    counters.not_advertising += 1
            case Solicitor() as solicitor if not solicitation and solicitor.variables.perform:
                message = self._hearing.advertisement(interface, below.peer, below.local, frame, start, end)
                if message is not None:
                    solicitor.heard()
                    self._advertised(interface, message, frame, start, end)
            case None:
                counters.elsewhere += 1
            case _ if solicitation:
                counters.solicitations_ignored += 1
            case _:
                counters.advertisements_ignored += 1

    def _advertised(
        self, interface: Interface, message: RouterAdvertisement, frame: bytes, start: int, end: int
    ) -> None:
        found: list[Router] = []
        for address, preference in {each.address: each.preference for each in message.routers}.items():
            if not self._hearing.is_router(interface, address):
                self.counters.foreign_routers += 1
            elif preference == NEVER_DEFAULT:
                self.counters.never_default += 1
                self._routers.forget(address)
            else:
                router = self._routers.heard(address, interface.name, preference, message.lifetime)
                if router is not None:
                    found.append(router)
        self._settle()
        for router in found:
            # what a receiver does in between may have ended all of this
            if self._routers.by_address.get(router.address) is router:
                self._deliver(router, frame, start, end)

    def _deliver(self, router: Router, frame: bytes, start: int, end: int) -> None:
        connection = self._connections.get(router.address) or self._connection(router)
        if connection is not None and connection.receiver is not None:
            connection.interface, connection.preference = router.interface, router.preference
            connection.receiver.deliver(frame, start, end)

    def _connection(self, router: Router) -> RouterConnection | None:
        """A connection for a router that has none, where somebody wants it."""
        opening = self._opening.pop(router.address, None)
        if opening is not None:
            try:
                opening.connection = self._begin(router, opening.handler)
            except Exception as error:
                opening.waiter.fail(error)  # the handler's own, which belongs to who opened
            else:
                opening.waiter.succeed(opening.connection)
            return opening.connection
        accept = self._listeners.match((RouterPattern(router.interface), RouterPattern())) if self._listeners else None
        return None if accept is None else self._begin(router, accept)

    def _settle(self) -> None:
        """The table may have changed, and so the gateways; receivers hear of it last, as they may do anything."""
        self._gateways.install()
        for router, why in self._routers.dropped():
            connection = self._connections.get(router.address)
            if connection is not None:
                self._tell(connection, why)

    # -- close and abort

    async def close(self, connection: RouterConnection) -> None:
        self.abort(connection)

    def abort(self, connection: RouterConnection) -> None:
        if connection.open:
            connection.open = False
            connection.receiver = None
            del self._connections[connection.peer]
            self.detach(connection)

    def _tell(self, connection: RouterConnection, why: Status) -> None:
        receiver = connection.receiver
        self.abort(connection)
        if receiver is not None:
            receiver.status(why)

    # -- control and query

    def control(self, request: RouterDiscoveryControl) -> None:
        """Raises BadAddress for what names no interface of this host."""
        match request:
            case SetInterfaceVariables(name, variables):
                part = self._part(name)
                part.variables = variables
                if self._taking is not None:
                    part.configured()
            case SetAddressVariables(address, variables):
                self._addresses[address] = variables
                if self._taking is not None:
                    for each in self._parts.values():
                        if not variables.advertise:
                            each.withdraw((address,))
                        each.changed()
            case never:
                assert_never(never)

    def query(self) -> RouterDiscoveryInfo:
        c = self.counters
        now = self.runtime.now
        return RouterDiscoveryInfo(
            is_router=self.is_router,
            advertising=tuple(
                name for name, each in self._parts.items() if isinstance(each, Advertiser) and each.advertising
            ),
            routers=tuple(
                RouterInfo(each.address, each.preference, each.interface or None, each.expires - now)
                for each in self._routers.ranked()
            ),
            advertisements_received=c.advertisements_received,
            advertisements_sent=c.advertisements_sent,
            solicitations_received=c.solicitations_received,
            solicitations_sent=c.solicitations_sent,
            connections=len(self._connections),
            discards=c.discards(),
        )

    def _variables(self, address: IPv4Address) -> AddressVariables:
        return self._addresses.get(address, self.config.address)

    def _part(self, name: str) -> Part:
        part = self._parts.get(name)
        if part is None:
            raise BadAddress(f"no interface {name!r}; there are {', '.join(self._parts)}")
        return part


class _Opening:
    """An open that waits for its router."""

    __slots__ = ("connection", "handler", "waiter")

    def __init__(self, handler: Handler[RouterConnection]) -> None:
        self.handler = handler
        self.waiter: Waiter[RouterConnection] = Waiter()
        self.connection: RouterConnection | None = None


class _Observer(InterfaceObserver):
    """What IP tells of its interfaces."""

    def __init__(self, layer: RouterDiscovery) -> None:
        self._layer = layer

    def leaving(self, interface: Interface, addresses: Sequence[IPv4Interface]) -> None:
        self._layer.leaving(interface, addresses)

    def changed(self) -> None:
        self._layer.changed()


def _nothing() -> None:
    """Before IP is watched."""
