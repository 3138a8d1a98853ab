"""ICMP messages (RFC 792; RFC 1191 for the MTU of the next hop)."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated

from foxpy.wire import (
    Body,
    Classifier,
    FieldAs,
    Octets,
    Packet,
    appender,
    const,
    field,
    filler,
    inet_checksum,
    reader,
    rest,
    u8,
    u16,
    u24,
    u32,
    verifier,
)

Ip4 = Annotated[FieldAs[IPv4Address, IPv4Address | bytes], Octets(4, IPv4Address)]


class ICMP(Packet):
    """What all messages begin with."""

    type: u8
    code: u8 = field(default=0)
    checksum: u16 = inet_checksum("whole")


class Echo(ICMP, when=ICMP.type.one_of(0, 8)):
    """A request (type 8) to send ``data`` back, or the reply (type 0)."""

    ident: u16
    seq: u16
    data: Body = rest(default=b"")


class Unreachable(ICMP):
    """The datagram that begins with ``quoted`` was not delivered; ``code`` says why."""

    type: u8 = const(3)
    unused: u16 = field(default=0)
    mtu: u16 = field(default=0)  # of the next hop, with code 4 (RFC 1191, section 4); 0 from routers of old
    quoted: Body = rest(default=b"")


class Redirect(ICMP):
    """Datagrams like ``quoted`` had better go to ``gateway``."""

    type: u8 = const(5)
    gateway: Ip4
    quoted: Body = rest(default=b"")


class TimeExceeded(ICMP):
    """The TTL of ``quoted`` ran out (code 0), or the time to reassemble it (code 1)."""

    type: u8 = const(11)
    unused: u32 = field(default=0)
    quoted: Body = rest(default=b"")


class ParameterProblem(ICMP):
    """There is something wrong with byte ``pointer`` of the datagram that begins with ``quoted``."""

    type: u8 = const(12)
    pointer: u8 = field(default=0)
    unused: u24 = field(default=0)
    quoted: Body = rest(default=b"")


class OtherIcmp(ICMP):
    """A message of any type."""

    data: Body = rest(default=b"")


icmp = Classifier[Echo | Unreachable | Redirect | TimeExceeded | ParameterProblem | OtherIcmp]()

read_icmp = reader(ICMP.type, ICMP.code)
read_echo = reader(Echo.type, Echo.ident, Echo.seq)
read_unreachable = reader(Unreachable.code, Unreachable.mtu)

append_icmp = appender(OtherIcmp)
append_echo = appender(Echo)
append_unreachable = appender(Unreachable)
append_time_exceeded = appender(TimeExceeded)
append_parameter_problem = appender(ParameterProblem)
append_redirect = appender(Redirect)

fill_icmp = filler(ICMP)
"""``fill_icmp(out, at, payload, 0)`` for any message."""

verify_icmp = verifier(ICMP)
