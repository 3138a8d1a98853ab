"""One ARP layer on a segment with a station that does what the test says, in virtual time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv4Interface
from typing import Final

import attrs
import trio

from foxpy.addresses import MacAddress
from foxpy.devices.link import link
from foxpy.driver import running
from foxpy.layers.arp import Arp, ArpAddress, ArpConfig, ArpConnection, NeighbourState, arp
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.testing.collector import Collector
from tests.support.arp_station import ArpStation

OURS: Final = MacAddress.local(1)
THEIRS: Final = MacAddress.local(2)
US: Final = "192.0.2.1"
PEER: Final = "192.0.2.2"


@attrs.frozen
class ArpBench:
    """One ARP layer and the station that it talks to."""

    ethernet: Ethernet
    arp: Arp
    station: ArpStation

    def open(self, address: str = PEER) -> tuple[ArpConnection, Callable[[bytes], None], Collector]:
        """A connection to a neighbour, what sends on it, and what it hears."""
        collector = Collector()
        connection = self.arp.open(ArpAddress(IPv4Address(address)), lambda _: collector)
        return connection, self.arp.send(connection).send, collector

    def state(self, address: str = PEER) -> NeighbourState | None:
        """Of a neighbour's entry; None where there is none."""
        for each in self.arp.query().neighbours():
            if str(each.address) == address:
                return each.state
        return None

    def at(self, address: str = PEER) -> MacAddress | None:
        """Where a neighbour is, as far as the cache knows."""
        return next((each.station for each in self.arp.query().neighbours() if str(each.address) == address), None)


@asynccontextmanager
async def arp_bench(config: ArpConfig | None = None, claimed: bool = True) -> AsyncIterator[ArpBench]:
    """The layer has claimed US at OURS, unless told otherwise, and has announced it; the station THEIRS is silent."""
    segment = link()
    eth = ethernet(segment.attach(), OURS)
    layer = arp(eth.carrier(0x0806), eth.carrier(0x0800), config=config or ArpConfig())
    if claimed:
        layer.claim(IPv4Interface(f"{US}/24"))
    station = ArpStation(segment, THEIRS)
    async with running(layer):
        await trio.sleep(10)  # past the announcements
        station.forget()
        yield ArpBench(eth, layer, station)
