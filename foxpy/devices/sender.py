"""What sends on a device: it opens the writer that the whole stack above fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foxpy.errors import InvalidConnection, PacketSize
from foxpy.message import Writer
from foxpy.offload import Offload, Offloads
from foxpy.transfer import Connection, Sender

if TYPE_CHECKING:
    from foxpy.devices.device import AnyMedium, Device


class DeviceSender(Sender):
    """Stands below all senders of a stack."""

    __slots__ = ("_connection", "_device", "_largest", "_outlet", "_port", "_task")

    def __init__(self, device: Device[AnyMedium], connection: Connection) -> None:
        self._device = device
        self._connection = connection
        self._port = device.port
        self._outlet = device.outlet()
        self._largest = device.mtu + device.header
        self._task: Offload | None = None

    def begin(self, size: int) -> Writer:
        if size > self._largest:
            raise PacketSize(f"{self._device.name}: {size} bytes, at most {self._largest}", size, self._largest)
        self._require_open()
        self._task = None
        return bytearray()

    def _require_open(self) -> None:
        if self._port.connection is not self._connection:
            raise InvalidConnection(f"the connection to device {self._device.name} is closed")

    def commit(self, writer: Writer, payload: bytes) -> None:
        task = self._task
        if task is None:
            self._outlet.transmit(writer, payload)
        else:
            self._outlet.transmit_offloaded(writer, payload, task)

    def limit(self) -> int:
        return self._largest

    def offloads(self) -> Offloads:
        return self._device.offloads

    def begin_offloaded(self, size: int, task: Offload) -> Writer:
        offloads = self._device.offloads
        largest = offloads.largest if task.segment else self._largest
        if size > largest or not offloads.checksums:
            raise PacketSize(f"{self._device.name}: {size} bytes that are marked, at most {largest}", size, largest)
        self._require_open()
        self._task = task
        return bytearray()
