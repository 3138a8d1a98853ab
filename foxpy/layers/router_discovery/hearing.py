"""What router discovery takes of what arrives: the validity checks of RFC 1256, sections 4.2 and 5.2."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Final

from foxpy.layers.ipv4 import Interface, Ip
from foxpy.layers.ipv4.numbers import UNSPECIFIED, names_a_host
from foxpy.layers.router_discovery.config import ALL_SYSTEMS, BROADCAST
from foxpy.layers.router_discovery.counters import Counters
from foxpy.layers.router_discovery.wire import RouterAdvertisement, read_solicitation
from foxpy.wire import PacketError

STAYING: Final = (ALL_SYSTEMS, BROADCAST)
"""What is sent to these never leaves the link (RFC 1812, sections 5.3.5.1 and 5.2.1.3)."""


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
        self, interface: Interface, source: IPv4Address, destination: IPv4Address, frame: bytes, start: int, end: int
    ) -> RouterAdvertisement | None:
        """``frame[start:end]``, an advertisement from ``source`` to ``destination``, where it is to be looked at.

        RFC 1256 asks nothing of its source, as a router with several networks on one link sends to all of them from
        one. What can come from beyond the link is another matter: that is what was sent to this host alone.
        """
        try:
            message = RouterAdvertisement.parse(frame, start, end)
        except PacketError:
            self._counters.malformed += 1
            return None
        if message.code:
            self._counters.bad_code += 1
        elif destination not in STAYING and not self._is_neighbour(interface, source):
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
