"""Where the header of the datagram is that is being delivered: what ICMP quotes and answers, what layers above ask.

Nothing need be kept for each datagram: a header has 20 bytes, and those with options are noted.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import attrs

from foxpy.layers.ipv4.options import with_time
from foxpy.layers.ipv4.wire import IPv4, read_ipv4
from foxpy.wire import PacketError

if TYPE_CHECKING:
    from foxpy.layers.ipv4.interface import Interface
    from foxpy.layers.ipv4.routes import Routes


@attrs.frozen
class Arrived:
    """What IP knows of a datagram beside its data (RFC 1122, section 3.4: RECV)."""

    interface: str
    source: IPv4Address
    destination: IPv4Address
    tos: int
    """The byte of the differentiated services codepoint (its upper 6 bits) and of ECN (its lower 2)."""
    ttl: int
    """What was left of it."""
    options: bytes
    """With this host entered where they ask for the time."""


class Headers:
    """Finds headers, from inside ``deliver`` alone."""

    __slots__ = ("_frame", "_start")

    def __init__(self) -> None:
        self._frame = b""
        self._start = 0

    def note(self, frame: bytes, start: int) -> None:
        """``frame`` is being delivered and has options: its header does not lie where ``of`` would guess."""
        self._frame = frame
        self._start = start

    def of(self, frame: bytes, start: int) -> int:
        """Where the header begins of the datagram whose data begins at ``start``; -1 where it cannot be found, because
        something interposed has been at work."""
        at = self._start if self._frame is frame else start - IPv4.MIN
        if at < 0:
            return -1
        try:
            header = read_ipv4(frame, at, len(frame))[0]
        except PacketError:
            return -1
        return at if at + header == start else -1

    def arrived(self, came: Interface, frame: bytes, start: int, now: float, routes: Routes) -> Arrived | None:
        """All that there is to know of the datagram whose data begins at ``start``, which ``came`` on that interface,
        and for whose addresses there are ``routes``."""
        at = self.of(frame, start)
        if at < 0:
            return None
        header = IPv4.view(frame, at, len(frame))
        tos = header.dscp << 2 | header.ecn
        options = frame[at + IPv4.MIN : start]
        if options:
            local = header.dst
            if not routes.is_own(int(local)) and came.addresses:
                local = came.addresses[0].ip  # what came to a group came to it
            options = with_time(options, local, int(now * 1000), routes.is_own)
        return Arrived(came.name, header.src, header.dst, tos, header.ttl, options)
