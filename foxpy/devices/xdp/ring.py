"""The four rings that a socket shares with the kernel (Documentation/networking/af_xdp.rst, "Rings").

Each has one producer and one consumer, whose indices count up modulo 2**32 and are written by their owner alone. An
index is loaded and stored by ``view[0]`` on a view of 32-bit words, which is a single access; a slice would be copied
byte by byte. A ring lies in any writable buffer, so that it works in a ``bytearray`` as it does in shared pages.
"""

from __future__ import annotations

import mmap
from array import array
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

    __slots__ = ("_memory", "_own", "_views", "consumer", "flags", "mask", "octets", "producer", "size", "words")

    def __init__(self, memory: mmap.mmap | bytearray, layout: Layout, size: int, entry: int) -> None:
        self._memory = memory
        whole = memoryview(memory)
        entries = whole[layout.entries : layout.entries + size * entry]
        self.producer = whole[layout.producer : layout.producer + 4].cast("I")
        self.consumer = whole[layout.consumer : layout.consumer + 4].cast("I")
        self.flags = whole[layout.flags : layout.flags + 4].cast("I")
        self.octets = entries
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
    """A ring that the kernel fills. Entries are taken, then released together."""

    __slots__ = ()

    def __init__(self, memory: mmap.mmap | bytearray, layout: Layout, size: int, entry: int) -> None:
        super().__init__(memory, layout, size, entry)
        self._own = self.consumer[0]

    def waiting(self) -> int:
        """How many entries the kernel has put in that were not taken."""
        return (self.producer[0] - self._own) & MODULUS

    def release(self) -> None:
        """Let the kernel write where what was taken lies."""
        fence()  # it is read before the index says so
        self.consumer[0] = self._own


class ReceiveRing(_Consumed):
    """Frames that have arrived. What was taken has to be released before more is."""

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
        self._own = (self._own + count) & MODULUS
        return self.words[start:end:2].tolist(), self.words[start + 1 : end : 2].tolist()

    def taken(self) -> memoryview[int]:
        """The addresses of what was taken and not released, where the kernel wrote them."""
        count = (self._own - self.consumer[0]) & MODULUS
        at = self.consumer[0] & self.mask
        return self.words[2 * at : 2 * (at + count) : 2]


class CompletionRing(_Consumed):
    """Chunks whose frames were sent."""

    __slots__ = ()

    def __init__(self, memory: mmap.mmap | bytearray, layout: Layout, size: int) -> None:
        super().__init__(memory, layout, size, ADDRESS)

    def take_to(self, free: array[int]) -> None:
        """Append the addresses of all that are waiting to ``free``, an array of 64-bit words, and release them."""
        count = self.waiting()
        if not count:
            return
        fence()
        at = self._own & self.mask
        first = min(count, self.size - at)
        free.frombytes(self.octets[ADDRESS * at : ADDRESS * (at + first)])
        free.frombytes(self.octets[: ADDRESS * (count - first)])
        self._own = (self._own + count) & MODULUS
        self.release()


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

    def put(self, addresses: memoryview[int]) -> None:
        """Give the chunks at ``addresses``, 64-bit words, to the kernel, and publish them."""
        count = len(addresses)
        at = self._own & self.mask
        first = self.size - at
        if count <= first:
            self.words[at : at + count] = addresses
        else:
            self.words[at:] = addresses[:first]
            self.words[: count - first] = addresses[first:]
        self._own = (self._own + count) & MODULUS
        self.publish()


class TransmitRing(_Produced):
    """Frames to be sent."""

    __slots__ = ("_entries", "_left", "_staged")

    def __init__(self, memory: mmap.mmap | bytearray, layout: Layout, size: int) -> None:
        super().__init__(memory, layout, size, DESCRIPTOR)
        self._left = 0  # places that are known to be free
        self._staged = array("Q", bytes(size * DESCRIPTOR))  # entries before they are copied into the ring
        self._entries = memoryview(self._staged).cast("B")

    def pending(self) -> int:
        """How many published frames the kernel has not taken."""
        return (self.producer[0] - self.consumer[0]) & MODULUS

    def put(self, address: int, length: int) -> bool:
        """One frame, ``length`` with the options above it; whether there was a place. Not published."""
        if not self._left:
            self._left = self.room()
            if not self._left:
                return False
        self._left -= 1
        at = 2 * (self._own & self.mask)
        words = self.words
        words[at] = address
        words[at + 1] = length
        self._own = (self._own + 1) & MODULUS
        return True

    def put_all(self, addresses: array[int], lengths: array[int]) -> None:
        """Frames, by 64-bit words of both; no more than there is room for. Not published."""
        count = len(addresses)
        if not count:
            return
        at = self._own & self.mask
        first = min(count, self.size - at)
        # An array takes every second word in a third of the time that a view does.
        staged = self._staged
        staged[0 : 2 * count : 2] = addresses
        staged[1 : 2 * count : 2] = lengths
        entries, octets = self._entries, self.octets
        octets[DESCRIPTOR * at : DESCRIPTOR * (at + first)] = entries[: DESCRIPTOR * first]
        if first < count:
            octets[: DESCRIPTOR * (count - first)] = entries[DESCRIPTOR * first : DESCRIPTOR * count]
        self._own = (self._own + count) & MODULUS
        self._left = 0
