"""What names things above IPv4, and how one connection wants its datagrams to be carried."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface
from typing import Final, TypeAlias

import attrs

from foxpy.errors import BadAddress
from foxpy.layers.ipv4.numbers import names_a_host
from foxpy.layers.ipv4.options import Broken, check, source_route
from foxpy.layers.ipv4.wire import LooseSourceRoute, NoOperation, ip_options

Routers: TypeAlias = tuple[IPv4Address, ...]
UNSPECIFIED_ADDRESS: Final = IPv4Address(0)


def _protocol(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if not 0 <= value <= 0xFF:
        raise BadAddress(f"protocol {value} is outside 0..255")


def _octet(instance: object, attribute: attrs.Attribute[int | None], value: int | None) -> None:
    lowest = 1 if attribute.name == "ttl" else 0  # RFC 1122, section 3.2.1.7: a TTL of zero must not be sent
    if value is not None and not lowest <= value <= 0xFF:
        raise BadAddress(f"{attribute.name} {value} is outside {lowest}..255")


def _options(instance: object, attribute: attrs.Attribute[bytes], value: bytes) -> None:
    if len(value) > 40 or len(value) % 4:
        raise BadAddress(f"{len(value)} bytes of IP options: at most 40, in words of 4 (RFC 791, section 3.1)")
    problem = check(value, source_routes=True)
    if isinstance(problem, Broken):
        raise BadAddress(f"IP options {value.hex()}: {problem.why} at byte {problem.at}")


def _route(instance: Service, attribute: attrs.Attribute[Routers], value: Routers) -> None:
    for each in value:
        if not names_a_host(int(each)):
            raise BadAddress(f"{each} in a route is not the address of a router")
    if value and source_route(instance.options) is not None:
        raise BadAddress("a route, and a source route among the options: at most one (RFC 1122, section 3.2.1.8)")
    size = len(instance.to(UNSPECIFIED_ADDRESS)[1])
    if size > 40:
        raise BadAddress(f"a route of {len(value)} routers makes {size} bytes of IP options: at most 40")


def _host(instance: object, attribute: attrs.Attribute[IPv4Address], value: IPv4Address | None) -> None:
    if isinstance(value, IPv4Interface):  # to mypy it is an IPv4Address, but it equals none
        raise BadAddress(f"{value} is an interface's address and its network; a host is named by {value.ip} alone")


@attrs.frozen
class Service:
    """How the datagrams of one connection are carried (RFC 1122, section 3.4). None: as IpConfig says."""

    ttl: int | None = attrs.field(default=None, validator=_octet)
    tos: int | None = attrs.field(default=None, validator=_octet)
    """The byte of the differentiated services codepoint (its upper 6 bits) and of ECN (its lower 2)."""
    dont_fragment: bool | None = None
    options: bytes = attrs.field(default=b"", validator=_options)
    """Sent with every datagram, and with those of its fragments that RFC 791 says."""
    route: Routers = attrs.field(default=(), validator=_route)
    """Routers to pass on the way, in this order, with others between them: a loose source route (RFC 791, section 3.1).
    Most routers on the Internet refuse it (RFC 7126), and so does foxpy where it comes in, unless
    ``IpConfig.accept_source_routes`` is on."""

    def to(self, peer: IPv4Address) -> tuple[IPv4Address, bytes]:
        """The destination in the header of a datagram for ``peer``, and its options."""
        if not self.route:
            return peer, self.options
        first, *others = self.route
        visited = b"".join(each.packed for each in (*others, peer))
        return first, ip_options.build([NoOperation(), LooseSourceRoute(route=visited)]) + self.options


@attrs.frozen
class IpAddress:
    """One protocol on a host, or on a broadcast address or multicast group.

    ``local`` is this end's address, picked by the route where it is None; 0.0.0.0 is taken only with the limited
    broadcast, by hosts that do not know their address yet (RFC 1122, section 3.2.1.3).
    """

    host: IPv4Address = attrs.field(validator=_host)
    protocol: int = attrs.field(validator=_protocol)
    local: IPv4Address | None = attrs.field(default=None, validator=_host)
    service: Service = Service()

    def __str__(self) -> str:
        return f"{self.host} protocol {self.protocol}"


@attrs.frozen
class IpPattern:
    """One protocol on any host, or on ``host`` alone."""

    protocol: int = attrs.field(validator=_protocol)
    host: IPv4Address | None = attrs.field(default=None, validator=_host)
    service: Service = attrs.field(default=Service(), eq=False)
    """For the connections that peers begin. It makes no other pattern of it."""

    def __str__(self) -> str:
        return f"protocol {self.protocol} from {self.host or 'anyone'}"
