"""Reliable messages of any size over Ethernet, made of micro-protocols, each of which does one thing.

         fragment      messages up to 64 KB over frames of 1500 bytes
            |
         sequence      in order, no duplicates
            |
        acknowledge    what is lost is sent again
            |
         checksum      what is damaged is dropped
            |
         Ethernet
            |
          device

Each of them leaves the type as it was, so what comes out is a carrier of stations, as ``ethernet`` gives it, and TCP
fits on it: streams for those who want them, messages (``messages.open(...)``) for the others.
"""

from __future__ import annotations

import attrs

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames
from foxpy.layers.acknowledge import acknowledge
from foxpy.layers.checksum import checksum
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.fragment import fragment
from foxpy.layers.sequence import sequence
from foxpy.layers.tcp import Tcp, tcp
from foxpy.protocol import Carrier
from foxpy.stack import Stack


@attrs.frozen
class ReliableEthernet(Stack):
    ethernet: Ethernet
    messages: Carrier[MacAddress]
    tcp: Tcp[MacAddress]


def reliable(carrier: Carrier[MacAddress]) -> Carrier[MacAddress]:
    return fragment(sequence(acknowledge(checksum(carrier))))


def build(device: Device[EthernetFrames], mac: MacAddress | None = None) -> ReliableEthernet:
    eth = ethernet(device, mac)
    messages, streams = reliable(eth.carrier(0x88B6)), reliable(eth.carrier(0x88B5))
    return ReliableEthernet(eth, messages, tcp(streams, checksums=False))
