"""Reading the rings in which the kernel puts frames (``Documentation/networking/packet_mmap.rst``).

Both kinds are read from mapped memory alone, so that they work on any mapping. A frame is copied once, out of the ring,
and its place is given back before it is handed up: whatever it causes, the ring is in order.
"""

from __future__ import annotations

import mmap
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final, TypeAlias

from foxpy.devices.packet.abi import COPY, USER, VLAN_VALID

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


SLOT: Final = struct.Struct("=4xIIH").unpack_from
"""Of tpacket2_hdr: length, captured length, where the frame begins."""
SLOT_TAG: Final = 6
"""Its word with TCI and TPID."""


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
        at, step, end = self._at, self._step, self._end
        for _ in range(budget):
            status = words[at]
            if not status & USER:
                return False
            length, captured, begin = SLOT(memory, at * 4)
            begin += at * 4
            frame = memory[begin - before : begin + captured]
            tag = words[at + SLOT_TAG] if status & VLAN_VALID else 0
            words[at] = 0
            at += step
            if at == end:
                at = 0
            self._at = at
            take(frame, status, tag, captured == length)
            if not self._open:
                return True
        return True


BLOCK_STATUS: Final = 2
BLOCK_COUNT: Final = 3
BLOCK_FIRST: Final = 4
"""Words of tpacket_block_desc."""
FRAME: Final = struct.Struct("=I8xIIIH").unpack_from
"""Of tpacket3_hdr: where the next one is, captured length, length, status, where the frame begins."""
FRAME_TAG: Final = struct.Struct("=HxxH").unpack_from
FRAME_TAG_AT: Final = 32
"""TCI and TPID, further on in it."""


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
                self._at = block * 4 + words[block + BLOCK_FIRST]
                if not self._left:
                    self._give_back()  # its time was up before anything came
                    continue
            at = self._at
            following, captured, length, status, begin = FRAME(memory, at)
            begin += at
            frame = memory[begin - before : begin + captured]
            tag = 0
            if status & VLAN_VALID:
                tci, tpid = FRAME_TAG(memory, at + FRAME_TAG_AT)
                tag = tci | tpid << 16
            self._at = at + following
            self._left -= 1
            if not self._left:
                self._give_back()
            take(frame, status & ~COPY, tag, captured == length)  # no frame of this ring goes through the queue
            if not self._open:
                return True
            budget -= 1
        return True

    def _give_back(self) -> None:
        self._words[self._block + BLOCK_STATUS] = 0
        self._block += self._step
        if self._block == self._end:
            self._block = 0
