"""What passes through a layer, kept for a test to look at."""

from __future__ import annotations

from foxpy.interpose import Interposable, Interposer, Session
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.status import Status
from foxpy.transfer import Connection, Receiver, Sender


class Capture(Interposer):
    """Every packet of the connections opened since, in the order in which they passed."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.times: list[float] = []
        """When each passed, in seconds of the stack's clock."""
        self.sent: list[bytes] = []
        self.received: list[bytes] = []

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return _CaptureSession(self, runtime)

    def keep(self, packet: bytes, now: float) -> None:
        self.packets.append(packet)
        self.times.append(now)


def capture(layer: Interposable) -> Capture:
    """Keep what passes through ``layer``, a device, a protocol or a carrier, on connections opened from now on."""
    kept = Capture()
    layer.interpose(kept)
    return kept


class _CaptureSession(Session, Sender, Receiver):
    __slots__ = ("_above", "_below", "_capture", "_header", "_runtime")

    def __init__(self, kept: Capture, runtime: Runtime) -> None:
        self._capture = kept
        self._runtime = runtime
        self._header = 0

    def sender(self, below: Sender) -> Sender:
        self._below = below
        return self

    def receiver(self, above: Receiver) -> Receiver:
        self._above = above
        return self

    def begin(self, size: int) -> Writer:
        writer = self._below.begin(size)
        self._header = len(writer)
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        packet = bytes(writer[self._header :]) + payload
        self._capture.keep(packet, self._runtime.now)
        self._capture.sent.append(packet)
        self._below.commit(writer, payload)

    def limit(self) -> int:
        return self._below.limit()

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        packet = frame[start:end]
        self._capture.keep(packet, self._runtime.now)
        self._capture.received.append(packet)
        self._above.deliver(frame, start, end)

    def status(self, event: Status) -> None:
        self._above.status(event)
