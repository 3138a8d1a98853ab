"""The UDP header (RFC 768)."""

from __future__ import annotations

from typing import Final

from foxpy.wire import (
    Body,
    Packet,
    appender,
    arg,
    field,
    filler,
    inet_checksum,
    reader,
    rest,
    total,
    u16,
    verifier,
    writer,
)


class UDP(Packet):
    """A datagram. ``pseudo`` is the ones' complement sum of the pseudo-header, with the length."""

    pseudo: arg[int] = field(default=0)
    sport: u16
    dport: u16
    length: u16 = total()
    checksum: u16 = inet_checksum("whole", seed=pseudo, zero=0xFFFF)  # a 0 on the wire means "none"
    body: Body = rest(default=b"")


HEADER: Final = UDP.MIN
"""Bytes of header."""

LENGTH: Final = 4
CHECKSUM: Final = 6
"""Where in the header the length and the checksum are."""

read_udp = reader(UDP.sport, UDP.dport, UDP.length, UDP.checksum)
"""Source port, destination port, length (not checked), checksum."""

append_udp = appender(UDP)
put_udp = writer(UDP)
fill_udp = filler(UDP)

verify_udp = verifier(UDP)
"""Whether the checksum is right, or 0."""
