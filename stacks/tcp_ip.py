"""TCP and UDP over IPv4 over Ethernet: the usual stack.

   TCP   UDP
     \\   /
ICMP  IPv4
    \\  |
       ARP
        |
     Ethernet
        |
      device
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import attrs

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames
from foxpy.layers.arp import Arp, arp
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.icmp import Icmp, icmp
from foxpy.layers.ipv4 import Ip, interface, ipv4
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.udp import Udp, udp
from foxpy.stack import Stack


@attrs.frozen
class TcpIp(Stack):
    ethernet: Ethernet
    arp: Arp
    ip: Ip
    icmp: Icmp
    udp: Udp[IPv4Address]
    tcp: Tcp[IPv4Address]


def build(
    device: Device[EthernetFrames],
    address: IPv4Interface,
    gateway: IPv4Address | None = None,
    mac: MacAddress | None = None,
) -> TcpIp:
    eth = ethernet(device, mac)
    neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    ip = ipv4(interface(neighbours.carrier(), address), gateway=gateway)
    return TcpIp(eth, neighbours, ip, icmp(ip), udp(ip.carrier(17)), tcp(ip.carrier(6)))
