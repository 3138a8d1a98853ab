"""A device whose medium is a capture: what was captured arrives again, and what the stack sends may be captured."""

from __future__ import annotations

import os
from typing import TypeAlias, overload

from foxpy.devices.device import AnyMedium, Device, EthernetFrames, IpPackets, Medium
from foxpy.devices.pcap.capture import Captured, CaptureReader, PcapError
from foxpy.devices.pcap.linktypes import ACCEPTED, LINKTYPES
from foxpy.devices.pcap.opening import open_capture
from foxpy.devices.pcap.reader import PcapReader
from foxpy.devices.pcap.writer import PcapWriter
from foxpy.driver import trio_scheduler
from foxpy.errors import InitializationFailed, OpenFailed
from foxpy.message import Writer
from foxpy.runtime import Runtime, Source
from foxpy.status import Closed

File: TypeAlias = str | os.PathLike[str]


@overload
def pcap(
    path: File,
    *,
    speed: float = 1.0,
    delay: float = 0.0,
    output: File | None = None,
    mtu: int = 1500,
    runtime: Runtime | None = None,
) -> Replay[EthernetFrames]: ...
@overload
def pcap(
    path: File,
    medium: type[Medium],
    *,
    speed: float = 1.0,
    delay: float = 0.0,
    output: File | None = None,
    mtu: int = 1500,
    runtime: Runtime | None = None,
) -> Replay[Medium]: ...
def pcap(
    path: File,
    medium: type[AnyMedium] = EthernetFrames,
    *,
    speed: float = 1.0,
    delay: float = 0.0,
    output: File | None = None,
    mtu: int = 1500,
    runtime: Runtime | None = None,
) -> Replay[AnyMedium]:
    """A device on which the packets of the capture ``path``, pcap or pcapng, arrive, once, in the time that they took.

    ``medium`` is EthernetFrames or IpPackets, as the capture must be. The first packet arrives ``delay`` seconds after
    ``initialize``, the others as much later as they were captured later, divided by ``speed``: 2 is twice as fast,
    infinity sends all at once. What the stack sends goes to the capture ``output``, in the time of the first one, or
    nowhere. ``mtu`` bounds what the stack sends. The clock is trio's unless a ``runtime`` is given.

    Raises InitializationFailed for a ``speed`` that is not above 0, a negative ``delay``, or an ``mtu`` below 68.
    ``initialize`` raises it for a file that cannot be read, is no capture or one of another medium, and for an
    ``output`` that cannot be written. A capture that is broken further on aborts the connection where it breaks.
    ``finalize`` raises OSError where ``output`` lost packets.
    """
    return Replay(runtime or Runtime(trio_scheduler()), path, medium, speed, delay, output, mtu)


class Replay(Device[Medium], Source):
    """What ``pcap`` makes."""

    def __init__(
        self,
        runtime: Runtime,
        path: File,
        medium: type[Medium],
        speed: float,
        delay: float,
        output: File | None,
        mtu: int,
    ) -> None:
        name = os.fspath(path)
        if not speed > 0 or not delay >= 0:
            raise InitializationFailed(f"pcap {name}: speed {speed} must be above 0, and delay {delay} not below")
        if mtu < 68:
            raise InitializationFailed(f"pcap {name}: MTU {mtu} is below 68, the least that IPv4 works with (RFC 791)")
        super().__init__(runtime, name, mtu, 0 if medium is IpPackets else 14)
        self._medium = medium
        self._speed = speed
        self._delay = delay
        self._output = output
        self._timer = runtime.timer(self._due)
        self._reader: CaptureReader | None = None
        self._writer: PcapWriter | None = None
        self._next: Captured | None = None
        self._begun = 0.0  # when the first packet arrives, on our clock
        self._captured = 0  # when it was captured, in nanoseconds
        self._broken: OpenFailed | None = None

    @property
    def finished(self) -> bool:
        """Whether every packet has arrived."""
        return self._next is None

    # -- lifecycle

    def acquire(self) -> None:
        try:
            reader = self._reader = open_capture(self.name)
            if isinstance(reader, PcapReader):
                self._check(reader.linktype)
            self._next = next(reader, None)
            if self._next is not None:
                self._check(self._next.linktype)
            self._captured = self._next.nanoseconds if self._next is not None else 0
            if self._output is not None:
                # Both captures tell one story when they are merged.
                self._writer = PcapWriter(self._output, LINKTYPES[self._medium], epoch=self._captured / 1e9)
        except (OSError, PcapError) as error:
            self._close()
            told = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
            raise InitializationFailed(f"pcap {told}") from error
        except BaseException:
            self._close()
            raise
        self._broken = None
        self._begun = self.runtime.now + self._delay
        self._wait()

    def _check(self, linktype: int) -> None:
        if linktype not in ACCEPTED[self._medium]:
            fits = [medium.__name__ for medium, types in ACCEPTED.items() if linktype in types]
            raise InitializationFailed(
                f"pcap {self.name}: this capture has link type {linktype}, not {self._medium.__name__}; "
                + (f"open it with pcap(path, {fits[0]})" if fits else "no device can replay that")
            )

    def release(self) -> None:
        self.end(Closed())
        writer, self._writer = self._writer, None
        self._close()
        if writer is not None:
            writer.close()

    def _close(self) -> None:
        self._timer.stop()
        self._next = None
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    # -- down: send

    def transmit(self, headers: Writer, payload: bytes) -> None:
        counters = self.counters
        frame = bytes(headers) + payload
        counters.sent += 1
        counters.bytes_sent += len(frame)
        if self._writer is not None:
            self._writer.write(self.runtime.now - self._begun, frame)

    # -- up: deliver

    def _arrival(self, packet: Captured) -> float:
        """When ``packet`` is due on our clock. One captured before the first, out of order, is due at once."""
        return self._begun + (packet.nanoseconds - self._captured) / 1e9 / self._speed

    def _wait(self) -> None:
        if self._next is not None:
            self._timer.start(self._arrival(self._next) - self.runtime.now)

    def _due(self) -> None:
        self.runtime.scheduler.ready(self.runtime, self)

    def burst(self, budget: int) -> bool:
        # A little early rather than a timer for the rounding of the division.
        now = self.runtime.now + 1e-9
        while budget:
            packet = self._next
            if packet is None:
                return False
            if self._arrival(packet) > now:
                self._wait()
                return False
            # Read ahead first: the packet may make the stack close this device.
            self._advance()
            if packet.whole and packet.linktype in ACCEPTED[self._medium]:
                self.received(packet.packet)
            else:
                self.counters.unclaimed += 1
            if self._broken is not None:
                broken, self._broken = self._broken, None
                self.fail(broken)
                return False
            budget -= 1
        return self._next is not None

    def _advance(self) -> None:
        self._next = None
        if self._reader is None:
            return
        try:
            self._next = next(self._reader, None)
        except (OSError, PcapError) as error:
            self._close()
            self._broken = OpenFailed(f"pcap {error}")
