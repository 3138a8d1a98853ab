"""Where the frames of a device come up and go down: counted, and given to the layer above or to the medium."""

from __future__ import annotations

from abc import ABC, abstractmethod

from foxpy.errors import unwritten
from foxpy.message import Writer
from foxpy.mypyc_attributes import mypyc_attr
from foxpy.offload import Arriving, Offload
from foxpy.transfer import Connection, Receiver


class Counters:
    """What a device counts: one plain object, because it is touched for every frame."""

    __slots__ = ("bytes_received", "bytes_sent", "received", "refused", "sent", "unclaimed")

    def __init__(self) -> None:
        self.received = 0
        self.bytes_received = 0
        self.sent = 0
        self.bytes_sent = 0
        self.refused = 0
        self.unclaimed = 0


@mypyc_attr(allow_interpreted_subclasses=True)
class Outlet(ABC):
    """Where frames leave. Neither method blocks; what cannot go is dropped and counted."""

    __slots__ = ()

    @abstractmethod
    def transmit(self, headers: Writer, payload: bytes) -> None:
        """One frame: ``headers``, then ``payload``."""
        raise unwritten(self, "transmit")

    @abstractmethod
    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        """A packet that ``task`` is left to be done for: one frame, or as many as it is cut into."""
        raise unwritten(self, "transmit_offloaded")


class Port:
    """One device's way up."""

    __slots__ = ("_arriving", "connection", "counters", "receiver")

    def __init__(self, arriving: Arriving) -> None:
        self.counters = Counters()
        self.receiver: Receiver | None = None
        """The layer above, while it has the device open."""
        self.connection: Connection | None = None
        """The open device."""
        self._arriving = arriving

    def received(self, frame: bytes, start: int = 0) -> None:
        """Hand ``frame[start:]`` up."""
        counters = self.counters
        receiver = self.receiver
        if receiver is None:
            counters.unclaimed += 1
            return
        end = len(frame)
        counters.received += 1
        counters.bytes_received += end - start
        receiver.deliver(frame, start, end)

    def received_checked(self, frame: bytes, at: int, segment: int, start: int = 0) -> None:
        """``received`` for a frame whose transport header, at ``frame[at:]``, need not be checked; ``segment`` is the
        payload of each of the packets that it was put together from, 0 where it came as it is."""
        arriving = self._arriving
        arriving.frame = frame
        arriving.start = at
        arriving.segment = segment
        try:
            self.received(frame, start)
        finally:
            arriving.frame = None
