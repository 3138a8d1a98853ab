"""What arrives at a station: filtered, and brought to the connection that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from foxpy.layers.ethernet.addresses import LLC, LOWEST_ETHERTYPE
from foxpy.layers.ethernet.connection import EthernetConnection
from foxpy.layers.ethernet.senders import HEADER, LARGEST_LENGTH
from foxpy.layers.ethernet.wire import read_ethernet
from foxpy.status import Status
from foxpy.transfer import Receiver
from foxpy.wire import PacketError

if TYPE_CHECKING:
    from foxpy.layers.ethernet.layer import Ethernet

EVERYBODY: Final = 0xFFFF_FFFF_FFFF
"""The broadcast address."""
GROUP: Final = 1 << 40
"""The bit of an address that makes it a group's."""


class Filter:
    """Which frames are received; addresses as numbers."""

    __slots__ = ("all_groups", "groups", "own", "promiscuous")

    def __init__(self, own: int, all_groups: bool, promiscuous: bool) -> None:
        self.own = own
        self.all_groups = all_groups
        self.promiscuous = promiscuous
        self.groups: set[int] = set()
        """Those that were joined."""


class Arrival(Receiver):
    """Takes the frames of the device."""

    __slots__ = ("_connections", "_counters", "_filter", "_kind", "_layer", "_own", "_recent", "_source")

    def __init__(self, layer: Ethernet, chosen: Filter) -> None:
        self._layer = layer
        self._filter = chosen
        self._own = chosen.own
        self._counters = layer.counters
        self._connections = layer.connections.open  # looked into for each frame; it changes
        # The last frame's, which the next is likely to belong to as well, and that frame's source and ethertype.
        self._recent: EthernetConnection | None = None
        self._source = 0
        self._kind = 0

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        try:
            destination, source, kind = read_ethernet(frame, start, end)
        except PacketError:
            self._counters.malformed += 1
            return
        start += HEADER
        if kind < LOWEST_ETHERTYPE:
            if kind > LARGEST_LENGTH:
                self._counters.undefined_kind += 1
                return
            if kind > end - start:
                self._counters.malformed += 1
                return
            end = start + kind  # what follows is padding
            kind = LLC
        recent = self._recent
        if recent is not None and source == self._source and kind == self._kind and destination == self._own:
            receiver = recent.receiver
            if receiver is not None:  # else it is none of the layer's any more
                self._counters.received += 1
                receiver.deliver(frame, start, end)
                return
        key = source << 16 | kind
        if destination != self._own:
            if not self._wanted(destination):
                return
            key |= destination << 64
        connection = self._connections.get(key)
        if connection is None:
            connection = self._layer.begun(key, source, destination, kind)
            if connection is None:
                return
        elif destination == self._own:
            self._recent, self._source, self._kind = connection, source, kind
        receiver = connection.receiver
        if receiver is not None:
            self._counters.received += 1
            receiver.deliver(frame, start, end)

    def _wanted(self, destination: int) -> bool:
        """Whether a frame that is not addressed to this station alone is received all the same."""
        chosen = self._filter
        if chosen.promiscuous:
            return True
        if not destination & GROUP:
            self._counters.not_for_us += 1
            return False
        if chosen.all_groups or destination == EVERYBODY or destination in chosen.groups:
            return True
        self._counters.groups_filtered += 1
        return False

    def status(self, event: Status) -> None:
        self._layer.told(event)
