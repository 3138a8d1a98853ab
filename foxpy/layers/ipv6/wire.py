"""The IPv6 header (RFC 8200, section 3) and the extension headers that may follow it.

``next`` of each header says what its body is. The headers' options are in ``foxpy.layers.ipv6.options``, and routing
headers in ``foxpy.layers.ipv6.routing``.
"""

from __future__ import annotations

from enum import IntEnum
from ipaddress import IPv6Address
from typing import Annotated

from foxpy.checksum import ones_sum
from foxpy.layers.ipv6.options import AnyOption
from foxpy.wire import (
    Body,
    Field,
    FieldAs,
    Octets,
    Packet,
    Raw,
    UInt,
    appender,
    const,
    derived,
    field,
    flag,
    packets,
    reader,
    rest,
    sized,
    total,
    u2,
    u4,
    u6,
    u8,
    u13,
    u16,
    u20,
    u32,
)


class NextHeader(IntEnum):
    """What a body is: the protocol numbers of IPv4, and those of extension headers."""

    HOP_BY_HOP = 0
    ICMP = 1
    IGMP = 2
    IPV4 = 4
    TCP = 6
    UDP = 17
    IPV6 = 41
    ROUTING = 43
    FRAGMENT = 44
    GRE = 47
    ESP = 50
    AH = 51
    ICMPV6 = 58
    NONE = 59
    """Nothing follows (RFC 8200, section 4.7)."""
    DESTINATION = 60
    MOBILITY = 135
    """RFC 6275."""
    HIP = 139
    """RFC 7401."""
    SHIM6 = 140
    """RFC 5533."""


Ip6 = Annotated[FieldAs[IPv6Address, IPv6Address | bytes], Octets(16, IPv6Address)]
Next = Annotated[Field[int], UInt(8, kind=NextHeader, open=True)]


class IPv6(Packet):
    """A packet or a fragment of one.

    A jumbogram, whose ``length`` is 0 (RFC 2675), reads as one without a body: its option says how much there is.
    """

    version: u4 = const(6)
    dscp: u6 = field(default=0)  # the upper bits of the traffic class (RFC 2474)
    ecn: u2 = field(default=0)  # the lower bits of the traffic class (RFC 3168)
    flow: u20 = field(default=0)  # flow label (RFC 6437); 0: none
    length: u16 = total(plus=40)  # bytes of payload, extension headers included
    next: Next  # what the body is
    hops: u8 = field(default=64)  # hop limit: one less at each router, which drops the packet at 0
    src: Ip6
    dst: Ip6
    body: Body = rest(default=b"")


class Extension(Packet):
    """Any header that tells its length where most do (RFC 6564): what is not known can be skipped."""

    next: Next  # what the body is
    length: u8 = derived()  # in units of 8 bytes, the first 8 not counted
    data: Raw = sized(length * 8 + 6)
    body: Body = rest(default=b"")


class HopByHop(Packet):
    """Options for every node on the way (RFC 8200, section 4.3)."""

    next: Next  # what the body is
    length: u8 = derived()  # in units of 8 bytes, the first 8 not counted
    options: packets[AnyOption] = sized(length * 8 + 6)  # 8n + 6 bytes: foxpy.layers.ipv6.options.padded
    body: Body = rest(default=b"")


class Destination(Packet):
    """Options for the destination, or for each of a routing header's (RFC 8200, section 4.6)."""

    next: Next  # what the body is
    length: u8 = derived()  # in units of 8 bytes, the first 8 not counted
    options: packets[AnyOption] = sized(length * 8 + 6)  # 8n + 6 bytes: foxpy.layers.ipv6.options.padded
    body: Body = rest(default=b"")


class Fragment(Packet):
    """A piece of a packet that was too large (RFC 8200, section 4.5)."""

    next: Next  # what the first header of the fragmentable part is
    reserved: u8 = field(default=0)  # to be 0, and not looked at
    offset: u13 = field(default=0)  # of the body in the fragmentable part, in units of 8 bytes
    reserved2: u2 = field(default=0)  # to be 0, and not looked at
    more: flag = field(default=False)  # not the last
    ident: u32  # the same in all fragments of a packet
    body: Body = rest(default=b"")


class Authentication(Packet):
    """Proof of who sent the packet, and that it is as it was (RFC 4302, section 2). IPv4 has it, too."""

    next: Next  # what the body is
    length: u8 = derived()  # in units of 4 bytes, less 2
    reserved: u16 = field(default=0)  # to be 0; it is part of what is proved
    spi: u32  # security parameters index: with the destination, which association this is
    sequence: u32  # one more in each packet of the association
    icv: Raw = sized(length * 4 - 4)  # integrity check value, a multiple of 8 bytes in all in IPv6
    body: Body = rest(default=b"")


class EncapsulatingSecurity(Packet):
    """A body that is encrypted, the number of what it is as well (RFC 4303, section 2). IPv4 has it, too."""

    spi: u32  # security parameters index: with the destination, which association this is
    sequence: u32  # one more in each packet of the association
    body: Body = rest(default=b"")


read_ipv6 = reader(IPv6.dscp, IPv6.ecn, IPv6.flow, IPv6.length, IPv6.next, IPv6.hops, IPv6.src.number, IPv6.dst.number)
"""Traffic class in two parts, flow label, bytes of payload (not checked), next header, hop limit, both addresses."""

append_ipv6 = appender(IPv6)

read_fragment = reader(Fragment.next, Fragment.offset, Fragment.more, Fragment.ident)
append_fragment = appender(Fragment)


def pseudo_header(src: IPv6Address, dst: IPv6Address, protocol: int, length: int) -> int:
    """What the checksum of ``length`` bytes of ``protocol`` begins with (RFC 8200, section 8.1): a sum, not folded.

    With a routing header, ``dst`` is the last address that the packet is to visit.
    """
    return ones_sum(src.packed + dst.packed, 0, 32) + (length >> 16) + (length & 0xFFFF) + protocol
