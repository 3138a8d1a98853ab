"""Which way a router sends on what is for one destination, remembered for the next datagram."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Final

from foxpy.layers.ipv4.interface import Interface
from foxpy.layers.ipv4.routes import Decision, Routes

WAYS: Final = 4096
"""Destinations whose way is remembered."""


class Way:
    """The way to one destination."""

    __slots__ = ("_mask", "_network", "interface", "local", "next_hop")

    interface: Interface
    next_hop: int
    local: IPv4Address
    """The router's address on the link that leads there, else its identity (RFC 1812, section 4.2.2.2)."""

    def __init__(self, decision: Decision, local: IPv4Address) -> None:
        self.interface = decision.interface
        self.next_hop = decision.next_hop
        self.local = local
        self._mask, self._network = 0, -1  # which is no host's
        for address in decision.interface.addresses:
            if address.ip == local and decision.next_hop & int(address.netmask) == int(address.network.network_address):
                self._mask, self._network = int(address.netmask), decision.next_hop & int(address.netmask)

    def begins_beside(self, host: int) -> bool:
        """Whether ``host`` could reach the next hop itself: both are on the network of ``local``."""
        return host & self._mask == self._network and host != self.next_hop


class Ways:
    """The ways of one router."""

    __slots__ = ("_routes", "_version", "_ways")

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._ways: dict[int, Way] = {}
        self._version = -1

    def to(self, destination: int) -> Way:
        """Raises BadAddress or Unreachable."""
        routes, ways = self._routes, self._ways
        if self._version != routes.version:
            self._version = routes.version
            ways.clear()
        way = ways.get(destination)
        if way is None:
            decision = routes.decide(destination, None)
            if len(ways) >= WAYS:
                del ways[next(iter(ways))]
            way = ways[destination] = Way(decision, routes.router_address(decision))
        return way
