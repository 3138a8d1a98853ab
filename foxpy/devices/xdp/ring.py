"""The four rings that a socket shares with the kernel (Documentation/networking/af_xdp.rst, "Rings").

Each has one producer and one consumer, whose indices count up modulo 2**32 and are written by their owner alone. An
index is loaded and stored by ``view[0]`` on a view of 32-bit words, which is a single access; a slice would be copied
byte by byte. A ring lies in any writable buffer, so that it works in a ``bytearray`` as it does in shared pages.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Sequence
from typing import Final

import attrs

from foxpy.devices.xdp.fence import fence

MODULUS: Final = 0xFFFFFFFF
DESCRIPTOR: Final = 16
"""Bytes of a receive or transmit entry: an address, then the length with the options above it."""
ADDRESS: Final = 8
"""Bytes of a fill or completion entry."""


@attrs.frozen
class Layout:
    """Where the parts of a ring begin in its buffer, in bytes, as the kernel gives them."""

    producer: int
    consumer: int
    entries: int
    flags: int


class Ring:
    """What all four have in common. ``size``, the number of entries, is a power of two."""

    __slots__ = ("_memory", "_own", "_views", "consumer", "flags", "mask", "producer", "size", "words")

    def __init__(self, memory: mmap.mmap | bytearray, layout: Layout, size: int, entry: int) -> None:
        self._memory = memory
        whole = memoryview(memory)
        entries = whole[layout.entries : layout.entries + size * entry]
        self.producer = whole[layout.producer : layout.producer + 4].cast("I")
        self.consumer = whole[layout.consumer : layout.consumer + 4].cast("I")
        self.flags = whole[layout.flags : layout.flags + 4].cast("I")
        self.words = entries.cast("Q")
        self._views = (self.producer, self.consumer, self.flags, self.words, entries, whole)
        self.size = size
        self.mask = size - 1
        self._own = 0

    def close(self) -> None:
        """Let go of the buffer: shared pages are unmapped, which keep the socket open otherwise. Harmless twice."""
        for view in self._views:
            view.release()
        if isinstance(self._memory, mmap.mmap):
            self._memory.close()


class _Consumed(Ring):
    """A ring that the kernel fills."""

    __slots__ = ()

    def __init__(self, memory: mmap.mmap | bytearray, layout: Layout, size: int, entry: int) -> None:
        super().__init__(memory, layout, size, entry)
        self._own = self.consumer[0]

    def waiting(self) -> int:
        """How many entries the kernel has put in that were not taken."""
        return (self.producer[0] - self._own) & MODULUS

    def _advance(self, count: int) -> None:
        fence()  # what was taken is read before the kernel may write there
        own = self._own = (self._own + count) & MODULUS
        self.consumer[0] = own


class ReceiveRing(_Consumed):
    """Frames that have arrived."""

    __slots__ = ()

    def __init__(self, memory: mmap.mmap | bytearray, layout: Layout, size: int) -> None:
        super().__init__(memory, layout, size, DESCRIPTOR)

    def take(self, limit: int) -> tuple[list[int], list[int]]:
        """At most ``limit`` frames: their addresses, and their lengths with CONTINUES where that is set.

        Fewer than are waiting where they lie on both sides of the ring's end.
        """
        count = (self.producer[0] - self._own) & MODULUS
        if not count:
            return [], []
        fence()  # the index is read before what it stands for
        at = self._own & self.mask
        count = min(count, limit, self.size - at)
        start, end = 2 * at, 2 * (at + count)
        addresses, lengths = self.words[start:end:2].tolist(), self.words[start + 1 : end : 2].tolist()
        self._advance(count)
        return addresses, lengths


class CompletionRing(_Consumed):
    """Chunks whose frames were sent."""

    __slots__ = ()

    def __init__(self, memory: mmap.mmap | bytearray, layout: Layout, size: int) -> None:
        super().__init__(memory, layout, size, ADDRESS)

    def take(self) -> list[int]:
        """The addresses of all that are waiting."""
        count = self.waiting()
        if not count:
            return []
        fence()
        at = self._own & self.mask
        words = self.words
        addresses = words[at : at + count].tolist()  # a slice ends where the ring does
        if len(addresses) < count:
            addresses += words[: count - len(addresses)].tolist()
        self._advance(count)
        return addresses


class _Produced(Ring):
    """A ring that the kernel empties. Entries are put in, then published together."""

    __slots__ = ()

    def __init__(self, memory: mmap.mmap | bytearray, layout: Layout, size: int, entry: int) -> None:
        super().__init__(memory, layout, size, entry)
        self._own = self.producer[0]

    def room(self) -> int:
        """How many entries fit in now."""
        return self.size - ((self._own - self.consumer[0]) & MODULUS)

    def publish(self) -> None:
        """Let the kernel see all that was put in."""
        fence()  # what an index stands for is written before the index
        self.producer[0] = self._own


class FillRing(_Produced):
    """Chunks for frames that are to arrive. It holds all chunks that there are, so it is never full."""

    __slots__ = ()

    def __init__(self, memory: mmap.mmap | bytearray, layout: Layout, size: int) -> None:
        super().__init__(memory, layout, size, ADDRESS)

    def put(self, addresses: Sequence[int]) -> None:
        """Give the chunks at ``addresses`` to the kernel, and publish them."""
        entries = array("Q", addresses)
        count = len(entries)
        at = self._own & self.mask
        first = self.size - at
        if count <= first:
            self.words[at : at + count] = memoryview(entries)
        else:
            self.words[at:] = memoryview(entries)[:first]
            self.words[: count - first] = memoryview(entries)[first:]
        self._own = (self._own + count) & MODULUS
        self.publish()


class TransmitRing(_Produced):
    """Frames to be sent."""

    __slots__ = ()

    def __init__(self, memory: mmap.mmap | bytearray, layout: Layout, size: int) -> None:
        super().__init__(memory, layout, size, DESCRIPTOR)

    def full(self) -> bool:
        return (self._own - self.consumer[0]) & MODULUS >= self.size

    def pending(self) -> int:
        """How many published frames the kernel has not taken."""
        return (self.producer[0] - self.consumer[0]) & MODULUS

    def put(self, address: int, length: int) -> None:
        """One frame, ``length`` with the options above it; there must be room. Not published."""
        at = 2 * (self._own & self.mask)
        words = self.words
        words[at] = address
        words[at + 1] = length
        self._own = (self._own + 1) & MODULUS

    def put_all(self, addresses: Sequence[int], lengths: Sequence[int]) -> None:
        """Frames, as many as there is room for at least. Not published."""
        count = len(addresses)
        entries = array("Q", bytes(DESCRIPTOR * count))
        entries[::2] = array("Q", addresses)
        entries[1::2] = array("Q", lengths)
        at = self._own & self.mask
        first = self.size - at
        if count <= first:
            self.words[2 * at : 2 * (at + count)] = memoryview(entries)
        else:
            self.words[2 * at :] = memoryview(entries)[: 2 * first]
            self.words[: 2 * (count - first)] = memoryview(entries)[2 * first :]
        self._own = (self._own + count) & MODULUS
