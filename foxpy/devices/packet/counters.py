"""What a packet device counts beside what every device does."""

from __future__ import annotations

import attrs

from foxpy.devices.device import DeviceInfo


@attrs.frozen
class PacketInfo(DeviceInfo):
    """A packet device now. Counts are frames since it was made."""

    lost: int
    """Incoming frames that the kernel dropped, because the ring or the socket's queue was full."""
    cut: int
    """Incoming frames dropped because a part was missing: too large for the ring, with no room in the queue."""
    ring: str
    """How frames are received: ``frames`` (TPACKET_V2), ``blocks`` (TPACKET_V3) or ``none``."""
    offloads: bool
    """Whether the kernel finishes outgoing packets."""
