"""Offloads: work on a packet that the link below does, or that need not be done at all.

A link says what it does in ``Offloads``, and every layer whose packets it can do that for hands the fact up
(``Sender.offloads``). Downwards, a transport layer marks a packet with an ``Offload`` when it begins it: fill in my
checksum, and where the packet is larger than the link carries, cut it. Upwards, ``Arriving`` tells what is known of the
frame that is being handed up.

Nothing depends on the link: whoever marks packets does it alike for all, and ``foxpy.devices.device`` does in software
what a device does not do by itself.
"""

from __future__ import annotations

import enum
from typing import Final

LARGEST_PACKET: Final = 0xFFFF
"""The most bytes of an IP packet, and so of what is cut into segments (RFC 791, section 3.1)."""


class Kind(enum.Enum):
    """Whose header a marked packet has: it decides how it is cut."""

    TCP = "TCP"
    UDP = "UDP"


class Offloads:
    """What is done below for packets that are marked. Never changed once made."""

    __slots__ = ("checksums", "largest", "saves", "window")

    def __init__(self, checksums: bool, largest: int, window: int | None = None, saves: bool = True) -> None:
        self.checksums = checksums
        """Checksums are filled in."""
        self.saves = saves
        """To leave them is less work than to fill them in: not where it is software that does it. Who has a packet that
        needs no cutting then had better finish it."""
        self.largest = largest
        """The largest packet above this layer that is cut into segments, in bytes; 0: none is."""
        self.window = window
        """Bytes that may be on their way to this host without overrunning the queue below; None: nobody knows. All
        connections share it."""

    def less(self, size: int) -> Offloads:
        """The same for packets above a header of ``size`` bytes."""
        return Offloads(self.checksums, max(0, self.largest - size), self.window, self.saves)


NONE: Final = Offloads(checksums=False, largest=0)
"""Nothing is done: packets are whole, and no larger than ``Sender.limit``."""


class Offload:
    """What is to be done for one packet. Its transport layer makes it, once for a connection or a path, and may change
    it until ``begin_offloaded``; it is read at the latest in ``commit``.

    The header's checksum field holds the folded sum of the pseudo-header with the whole length, not complemented.
    """

    __slots__ = ("checksum", "header", "kind", "minimum", "network", "segment", "version")

    def __init__(self, kind: Kind, checksum: int) -> None:
        self.kind = kind
        self.checksum = checksum
        """Where in the transport header the checksum is; negative: there is none, and it stays 0."""
        self.header = 0
        """Bytes of the transport header: the last ones of the writer."""
        self.network = 0
        """Bytes of the network header before it, as that layer says in its ``begin_offloaded``; 0: there is none."""
        self.version = 0
        """What network header that is: 4, 6, or 0 for none."""
        self.segment = 0
        """Bytes of payload that each packet gets, but for the last; 0: it is one packet."""
        self.minimum = 0
        """The least that the link carries above its header, in bytes, as that layer says in its ``begin_offloaded``:
        what is cut smaller is filled up with zeros."""


class Arriving:
    """What is known of the frame that is handed up at this moment; one for each Runtime."""

    __slots__ = ("frame", "segment", "start")

    def __init__(self) -> None:
        self.frame: bytes | None = None
        """The frame, where anything is known; so a layer that made another frame of it says nothing of that one."""
        self.start = 0
        """The transport header at ``frame[start:]``, behind an IPv4 header of 20 bytes, need not be checked: it was
        below, or it never left this machine, and then its checksum field may hold no more than the pseudo-header's
        sum."""
        self.segment = 0
        """Not 0: it came in packets with so many bytes of payload, but for the last."""
