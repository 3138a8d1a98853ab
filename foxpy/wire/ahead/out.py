"""The output buffer of the compiled package, which is built as ``foxpy.wire.out``: what is pushed is only noted.

Nothing is copied until ``bytes`` puts all together; ``buf`` and ``start`` do so too, for callers that write into the
buffer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from foxpy.wire.ahead.sums import beside, fold, ones_sum
from foxpy.wire.window import Buffer

if TYPE_CHECKING:
    from mypy_extensions import i64


class Out:
    """One buffer; each push puts bytes in front of what is there.

    ``headroom`` is of use only to callers that write into the buffer: for them, it is the first allocation in bytes.
    """

    def __init__(self, headroom: int = 256) -> None:
        self._parts: list[bytes] = []  # in the order in which they were pushed: the foremost is the last
        self._size: i64 = 0  # of the parts
        self._headroom = headroom
        self._buf: bytearray | None = None  # instead of the parts, from when it was asked for
        self._view: memoryview | None = None
        self._start: i64 = 0

    def __len__(self) -> int:
        buf = self._buf
        return self._size if buf is None else len(buf) - self._start

    @property
    def buf(self) -> bytearray:
        """Another one after a push that found too little headroom: do not keep it."""
        buf = self._buf
        if buf is None:
            buf = bytearray(self._headroom)
            buf += self.bytes()
            self._set_buf(buf, self._headroom)
            self._parts = []
        return buf

    @property
    def view(self) -> memoryview:
        """Of all of ``buf``."""
        view = self._view
        if view is None:
            view = memoryview(self.buf)
            self._view = view
        return view

    @property
    def start(self) -> int:
        """Where what was pushed begins; it ends with the buffer. A later push may move it."""
        if self._buf is None:
            _ = self.buf
        return self._start

    @start.setter
    def start(self, value: int) -> None:
        self._start = value

    def _set_buf(self, buf: bytearray, start: i64) -> None:
        self._buf = buf
        self._view = memoryview(buf)
        self._start = start

    def push(self, size: int) -> int:
        """Open ``size`` bytes in front and return where they begin in ``buf``; what they hold is not defined."""
        buf = self.buf
        start: i64 = self._start - size
        if start < 0:
            grown = max(len(buf), size)
            start += grown
            self._set_buf(bytearray(grown) + buf, start)
        self._start = start
        return start

    def push_bytes(self, data: Buffer) -> int:
        """Put ``data`` in front and return where it begins in ``buf``."""
        if self._buf is None:
            part = data if isinstance(data, bytes) else bytes(data)
            self._parts.append(part)
            self._size += len(part)
            return 0
        size = len(data)
        start = self.push(size)
        self.view[start : start + size] = data
        return start

    def ones_sum(self, size: i64) -> i64:
        """The ones' complement sum of the first ``size`` bytes (see ``foxpy.checksum``)."""
        buf = self._buf
        if buf is not None:
            return ones_sum(bytes(self.view[self._start : self._start + size]), 0, size)
        total: i64 = 0
        left: i64 = size
        at: i64 = len(self._parts) - 1
        place: i64 = 0
        while left > 0:
            part = self._parts[at]
            here: i64 = len(part)
            if here > left:
                here = left
            total += beside(ones_sum(part, 0, here), place)
            place += here
            left -= here
            at -= 1
        return fold(total)

    def bytes(self) -> bytes:
        """A copy of all that was pushed."""
        if self._buf is not None:
            return self.view[self._start :].tobytes()
        parts = self._parts
        if len(parts) == 1:
            return parts[0]
        parts.reverse()
        whole = b"".join(parts)
        self._parts = [whole]
        return whole
