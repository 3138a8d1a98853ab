"""Routes of any address family: MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760)."""

from __future__ import annotations

from foxpy.layers.bgp.families import Afi, AfiCode, Safi, SafiCode
from foxpy.layers.bgp.prefix import Prefixes, Prefixes6
from foxpy.wire import Packet, Raw, const, derived, field, oneof, rest, sized, u8


class Reach(Packet):
    """Routes of an address family, and the router to send to (RFC 4760, section 3)."""

    afi: AfiCode
    safi: SafiCode
    next_hop_length: u8 = derived()  # bytes
    next_hop: Raw = sized(next_hop_length)  # an address of the family, or two
    reserved: u8 = field(default=0)


class Reach4(Reach, when=Reach.safi.one_of(Safi.UNICAST, Safi.MULTICAST)):
    """Routes of IPv4."""

    afi: AfiCode = const(Afi.IPV4)
    routes: Prefixes = rest(default=())


class Reach6(Reach, when=Reach.safi.one_of(Safi.UNICAST, Safi.MULTICAST)):
    """Routes of IPv6 (RFC 2545): the next hop is a global address, and perhaps a link-local one."""

    afi: AfiCode = const(Afi.IPV6)
    routes: Prefixes6 = rest(default=())


class OtherReach(Reach):
    """Of a family that is not known here."""

    routes: Raw = rest(default=b"")


class MpReach(Packet, tag=14):
    """MP_REACH_NLRI: what can be reached."""

    reach: oneof[Reach4 | Reach6 | OtherReach] = rest()


class Unreach(Packet):
    """Routes of an address family that are withdrawn (RFC 4760, section 4). None at all: the end of all (RFC 4724)."""

    afi: AfiCode
    safi: SafiCode


class Unreach4(Unreach, when=Unreach.safi.one_of(Safi.UNICAST, Safi.MULTICAST)):
    """Routes of IPv4."""

    afi: AfiCode = const(Afi.IPV4)
    withdrawn: Prefixes = rest(default=())


class Unreach6(Unreach, when=Unreach.safi.one_of(Safi.UNICAST, Safi.MULTICAST)):
    """Routes of IPv6."""

    afi: AfiCode = const(Afi.IPV6)
    withdrawn: Prefixes6 = rest(default=())


class OtherUnreach(Unreach):
    """Of a family that is not known here."""

    withdrawn: Raw = rest(default=b"")


class MpUnreach(Packet, tag=15):
    """MP_UNREACH_NLRI: what can be reached no more."""

    unreach: oneof[Unreach4 | Unreach6 | OtherUnreach] = rest()
