"""What names things above IPv4, and how one connection wants its datagrams to be carried."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import attrs

from foxpy.errors import BadAddress
from foxpy.layers.ipv4.options import Broken, check, source_routes


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
        raise BadAddress(f"IP options {value.hex()}: wrong at byte {problem.at}")
    routes = source_routes(value)
    if routes > 1:
        raise BadAddress(f"IP options {value.hex()}: {routes} source routes, at most one (RFC 1122, section 3.2.1.8)")


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
