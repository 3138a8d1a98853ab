"""A micro-protocol that makes sure: every packet is acknowledged, and sent again until it is.

A packet is delivered once, and as soon as it arrives: order is the business of ``sequence``, damage that of
``checksum``. There is no handshake and no congestion control: it is meant for one link between two stations.
"""

from __future__ import annotations

from typing import TypeVar

from foxpy.interpose import Interposable, Session
from foxpy.layers.acknowledge.config import (
    PATIENCE,
    QUEUE,
    WINDOW,
    AcknowledgeConfig,
    AcknowledgeCounters,
    AcknowledgeInfo,
)
from foxpy.layers.acknowledge.session import AcknowledgeSession
from foxpy.layers.acknowledge.wire import Data, any_header
from foxpy.layers.interposing import Framing, counted
from foxpy.runtime import Runtime
from foxpy.transfer import Connection

L = TypeVar("L", bound=Interposable)

# -- factory


def acknowledge(layer: L, *, window: int = WINDOW, queue: int = QUEUE, patience: float = PATIENCE) -> L:
    """Have all packets acknowledged that pass through ``layer``, a protocol or a carrier, on connections opened from
    now on, and send them again until they are; gives it back.

    Both ends must have it. At most ``window`` packets are on their way at once; ``queue`` more wait, and then ``begin``
    raises PacketSize, ``limit`` is 0, and the receiver hears Sendable once half of them have gone. When nothing was
    acknowledged for ``patience`` seconds, the receiver hears Aborted(TimedOut), and at the other end
    Aborted(BrokenByPeer). A peer that was restarted, or whose layer below forgot the connection for room, is sent again
    what it had not acknowledged; only then can a packet be delivered twice, before and after. On a connection that this
    side's layer below has forgotten, each packet is sent once: its acknowledgement would come to the next connection.

    Closing does not wait: what is not acknowledged then may be lost, so wait until
    ``interposed(layer, Acknowledge).info().acknowledged`` is what was sent. Raises ValueError for a window outside
    1..1024, a queue below 1, or a patience that is not above 0.
    """
    return layer.interpose(Acknowledge(window, queue, patience))


class Acknowledge(Framing):
    """Numbers packets and keeps them until the other end has said that they arrived."""

    converses = True

    def __init__(self, window: int = WINDOW, queue: int = QUEUE, patience: float = PATIENCE) -> None:
        self.config = AcknowledgeConfig(window=window, queue=queue, patience=patience)
        self.counters = AcknowledgeCounters()

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return AcknowledgeSession(self.config, self.counters, connection, runtime)

    # -- control and query

    def describe(self, frame: bytes, start: int, end: int) -> str:
        return str(any_header.view(frame, start, end))

    def inside(self, frame: bytes, start: int, end: int) -> tuple[int, int] | None:
        header = any_header.view(frame, start, end)
        return (start + Data.MIN, start + header.length) if isinstance(header, Data) else None

    def info(self) -> AcknowledgeInfo:
        return counted(AcknowledgeInfo, self.counters)
