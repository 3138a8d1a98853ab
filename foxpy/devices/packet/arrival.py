"""What is done with each frame that was received: what Linux left to do for it is done, or told to the layers above."""

from __future__ import annotations

import os
from typing import Final

from foxpy.devices import virtio
from foxpy.devices.finishing import summed
from foxpy.devices.packet.abi import COPY, VLAN_VALID
from foxpy.devices.packet.marks import LINK_HEADER, tagged, transport
from foxpy.devices.port import Port

BEFORE: Final = virtio.SIZE
"""Where the frame begins that is behind the header."""
IPV4: Final = 20
PLAIN_IPV4: Final = 0x45
"""The first byte of an IPv4 header without options: what the layers above can be told of."""


class Arrival:
    """The way from a ring, or a read, to ``port``."""

    __slots__ = ("_port", "_size", "cut", "descriptor")

    descriptor: int
    """Of the socket."""

    cut: int
    """Frames dropped because a part was missing."""

    def __init__(self, port: Port, size: int) -> None:
        """``size``: more than any frame has with its header."""
        self.descriptor = -1
        self.cut = 0
        self._port = port
        self._size = size

    def take(self, frame: bytes, status: int, tag: int, whole: bool) -> None:
        """One frame behind its virtio header; ``whole`` as ``ring.Take`` has it."""
        if not whole:
            frame = self._queued(status)
            if not frame:
                self.cut += 1
                return
        if not (status & VLAN_VALID or frame[0] or frame[1]):
            self._port.received(frame, BEFORE)
        else:
            self._marked(frame, status, tag)

    def _queued(self, status: int) -> bytes:
        """The whole of a frame that did not fit its slot; nothing where there was no room for it either."""
        if status & COPY:
            try:
                frame = os.read(self.descriptor, self._size)
            except OSError:
                return b""
            if len(frame) < self._size:
                return frame
        return b""

    def _marked(self, frame: bytes, status: int, tag: int) -> None:
        """A frame of which more is known than its bytes. Offsets count without the tag that was taken off it."""
        port = self._port
        flags, joined, _, segment, at, place = virtio.read(frame)
        unsummed = flags & virtio.NEEDS_CSUM
        if unsummed:
            at += BEFORE
        else:
            at = transport(frame, BEFORE) if joined or flags & virtio.DATA_VALID else 0
            place = 0
        if not joined:
            segment = 0
        if self._plain(frame, status, at) and (segment or not joined):
            port.received_checked(frame, at, segment, BEFORE)
        elif not unsummed and not joined:
            port.received(tagged(frame, BEFORE, status, tag), BEFORE)
        elif at + place + 2 > len(frame) or (joined and not segment):
            port.counters.unclaimed += 1
        elif not joined:
            port.received(tagged(summed(frame, at, at + place), BEFORE, status, tag), BEFORE)
        else:
            self._cut(frame, status, tag, at, segment)

    def _cut(self, frame: bytes, status: int, tag: int, at: int, segment: int) -> None:
        """A frame that was joined of others, for layers that cannot be told so."""
        from foxpy.devices.segmentation import (
            completed,  # here, as what it cuts are the headers of layers above devices
        )

        port = self._port
        network = at - BEFORE - LINK_HEADER
        if network >= IPV4 and frame[at - network] == 0x40 | network >> 2:
            for each in completed(frame, at, segment, network):
                port.received(tagged(each, BEFORE, status, tag), BEFORE)
        else:
            port.counters.unclaimed += 1  # of IPv6, or of none

    def _plain(self, frame: bytes, status: int, at: int) -> bool:
        """Whether the layers above can be told that the transport header at ``frame[at:]`` is in order."""
        return (
            not status & VLAN_VALID
            and at == BEFORE + LINK_HEADER + IPV4
            and len(frame) > at
            and frame[at - IPV4] == PLAIN_IPV4
        )
