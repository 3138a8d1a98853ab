"""A kernel's side of the rings, in ordinary memory: it writes frames where the real one would."""

from __future__ import annotations

import mmap
import struct

import attrs

from foxpy.devices.packet.abi import USER

LINK = 76
"""Where a frame begins in its slot, with a virtio header before it."""


@attrs.define
class Taken:
    """What a walk handed up."""

    frames: list[tuple[bytes, int, int, bool]] = attrs.Factory(list)

    def __call__(self, frame: bytes, status: int, tag: int, whole: bool) -> None:
        self.frames.append((frame, status, tag, whole))

    @property
    def bytes(self) -> list[bytes]:
        return [frame for frame, _, _, _ in self.frames]


class Slots:
    """TPACKET_V2."""

    def __init__(self, count: int, size: int) -> None:
        self.memory = mmap.mmap(-1, count * size)
        self._count, self._size, self._next = count, size, 0

    def put(self, frame: bytes, header: bytes = bytes(10), status: int = 0, tag: int = 0, length: int = -1) -> bool:
        """Whether there was room."""
        at = self._next * self._size
        if self.status(self._next):
            return False
        self.memory[at + LINK - len(header) : at + LINK] = header
        self.memory[at + LINK : at + LINK + len(frame)] = frame
        length = len(frame) if length < 0 else length
        struct.pack_into("=IIHHIII", self.memory, at + 4, length, len(frame), LINK, LINK + 14, 1, 2, tag)
        struct.pack_into("=I", self.memory, at, status | USER)
        self._next = (self._next + 1) % self._count
        return True

    def status(self, number: int) -> int:
        return int(struct.unpack_from("=I", self.memory, number * self._size)[0])


class Blocks:
    """TPACKET_V3."""

    def __init__(self, count: int, size: int) -> None:
        self.memory = mmap.mmap(-1, count * size)
        self._count, self._size, self._next = count, size, 0

    def put(self, frames: list[bytes], header: bytes = bytes(10), status: int = 0, tag: int = 0) -> bool:
        """Fill a block and give it up; whether there was room for it."""
        base = self._next * self._size
        if self.status(self._next):
            return False
        at = base + 48
        for number, frame in enumerate(frames):
            size = (LINK + 16 + len(frame) + 15) // 16 * 16
            link = LINK + 16
            following = size if number < len(frames) - 1 else 0
            count = len(frame)
            fields = (following, 1, 2, count, count, status, link, link + 14, 0, tag & 0xFFFF, tag >> 16)
            struct.pack_into("=IIIIIIHHIIH", self.memory, at, *fields)
            self.memory[at + link - len(header) : at + link] = header
            self.memory[at + link : at + link + count] = frame
            at += size
        assert at <= base + self._size
        struct.pack_into("=III", self.memory, base + 8, USER, len(frames), 48)
        self._next = (self._next + 1) % self._count
        return True

    def status(self, number: int) -> int:
        return int(struct.unpack_from("=I", self.memory, number * self._size + 8)[0])
