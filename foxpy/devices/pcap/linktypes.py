"""Link types of capture files, and the media that they stand for (tcpdump.org/linktypes.html)."""

from __future__ import annotations

from typing import Final

from foxpy.devices.device import AnyMedium, EthernetFrames, IpPackets

ETHERNET: Final = 1
RAW: Final = 101
"""Bare IPv4 and IPv6 packets."""

LINKTYPES: Final[dict[type[AnyMedium], int]] = {EthernetFrames: ETHERNET, IpPackets: RAW}
"""What a capture of each medium is marked as."""

# 12 is what DLT_RAW is on most systems, and some writers store that; 228 and 229 are IPv4 and IPv6 alone.
ACCEPTED: Final[dict[type[AnyMedium], frozenset[int]]] = {
    EthernetFrames: frozenset({ETHERNET}),
    IpPackets: frozenset({RAW, 12, 228, 229}),
}
"""What a device of each medium can replay."""
