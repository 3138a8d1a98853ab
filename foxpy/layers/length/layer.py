"""A micro-protocol that says where a packet ends: for protocols without a length of their own, over media that pad.

Ethernet fills short frames with zeros, and a receiver cannot tell those from data. IP, ARP and UDP have lengths and cut
what is behind them; TCP has none, and over Ethernet alone it would take the zeros for a part of the stream.
"""

from __future__ import annotations

from typing import TypeVar

import attrs

from foxpy.interpose import Interposable, Session
from foxpy.layers.interposing import Framing, Headed
from foxpy.layers.length.wire import Length as Header
from foxpy.layers.length.wire import append_length, read_length
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.transfer import Connection
from foxpy.wire import PacketError

L = TypeVar("L", bound=Interposable)

# -- configuration


@attrs.frozen
class LengthInfo:
    """The lengths now, over all connections."""

    malformed: int
    """Packets dropped because they were shorter than the header, or than it says."""


# -- factory


def length(layer: L) -> L:
    """Say the length of what passes through ``layer``, on connections opened from now on; gives ``layer`` back.

    Both ends must have it. It takes two bytes of each packet. Counters: ``interposed(layer, Length).info()``.
    """
    return layer.interpose(Length())


class Length(Framing):
    """Puts a length in front of each packet, and cuts what arrives to it."""

    def __init__(self) -> None:
        self.malformed = 0

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return _LengthSession(self)

    # -- control and query

    def describe(self, frame: bytes, start: int, end: int) -> str:
        return str(Header.view(frame, start, end))

    def inside(self, frame: bytes, start: int, end: int) -> tuple[int, int]:
        return start + Header.MIN, start + Header.view(frame, start, end).length

    def info(self) -> LengthInfo:
        return LengthInfo(self.malformed)


class _LengthSession(Headed):
    __slots__ = ("_layer",)

    def __init__(self, layer: Length) -> None:
        super().__init__(Header.MIN)
        self._layer = layer

    # -- down: send

    def begin(self, size: int) -> Writer:
        writer = self.below.begin(Header.MIN + size)
        append_length(writer, size)
        return writer

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        try:
            (size,) = read_length(frame, start, end)
        except PacketError:
            self._layer.malformed += 1
            return
        if not Header.MIN <= size <= end - start:
            self._layer.malformed += 1
            return
        self.above.deliver(frame, start + Header.MIN, start + size)
