"""Reading the rings in which the kernel puts frames (``Documentation/networking/packet_mmap.rst``).

Both kinds are read from mapped memory alone, so that they work on any mapping. A frame is copied once, out of the ring,
and its place is given back before it is handed up: whatever it causes, the ring is in order.
"""

from __future__ import annotations

import mmap
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final, TypeAlias

from foxpy.devices.packet.abi import COPY, USER

Take: TypeAlias = Callable[[bytes, int, int, bool], None]
"""Is given a frame with what precedes it, its status, its VLAN tag (TCI, TPID << 16), and whether it is all there."""


class Walk(ABC):
    """The reading end of a ring."""

    def __init__(self, memory: mmap.mmap, before: int, take: Take) -> None:
        """``before``: bytes in front of each frame that belong to it, the virtio header."""
        self._memory = memory
        self._words = memoryview(memory).cast("I")  # one load or store each, as the kernel on another CPU wants it
        self._before = before
        self._take = take
        self._open = True

    @abstractmethod
    def burst(self, budget: int) -> bool:
        """Hand up at most ``budget`` frames; whether more are waiting."""

    def close(self) -> None:
        """Let go of the memory; also from inside ``take``."""
        self._open = False
        self._words.release()
        self._memory.close()


SLOT_STATUS: Final = 0
SLOT_LENGTH: Final = 1
SLOT_CAPTURED: Final = 2
SLOT_OFFSETS: Final = 3
SLOT_TAG: Final = 6
"""Words of tpacket2_hdr."""


class SlotWalk(Walk):
    """TPACKET_V2: a slot of equal size for each frame, taken in turn."""

    def __init__(self, memory: mmap.mmap, before: int, take: Take, size: int) -> None:
        """``size``: bytes of a slot."""
        super().__init__(memory, before, take)
        self._step = size // 4
        self._end = len(memory) // 4
        self._at = 0

    def burst(self, budget: int) -> bool:
        memory, words, before, take = self._memory, self._words, self._before, self._take
        at = self._at
        while budget:
            status = words[at]
            if not status & USER:
                return False
            captured = words[at + SLOT_CAPTURED]
            begin = at * 4 + (words[at + SLOT_OFFSETS] & 0xFFFF)
            frame = memory[begin - before : begin + captured]
            tag = words[at + SLOT_TAG]
            whole = captured == words[at + SLOT_LENGTH]
            words[at + SLOT_STATUS] = 0
            at += self._step
            if at == self._end:
                at = 0
            self._at = at
            take(frame, status, tag, whole)
            if not self._open:
                return True
            budget -= 1
        return True


BLOCK_STATUS: Final = 2
BLOCK_COUNT: Final = 3
BLOCK_FIRST: Final = 4
"""Words of tpacket_block_desc."""
FRAME_NEXT: Final = 0
FRAME_CAPTURED: Final = 3
FRAME_LENGTH: Final = 4
FRAME_STATUS: Final = 5
FRAME_OFFSETS: Final = 6
FRAME_TCI: Final = 8
FRAME_TPID: Final = 9
"""Words of tpacket3_hdr."""


class BlockWalk(Walk):
    """TPACKET_V3: blocks taken in turn, each a chain of frames of any size. A block goes back with its last frame."""

    def __init__(self, memory: mmap.mmap, before: int, take: Take, size: int) -> None:
        """``size``: bytes of a block."""
        super().__init__(memory, before, take)
        self._step = size // 4
        self._end = len(memory) // 4
        self._block = 0
        self._left = 0
        """Frames of the block that are not handed up yet."""
        self._at = 0

    def burst(self, budget: int) -> bool:
        memory, words, before, take = self._memory, self._words, self._before, self._take
        while budget:
            if not self._left:
                block = self._block
                if not words[block + BLOCK_STATUS] & USER:
                    return False
                self._left = words[block + BLOCK_COUNT]
                self._at = block + words[block + BLOCK_FIRST] // 4
                if not self._left:
                    self._give_back()  # its time was up before anything came
                    continue
            at = self._at
            captured = words[at + FRAME_CAPTURED]
            begin = at * 4 + (words[at + FRAME_OFFSETS] & 0xFFFF)
            frame = memory[begin - before : begin + captured]
            status = words[at + FRAME_STATUS] & ~COPY  # no frame of this kind of ring goes through the queue
            tag = words[at + FRAME_TCI] & 0xFFFF | (words[at + FRAME_TPID] & 0xFFFF) << 16
            whole = captured == words[at + FRAME_LENGTH]
            self._at = at + words[at + FRAME_NEXT] // 4
            self._left -= 1
            if not self._left:
                self._give_back()
            take(frame, status, tag, whole)
            if not self._open:
                return True
            budget -= 1
        return True

    def _give_back(self) -> None:
        self._words[self._block + BLOCK_STATUS] = 0
        self._block += self._step
        if self._block == self._end:
            self._block = 0
