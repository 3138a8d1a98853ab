"""The ARP packets that arrive: RFC 826's packet reception, with RFC 5227's test and some against forgery."""

from __future__ import annotations

from ipaddress import IPv4Address

from foxpy.addresses import MacAddress
from foxpy.layers.arp.cache import Cache
from foxpy.layers.arp.claims import Claims
from foxpy.layers.arp.config import ArpConfig
from foxpy.layers.arp.connection import NOBODY
from foxpy.layers.arp.counters import Counters
from foxpy.layers.arp.owner import Evidence
from foxpy.layers.arp.speaker import Speaker
from foxpy.layers.arp.wire import REPLY, REQUEST, read_arp
from foxpy.wire import PacketError, Truncated


class Hearing:
    """Decides about each ARP packet: what it teaches, whether it is a conflict, whether it is answered."""

    __slots__ = ("_accept_relayed", "_cache", "_claims", "_counters", "_speaker")

    def __init__(self, config: ArpConfig, counters: Counters, cache: Cache, claims: Claims, speaker: Speaker) -> None:
        self._accept_relayed = config.accept_relayed
        self._counters = counters
        self._cache = cache
        self._claims = claims
        self._speaker = speaker

    def heard(self, source: MacAddress, frame: bytes, start: int, end: int) -> None:
        """``frame[start:end]`` came from the station ``source``."""
        counters = self._counters
        counters.received += 1
        try:
            operation, hardware, sender, _, target = read_arp(frame, start, end)
        except Truncated:
            counters.truncated += 1
            return
        except PacketError:
            counters.foreign += 1
            return
        if operation != REQUEST and operation != REPLY:
            # RFC 826 would learn from such a packet before it looks at the operation; only a forger sends any.
            counters.unknown_operation += 1
            return
        if not hardware or hardware >> 40 & 1:
            counters.station_invalid += 1
            return
        station = MacAddress(hardware.to_bytes(6, "big"))
        address = IPv4Address(sender)
        if station == self._speaker.station:
            self._own(address)
            return
        if station != source:
            counters.relayed += 1
            if not self._accept_relayed:
                return
        if sender:
            self._from_host(operation, station, address, IPv4Address(target))
        elif operation == REQUEST:
            self._probed(station, IPv4Address(target))
        else:
            counters.sender_invalid += 1

    def _own(self, address: IPv4Address) -> None:
        """It bears this host's own MAC address: an echo, or a forgery."""
        if address == NOBODY or self._claims.get(address) is not None:
            self._counters.echoed += 1
        else:
            self._counters.spoofed += 1

    def _probed(self, station: MacAddress, target: IPv4Address) -> None:
        """A probe: nothing to learn from it (RFC 5227, section 1.1)."""
        claim = self._claims.get(target)
        if claim is None:
            return
        if claim.in_use:
            self._speaker.reply(target, station, NOBODY)  # section 2.5
        else:
            self._claims.conflict(claim, station)  # section 2.1.1: both are probing for it

    def _from_host(self, operation: int, station: MacAddress, sender: IPv4Address, target: IPv4Address) -> None:
        claims = self._claims
        claim = claims.get(sender)
        if claim is not None:
            claims.conflict(claim, station)
            return
        if _no_host(sender) or not claims.on_link(sender):
            self._counters.sender_invalid += 1
            return
        for_us = claims.in_use(target)
        neighbour = self._cache.find(sender)
        if operation == REPLY:
            if neighbour is None:
                self._counters.unsolicited += 1
            else:
                neighbour.learn(station, Evidence.ANSWER if for_us else Evidence.OVERHEARD)
            return
        # RFC 826: learn of who asks for us, as it will be talked to soon; update who is known in any case.
        if for_us and neighbour is None:
            neighbour = self._cache.met(sender)
        if neighbour is not None:
            neighbour.learn(station, Evidence.QUESTION if for_us else Evidence.OVERHEARD)
        if for_us:
            self._speaker.reply(target, station, sender)


def _no_host(address: IPv4Address) -> bool:
    """Whether no host can have ``address`` (RFC 1122, section 3.2.1.3): network 0, loopback, groups, broadcast."""
    first = address.packed[0]
    return first in (0, 127) or 224 <= first < 240 or address.packed == b"\xff\xff\xff\xff"
