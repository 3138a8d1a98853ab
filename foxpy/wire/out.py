"""The output buffer that nested packets are pushed into, innermost first."""

from __future__ import annotations

from foxpy.wire.window import Buffer


class Out:
    """One buffer; each push puts bytes in front of what is there, into headroom that grows as needed.

    ``headroom`` is the first allocation in bytes: make it the size of the largest packet if that is known.
    """

    __slots__ = ("buf", "start", "view")

    buf: bytearray
    """Another one after a push that found too little headroom: do not keep it."""
    start: int
    """Where what was pushed begins; it ends with the buffer. A later push may move it: keep sizes, not positions."""
    view: memoryview
    """Of all of ``buf``. Bytes are copied in and out through it in a quarter of the time that the bytearray takes."""

    def __init__(self, headroom: int = 256) -> None:
        self.buf = buf = bytearray(headroom)
        self.view = memoryview(buf)
        self.start = headroom

    def __len__(self) -> int:
        return len(self.buf) - self.start

    def push(self, size: int) -> int:
        """Open ``size`` bytes in front and return where they begin in ``buf``; what they hold is not defined."""
        start = self.start - size
        if start < 0:
            grown = max(len(self.buf), size)
            self.buf = bytearray(grown) + self.buf
            self.view = memoryview(self.buf)
            start += grown
        self.start = start
        return start

    def push_bytes(self, data: Buffer) -> int:
        """Put ``data`` in front and return where it begins in ``buf``."""
        size = len(data)
        start = self.start - size
        if start < 0:
            start = self.push(size)
        else:
            self.start = start
        self.view[start : start + size] = data
        return start

    def bytes(self) -> bytes:
        """A copy of all that was pushed."""
        return self.view[self.start :].tobytes()
