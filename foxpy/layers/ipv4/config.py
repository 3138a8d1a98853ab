"""Settings of an IPv4 host."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class IpConfig:
    """Settings of an IPv4 host, for all its interfaces and connections. Raises ValueError where one is absurd."""

    ttl: int = attrs.field(default=64, validator=[attrs.validators.ge(1), attrs.validators.le(255)])
    """Time to live of datagrams whose connection says nothing else (RFC 1122, section 3.2.1.7)."""
    group_ttl: int = attrs.field(default=1, validator=[attrs.validators.ge(1), attrs.validators.le(255)])
    """The same for datagrams to multicast groups, which are not to leave the link unasked (RFC 1112, section 6.1)."""
    tos: int = attrs.field(default=0, validator=[attrs.validators.ge(0), attrs.validators.le(255)])
    """The byte of codepoint and ECN of datagrams whose connection says nothing else (RFC 2474)."""
    dont_fragment: frozenset[int] = frozenset({6})
    """Protocols that cut to the path's MTU themselves: TCP. Datagrams of the others are fragmented where they must."""
    forward: bool = False
    """Be a router: send on what is for others (RFC 1812). Off, as RFC 1122, section 3.3.1, wants it of a host."""
    redirects: bool = True
    """Where it forwards, tell hosts on a link of the router there that is nearer to what they send to. On, as RFC 1812,
    section 5.2.7.2, has it; off for links where hosts do not reach each other, or are not to."""
    passive_connections: int = attrs.field(default=4096, validator=attrs.validators.ge(1))
    """How many connections begun by peers are kept."""
    next_hops: int = attrs.field(default=1024, validator=attrs.validators.ge(1))
    """How many neighbours each interface remembers the way to."""
    accept_source_routes: bool = False
    """Take datagrams that came by a source route of which this host is the end and, with ``forward``, send on those
    that are to go further by it. Off, though RFC 1812, section 5.3.13.4, has it on: they are a danger (RFC 7126)."""
    reassembly_timeout: float = attrs.field(default=30.0, validator=attrs.validators.gt(0))
    """Seconds that fragments wait for the rest of their datagram."""
    reassembly_datagrams: int = attrs.field(default=1024, validator=attrs.validators.ge(1))
    """How many incomplete datagrams are kept."""
    reassembly_memory: int = attrs.field(default=4 << 20, validator=attrs.validators.ge(1))
    """How many bytes of fragments are kept, bookkeeping included."""
    reassembly_memory_per_source: int = attrs.field(default=1 << 20, validator=attrs.validators.ge(1))
    """How many of those bytes one source may fill."""
    path_mtu_lifetime: float = attrs.field(default=600.0, validator=attrs.validators.gt(0))
    """Seconds after which a path is thought to be as wide as its first link again (RFC 1191, section 6.3)."""
    path_mtu_minimum: int = attrs.field(default=552, validator=attrs.validators.ge(68))
    """A path said to be narrower than this has its datagrams fragmented by routers instead: a forged report could
    otherwise make them tiny. Never below 68 (RFC 791, section 3.2)."""
    path_mtu_entries: int = attrs.field(default=1024, validator=attrs.validators.ge(1))
    """How many narrow paths are remembered."""
