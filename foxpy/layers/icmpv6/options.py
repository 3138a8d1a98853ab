"""The options of neighbour discovery (RFC 4861, section 4.6; RFC 4191; RFC 8106).

``length`` counts 8 bytes as one and includes ``kind`` and itself: what an option says must end on such a boundary.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv6Address
from typing import Annotated, TypeAlias

from foxpy.wire import (
    Body,
    FieldAs,
    ListOf,
    Octets,
    Packet,
    Raw,
    const,
    derived,
    field,
    flag,
    sized,
    u2,
    u3,
    u5,
    u8,
    u16,
    u32,
    u48,
)

Ip6 = Annotated[FieldAs[IPv6Address, IPv6Address | bytes], Octets(16, IPv6Address)]
Ip6List = Annotated[FieldAs[tuple[IPv6Address, ...], Sequence[IPv6Address]], ListOf(Octets(16, IPv6Address))]


class NeighbourOption(Packet):
    """What all options begin with."""

    kind: u8


class SourceLinkAddress(NeighbourOption):
    """The sender's link-layer address (RFC 4861, section 4.6.1)."""

    kind: u8 = const(1)
    length: u8 = derived()  # in units of 8 bytes
    address: Raw = sized(length * 8 - 2)  # on Ethernet the six bytes (RFC 2464, section 6)


class TargetLinkAddress(NeighbourOption):
    """The target's link-layer address (RFC 4861, section 4.6.1)."""

    kind: u8 = const(2)
    length: u8 = derived()  # in units of 8 bytes
    address: Raw = sized(length * 8 - 2)  # on Ethernet the six bytes (RFC 2464, section 6)


class PrefixInformation(NeighbourOption):
    """A prefix of the network (RFC 4861, section 4.6.2)."""

    kind: u8 = const(3)
    length: u8 = const(4)  # in units of 8 bytes
    bits: u8 = field(max=128)  # of the prefix
    on_link: flag = field(default=False)  # its addresses are on this link
    autonomous: flag = field(default=False)  # hosts may make addresses of it (RFC 4862)
    router: flag = field(default=False)  # it is a whole address, the router's (RFC 6275, section 7.2)
    reserved: u5 = field(default=0)  # to be 0, and not looked at
    valid: u32  # how long it holds, in seconds; 0xFFFFFFFF: for ever
    preferred: u32  # how long addresses made of it are preferred, in seconds; not longer
    reserved2: u32 = field(default=0)  # to be 0, and not looked at
    prefix: Ip6  # bits beyond the prefix are 0


class RedirectedHeader(NeighbourOption):
    """The beginning of the packet that is redirected (RFC 4861, section 4.6.3)."""

    kind: u8 = const(4)
    length: u8 = derived()  # in units of 8 bytes
    reserved: u48 = field(default=0)  # to be 0, and not looked at
    quoted: Body = sized(length * 8 - 8)  # cut off, or filled up with zeros, to a multiple of 8 bytes


class Mtu(NeighbourOption):
    """The MTU of the link, where it is not the same for all (RFC 4861, section 4.6.4)."""

    kind: u8 = const(5)
    length: u8 = const(1)  # in units of 8 bytes
    reserved: u16 = field(default=0)  # to be 0, and not looked at
    mtu: u32  # in bytes


class Nonce(NeighbourOption):
    """A random number, to know one's own solicitation by (RFC 3971, section 5.3.2; RFC 7527)."""

    kind: u8 = const(14)
    length: u8 = derived()  # in units of 8 bytes
    nonce: Raw = sized(length * 8 - 2)  # 8n + 6 bytes


class RouteInformation(NeighbourOption):
    """A prefix that the router leads to (RFC 4191, section 2.3)."""

    kind: u8 = const(24)
    length: u8 = derived()  # in units of 8 bytes, 1 to 3
    bits: u8 = field(max=128)  # of the prefix
    reserved: u3 = field(default=0)  # to be 0, and not looked at
    preference: u2 = field(default=0)  # 0 medium, 1 high, 3 low; with 2 the option is not to be looked at
    reserved2: u3 = field(default=0)  # to be 0, and not looked at
    lifetime: u32  # in seconds; 0xFFFFFFFF: for ever
    prefix: Raw = sized(length * 8 - 8, max=16, default=b"")  # 0, 8 or 16 bytes, no fewer than it has bits


class RecursiveDnsServers(NeighbourOption):
    """Hosts to ask for names (RFC 8106, section 5.1)."""

    kind: u8 = const(25)
    length: u8 = derived()  # in units of 8 bytes, an odd number from 3 on
    reserved: u16 = field(default=0)  # to be 0, and not looked at
    lifetime: u32  # in seconds; 0xFFFFFFFF: for ever; 0: no longer
    servers: Ip6List = sized(length * 8 - 8, min=16)


class DnsSearchList(NeighbourOption):
    """Domains that names are looked up in (RFC 8106, section 5.2)."""

    kind: u8 = const(31)
    length: u8 = derived()  # in units of 8 bytes, from 2 on
    reserved: u16 = field(default=0)  # to be 0, and not looked at
    lifetime: u32  # in seconds; 0xFFFFFFFF: for ever; 0: no longer
    domains: Raw = sized(length * 8 - 8, min=8)  # names of RFC 1035, section 3.1, uncompressed, and zeros


class OtherOption(NeighbourOption):
    """Any other option: not to be looked at."""

    length: u8 = derived()  # in units of 8 bytes
    data: Raw = sized(length * 8 - 2)


AnyOption: TypeAlias = (
    SourceLinkAddress
    | TargetLinkAddress
    | PrefixInformation
    | RedirectedHeader
    | Mtu
    | Nonce
    | RouteInformation
    | RecursiveDnsServers
    | DnsSearchList
    | OtherOption
)
