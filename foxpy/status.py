"""What can happen to a connection besides a packet: the events given to ``Receiver.status``.

They are facts that no call of the owner caused; the results of calls are returned or raised. A receiver that does not
care about a kind of event ignores it: only HalfClosed, Closed and Aborted change what may still arrive.
"""

from __future__ import annotations

import enum
from typing import TypeAlias

import attrs

from foxpy.errors import ProtocolError


@attrs.frozen
class HalfClosed:
    """The peer will send no more; sending to it still works (RFC 9293, section 3.6)."""


@attrs.frozen
class Closed:
    """Both directions ended in good order, or a connectionless layer let the connection go. Nothing more arrives."""


@attrs.frozen
class Aborted:
    """The connection is gone and data may be lost; ``error`` says who ended it. Nothing more arrives."""

    error: ProtocolError


@attrs.frozen
class Forgotten:
    """A connectionless layer made room in its table. Sending still works; if the peer speaks again, a new connection
    to the same peer is handed to whoever listens."""


@attrs.frozen
class Sendable:
    """There is room to send ``room`` bytes after a refusal for want of it."""

    room: int


@attrs.frozen
class Urgent:
    """The peer marked the next ``ahead`` bytes of its stream as urgent (RFC 9293, section 3.8.5)."""

    ahead: int


@attrs.frozen
class Stalled:
    """The same data was sent ``attempts`` times more without an answer; it goes on being tried (RFC 9293, SHLD-9)."""

    attempts: int


class Trouble(enum.Enum):
    """Why the network could not carry a packet, in the words of RFC 792 and RFC 1122, section 3.2.2.1."""

    NETWORK_UNREACHABLE = "network unreachable"
    HOST_UNREACHABLE = "host unreachable"
    PROTOCOL_UNREACHABLE = "protocol unreachable"
    PORT_UNREACHABLE = "port unreachable"
    TOO_BIG = "packet too big"
    SOURCE_ROUTE_FAILED = "source route failed"
    PROHIBITED = "administratively prohibited"
    TIME_EXCEEDED = "time to live exceeded"
    REASSEMBLY_TIMEOUT = "reassembly time exceeded"
    PARAMETER_PROBLEM = "parameter problem"


@attrs.frozen
class Report:
    """The network says that it could not carry a packet of this connection.

    ``quoted`` is the beginning of that packet from the receiver's own header on (at least 8 bytes where an IP host
    reports), which tells a layer with many connections over one path whose it was. It comes from outside: treat it as
    hostile. ``limit`` is, for TOO_BIG, the largest packet below the reporting layer's header that would pass, else 0.
    """

    trouble: Trouble
    quoted: bytes
    limit: int = 0


Status: TypeAlias = HalfClosed | Closed | Aborted | Forgotten | Sendable | Urgent | Stalled | Report
