"""What the laboratory reads of the Ethernet frames that cross it, and the one thing that it writes: ECN's mark."""

from __future__ import annotations

from typing import Final

from foxpy.layers.ethernet.wire import Ethernet
from foxpy.layers.ipv4.wire import IPv4, IPv4Mut, read_ipv4
from foxpy.layers.tcp.wire import read_tcp
from foxpy.wire import PacketError, reader

HEADER: Final = Ethernet.MIN
"""Bytes in front of the IP header."""
KIND: Final = b"\x08\x00"
"""The ethertype of IPv4, as it is in a frame."""
TCP: Final = 6

NOT_ECT: Final = 0
CE: Final = 3
"""Congestion experienced ([3168] section 5)."""

read_ecn = reader(IPv4.ecn)


def is_ipv4(frame: bytes) -> bool:
    """Whether ``frame`` carries an IPv4 datagram, by its ethertype."""
    return frame[12:14] == KIND and len(frame) >= HEADER + IPv4.MIN


def tcp_text(frame: bytes) -> int:
    """How many bytes of a TCP stream ``frame`` carries; 0 for whatever else it is."""
    if not is_ipv4(frame):
        return 0
    try:
        header, length, _, _, offset, _, protocol, _, _ = read_ipv4(frame, HEADER, len(frame))
        if protocol != TCP or offset:
            return 0
        start = HEADER + header
        *_, inner, _, _, _, _ = read_tcp(frame, start, len(frame))
    except PacketError:
        return 0
    return max(0, length - header - inner)


def marked(frame: bytes) -> bytes | None:
    """``frame`` with congestion experienced; None where its ends would not understand that, and it has to be dropped.

    [3168] section 5: only packets of an ECN-capable transport are marked, and a mark is never taken away.
    """
    if not is_ipv4(frame):
        return None
    try:
        (ecn,) = read_ecn(frame, HEADER, len(frame))
    except PacketError:
        return None
    if ecn == NOT_ECT:
        return None
    if ecn == CE:
        return frame
    changed = bytearray(frame)
    IPv4Mut.view(changed, HEADER).ecn = CE
    return bytes(changed)
