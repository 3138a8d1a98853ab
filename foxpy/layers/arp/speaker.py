"""The ARP packets that this host sends."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Final

from foxpy.addresses import BROADCAST, MacAddress
from foxpy.errors import ProtocolError
from foxpy.layers.arp.config import ArpConfig
from foxpy.layers.arp.counters import Counters
from foxpy.layers.arp.wire import ARP, REPLY, REQUEST, append_arp
from foxpy.limits import TokenBucket
from foxpy.protocol import Carrier, Path, Receiver, Sender
from foxpy.runtime import Runtime

UNSPECIFIED: Final = bytes(4)
UNKNOWN: Final = bytes(6)
"""The target's hardware address where it is asked for: ignored by the receiver, zero by RFC 5227, section 1.1."""


class Speaker:
    """Sends requests and replies over the carrier of ethertype 0x0806, within bounds."""

    __slots__ = ("_counters", "_everybody", "_replies", "_requests", "_runtime", "carrier", "packed", "station")

    def __init__(self, carrier: Carrier[MacAddress], config: ArpConfig, counters: Counters) -> None:
        self.carrier = carrier
        self._runtime: Runtime = carrier.runtime
        self._counters = counters
        self._requests = TokenBucket(config.request_rate, self._runtime.now)
        self._replies = TokenBucket(config.reply_rate, self._runtime.now)
        self._everybody: Path[MacAddress] | None = None
        self.station: MacAddress | None = None
        self.packed = UNKNOWN

    def start(self, receiver: Receiver) -> None:
        """Open the path to everybody; ``receiver`` hears when the layer below is gone. Raises OpenFailed."""
        path = self._everybody = self.carrier.open(BROADCAST, lambda _: receiver)
        self.station = path.local
        self.packed = path.local.packed

    def stop(self) -> None:
        if self._everybody is not None:
            self._everybody.close()
            self._everybody = None
        self.station = None

    # -- what is said

    def request(self, sender: IPv4Address, target: IPv4Address, station: MacAddress | None) -> None:
        """Ask who has ``target``: everybody, or ``station`` alone."""
        if not self._requests.allow(self._runtime.now):
            self._counters.requests_limited += 1
            return
        self._counters.requests_sent += 1
        if station is None:
            self._broadcast(sender.packed, target.packed)
        else:
            self._unicast(station, REQUEST, sender.packed, UNKNOWN, target.packed)

    def probe(self, address: IPv4Address) -> None:
        """Ask whether anybody has ``address``, without polluting caches (RFC 5227, section 1.1)."""
        self._counters.requests_sent += 1
        self._broadcast(UNSPECIFIED, address.packed)

    def announce(self, address: IPv4Address) -> None:
        """Tell everybody that ``address`` is this host's (RFC 5227, section 2.3)."""
        self._counters.requests_sent += 1
        self._broadcast(address.packed, address.packed)

    def reply(self, sender: IPv4Address, station: MacAddress, target: IPv4Address) -> None:
        """Tell ``target`` at ``station`` that this host has ``sender``."""
        if not self._replies.allow(self._runtime.now):
            self._counters.replies_limited += 1
            return
        self._counters.replies_sent += 1
        self._unicast(station, REPLY, sender.packed, station.packed, target.packed)

    # -- how it is sent

    def _broadcast(self, sender: bytes, target: bytes) -> None:
        if self._everybody is not None:
            self._send(self._everybody.sender, REQUEST, sender, UNKNOWN, target)

    def _unicast(self, station: MacAddress, operation: int, sender: bytes, hardware: bytes, target: bytes) -> None:
        # ARP packets to one station are far between, so a path for one packet costs less than a table of them.
        try:
            path = self.carrier.open(station, lambda _: _DEAF)
        except ProtocolError:
            self._counters.unsendable += 1
            return
        self._send(path.sender, operation, sender, hardware, target)
        path.close()

    def _send(self, to: Sender, operation: int, sender: bytes, hardware: bytes, target: bytes) -> None:
        try:
            writer = to.begin(ARP.MIN)
            append_arp(writer, 0, operation=operation, sha=self.packed, spa=sender, tha=hardware, tpa=target)
            to.commit(writer, b"")
        except ProtocolError:
            # The device is gone, or its MTU below 28: nothing that a timer or an arriving packet could answer for.
            self._counters.unsendable += 1


class _Deaf(Receiver):
    """For a path that is closed before anything can arrive."""

    __slots__ = ()

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        return


_DEAF: Final = _Deaf()
