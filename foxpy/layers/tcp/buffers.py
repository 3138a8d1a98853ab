"""The send buffer: what the application gave and no segment holds yet."""

from __future__ import annotations

from foxpy.mypyc_attributes import mypyc_attr


@mypyc_attr(acyclic=True)
class SendBuffer:
    """A queue of the application's own ``bytes``, cut into segments at the other end.

    A segment that lies inside one of them costs one slice, one that is exactly one of them costs nothing, and one that
    spans several costs one join: no byte is copied more than once.
    """

    __slots__ = ("_chunks", "_offset", "size")

    size: int
    """Bytes in it."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._offset = 0
        self.size = 0

    def put(self, data: bytes) -> None:
        """Append ``data``, which must not be empty; it is kept, not copied."""
        self._chunks.append(data)
        self.size += len(data)

    def take(self, count: int) -> bytes:
        """Remove and return the first ``count`` bytes; 0 < ``count`` <= ``size``."""
        chunks = self._chunks
        chunk = chunks[0]
        start = self._offset
        end = start + count
        self.size -= count
        if end < len(chunk):
            self._offset = end
            return chunk[start:end]
        self._offset = 0
        del chunks[0]
        if end == len(chunk):
            return chunk[start:] if start else chunk
        return self._gather(chunk, start, count)

    def _gather(self, chunk: bytes, start: int, count: int) -> bytes:
        """``count`` bytes from ``chunk[start:]`` and the chunks after it."""
        chunks = self._chunks
        pieces: list[bytes | memoryview] = [memoryview(chunk)[start:] if start else chunk]
        count -= len(chunk) - start
        while count:
            chunk = chunks[0]
            if len(chunk) <= count:
                pieces.append(chunks.pop(0))
                count -= len(chunk)
            else:
                pieces.append(memoryview(chunk)[:count])
                self._offset = count
                count = 0
        return b"".join(pieces)

    def clear(self) -> None:
        """Forget everything."""
        self._chunks.clear()
        self._offset = 0
        self.size = 0
