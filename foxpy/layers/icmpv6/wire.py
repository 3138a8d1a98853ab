"""ICMPv6 messages: errors and echo (RFC 4443), and with those of neighbour and listener discovery all there are.

The checksum begins with the sum of IPv6's pseudo-header (RFC 8200, section 8.1), given as ``pseudo``.
"""

from __future__ import annotations

from foxpy.layers.icmpv6.header import ICMPv6, Type, TypeField
from foxpy.layers.icmpv6.listeners import (
    ListenerDone,
    ListenerQuery,
    ListenerQueryV2,
    ListenerReport,
    ListenerReportV2,
)
from foxpy.layers.icmpv6.neighbours import (
    NeighbourAdvertisement,
    NeighbourSolicitation,
    Redirect,
    RouterAdvertisement,
    RouterSolicitation,
)
from foxpy.wire import Body, Classifier, appender, const, field, filler, reader, rest, u16, u32, verifier


class Unreachable(ICMPv6):
    """The packet that begins with ``quoted`` was not delivered (RFC 4443, section 3.1)."""

    type: TypeField = const(Type.UNREACHABLE)
    unused: u32 = field(default=0)  # to be 0, and not looked at
    quoted: Body = rest(default=b"")  # as much as fits into 1280 bytes in all


class TooBig(ICMPv6):
    """The packet that begins with ``quoted`` does not fit into a link (RFC 4443, section 3.2)."""

    type: TypeField = const(Type.TOO_BIG)
    mtu: u32  # of that link, in bytes
    quoted: Body = rest(default=b"")  # as much as fits into 1280 bytes in all


class TimeExceeded(ICMPv6):
    """The hop limit of ``quoted`` ran out, or the time to reassemble it (RFC 4443, section 3.3)."""

    type: TypeField = const(Type.TIME_EXCEEDED)
    unused: u32 = field(default=0)  # to be 0, and not looked at
    quoted: Body = rest(default=b"")  # as much as fits into 1280 bytes in all


class ParameterProblem(ICMPv6):
    """Something in the packet that begins with ``quoted`` is wrong or not known (RFC 4443, section 3.4)."""

    type: TypeField = const(Type.PARAMETER_PROBLEM)
    pointer: u32  # the byte of the packet; it may lie behind what is quoted
    quoted: Body = rest(default=b"")  # as much as fits into 1280 bytes in all


class Echo(ICMPv6, when=ICMPv6.type.one_of(Type.ECHO_REQUEST, Type.ECHO_REPLY)):
    """A request to send ``data`` back, or the reply (RFC 4443, section 4)."""

    ident: u16
    seq: u16
    data: Body = rest(default=b"")


class OtherIcmpV6(ICMPv6):
    """A message of any type."""

    data: Body = rest(default=b"")


icmpv6 = Classifier[
    Unreachable
    | TooBig
    | TimeExceeded
    | ParameterProblem
    | Echo
    | ListenerQueryV2
    | ListenerQuery
    | ListenerReport
    | ListenerDone
    | RouterSolicitation
    | RouterAdvertisement
    | NeighbourSolicitation
    | NeighbourAdvertisement
    | Redirect
    | ListenerReportV2
    | OtherIcmpV6
]()

read_icmpv6 = reader(ICMPv6.type, ICMPv6.code)
read_echo = reader(Echo.type, Echo.ident, Echo.seq)

append_icmpv6 = appender(OtherIcmpV6)
append_echo = appender(Echo)
append_unreachable = appender(Unreachable)
append_too_big = appender(TooBig)
append_time_exceeded = appender(TimeExceeded)
append_parameter_problem = appender(ParameterProblem)

fill_icmpv6 = filler(ICMPv6)
"""``fill_icmpv6(out, at, payload, pseudo)`` for any message."""

verify_icmpv6 = verifier(ICMPv6)
"""``verify_icmpv6(buf, start, end, pseudo)`` for any message."""
