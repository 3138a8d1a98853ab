"""UDP straight over Ethernet, without checksums: datagrams between the stations of one segment, and little else.

  UDP     no checksums: the Ethernet CRC is the better check
   |
Ethernet
   |
 device
"""

from __future__ import annotations

import attrs

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.udp import Udp, udp
from foxpy.stack import Stack


@attrs.frozen
class UdpUnchecked(Stack):
    ethernet: Ethernet
    udp: Udp[MacAddress]


def build(device: Device[EthernetFrames], mac: MacAddress | None = None) -> UdpUnchecked:
    eth = ethernet(device, mac)
    return UdpUnchecked(eth, udp(eth.carrier(0x88B6), checksums=False))
