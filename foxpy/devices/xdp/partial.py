"""Frames from this machine's own kernel, whose transport checksum was left to a card that they never pass.

Over a veth pair the kernel fills in no TCP or UDP checksum: the field holds the folded sum of the pseudo-header, which
is what a card would start from, and XDP is not told so. A damaged frame has that sum by chance no more often than it
has the right checksum.
"""

from __future__ import annotations

from typing import Final

from foxpy.layers.ethernet.wire import read_ethernet
from foxpy.layers.ipv4.wire import read_ipv4
from foxpy.layers.tcp.wire import read_tcp
from foxpy.layers.udp.wire import read_udp
from foxpy.wire import PacketError

IP: Final = 14
ETHERTYPE: Final = 0x0800
TCP_PROTOCOL: Final = 6
UDP_PROTOCOL: Final = 17


def transport(frame: bytes) -> int:
    """Where in ``frame`` a whole TCP segment or UDP datagram begins; 0 where there is none."""
    try:
        _, _, kind = read_ethernet(frame, 0, len(frame))
        if kind != ETHERTYPE:
            return 0
        header, _, _, more, fragment, _, protocol, _, _ = read_ipv4(frame, IP, len(frame))
    except PacketError:
        return 0
    if more or fragment or protocol not in (TCP_PROTOCOL, UDP_PROTOCOL):
        return 0
    return IP + header


def unfinished(frame: bytes) -> int:
    """Where the segment or datagram begins whose checksum was left unfinished; 0 where ``frame`` holds none."""
    size = len(frame)
    try:
        _, _, kind = read_ethernet(frame, 0, size)
        if kind != ETHERTYPE:
            return 0
        header, length, _, more, fragment, _, protocol, source, destination = read_ipv4(frame, IP, size)
        if more or fragment:
            return 0
        start = IP + header
        if protocol == TCP_PROTOCOL:
            _, _, _, _, _, _, _, checksum, _ = read_tcp(frame, start, size)
        elif protocol == UDP_PROTOCOL:
            _, _, _, checksum = read_udp(frame, start, size)
        else:
            return 0
    except PacketError:
        return 0
    # 2**16 is 1 modulo 65535: the addresses are congruent to the sums of their halves (RFC 1071). The field is 0 only
    # where UDP has no checksum, as no sum with a protocol in it is.
    total = (source + destination + protocol + length - header) % 0xFFFF
    return start if checksum and checksum % 0xFFFF == total else 0
