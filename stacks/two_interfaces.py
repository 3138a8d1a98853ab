"""One host on two links: two of everything up to ARP, one of everything from IP on.

        TCP   UDP
          \\   /
     ICMP  IPv4
        \\  /  \\
        ARP   ARP
         |     |
    Ethernet Ethernet
         |     |
        left  right
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import attrs

from foxpy.devices.device import Device, EthernetFrames
from foxpy.layers.arp import Arp, arp
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.icmp import Icmp, icmp
from foxpy.layers.ipv4 import Ip, interface, ipv4
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.udp import Udp, udp
from foxpy.stack import Stack


@attrs.frozen
class TwoInterfaces(Stack):
    left: Arp
    right: Arp
    ip: Ip
    icmp: Icmp
    udp: Udp[IPv4Address]
    tcp: Tcp[IPv4Address]


def neighbours(device: Device[EthernetFrames]) -> Arp:
    eth: Ethernet = ethernet(device)
    return arp(eth.carrier(0x0806), eth.carrier(0x0800))


def build(
    left: Device[EthernetFrames],
    right: Device[EthernetFrames],
    left_address: IPv4Interface,
    right_address: IPv4Interface,
    gateway: IPv4Address | None = None,
) -> TwoInterfaces:
    one, other = neighbours(left), neighbours(right)
    ip = ipv4(interface(one.carrier(), left_address), interface(other.carrier(), right_address), gateway=gateway)
    return TwoInterfaces(one, other, ip, icmp(ip), udp(ip.carrier(17)), tcp(ip.carrier(6)))
