"""A micro-protocol on the header of ``wire.py``: packets are marked with a flow, checked, and cut to their length."""

from __future__ import annotations

from typing import TypeVar

import attrs

from docs.examples.mark import wire
from foxpy.interpose import Interposable, Session
from foxpy.layers.interposing import Framing, Headed
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.transfer import Connection
from foxpy.wire import PacketError

L = TypeVar("L", bound=Interposable)

# -- configuration


@attrs.frozen
class MarkInfo:
    """Packets dropped, over all connections: not whole, or of another flow."""

    damaged: int
    foreign: int


# -- factory


def mark(layer: L, *, flow: int) -> L:
    """Mark what passes through ``layer``, on connections opened from now on; gives ``layer`` back. Both ends must."""
    return layer.interpose(Mark(flow))


class Mark(Framing):
    """Puts the header in front of each packet, and takes it off."""

    def __init__(self, flow: int) -> None:
        self.flow = flow
        self.damaged = 0
        self.foreign = 0

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return _MarkSession(self)

    # -- control and query

    def describe(self, frame: bytes, start: int, end: int) -> str:
        return str(wire.Mark.view(frame, start, end))

    def inside(self, frame: bytes, start: int, end: int) -> tuple[int, int]:
        return start + wire.Mark.MIN, start + wire.Mark.view(frame, start, end).length

    def info(self) -> MarkInfo:
        return MarkInfo(self.damaged, self.foreign)


class _MarkSession(Headed):
    __slots__ = ("_at", "_layer")

    def __init__(self, layer: Mark) -> None:
        super().__init__(wire.Mark.MIN)
        self._layer = layer
        self._at = 0

    # -- down: send

    def begin(self, size: int) -> Writer:
        writer = self.below.begin(wire.Mark.MIN + size)
        self._at = len(writer)
        wire.append_mark(writer, size, flow=self._layer.flow)
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        wire.fill_mark(writer, self._at, payload, 0)
        self.below.commit(writer, payload)

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        try:
            length, flow = wire.read_mark(frame, start, end)
        except PacketError:
            self._layer.damaged += 1
            return
        if length > end - start or not wire.verify_mark(frame, start, start + length):
            self._layer.damaged += 1
        elif flow != self._layer.flow:
            self._layer.foreign += 1
        else:
            self.above.deliver(frame, start + wire.Mark.MIN, start + length)
