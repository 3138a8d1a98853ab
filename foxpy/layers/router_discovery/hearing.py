"""What router discovery takes of what arrives: the validity checks of RFC 1256, sections 4.2 and 5.2."""

from __future__ import annotations

from ipaddress import IPv4Address

from foxpy.layers.ipv4 import Interface, Ip
from foxpy.layers.ipv4.numbers import UNSPECIFIED, names_a_host
from foxpy.layers.router_discovery.counters import Counters
from foxpy.layers.router_discovery.wire import RouterAdvertisement, read_solicitation
from foxpy.wire import PacketError


class Hearing:
    """The checks of one host. ICMP has verified the checksum."""

    __slots__ = ("_counters", "_ip")

    def __init__(self, ip: Ip, counters: Counters) -> None:
        self._ip = ip
        self._counters = counters

    def solicitation(self, interface: Interface, source: IPv4Address, frame: bytes, start: int, end: int) -> bool:
        """Whether ``frame[start:end]``, a solicitation from ``source``, is to be answered."""
        try:
            (code,) = read_solicitation(frame, start, end)
        except PacketError:
            self._counters.malformed += 1
            return False
        if code:
            self._counters.bad_code += 1
        elif int(source) != UNSPECIFIED and not self._is_neighbour(interface, source):
            self._counters.not_neighbours += 1
        else:
            self._counters.solicitations_received += 1
            return True
        return False

    def advertisement(
        self, interface: Interface, source: IPv4Address, frame: bytes, start: int, end: int
    ) -> RouterAdvertisement | None:
        """``frame[start:end]``, an advertisement from ``source``, where it is to be looked at.

        RFC 1256 asks no more of its source than of any; but one from beyond the link has passed a router, which no
        advertisement does.
        """
        try:
            message = RouterAdvertisement.parse(frame, start, end)
        except PacketError:
            self._counters.malformed += 1
            return None
        if message.code:
            self._counters.bad_code += 1
        elif not self._is_neighbour(interface, source):
            self._counters.not_neighbours += 1
        else:
            self._counters.advertisements_received += 1
            return message
        return None

    def is_router(self, interface: Interface, address: IPv4Address) -> bool:
        """Whether ``address``, which is advertised, can be a default router of this host."""
        routes = self._ip.routes
        number = int(address)
        return (
            self._is_neighbour(interface, address)
            and names_a_host(number)
            and not routes.is_own(number)
            and not routes.is_broadcast(number)
        )

    @staticmethod
    def _is_neighbour(interface: Interface, host: IPv4Address) -> bool:
        """Whether it is on a network of ``interface``: on another, it would say of a link what it cannot know."""
        return any(host in address.network for address in interface.addresses)
