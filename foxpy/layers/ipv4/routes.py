"""Which way a datagram goes: the routing table (RFC 1122, section 3.3.1), longest prefix first.

What is set is kept as it was set, by network and gateway. What look-ups read is made from that, and from the addresses
of the interfaces that are enabled, whenever either changes: so a route through a network comes and goes with the
interface to that network, and whoever has staged a decision sees by ``version`` that it may be another one now.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Final

import attrs

from foxpy.errors import BadAddress, OpenFailed, Unreachable
from foxpy.layers.ipv4.interface import Interface, broadcasts_of
from foxpy.layers.ipv4.numbers import LIMITED_BROADCAST, UNSPECIFIED, is_multicast, names_a_host

EVERYWHERE: Final = IPv4Network("0.0.0.0/0")
MOST_REDIRECTS: Final = 256


class Origin(enum.Enum):
    """Where a route comes from."""

    CONNECTED = "connected"
    STATIC = "static"
    REDIRECT = "redirect"


@attrs.frozen
class Route:
    """One line of the routing table."""

    destination: IPv4Network
    gateway: IPv4Address | None
    """None: its hosts are neighbours."""
    interface: str
    origin: Origin

    def __str__(self) -> str:
        via = f" via {self.gateway}" if self.gateway else ""
        return f"{self.destination}{via} on {self.interface} ({self.origin.value})"


class Decision:
    """Which way to a destination."""

    __slots__ = ("interface", "next_hop", "source")

    interface: Interface
    next_hop: int
    source: IPv4Address
    """This host's address for it; 0.0.0.0 where the interface has none."""

    def __init__(self, interface: Interface, next_hop: int, source: IPv4Address) -> None:
        self.interface = interface
        self.next_hop = next_hop
        self.source = source


class _Entry:
    __slots__ = ("gateway", "interface", "origin")

    def __init__(self, interface: Interface, gateway: int | None, origin: Origin) -> None:
        self.interface = interface
        self.gateway = gateway
        self.origin = origin


