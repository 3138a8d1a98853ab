"""The memory that frames lie in, shared with the kernel: chunks of equal size (af_xdp.rst, "UMEM").

A chunk is named by the address where its frame begins, HEADROOM bytes into it, counted from the beginning of the
memory. The kernel takes that for the chunk on all rings, so the same number serves for receiving and for sending.
"""

from __future__ import annotations

import ctypes
import mmap
import warnings
from array import array
from collections.abc import Iterable
from typing import Final

from foxpy.devices.xdp import abi

POISON: Final = 0xDD


class Umem:
    """``chunks`` chunks of ``chunk`` bytes. Raises OSError where there is not so much memory."""

    __slots__ = ("capacity", "chunk", "chunks", "memory", "view")

    def __init__(self, chunks: int, chunk: int) -> None:
        self.chunks = chunks
        self.chunk = chunk
        self.capacity = chunk - abi.HEADROOM
        """The largest frame of one chunk, in bytes."""
        # Shared: pages of private memory would be copied on a fork, and the kernel would go on using the parent's.
        flags = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_POPULATE", 0)
        self.memory = mmap.mmap(-1, chunks * chunk, flags)
        self.view = memoryview(self.memory)

    def registration(self, metadata: int) -> bytes:
        """The request that gives it to a socket, with room for ``metadata`` bytes before each frame that is sent."""
        anchor = ctypes.c_char.from_buffer(self.memory)
        address = ctypes.addressof(anchor)
        del anchor  # it is a view, and the memory could not be closed while it lives
        flags = abi.UMEM_TX_METADATA if metadata else 0
        return abi.UMEM.pack(address, self.chunks * self.chunk, self.chunk, 0, flags, metadata)

    def addresses(self) -> array[int]:
        """Of all chunks."""
        return array("Q", range(abi.HEADROOM, self.chunks * self.chunk, self.chunk))

    def poison(self, addresses: Iterable[int]) -> None:
        """Overwrite the frames at ``addresses``: who still reads them will notice."""
        pattern = bytes([POISON]) * self.capacity
        for address in addresses:
            self.memory[address : address + self.capacity] = pattern

    def close(self) -> None:
        """Give the memory back. Where a view of a frame is still held it stays, and a ResourceWarning says so."""
        self.view.release()
        try:
            self.memory.close()
        except BufferError:
            warnings.warn(
                f"AF_XDP: a frame is still in use, so {self.chunks * self.chunk} bytes of memory stay; "
                "copy frames that are kept, bytes(frame), before the socket is closed",
                ResourceWarning,
                stacklevel=3,
            )
