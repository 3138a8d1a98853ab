"""IPv6 routing headers (RFC 8200, section 4.4): the addresses that a packet is to visit."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv6Address
from typing import Annotated

from foxpy.layers.ipv6.wire import Ip6, Next
from foxpy.wire import (
    Body,
    Classifier,
    Field,
    FieldAs,
    ListOf,
    Octets,
    Packet,
    Raw,
    UInt,
    const,
    count,
    derived,
    field,
    flag,
    packets,
    reader,
    rest,
    sized,
    total,
    u8,
    u16,
    u32,
)

Ip6List = Annotated[FieldAs[tuple[IPv6Address, ...], Sequence[IPv6Address]], ListOf(Octets(16, IPv6Address))]
u15 = Annotated[Field[int], UInt(15)]


class Routing(Packet):
    """What all routing headers begin with."""

    next: Next  # what the body is
    length: u8  # in units of 8 bytes, the first 8 not counted
    kind: u8  # how the route is written
    left: u8  # addresses that are still to be visited


class SourceRoute(Routing):
    """Addresses one after the other. Not to be followed any more (RFC 5095)."""

    length: u8 = derived()
    kind: u8 = const(0)
    reserved: u32 = field(default=0)  # to be 0, and not looked at
    addresses: Ip6List = sized(length * 8)
    body: Body = rest(default=b"")


class HomeAddressRoute(Routing):
    """The address by which a mobile node is known (RFC 6275, section 6.4)."""

    length: u8 = const(2)
    kind: u8 = const(2)
    reserved: u32 = field(default=0)  # to be 0, and not looked at
    home: Ip6
    body: Body = rest(default=b"")


class SegmentOption(Packet):
    """What the options of segment routing begin with (RFC 8754, section 2.1)."""

    kind: u8


class SegmentPad1(SegmentOption):
    """One byte of padding (RFC 8754, section 2.1.1.1)."""

    kind: u8 = const(0)


class SegmentPadN(SegmentOption):
    """Two bytes of padding, and as many more as there are zeros (RFC 8754, section 2.1.1.2)."""

    kind: u8 = const(4)
    length: u8 = total(plus=2)
    zeros: Raw = rest(default=b"")


class SegmentHmac(SegmentOption):
    """Proof of who wrote the header (RFC 8754, section 2.1.2)."""

    kind: u8 = const(5)
    length: u8 = total(plus=2)
    ignore_destination: flag = field(default=False)  # the packet's destination is not part of what is proved
    reserved: u15 = field(default=0)  # to be 0
    key: u32  # which key it was made with; not 0
    hmac: Raw = rest()  # at most 32 bytes, a multiple of 8


class OtherSegmentOption(SegmentOption):
    """Any other option. ``kind`` from 128 on: its data may change on the way."""

    length: u8 = total(plus=2)
    data: Raw = rest(default=b"")


class SegmentRoute(Routing):
    """Segments to be visited, the last one first (RFC 8754, section 2)."""

    length: u8 = derived()
    kind: u8 = const(4)
    last: u8 = derived()  # the number of the last of the segments, the first being 0
    flags: u8 = field(default=0)  # to be 0
    tag: u16 = field(default=0)  # a class of packets; 0: none
    segments: Ip6List = count(last + 1)
    options: packets[SegmentPad1 | SegmentPadN | SegmentHmac | OtherSegmentOption] = sized(
        length * 8 - last * 16 - 16, default=()
    )
    body: Body = rest(default=b"")


class OtherRoute(Routing):
    """A route of any kind, those above of a wrong length included."""

    length: u8 = derived()
    data: Raw = sized(length * 8 + 4)
    body: Body = rest(default=b"")


routing = Classifier[SourceRoute | HomeAddressRoute | SegmentRoute | OtherRoute]()

read_routing = reader(Routing.next, Routing.length, Routing.kind, Routing.left)
