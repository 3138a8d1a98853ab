"""TCP straight over Ethernet, without checksums: Fox Net's figure 2.

           TCP     no checksums: the Ethernet CRC is the better check
            |
         Ethernet
            |
          device

Hosts are named by MAC address, so it reaches the stations of one segment. The ethertype is one of the two that
IEEE 802 sets aside for experiments.
"""

from __future__ import annotations

import attrs

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.tcp import Tcp, tcp
from foxpy.stack import Stack


@attrs.frozen
class TcpOverEthernet(Stack):
    ethernet: Ethernet
    tcp: Tcp[MacAddress]


def build(device: Device[EthernetFrames], mac: MacAddress | None = None) -> TcpOverEthernet:
    eth = ethernet(device, mac)
    return TcpOverEthernet(eth, tcp(eth.carrier(0x88B5), checksums=False))
