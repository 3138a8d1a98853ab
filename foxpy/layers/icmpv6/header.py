"""What all ICMPv6 messages begin with (RFC 4443, section 2.1)."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from foxpy.wire import Field, Packet, UInt, arg, field, inet_checksum, u8, u16


class Type(IntEnum):
    """What a message is. Those below 128 are errors."""

    UNREACHABLE = 1
    TOO_BIG = 2
    TIME_EXCEEDED = 3
    PARAMETER_PROBLEM = 4
    ECHO_REQUEST = 128
    ECHO_REPLY = 129
    LISTENER_QUERY = 130
    LISTENER_REPORT = 131
    LISTENER_DONE = 132
    ROUTER_SOLICITATION = 133
    ROUTER_ADVERTISEMENT = 134
    NEIGHBOUR_SOLICITATION = 135
    NEIGHBOUR_ADVERTISEMENT = 136
    REDIRECT = 137
    LISTENER_REPORT_V2 = 143


class UnreachableCode(IntEnum):
    """Why a packet was not delivered (RFC 4443, section 3.1)."""

    NO_ROUTE = 0
    PROHIBITED = 1
    BEYOND_SCOPE = 2
    ADDRESS = 3
    PORT = 4
    POLICY = 5
    REJECTED = 6


class TimeExceededCode(IntEnum):
    """Which time (RFC 4443, section 3.3)."""

    HOP_LIMIT = 0
    REASSEMBLY = 1


class ProblemCode(IntEnum):
    """What is wrong (RFC 4443, section 3.4)."""

    HEADER = 0
    NEXT_HEADER = 1
    OPTION = 2
    FIRST_FRAGMENT = 3
    """It has not the whole chain of headers (RFC 7112)."""


TypeField = Annotated[Field[int], UInt(8, kind=Type, open=True)]


class ICMPv6(Packet):
    """What all messages begin with. ``pseudo`` is the sum of the pseudo-header, with the length."""

    pseudo: arg[int] = field(default=0)
    type: TypeField
    code: u8 = field(default=0)  # by type: UnreachableCode, TimeExceededCode, ProblemCode
    checksum: u16 = inet_checksum("whole", seed=pseudo)
