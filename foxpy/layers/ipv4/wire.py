"""The IPv4 header (RFC 791, section 3.1) and its options."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated, Final

from foxpy.wire import (
    Body,
    FieldAs,
    Mutable,
    Octets,
    Packet,
    Raw,
    Records,
    appender,
    const,
    derived,
    field,
    flag,
    inet_checksum,
    reader,
    rest,
    sized,
    stager,
    total,
    u2,
    u4,
    u6,
    u8,
    u13,
    u16,
    verifier,
    writer,
)

Ip4 = Annotated[FieldAs[IPv4Address, IPv4Address | bytes], Octets(4, IPv4Address)]


class IPv4(Packet):
    """A datagram or a fragment of one. ``options`` are in bytes, for ``ip_options`` to read where there are any."""

    version: u4 = const(4)
    ihl: u4 = derived()  # in words of 4 bytes, 5 to 15
    dscp: u6 = field(default=0)  # RFC 2474
    ecn: u2 = field(default=0)  # RFC 3168
    length: u16 = total()
    ident: u16 = field(default=0)
    evil: flag = field(default=False)  # reserved, must be zero; RFC 3514
    df: flag = field(default=False)
    mf: flag = field(default=False)
    frag: u13 = field(default=0)  # in units of 8 bytes
    ttl: u8 = field(default=64)
    proto: u8
    checksum: u16 = inet_checksum("header")
    src: Ip4
    dst: Ip4
    options: Raw = sized(ihl * 4 - 20, default=b"")
    body: Body = rest(default=b"")


class IPv4Mut(IPv4, Mutable):
    """The same, to be changed where it lies; its checksum follows (RFC 1624)."""


class IpOption(Packet):
    """What all options begin with: the copied flag, the class and the number in one byte."""

    kind: u8


class EndOfOptions(IpOption):
    """Ends the list; what follows is padding."""

    kind: u8 = const(0)


class NoOperation(IpOption):
    """Aligns the option behind it."""

    kind: u8 = const(1)


class RecordRoute(IpOption):
    """Routers put their addresses at ``pointer``, which counts from 1 at ``kind``."""

    kind: u8 = const(7)
    length: u8 = total()
    pointer: u8 = field(default=4)
    route: Raw = rest()


class Timestamp(IpOption):
    """Routers put the time, and with ``form`` 1 their addresses, at ``pointer``."""

    kind: u8 = const(68)
    length: u8 = total()
    pointer: u8 = field(default=5)
    overflow: u4 = field(default=0)
    form: u4 = field(default=0)
    stamps: Raw = rest()


class LooseSourceRoute(IpOption):
    """The addresses to be visited, with others between them."""

    kind: u8 = const(131)
    length: u8 = total()
    pointer: u8 = field(default=4)
    route: Raw = rest()


class StreamId(IpOption):
    """Of no use, and not to be used (RFC 6814)."""

    kind: u8 = const(136)
    length: u8 = total()
    stream: u16


class StrictSourceRoute(IpOption):
    """The addresses to be visited, with no others between them."""

    kind: u8 = const(137)
    length: u8 = total()
    pointer: u8 = field(default=4)
    route: Raw = rest()


class RouterAlert(IpOption):
    """Asks routers to look into the datagram (RFC 2113)."""

    kind: u8 = const(148)
    length: u8 = total()
    value: u16 = field(default=0)


class OtherOption(IpOption):
    """Any option with a length."""

    length: u8 = total()
    data: Raw = rest(default=b"")


ip_options = Records[
    NoOperation | RecordRoute | Timestamp | LooseSourceRoute | StreamId | StrictSourceRoute | RouterAlert | OtherOption
](end=EndOfOptions, align=4)
"""``ip_options.parse(buf, start, end)`` and ``ip_options.build(options)``: an option area as typed values."""

read_ipv4 = reader(
    IPv4.ihl * 4,
    IPv4.length,
    IPv4.ident,
    IPv4.mf,
    IPv4.frag,
    IPv4.ttl,
    IPv4.proto,
    IPv4.src.number,
    IPv4.dst.number,
)
"""Bytes of header, bytes in all, identification, more fragments, fragment offset, TTL, protocol, source, destination.

Neither length is checked: a header of 20 bytes is there, and the rest is the reader's duty.
"""

read_kept = reader(IPv4.dscp, IPv4.ecn, IPv4.ident, IPv4.evil, IPv4.df, IPv4.ttl, IPv4.proto, IPv4.src, IPv4.dst)
"""What the fragments that a router cuts a datagram into have in common, the reserved bit too (RFC 1812, section 5.2.5);
of options, which follow, nothing."""

LENGTH: Final = 2
IDENT: Final = 4
CHECKSUM: Final = 10
"""Where in the header are the bytes in all, the identification, the header's checksum."""

append_ipv4 = appender(IPv4)
put_ipv4 = writer(IPv4)

stage_ipv4 = stager(IPv4, IPv4.ident)
"""The same for all datagrams of a connection: what it gives is called with their size and identification."""

verify_ipv4 = verifier(IPv4)
"""Whether the header checksum is right; False, too, if the header length is below 20 or beyond the end."""
