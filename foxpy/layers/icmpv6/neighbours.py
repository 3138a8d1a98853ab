"""Neighbour discovery (RFC 4861, section 4; RFC 4191): routers, neighbours and their link-layer addresses."""

from __future__ import annotations

from enum import IntEnum
from ipaddress import IPv6Address
from typing import Annotated

from foxpy.layers.icmpv6.header import ICMPv6, Type, TypeField
from foxpy.layers.icmpv6.options import AnyOption
from foxpy.wire import Field, FieldAs, Octets, UInt, const, field, flag, packets, rest, u3, u8, u16, u32


class Preference(IntEnum):
    """How a router is to be preferred (RFC 4191, section 2.1): two bits, signed."""

    MEDIUM = 0
    HIGH = 1
    RESERVED = 2
    """Means MEDIUM."""
    LOW = 3


PreferenceField = Annotated[Field[Preference], UInt(2, kind=Preference)]
Ip6 = Annotated[FieldAs[IPv6Address, IPv6Address | bytes], Octets(16, IPv6Address)]
u29 = Annotated[Field[int], UInt(29)]


class RouterSolicitation(ICMPv6):
    """Asks routers to advertise themselves now (RFC 4861, section 4.1)."""

    type: TypeField = const(Type.ROUTER_SOLICITATION)
    reserved: u32 = field(default=0)  # to be 0, and not looked at
    options: packets[AnyOption] = rest(default=())


class RouterAdvertisement(ICMPv6):
    """A router, and what its network is like (RFC 4861, section 4.2; RFC 4191, section 2.2)."""

    type: TypeField = const(Type.ROUTER_ADVERTISEMENT)
    hops: u8 = field(default=0)  # the hop limit that hosts had better send with; 0: not said
    managed: flag = field(default=False)  # DHCPv6 has addresses and all else
    other: flag = field(default=False)  # DHCPv6 has all else
    home: flag = field(default=False)  # a home agent, too (RFC 6275, section 7.1)
    preference: PreferenceField = field(default=Preference.MEDIUM)  # as a default router (RFC 4191)
    reserved: u3 = field(default=0)  # to be 0, and not looked at
    lifetime: u16  # as a default router, in seconds; 0: it is none
    reachable: u32 = field(default=0)  # how long a neighbour is held reachable, in milliseconds; 0: not said
    retransmit: u32 = field(default=0)  # between solicitations, in milliseconds; 0: not said
    options: packets[AnyOption] = rest(default=())


class NeighbourSolicitation(ICMPv6):
    """Who has ``target`` (RFC 4861, section 4.3)?"""

    type: TypeField = const(Type.NEIGHBOUR_SOLICITATION)
    reserved: u32 = field(default=0)  # to be 0, and not looked at
    target: Ip6
    options: packets[AnyOption] = rest(default=())


class NeighbourAdvertisement(ICMPv6):
    """``target`` is the sender's (RFC 4861, section 4.4)."""

    type: TypeField = const(Type.NEIGHBOUR_ADVERTISEMENT)
    router: flag = field(default=False)  # the sender is a router
    solicited: flag = field(default=False)  # an answer, which proves that the sender can be reached
    override: flag = field(default=False)  # the link-layer address is to replace another one
    reserved: u29 = field(default=0)  # to be 0, and not looked at
    target: Ip6
    options: packets[AnyOption] = rest(default=())


class Redirect(ICMPv6):
    """Packets for ``destination`` had better go to ``target`` (RFC 4861, section 4.5)."""

    type: TypeField = const(Type.REDIRECT)
    reserved: u32 = field(default=0)  # to be 0, and not looked at
    target: Ip6  # a router's link-local address, or the destination, which is a neighbour
    destination: Ip6
    options: packets[AnyOption] = rest(default=())
