"""What all devices have in common. A device is the lowest protocol: it has one connection, the wire itself.

What travels on it is part of its type: ``ethernet`` takes a ``Device[EthernetFrames]``, an IP-only medium is a
``Device[IpPackets]``, and mypy keeps them apart.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Final, Generic, Never, TypeVar

import attrs

from foxpy.devices.port import Outlet, Port
from foxpy.devices.sender import DeviceSender
from foxpy.errors import InvalidConnection, OpenFailed
from foxpy.message import Writer
from foxpy.offload import NONE, Offload, Offloads
from foxpy.protocol import Connection, Connectionless, Handler, Listening, Receiver, Sender
from foxpy.runtime import Runtime
from foxpy.status import Aborted, Closed


class AnyMedium:
    """What travels on a device. Only marks types; nothing of it is ever made."""


class EthernetFrames(AnyMedium):
    """The medium carries Ethernet frames, without preamble and frame check sequence."""


class IpPackets(AnyMedium):
    """The medium carries bare IP packets between two ends."""


Medium = TypeVar("Medium", bound=AnyMedium, covariant=True)  # a device of some medium is a device of any medium


@attrs.frozen
class Wire:
    """The address and the pattern of a device: there is only one thing to open."""


WIRE: Final = Wire()


class WireConnection(Connection):
    """The open device."""

    __slots__ = ("name", "receiver")

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.receiver: Receiver | None = None

    def __str__(self) -> str:
        return self.name


@attrs.frozen
class DeviceInfo:
    """A device now. Counts are frames since it was made."""

    name: str
    mtu: int
    """The largest packet above the link header, in bytes."""
    received: int
    bytes_received: int
    sent: int
    bytes_sent: int
    refused: int
    """Outgoing frames that the medium did not take: its queue was full, or it was down."""
    unclaimed: int
    """Incoming frames for which no layer had opened the device, or whose size the medium does not have."""


class Device(Connectionless[Wire, Wire, WireConnection, Never, DeviceInfo], Generic[Medium]):
    """The lowest layer. A concrete device writes ``transmit``, ``acquire`` and ``release``, and calls ``received``.

    One whose medium fills in checksums or cuts packets also writes ``transmit_offloaded``, and calls
    ``received_checked``; it says so by ``offloads``.
    """

    header: int
    """Bytes of link header in a frame, on top of the MTU."""
    offloads: Offloads
    """What is done for packets that the layers above mark, here or by the medium. Read when connections are made."""

    def __init__(self, runtime: Runtime, name: str, mtu: int, header: int, offloads: Offloads = NONE) -> None:
        super().__init__(runtime)
        self.offloads = offloads
        self.port = Port(runtime.arriving)
        self.counters = self.port.counters
        self.name = name
        self.mtu = mtu
        self.header = header

    # -- active open

    def open(self, address: Wire, handler: Handler[WireConnection]) -> WireConnection:
        """The one connection. Raises OpenFailed where a layer has it already."""
        self.require_initialized()
        if self.port.connection is not None:
            raise OpenFailed(f"device {self.name} is open already; a device carries one layer, make a second device")
        connection = WireConnection(self.name)
        self.port.connection = connection
        receiver = connection.receiver = self.attach(connection, handler)
        if self.port.connection is connection:  # the handler may have aborted it
            self.port.receiver = receiver
        return connection

    # -- passive open

    def listen(self, pattern: Wire, accept: Handler[WireConnection]) -> Listening:
        """Opens the wire at once: its peer is whatever is on the medium."""
        self.open(pattern, accept)
        return _Opened()

    async def passive_open(self, pattern: Wire, handler: Handler[WireConnection]) -> tuple[WireConnection, Wire]:
        return self.open(pattern, handler), WIRE

    # -- down: send

    def stage(self, connection: WireConnection) -> Sender:
        if self.port.connection is not connection:
            raise InvalidConnection(f"the connection to device {self.name} is closed")
        return DeviceSender(self, connection)

    @abstractmethod
    def transmit(self, headers: Writer, payload: bytes) -> None:
        """Put one frame, ``headers`` then ``payload``, on the medium. Does not block; counts what it must drop."""

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        """Put a packet on the medium with ``task`` done: here in software, one frame after the other."""
        from foxpy.devices.segmentation import segments  # here, as what it cuts are the headers of layers above devices

        for each, part in segments(headers, payload, task):
            self.transmit(each, part)

    def outlet(self) -> Outlet:
        """What a sender calls for each frame: ``transmit`` and ``transmit_offloaded``, or what is quicker."""
        return _Outlet(self)

    # -- up: deliver

    def received(self, frame: bytes, start: int = 0) -> None:
        """What a concrete device calls for each frame from the medium, ``frame[start:]``; or ``port.received``."""
        self.port.received(frame, start)

    def coalescing(self) -> Callable[[bytes, int], None]:
        """A function to be called in place of ``received``: it puts together what one burst has of a TCP connection."""
        from foxpy.devices.coalescing import Coalescing  # here, for the same reason

        return Coalescing(self.port, self.runtime, self.header).received

    def received_checked(self, frame: bytes, at: int, segment: int, start: int = 0) -> None:
        """As ``Port.received_checked``."""
        self.port.received_checked(frame, at, segment, start)

    # -- close and abort

    def abort(self, connection: WireConnection) -> None:
        if self.port.connection is connection:
            self.port.connection = self.port.receiver = None
            self.detach(connection)

    def fail(self, error: OpenFailed) -> None:
        """What a concrete device calls when the medium is gone for good: tells the layer above."""
        self.end(Aborted(error))

    def end(self, event: Closed | Aborted) -> None:
        """End the connection and tell the layer above: Closed is what a concrete device says first in ``release``."""
        port = self.port
        connection, port.connection = port.connection, None
        receiver, port.receiver = port.receiver, None
        if connection is not None:
            self.detach(connection)
            if receiver is not None:
                receiver.status(event)

    # -- control and query

    def control(self, request: Never) -> None:
        """A device takes no requests: its settings are its factory's."""

    def query(self) -> DeviceInfo:
        c = self.counters
        return DeviceInfo(
            self.name, self.mtu, c.received, c.bytes_received, c.sent, c.bytes_sent, c.refused, c.unclaimed
        )


class _Opened(Listening):
    def stop(self) -> None:
        """The connection lives on, and there can be no second one."""


class _Outlet(Outlet):
    """The device's own methods."""

    __slots__ = ("_device",)

    def __init__(self, device: Device[AnyMedium]) -> None:
        self._device = device

    def transmit(self, headers: Writer, payload: bytes) -> None:
        self._device.transmit(headers, payload)

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        self._device.transmit_offloaded(headers, payload, task)