class Routes:
    """The routing table of one host."""

    __slots__ = (
        "_broadcasts",
        "_direct",
        "_interfaces",
        "_loopback",
        "_own",
        "_redirects",
        "_static",
        "_table",
        "version",
    )

    version: int
    """Another one whenever a decision may have become another."""

    def __init__(self, interfaces: Sequence[Interface], loopback: Interface) -> None:
        self._interfaces = interfaces
        self._loopback = loopback
        self._static: dict[IPv4Network, tuple[IPv4Address, ...]] = {}  # the one in use first
        self._direct: dict[IPv4Network, str] = {}
        self._redirects: dict[int, int] = {}  # the oldest first
        self._table: dict[int, dict[int, _Entry]] = {}  # by mask, the longest first; then by network
        self._own: dict[int, IPv4Interface] = {}
        self._broadcasts: dict[int, Interface] = {}
        self.version = 0
        self.rebuild()

    # -- what is set

    def set_gateways(self, destination: IPv4Network, gateways: tuple[IPv4Address, ...]) -> None:
        """The first is used as long as it answers. Raises BadAddress unless all are neighbours, or were when they were
        set for ``destination`` before."""
        for gateway in gateways:
            if not self.is_neighbour(int(gateway)) and gateway not in self.gateways(destination):
                raise BadAddress(f"gateway {gateway} is not on a network that an enabled interface is connected to")
        self._direct.pop(destination, None)
        self._static[destination] = gateways
        self.rebuild()

    def gateways(self, destination: IPv4Network) -> tuple[IPv4Address, ...]:
        """What was set for ``destination``, the one in use first; none where nothing was."""
        return self._static.get(destination, ())

    def failed(self, neighbour: IPv4Address) -> None:
        """``neighbour`` does not answer: where it is the gateway, the next one takes its place, and it is the last.

        RFC 1122, section 3.3.1.5, in the simplest of the ways that it names: nobody asks whether it is back. What a
        Redirect said of it is forgotten, so that the host is reached as before.
        """
        changed = False
        for destination, (first, *others) in self._static.items():
            if others and first == neighbour:
                self._static[destination] = (*others, first)
                changed = True
        for host in [host for host, gateway in self._redirects.items() if gateway == int(neighbour)]:
            del self._redirects[host]
            changed = True
        if changed:
            self.rebuild()

    def set_direct(self, destination: IPv4Network, interface: Interface) -> None:
        self._static.pop(destination, None)
        self._direct[destination] = interface.name
        self.rebuild()

    def remove(self, destination: IPv4Network) -> None:
        self._static.pop(destination, None)
        self._direct.pop(destination, None)
        self.rebuild()

    def redirect(self, destination: IPv4Address, by: IPv4Address, gateway: IPv4Address) -> bool:
        """The gateway ``by`` says that ``gateway`` is the better one for ``destination``; whether that is believed.

        RFC 1122, section 3.2.2.2: only from the gateway that is in use, and only to one on the same link.
        """
        host, better = int(destination), int(gateway)
        try:
            decision = self.decide(host, None)
        except (BadAddress, OpenFailed):
            return False
        in_use = decision.next_hop == int(by) != host
        if not in_use or self._neighbour(better) is not decision.interface:
            return False
        if self.is_own(better) or self.is_broadcast(better):
            return False
        self._redirects.pop(host, None)
        self._redirects[host] = better
        if len(self._redirects) > MOST_REDIRECTS:
            del self._redirects[next(iter(self._redirects))]
        self.rebuild()
        return True

    # -- what follows from it

    def changed(self) -> None:
        """Something that decisions depend on has changed outside of the table."""
        self.version += 1

    def rebuild(self) -> None:
        """Make the tables anew from what is set and from the interfaces."""
        enabled = [interface for interface in self._interfaces if interface.enabled]
        self._own = {int(address.ip): address for interface in self._interfaces for address in interface.addresses}
        self._own |= {int(address.ip): address for address in self._loopback.addresses}
        self._broadcasts = {}
        table: dict[int, dict[int, _Entry]] = {}
        for interface in enabled:
            for address in interface.addresses:
                network = address.network
                entries = table.setdefault(int(network.netmask), {})
                entries.setdefault(int(network.network_address), _Entry(interface, None, Origin.CONNECTED))
                for broadcast in broadcasts_of(address):
                    self._broadcasts.setdefault(broadcast, interface)
        by_name = {interface.name: interface for interface in enabled}
        for destination, name in self._direct.items():
            if name in by_name:
                self._enter(table, destination, _Entry(by_name[name], None, Origin.STATIC))
        self._table = _longest_first(table)  # which is all that gateways are looked for in
        by_gateway = [(each, self._usable(gateways), Origin.STATIC) for each, gateways in self._static.items()]
        by_gateway += [(IPv4Network(host), gateway, Origin.REDIRECT) for host, gateway in self._redirects.items()]
        found = [(each, self._neighbour(gateway), gateway, origin) for each, gateway, origin in by_gateway]
        for destination, interface_to, gateway, origin in found:
            if interface_to is not None:
                self._enter(table, destination, _Entry(interface_to, gateway, origin))
        self._table = _longest_first(table)
        self.version += 1

    @staticmethod
    def _enter(table: dict[int, dict[int, _Entry]], destination: IPv4Network, entry: _Entry) -> None:
        """What was entered before, the connected network first, goes before it."""
        table.setdefault(int(destination.netmask), {}).setdefault(int(destination.network_address), entry)

    def _usable(self, gateways: tuple[IPv4Address, ...]) -> int:
        """The first whose interface is enabled; where none is, the first."""
        return next((int(each) for each in gateways if self._neighbour(int(each)) is not None), int(gateways[0]))

    def _neighbour(self, host: int) -> Interface | None:
        """The interface on whose connected network ``host`` is."""
        for mask, entries in self._table.items():
            entry = entries.get(host & mask)
            if entry is not None and entry.gateway is None:
                return entry.interface
        return None

    # -- decisions

    def is_own(self, number: int) -> bool:
        """Whether it is an address of this host."""
        return number in self._own

    def is_neighbour(self, number: int) -> bool:
        """Whether it is another's address on a network that an enabled interface is connected to."""
        return number not in self._own and self._neighbour(number) is not None

    def is_broadcast(self, number: int) -> bool:
        """Whether it means every host of a connected network."""
        return number == LIMITED_BROADCAST or number in self._broadcasts

    def decide(self, destination: int, local: int | None) -> Decision:
        """The way to ``destination``, from ``local`` where that is given. Raises BadAddress or Unreachable."""
        if destination in self._own:
            return Decision(self._loopback, destination, IPv4Address(destination))
        if destination == LIMITED_BROADCAST or is_multicast(destination):
            return self._to_group(destination, local)
        interface = self._broadcasts.get(destination)
        if interface is not None:
            if not interface.link.broadcasts:
                raise Unreachable(f"interface {interface} cannot broadcast")
            return Decision(interface, LIMITED_BROADCAST, self._source(interface, destination))
        if not names_a_host(destination):
            raise BadAddress(f"{IPv4Address(destination)} is not the address of a host or group that datagrams go to")
        entry = self._look_up(destination)
        if entry is None:
            raise Unreachable(f"no route to {IPv4Address(destination)}; set a default gateway")
        next_hop = destination if entry.gateway is None else entry.gateway
        return Decision(entry.interface, next_hop, self._source(entry.interface, next_hop))

    def _look_up(self, destination: int) -> _Entry | None:
        for mask, entries in self._table.items():
            entry = entries.get(destination & mask)
            if entry is not None:
                return entry
        return None

    def _to_group(self, destination: int, local: int | None) -> Decision:
        """By the interface of ``local``, else of the default route, else the first that can (RFC 1112, section 6.1)."""
        broadcast = destination == LIMITED_BROADCAST
        default = self._table.get(0, {}).get(0)
        for interface in self._preferred(local, default):
            if interface.enabled and (interface.link.broadcasts or not broadcast):
                source = IPv4Address(local) if local is not None else self._source(interface, destination)
                return Decision(interface, destination, source)
        raise Unreachable(f"no interface can carry datagrams to {IPv4Address(destination)}")

    def _preferred(self, local: int | None, default: _Entry | None) -> Iterator[Interface]:
        if local is not None and local != UNSPECIFIED:
            for interface in self._interfaces:
                if any(int(address.ip) == local for address in interface.addresses):
                    yield interface
                    return
        if default is not None:
            yield default.interface
        yield from self._interfaces

    @staticmethod
    def _source(interface: Interface, neighbour: int) -> IPv4Address:
        """This host's address on the network of ``neighbour``, else its first there (RFC 1122, section 3.3.4.3)."""
        best: IPv4Interface | None = None
        for address in interface.addresses:
            network = address.network
            on_it = neighbour & int(network.netmask) == int(network.network_address)
            if on_it and (best is None or network.prefixlen > best.network.prefixlen):
                best = address
        if best is not None:
            return best.ip
        return interface.addresses[0].ip if interface.addresses else IPv4Address(UNSPECIFIED)

    def router_address(self, decision: Decision) -> IPv4Address:
        """By what address a router goes on the way ``decision``: the one there, or its lowest where it has none there,
        which does not change unless its addresses do (RFC 1812, section 4.2.2.2)."""
        if int(decision.source) != UNSPECIFIED:
            return decision.source
        own = [address.ip for interface in self._interfaces for address in interface.addresses]
        return min(own, default=decision.source)

    # -- query

    def routes(self) -> Iterable[Route]:
        for mask, entries in self._table.items():
            for network, entry in entries.items():
                gateway = None if entry.gateway is None else IPv4Address(entry.gateway)
                destination = IPv4Network((network, mask.bit_count()))
                yield Route(destination, gateway, entry.interface.name, entry.origin)


def _longest_first(table: dict[int, dict[int, _Entry]]) -> dict[int, dict[int, _Entry]]:
    return {mask: table[mask] for mask in sorted(table, reverse=True)}
