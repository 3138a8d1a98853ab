"""One direction of a link at work: a queue, a transmitter that takes its time, and a wire."""

from __future__ import annotations

import random
from collections import deque
from typing import Final

import attrs

from foxpy.devices.attachment import Mailbox
from foxpy.devices.pcap import PcapWriter
from foxpy.devices.port import Counters, Outlet
from foxpy.layers.faults.line import Line, LineCounters
from foxpy.message import Writer
from foxpy.offload import Offload
from foxpy.runtime import Runtime
from foxpy.testing.lab.queues import QueueInfo
from foxpy.testing.lab.series import Series
from foxpy.testing.lab.way import Way

KEPT: Final = 1000
"""Frames of each direction that are kept, the last ones, for a capture after a failure."""


@attrs.frozen
class ChannelInfo:
    """One direction of a link now. Counts are frames."""

    sent: int
    """Put on the wire, lost ones among them."""
    size: int
    """Bytes of those."""
    arrived: int
    """Duplicates among them."""
    lost: int
    """By the loss model."""
    lost_down: int
    """While the link was down."""
    corrupted: int
    duplicated: int
    reordered: int
    overflowed: int
    """More were on the wire than the laboratory takes."""
    queue: QueueInfo


@attrs.frozen
class Occupancy:
    """A queue at one time."""

    time: float
    packets: int
    size: int
    """Bytes."""


class Channel(Outlet):
    """Takes the frames of one device to another. Nothing here knows what is in them, but for loss models and ECN."""

    __slots__ = (
        "_down",
        "_far",
        "_line",
        "_losing",
        "_lost",
        "_lost_down",
        "_port",
        "_put",
        "_runtime",
        "_seconds",
        "_sending",
        "_size",
        "_timer",
        "_wire",
        "kept",
        "name",
        "queue",
        "samples",
        "way",
        "writer",
    )

    def __init__(self, name: str, way: Way, runtime: Runtime, seed: str, port: Counters, far: Mailbox) -> None:
        """From the device that counts in ``port``, whose host has ``runtime``, to the one that has ``far``."""
        self.name = name
        self.way = way
        self._runtime = runtime
        self._port = port
        self._far = far
        self._seconds = 0.0 if way.rate is None else 8.0 / way.rate
        self.queue = way.queue.queue(random.Random(f"{seed} queue"), way.rate or 1.0)
        self._losing = None if way.loss is None else way.loss.losing(random.Random(f"{seed} loss"))
        self._wire = LineCounters()
        self._line = Line(way.faults(), random.Random(f"{seed} wire"), runtime, self._wire, self._arrive)
        self._sending: bytes | None = None
        self._timer = runtime.timer(self._sent)
        self._down = False
        self._lost = 0
        self._lost_down = 0
        self._put = 0
        self._size = 0
        self.kept: deque[tuple[float, bytes]] = deque(maxlen=KEPT)
        """What was put on the wire last, and when."""
        self.samples: Series[Occupancy] = Series()
        """The queue over time, at the distance that the lab's ``sampling`` is."""
        self.writer: PcapWriter | None = None
        """Where all of it is written, where anybody wants that."""

    # -- from the device

    def transmit(self, headers: Writer, payload: bytes) -> None:
        frame = bytes(headers) + payload
        port = self._port
        port.sent += 1
        port.bytes_sent += len(frame)
        if self._seconds == 0.0:
            self._put_on_wire(frame, self._runtime.now)
            return
        now = self._runtime.now
        self.queue.offer(frame, now)
        if self._sending is None:
            self._next(now)

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        raise AssertionError("a device that offers no offloads is given none")

    # -- the transmitter

    def _next(self, now: float) -> None:
        frame = self.queue.take(now)
        self._sending = frame
        if frame is not None:
            self._timer.start_at(now + len(frame) * self._seconds)

    def _sent(self) -> None:
        """The last bit has been sent."""
        frame = self._sending
        now = self._runtime.now
        if frame is not None:
            self._put_on_wire(frame, now)
        self._next(now)

    # -- the wire

    def _put_on_wire(self, frame: bytes, now: float) -> None:
        self._put += 1
        self._size += len(frame)
        self.kept.append((now, frame))
        if self.writer is not None:
            self.writer.write(now, frame)
        if self._down:
            self._lost_down += 1
            return
        if self._losing is not None and self._losing.lost(frame):
            self._lost += 1
            return
        line = self._line
        fate = line.fate()
        if fate or not line.immediate:
            line.carry(fate, frame, 0, len(frame))
        else:
            self._wire.passed += 1
            self._far.arrive(frame, 0, 0)

    def _arrive(self, frame: bytes, start: int, end: int) -> bool:
        self._far.arrive(frame, 0, 0)
        return True

    def set_down(self, down: bool) -> None:
        """While it is down, all that is put on the wire is lost; what is on it already arrives."""
        self._down = down

    def end(self) -> None:
        """Nothing goes anywhere any more."""
        self._line.end()
        self._timer.end()

    # -- query

    def sample(self, now: float) -> None:
        """Take a sample of the queue. Called by the lab."""
        if self._seconds:
            self.samples.take(Occupancy(now, len(self.queue), self.queue.size))

    def info(self) -> ChannelInfo:
        wire = self._wire
        return ChannelInfo(
            sent=self._put,
            size=self._size,
            arrived=wire.passed,
            lost=self._lost,
            lost_down=self._lost_down,
            corrupted=wire.corrupted,
            duplicated=wire.duplicated,
            reordered=wire.reordered,
            overflowed=wire.overflowed,
            queue=self.queue.info(self._runtime.now),
        )
