"""A micro-protocol that says where a packet ends: for protocols without a length of their own, over media that pad.

Ethernet fills short frames with zeros, and a receiver cannot tell those from data. IP, ARP and UDP have lengths and cut
what is behind them; TCP has none, and over Ethernet alone it would take the zeros for a part of the stream.
"""

from __future__ import annotations

from typing import TypeVar

import attrs

from foxpy.interpose import Interposable, Session
from foxpy.layers.interposing import Framing
from foxpy.layers.length.path import Counters, LengthReceiver, LengthSender
from foxpy.layers.length.wire import Length as Header
from foxpy.runtime import Runtime
from foxpy.transfer import Connection, Receiver, Sender

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
        self.counters = Counters()

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return _LengthSession(self.counters)

    # -- control and query

    def describe(self, frame: bytes, start: int, end: int) -> str:
        return str(Header.view(frame, start, end))

    def inside(self, frame: bytes, start: int, end: int) -> tuple[int, int]:
        return start + Header.MIN, start + Header.view(frame, start, end).length

    def info(self) -> LengthInfo:
        return LengthInfo(self.counters.malformed)


class _LengthSession(Session):
    __slots__ = ("_counters",)

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def sender(self, below: Sender) -> Sender:
        return LengthSender(below)

    def receiver(self, above: Receiver) -> Receiver:
        return LengthReceiver(above, self._counters)
