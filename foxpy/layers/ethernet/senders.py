"""What sends on a connection of an Ethernet: frames with an ethertype, or with a length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from foxpy.addresses import MacAddress
from foxpy.errors import InvalidConnection, PacketSize
from foxpy.layers.ethernet.connection import EthernetConnection
from foxpy.layers.ethernet.wire import append_ethernet
from foxpy.message import Writer
from foxpy.offload import NONE, Offload, Offloads
from foxpy.transfer import Sender

if TYPE_CHECKING:
    from foxpy.layers.ethernet.layer import Ethernet

HEADER: Final = 14
LARGEST_LENGTH: Final = 1500
"""The largest 802.3 length; numbers from 0x0600 on are ethertypes, and those between are undefined."""


class EthernetSender(Sender):
    """Sends the Ethernet II frames of one connection, whose headers are all the same."""

    __slots__ = ("_connection", "_counters", "_header", "_lower", "_minimum", "_padding")

    def __init__(self, layer: Ethernet, connection: EthernetConnection, lower: Sender) -> None:
        self._lower = lower
        self._connection = connection
        self._counters = layer.counters
        self._minimum = layer.config.minimum
        self._padding = b""
        self._header = self.header(layer.address, connection.ethertype)

    def header(self, source: MacAddress, kind: int) -> Writer:
        """A header from ``source``, with ``kind`` for the ethertype or the length."""
        header = Writer()
        append_ethernet(header, 0, dst=self._connection.peer.packed, src=source.packed, kind=kind)
        return header

    def begin(self, size: int) -> Writer:
        if not self._connection.open:
            raise InvalidConnection(f"{self._connection} is closed")
        minimum = self._minimum
        if size < minimum:
            self._padding = bytes(minimum - size)
            writer = self._lower.begin(HEADER + minimum)
        else:
            self._padding = b""
            writer = self._lower.begin(HEADER + size)
        writer += self._header
        return writer

    def begin_offloaded(self, size: int, task: Offload) -> Writer:
        if not self._connection.open:
            raise InvalidConnection(f"{self._connection} is closed")
        task.minimum = self._minimum  # for who cuts it
        missing = 0 if task.segment else self._minimum - size
        self._padding = bytes(missing) if missing > 0 else b""  # zeros: no checksum changes by them
        writer = self._lower.begin_offloaded(HEADER + size + len(self._padding), task)
        writer += self._header
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        self._counters.sent += 1
        self._lower.commit(writer, payload + self._padding if self._padding else payload)

    def limit(self) -> int:
        return self._lower.limit() - HEADER

    def offloads(self) -> Offloads:
        return self._lower.offloads().less(HEADER)


class LlcSender(EthernetSender):
    """Sends frames with their length where the ethertype would be."""

    __slots__ = ("_source",)

    def __init__(self, layer: Ethernet, connection: EthernetConnection, lower: Sender) -> None:
        super().__init__(layer, connection, lower)
        self._source = layer.address

    def begin(self, size: int) -> Writer:
        if size > LARGEST_LENGTH:
            raise PacketSize(f"{self._connection}: {size} bytes, at most {self.limit()}", size, self.limit())
        self._header = self.header(self._source, size)
        return super().begin(size)

    def limit(self) -> int:
        return min(super().limit(), LARGEST_LENGTH)

    def offloads(self) -> Offloads:
        return NONE  # a length in front of what is cut would have to be cut with it

    def begin_offloaded(self, size: int, task: Offload) -> Writer:
        raise PacketSize(f"{self._connection}: frames with a length are not marked", size, self.limit())
