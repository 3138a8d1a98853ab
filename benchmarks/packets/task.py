"""The task that all share: an Ethernet frame with IPv4, TCP and 64 bytes of payload, to be read and to be built.

A library does its part of it in a module of its own here, ``by_*``. What it gives for the frame is brought into one
form, ``Fields``, and compared before anything is timed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

import attrs

from foxpy.checksum import ones_sum

DST: Final = b"\2\0\0\0\0\2"
SRC: Final = b"\2\0\0\0\0\1"
IPV4: Final = 0x0800
IP_SRC: Final = b"\x0a\0\0\1"
IP_DST: Final = b"\x0a\0\0\2"
IDENT: Final = 7
TCP: Final = 6
SPORT: Final = 40001
DPORT: Final = 7  # a port whose payload no library takes apart
SEQ: Final = 0x89ABCDEF
ACK: Final = 0x01234567
PSH_ACK: Final = 0x18
WINDOW: Final = 64240
PAYLOAD: Final = bytes(range(64))


class Fields(NamedTuple):
    """Every field of the frame, addresses as bytes."""

    dst: bytes
    src: bytes
    kind: int
    version: int
    ihl: int
    dscp: int
    ecn: int
    length: int
    ident: int
    df: bool
    mf: bool
    frag: int
    ttl: int
    proto: int
    checksum: int
    ip_src: bytes
    ip_dst: bytes
    ip_options: bytes
    sport: int
    dport: int
    seq: int
    ack: int
    doff: int
    flags: int
    window: int
    tcp_checksum: int
    urgent: int
    tcp_options: bytes
    payload: bytes


Three: TypeAlias = tuple[int, int, int]
"""Protocol, source port and sequence number."""


@attrs.frozen
class Way:
    """One way of doing something: a function and what it is called with, since a lambda between would be timed too.

    ``shown`` brings what it gives into a form that can be compared; it is not timed.
    """

    run: Callable[..., object]  # each has parameters of its own
    arguments: tuple[object, ...] = ()
    shown: Callable[[object], object] = lambda found: found
    times: int = 1
    """How often a call does it."""

    def result(self) -> object:
        return self.shown(self.run(*self.arguments))


def pseudo(src: bytes, dst: bytes, size: int) -> int:
    """The pseudo-header's sum (RFC 9293, section 3.1), for all who are given or write a checksum themselves."""
    return int.from_bytes(src, "big") + int.from_bytes(dst, "big") + TCP + size


def frame() -> bytes:
    """The frame, put together from its definition alone: slow, plain, and the measure of all others."""
    tcp = struct.pack(">HHIIHHHH", SPORT, DPORT, SEQ, ACK, 5 << 12 | PSH_ACK, WINDOW, 0, 0) + PAYLOAD
    header = IP_SRC + IP_DST + struct.pack(">HH", TCP, len(tcp)) + tcp
    tcp = tcp[:16] + (0xFFFF - ones_sum(header, 0, len(header))).to_bytes(2, "big") + tcp[18:]
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), IDENT, 0x4000, 64, TCP, 0, IP_SRC, IP_DST)
    ip = ip[:10] + (0xFFFF - ones_sum(ip, 0, 20)).to_bytes(2, "big") + ip[12:]
    return DST + SRC + struct.pack(">H", IPV4) + ip + tcp


FRAME: Final = frame()
