"""The output buffer of the compiled package, which is built as ``foxpy.wire.out``.

What is pushed is immutable and grows by concatenation in front, until it is large; large pieces are joined once, at the
end. ``buf`` and ``start`` do so too, for callers that write into the buffer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from librt.strings import BytesWriter

from foxpy.wire.ahead.sums import beside, fold, ones_sum
from foxpy.wire.window import Buffer

if TYPE_CHECKING:
    from mypy_extensions import i64, mypyc_attr

LARGE: Final = 256
"""Bytes in front that are not copied once more for what comes before them: a header or two costs less as a copy."""


@mypyc_attr(acyclic=True, free_list_len=1)
class Out:
    """One buffer; each push puts bytes in front of what is there.

    ``headroom`` is of use only to callers that write into the buffer: for them, it is the first allocation in bytes.
    """

    def __init__(self, headroom: i64 = 256) -> None:
        self._front: bytes = b""
        self._large: list[bytes] | None = None  # in the order in which they were pushed: the foremost is the last
        self._behind: i64 = 0  # their size
        self._headroom: i64 = headroom
        self._buf: bytearray | None = None  # instead of all these, from when it was asked for
        self._view: memoryview | None = None
        self._start: i64 = 0

    def __len__(self) -> int:
        buf = self._buf
        return len(self._front) + self._behind if buf is None else len(buf) - self._start

    @property
    def buf(self) -> bytearray:
        """Another one after a push that found too little headroom: do not keep it."""
        buf = self._buf
        if buf is None:
            buf = bytearray(self._headroom)
            buf += self.bytes()
            self._set_buf(buf, self._headroom)
            self._front = b""
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
            size: i64 = len(self._front)
            if size == 0:
                self._front = part
            elif size + len(part) < LARGE:
                self._front = part + self._front
            else:
                self._lay_by()
                self._front = part
            return 0
        length = len(data)
        start = self.push(length)
        self.view[start : start + length] = data
        return start

    def push_written(self, head: BytesWriter) -> None:
        """Put what was written to ``head`` in front; ``head`` is the callee's then."""
        if self._buf is not None:
            self.push_bytes(head.getvalue())
            return
        size: i64 = len(self._front)
        if size + len(head) < LARGE:
            head.write(self._front)
        else:
            self._lay_by()
        self._front = head.getvalue()

    def _lay_by(self) -> None:
        """The front has become large."""
        large = self._large
        if large is None:
            self._large = [self._front]
        else:
            large.append(self._front)
        self._behind += len(self._front)

    def ones_sum(self, size: i64) -> i64:
        """The ones' complement sum of the first ``size`` bytes (see ``foxpy.checksum``)."""
        buf = self._buf
        if buf is not None:
            return ones_sum(bytes(self.view[self._start : self._start + size]), 0, size)
        part = self._front
        place: i64 = len(part)
        if size <= place:
            return ones_sum(part, 0, size)
        total: i64 = ones_sum(part, 0, place)
        large = self._large
        assert large is not None
        at: i64 = len(large) - 1
        while place < size:
            part = large[at]
            here: i64 = len(part)
            if here > size - place:
                here = size - place
            total += beside(ones_sum(part, 0, here), place)
            place += here
            at -= 1
        return fold(total)

    def bytes(self) -> bytes:
        """A copy of all that was pushed."""
        if self._buf is not None:
            return self.view[self._start :].tobytes()
        large = self._large
        if large is not None:
            large.append(self._front)
            large.reverse()
            self._front = b"".join(large)
            self._large = None
            self._behind = 0
        return self._front
