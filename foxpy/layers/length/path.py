"""The two directions of one path with lengths: what puts them on, what takes them off."""

from __future__ import annotations

from typing import Final

from foxpy.layers.length.wire import append_length, read_length
from foxpy.lifting import lifted
from foxpy.message import Writer
from foxpy.status import Status
from foxpy.transfer import Receiver, Sender
from foxpy.wire import PacketError

HEADER: Final = 2
LARGEST: Final = 0xFFFF


class Counters:
    """What all paths of one layer count."""

    __slots__ = ("malformed",)

    def __init__(self) -> None:
        self.malformed = 0


class LengthSender(Sender):
    """Puts a length in front of each packet."""

    __slots__ = ("_below",)

    def __init__(self, below: Sender) -> None:
        self._below = below

    def begin(self, size: int) -> Writer:
        writer = self._below.begin(HEADER + size)
        append_length(writer, size)
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        self._below.commit(writer, payload)

    def limit(self) -> int:
        return max(min(self._below.limit(), LARGEST) - HEADER, 0)


class LengthReceiver(Receiver):
    """Cuts each packet to its length."""

    __slots__ = ("_above", "_counters")

    def __init__(self, above: Receiver, counters: Counters) -> None:
        self._above = above
        self._counters = counters

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        try:
            (size,) = read_length(frame, start, end)
        except PacketError:
            self._counters.malformed += 1
            return
        if not HEADER <= size <= end - start:
            self._counters.malformed += 1
            return
        self._above.deliver(frame, start + HEADER, start + size)

    def status(self, event: Status) -> None:
        self._above.status(lifted(event, HEADER))
