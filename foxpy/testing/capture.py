"""What passes through a layer, kept for a test to look at."""

from __future__ import annotations

from foxpy.interpose import Interposable, Interposer, Session
from foxpy.layers.interposing import Watching
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.transfer import Connection


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


class _CaptureSession(Watching):
    __slots__ = ("_capture", "_runtime")

    def __init__(self, kept: Capture, runtime: Runtime) -> None:
        super().__init__()
        self._capture = kept
        self._runtime = runtime

    def commit(self, writer: Writer, payload: bytes) -> None:
        packet = self.packet(writer, payload)
        self._capture.keep(packet, self._runtime.now)
        self._capture.sent.append(packet)
        super().commit(writer, payload)

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        packet = frame[start:end]
        self._capture.keep(packet, self._runtime.now)
        self._capture.received.append(packet)
        super().deliver(frame, start, end)
