"""A window on a shared buffer: how payloads are handed on without a copy."""

from __future__ import annotations

from typing import Final

Buffer = bytes | bytearray | memoryview
"""What packets are read from. A view on a buffer that changes changes with it."""

BUFFERS: Final = (bytes, bytearray, memoryview)
"""The same for ``isinstance``, to which ``Buffer`` would have to be taken apart at every call."""


class Window:
    """The bytes ``buf[start:end]``, not copied. Compares and hashes as those bytes.

    Holding a window keeps the whole buffer alive: take ``bytes(window)`` of what is to be kept.
    """

    __slots__ = ("buf", "end", "start")

    def __init__(self, buf: Buffer, start: int, end: int) -> None:
        self.buf = buf
        self.start = start
        self.end = end

    def __len__(self) -> int:
        return self.end - self.start

    def __bytes__(self) -> bytes:
        return bytes(self.buf[self.start : self.end])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Window, BUFFERS)):
            return bytes(self) == bytes(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(bytes(self))

    def __repr__(self) -> str:
        shown = bytes(self.buf[self.start : min(self.end, self.start + 12)])
        return f"<{len(self)} bytes {shown.hex()}{'...' if len(self) > 12 else ''}>"
