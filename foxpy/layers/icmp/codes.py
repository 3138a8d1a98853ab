"""The numbers of ICMP's messages, and what they mean to a connection."""

from __future__ import annotations

from typing import Final

from foxpy.status import Trouble

PROTOCOL: Final = 1
"""ICMP's own number above IP."""

REPLY: Final = 0
UNREACHABLE: Final = 3
SOURCE_QUENCH: Final = 4
REDIRECT: Final = 5
REQUEST: Final = 8
TIME_EXCEEDED: Final = 11
PARAMETER_PROBLEM: Final = 12

OWN: Final = frozenset((REPLY, UNREACHABLE, SOURCE_QUENCH, REDIRECT, REQUEST, TIME_EXCEEDED, PARAMETER_PROBLEM))
"""The types that ICMP itself deals with."""

QUERIES: Final = frozenset((REPLY, REQUEST, 9, 10, 13, 14, 15, 16, 17, 18))
"""The types that are known to be no errors (RFC 1122, section 3.2.2; RFC 1812, section 4.3.1). Of an unknown type one
must fear that it is."""

UNREACHABLE_CODES: Final = (
    Trouble.NETWORK_UNREACHABLE,
    Trouble.HOST_UNREACHABLE,
    Trouble.PROTOCOL_UNREACHABLE,
    Trouble.PORT_UNREACHABLE,
    Trouble.TOO_BIG,
    Trouble.SOURCE_ROUTE_FAILED,
    Trouble.NETWORK_UNREACHABLE,  # unknown, which RFC 1122 tells from unreachable
    Trouble.HOST_UNREACHABLE,
    Trouble.HOST_UNREACHABLE,  # it is this host that is isolated
    Trouble.PROHIBITED,
    Trouble.PROHIBITED,
    Trouble.NETWORK_UNREACHABLE,  # for the type of service
    Trouble.HOST_UNREACHABLE,
    Trouble.PROHIBITED,  # the last three are from RFC 1812, section 5.2.7.1
    Trouble.PROHIBITED,
    Trouble.PROHIBITED,
)
"""What the codes of Destination Unreachable mean (RFC 792; RFC 1122, section 3.2.2.1)."""
TIME_EXCEEDED_CODES: Final = (Trouble.TIME_EXCEEDED, Trouble.REASSEMBLY_TIMEOUT)
PARAMETER_PROBLEM_CODES: Final = (Trouble.PARAMETER_PROBLEM,) * 3
