"""Optional parameters of OPEN (RFC 4271, section 4.2): the capabilities of its sender (RFC 5492)."""

from __future__ import annotations

from foxpy.layers.bgp.families import AfiCode, SafiCode
from foxpy.wire import Packet, Raw, const, field, flag, packets, rest, total, u2, u7, u8, u12, u32


class Capability(Packet):
    """What all begin with (RFC 5492, section 4)."""

    code: u8
    length: u8 = total(plus=2)  # bytes that follow


class Multiprotocol(Capability):
    """Routes of this address family (RFC 4760, section 8)."""

    code: u8 = const(1)
    afi: AfiCode
    reserved: u8 = field(default=0)
    safi: SafiCode


class RouteRefreshCapability(Capability):
    """Routes are sent again when they are asked for (RFC 2918, section 2)."""

    code: u8 = const(2)


class Forwarding(Packet):
    """An address family whose routes are kept over a restart."""

    afi: AfiCode
    safi: SafiCode
    preserved: flag = field(default=False)  # packets were forwarded throughout
    reserved: u7 = field(default=0)


class GracefulRestart(Capability):
    """Its sender can restart without its routes being dropped at once (RFC 4724, section 3)."""

    code: u8 = const(64)
    restarted: flag = field(default=False)  # it has just done so
    notification: flag = field(default=False)  # RFC 8538, section 2
    reserved: u2 = field(default=0)
    time: u12  # seconds
    families: packets[Forwarding] = rest(default=())


class FourOctetAs(Capability):
    """AS numbers of four octets in AS_PATH and AGGREGATOR, if both sides say so (RFC 6793, section 3)."""

    code: u8 = const(65)
    as_number: u32  # of the sender, instead of the one in OPEN


class OtherCapability(Capability):
    """To be ignored."""

    data: Raw = rest(default=b"")


class Parameter(Packet):
    """What all parameters begin with."""

    kind: u8
    length: u8 = total(plus=2)  # bytes that follow


class Capabilities(Parameter):
    """Some of the capabilities: there may be several of these parameters (RFC 5492, section 4)."""

    kind: u8 = const(2)
    capabilities: packets[Multiprotocol | RouteRefreshCapability | GracefulRestart | FourOctetAs | OtherCapability] = (
        rest(default=())
    )


class OtherParameter(Parameter):
    """To be answered by a NOTIFICATION: OPEN Message Error, Unsupported Optional Parameter."""

    data: Raw = rest(default=b"")
