"""Where the IP header of a datagram is that is being delivered: what ICMP quotes and answers with.

Nothing need be kept for each datagram: a header has 20 bytes, and those with options are noted.
"""

from __future__ import annotations

from foxpy.layers.ipv4.wire import IPv4, read_ipv4
from foxpy.wire import PacketError


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
