"""ARP (RFC 826; RFC 1122, section 2.3.2; RFC 5227): a segment whose stations are named by IPv4 address."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface
from typing import Final

from foxpy.addresses import BROADCAST, MacAddress
from foxpy.errors import BadAddress, InitializationFailed, InvalidConnection, OpenFailed
from foxpy.layers.arp.cache import Cache
from foxpy.layers.arp.claims import Claims, Watch
from foxpy.layers.arp.config import ArpConfig
from foxpy.layers.arp.connection import (
    NOBODY,
    AddNeighbour,
    ArpAddress,
    ArpConnection,
    ArpControl,
    ArpInfo,
    ArpPattern,
    Confirm,
    Flush,
    RemoveNeighbour,
    Suspect,
)
from foxpy.layers.arp.counters import Counters
from foxpy.layers.arp.hearing import Hearing
from foxpy.layers.arp.link import ArpLink
from foxpy.layers.arp.neighbour import Neighbour
from foxpy.layers.arp.senders import ArpSender, ClosedSender
from foxpy.layers.arp.speaker import Speaker
from foxpy.layers.arp.stations import Arrivals, Station, Stations
from foxpy.protocol import Carrier, Connectionless, Handler, Listening, Path, Receiver, Sender
from foxpy.status import Aborted, Closed, Forgotten, Status
from foxpy.waiting import first

# -- configuration

DEFAULT: Final = ArpConfig()
EVERYBODY: Final = IPv4Address("255.255.255.255")
GROUPS: Final = bytes((0x01, 0x00, 0x5E))


def group_station(group: IPv4Address) -> MacAddress:
    """The group of stations that stands for the IPv4 multicast ``group`` (RFC 1112, section 6.4), or for everybody."""
    if group == EVERYBODY:
        return BROADCAST
    packed = group.packed
    return MacAddress(GROUPS + bytes((packed[1] & 0x7F, packed[2], packed[3])))


# -- factory


def arp(requests: Carrier[MacAddress], packets: Carrier[MacAddress], *, config: ArpConfig = DEFAULT) -> Arp:
    """Neighbours on the segment that ``requests`` (ethertype 0x0806) and ``packets`` (0x0800) are carriers of."""
    return Arp(requests, packets, config)


class Arp(Connectionless[ArpAddress, ArpPattern, ArpConnection, ArpControl, ArpInfo]):
    """Carries packets to neighbours, finding out at which station each is.

    Any number of connections may be open to one neighbour. What stations send arrives on connections of their own,
    given to whoever listens, since a frame does not say which neighbour sent it. Where nobody listens, it arrives on
    the connection that was opened first to a neighbour at that station.
    """

    def __init__(self, requests: Carrier[MacAddress], packets: Carrier[MacAddress], config: ArpConfig) -> None:
        super().__init__(requests.runtime)
        self.config = config
        self.counters = Counters()
        self._requests = requests
        self._packets = packets
        self._speaker = Speaker(requests, config, self.counters)
        self._claims = Claims(self.runtime, config, self.counters, self._speaker)
        self._stations = Stations(packets, self._begun, self._ended)
        self._cache = _Cache(self)
        self._hearing = Hearing(config, self.counters, self._cache, self._claims, self._speaker)
        self._everybody: Station | None = None
        self._listening: list[Listening] = []
        self._accept: Handler[ArpConnection] | None = None
        self._opened: dict[ArpConnection, None] = {}
        self._arrivals: dict[Arrivals, ArpConnection | None] = {}

    def carrier(self) -> ArpLink:
        """This as IPv4 sees it."""
        return ArpLink(self)

    def claim(self, address: IPv4Interface, watch: Watch | None = None, *, probe: bool | None = None) -> None:
        """This host has ``address``: answer for it, announce and defend it from now on, or from ``initialize`` on.

        ``probe`` in place of the configuration's decides whether others are asked first (RFC 5227, section 2.1), and
        then it is not answered for and not asked from until ``watch`` hears AddressInUse. ``watch`` hears of
        conflicts as well. Claiming twice is harmless. Raises BadAddress for what no host can have.
        """
        if address.ip.is_multicast or address.ip.is_unspecified or address.ip.is_loopback or address.ip == EVERYBODY:
            raise BadAddress(f"{address.ip} cannot be a host's address on a segment")
        self._claims.claim(address, watch, self.config.probe if probe is None else probe)

    def disclaim(self, address: IPv4Interface) -> None:
        """Stop answering for ``address``. Harmless where it was not claimed."""
        self._claims.disclaim(address.ip)

    # -- lifecycle

    def acquire(self) -> None:
        self._requests.initialize()
        try:
            self._packets.initialize()
        except BaseException:
            self._requests.finalize()
            raise
        try:
            self._speaker.start(_Requests(self, None))
            self._everybody = self._stations.acquire(BROADCAST)
            self._listening.append(self._requests.listen(lambda path: _Requests(self, path.peer)))
            self._listening.append(self._packets.listen(self._accepted))
        except BaseException as error:
            self.release()
            if isinstance(error, OpenFailed):
                raise InitializationFailed(f"arp: {error}") from error
            raise
        self._claims.start()

    def release(self) -> None:
        self._end(Closed())
        for listening in self._listening:
            listening.stop()
        self._listening = []
        self._accept = None
        self._claims.stop()
        self._cache.clear()
        self._leave_everybody()
        self._speaker.stop()
        self._packets.finalize()
        self._requests.finalize()

    def _leave_everybody(self) -> None:
        if self._everybody is not None:
            self._stations.release(self._everybody)
            self._everybody = None

    # -- active open

    def open(self, address: ArpAddress, handler: Handler[ArpConnection]) -> ArpConnection:
        """Does not ask for the neighbour yet: the first packet does.

        Raises BadAddress for an address that no neighbour can have, this host's own among them, and OpenFailed where
        all entries of the cache are open.
        """
        self.require_initialized()
        host = address.host
        if host == EVERYBODY or host.is_multicast:
            connection = self._to_group(host)
        else:
            self._check_neighbour(host)
            connection = self._to_neighbour(host)
        self._opened[connection] = None
        connection.receiver = self.attach(connection, handler)
        return connection

    def _check_neighbour(self, host: IPv4Address) -> None:
        if host.is_unspecified or host.is_loopback or host.is_multicast or host == EVERYBODY:
            raise BadAddress(f"{host} cannot be a neighbour's address")
        if self._claims.get(host) is not None:
            raise BadAddress(f"{host} is this host's own address; a segment does not carry packets back")

    def _to_neighbour(self, host: IPv4Address) -> ArpConnection:
        neighbour = self._cache.require(host)
        connection = ArpConnection(host, None, False, ArpSender(_NOWHERE), lambda: neighbour.detach(connection))
        neighbour.attach(connection)
        return connection

    def _to_group(self, host: IPv4Address) -> ArpConnection:
        station = self._stations.acquire(group_station(host))
        return ArpConnection(host, None, True, ArpSender(station.sender), lambda: self._stations.release(station))

    # -- passive open

    def listen(self, pattern: ArpPattern, accept: Handler[ArpConnection]) -> Listening:
        self.require_initialized()
        if self._accept is not None:
            raise OpenFailed("arp: a layer listens to the stations already")
        self._accept = accept
        return _Listening(self, accept)

    def stop_listening(self, accept: Handler[ArpConnection]) -> None:
        if self._accept is accept:
            self._accept = None

    async def passive_open(
        self, pattern: ArpPattern, handler: Handler[ArpConnection]
    ) -> tuple[ArpConnection, ArpAddress]:
        connection = await first(self, pattern, handler)
        return connection, connection.address

    # -- down: send

    def stage(self, connection: ArpConnection) -> Sender:
        if not connection.open:
            raise InvalidConnection(f"{connection} is closed")
        return connection.sender

    def largest(self) -> int:
        """The largest packet that the segment takes, in bytes."""
        if self._everybody is None:
            raise InvalidConnection("arp: the segment is gone")
        return self._everybody.sender.limit()

    def window(self) -> int | None:
        """Bytes that may be on their way to this host; None where nobody knows."""
        return None if self._everybody is None else self._everybody.sender.offloads().window

    # -- up: deliver

    def heard(self, source: MacAddress, frame: bytes, start: int, end: int) -> None:
        """An ARP packet arrived."""
        self._hearing.heard(source, frame, start, end)

    def _accepted(self, path: Path[MacAddress]) -> Receiver:
        arrivals = self._stations.arrivals(path)
        self._arrivals[arrivals] = None
        return arrivals

    def _begun(self, arrivals: Arrivals) -> Receiver | None:
        """A station speaks, for the first time on this path or since its connection was closed."""
        accept = self._accept
        path = arrivals.path
        if accept is None:
            return self._interested(path.peer)
        connection = ArpConnection(
            NOBODY, path.peer, not path.answerable, ArpSender(path.sender), lambda: self._unplug(arrivals)
        )
        self._arrivals[arrivals] = connection
        receiver = self.attach(connection, accept)
        if not connection.open:
            return None
        connection.receiver = arrivals.above = receiver
        return receiver

    def _interested(self, station: MacAddress) -> Receiver | None:
        for connection in self._opened:
            neighbour = self._cache.find(connection.peer)
            if neighbour is not None and neighbour.station == station:
                return connection.receiver
        self.counters.packets_unclaimed += 1
        return None

    def _unplug(self, arrivals: Arrivals) -> None:
        """The layer above has closed what came over the path."""
        arrivals.above = None
        self._arrivals.pop(arrivals, None)
        if not self._stations.opened(arrivals):
            arrivals.path.close()

    def _ended(self, arrivals: Arrivals, event: Status) -> None:
        """The path of ``arrivals`` is gone, or was only forgotten for room."""
        connection = self._arrivals.pop(arrivals, None)
        above, arrivals.above = arrivals.above, None
        if connection is not None:
            if not isinstance(event, Forgotten):
                connection.open = False  # one that is only forgotten can still send
                connection.sender.below = _NOWHERE
            self.detach(connection)
        if above is not None:
            above.status(event)

    def gone(self, event: Status) -> None:
        """The layer below has ended the path to everybody, so all is over."""
        if isinstance(event, Aborted | Closed):
            self._claims.stop()
            self._end(event)
            self._cache.clear()
            self._leave_everybody()

    # -- close and abort

    def abort(self, connection: ArpConnection) -> None:
        if connection.open:
            connection.open = False
            connection.receiver = None
            connection.sender.below = _NOWHERE
            self._opened.pop(connection, None)
            self.detach(connection)
            connection.end()

    def _end(self, event: Status) -> None:
        """End all connections, and tell their receivers."""
        # What arrives first: to end what was opened would tell it of its path's end.
        connections = [*(each for each in self._arrivals.values() if each is not None), *self._opened]
        for arrivals, connection in list(self._arrivals.items()):
            if connection is None:
                arrivals.path.close()
        self._arrivals.clear()
        for connection in connections:
            receiver = connection.receiver
            self.abort(connection)
            if receiver is not None:
                receiver.status(event)

    # -- control and query

    def control(self, request: ArpControl) -> None:
        """Raises BadAddress for a static neighbour that cannot be one, or at a group or this host's own station, and
        OpenFailed where every entry of the cache is open."""
        cache = self._cache
        match request:
            case AddNeighbour(address, station):
                self._check_neighbour(address)
                if station.is_group or station == self._speaker.station:
                    raise BadAddress(f"{address} cannot be at {station}: that is not one other station")
                cache.require(address).fix(station)
            case RemoveNeighbour(address):
                cache.remove(address)
            case Flush():
                cache.flush()
            case Confirm(address):
                self._known(address, Neighbour.confirm)
            case Suspect(address):
                self._known(address, Neighbour.poll)

    def _known(self, address: IPv4Address, advise: Callable[[Neighbour], None]) -> None:
        neighbour = self._cache.find(address)
        if neighbour is not None:
            advise(neighbour)

    def query(self) -> ArpInfo:
        counts = {name: getattr(self.counters, name) for name in Counters.__slots__}
        return ArpInfo(station=self._speaker.station, neighbours=self._cache.info, claims=self._claims.info, **counts)


class _Cache(Cache):
    """The cache of one Arp, with what its entries do outside of it."""

    def __init__(self, layer: Arp) -> None:
        super().__init__(layer.runtime, layer.config, layer.counters)
        self._layer = layer
        self._claims = layer._claims
        self._speaker = layer._speaker
        self._stations = layer._stations

    def ask(self, address: IPv4Address, station: MacAddress | None) -> bool:
        source = self._claims.source(address)
        if source is None:
            self.counters.unaddressed += 1
            return not self._claims.probing
        self._speaker.request(source, address, station)
        return True

    def reach(self, address: MacAddress) -> Station:
        return self._stations.acquire(address)

    def leave(self, station: Station) -> None:
        self._stations.release(station)

    def largest(self) -> int:
        return self._layer.largest()

    def window(self) -> int | None:
        return self._layer.window()


class _Requests(Receiver):
    """Takes the ARP packets of one path; without a ``source`` it is the path to everybody, where nothing arrives."""

    __slots__ = ("_layer", "_source")

    def __init__(self, layer: Arp, source: MacAddress | None) -> None:
        self._layer = layer
        self._source = source

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        if self._source is not None:
            self._layer.heard(self._source, frame, start, end)

    def status(self, event: Status) -> None:
        if self._source is None:
            self._layer.gone(event)


class _Listening(Listening):
    def __init__(self, layer: Arp, accept: Handler[ArpConnection]) -> None:
        self._layer = layer
        self._accept = accept

    def stop(self) -> None:
        self._layer.stop_listening(self._accept)


_NOWHERE: Final = ClosedSender("the connection to the neighbour")
