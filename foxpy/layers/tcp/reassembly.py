"""The reassembly queue: text that arrived ahead of its turn (SHLD-31)."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from foxpy.layers.tcp.blocks import Blocks

SUBSTANTIAL: Final = 512
"""Bytes of a piece, on the average, from which on the window is limit enough."""


class Reassembly:
    """Pieces of the stream beyond RCV.NXT, in order and disjoint.

    Where pieces overlap the first to arrive wins, so that nobody can rewrite what is held. The number of pieces is
    bounded, as the window bounds only their bytes. The FIN is remembered as a place in the stream.
    """

    __slots__ = ("_limit", "_pieces", "_starts", "blocks", "fin", "size")

    fin: int | None
    """The sequence number of the peer's FIN, once seen ahead of its turn."""
    size: int
    """Bytes held."""
    blocks: Blocks
    """The same, as selective acknowledgements tell of it."""

    def __init__(self, limit: int) -> None:
        """``limit``: the most pieces to hold that are small, SUBSTANTIAL on the average."""
        self._limit = limit
        self._starts: list[int] = []
        self._pieces: list[bytes] = []
        self.fin = None
        self.size = 0
        self.blocks = Blocks()

    def __bool__(self) -> bool:
        return bool(self._starts) or self.fin is not None

    def __len__(self) -> int:
        return len(self._starts)

    def add(self, seq: int, frame: bytes, start: int, end: int, limited: bool = True) -> bool:
        """Hold what is new of ``frame[start:end]``, whose first byte is number ``seq``; False where there was no room.

        Nothing is sliced from the frame that is held already. What is taken out at once need not be ``limited``.
        """
        starts = self._starts
        pieces = self._pieces
        stop = seq + end - start
        base = start - seq  # frame index of sequence number n is base + n
        at = bisect_right(starts, seq)
        if at and starts[at - 1] + len(pieces[at - 1]) > seq:
            seq = starts[at - 1] + len(pieces[at - 1])
        while seq < stop:
            until = min(stop, starts[at]) if at < len(starts) else stop
            if until > seq:
                if limited and len(starts) >= self._limit and self.size < SUBSTANTIAL * len(starts):
                    return False
                starts.insert(at, seq)
                pieces.insert(at, frame[base + seq : base + until])
                self.size += until - seq
                self.blocks.add(seq, until)
                at += 1
            if at < len(starts):
                seq = max(until, starts[at] + len(pieces[at]))
                at += 1
            else:
                seq = until
        return True

    def take(self, seq: int) -> bytes:
        """Remove and return the bytes from ``seq`` up to the next gap; forget what lies before. Often empty."""
        starts = self._starts
        pieces = self._pieces
        ready: list[bytes] = []
        count = 0
        for start, piece in zip(starts, pieces, strict=True):
            if start > seq:
                break
            count += 1
            self.size -= len(piece)
            stop = start + len(piece)
            if stop > seq:
                ready.append(piece[seq - start :] if start < seq else piece)
                seq = stop
        if count:
            del starts[:count], pieces[:count]
            self.blocks.passed(seq)
        return ready[0] if len(ready) == 1 else b"".join(ready)

    def clear(self) -> None:
        """Forget everything."""
        self._starts.clear()
        self._pieces.clear()
        self.blocks.clear()
        self.fin = None
        self.size = 0
