"""TCP and UDP over IPv4 over Ethernet on a packet socket: a host of its own on an interface that Linux uses as well.

   TCP   UDP
     \\   /
ICMP  IPv4
    \\  |
       ARP        Linux
        |           |
     Ethernet       |
        |           |
     packet --- interface

Linux keeps the interface, its own addresses and its own MAC address. To the stack's it does not answer: packets for
another station end in its driver's filter or before its IP.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import attrs

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.packet import heard_by, packet
from foxpy.layers.arp import Arp, arp
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.icmp import Icmp, icmp
from foxpy.layers.ipv4 import Ip, interface, ipv4
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.udp import Udp, udp
from foxpy.stack import Stack


@attrs.frozen
class TcpIpPacket(Stack):
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
) -> TcpIpPacket:
    eth = ethernet(device, mac)
    neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    ip = ipv4(interface(neighbours.carrier(), address), gateway=gateway)
    return TcpIpPacket(eth, neighbours, ip, icmp(ip), udp(ip.carrier(17)), tcp(ip.carrier(6)))


def beside_linux(name: str, address: IPv4Interface, gateway: IPv4Address | None = None) -> TcpIpPacket:
    """The stack on the interface ``name``, with ``address``, which Linux must not have. Call it inside trio."""
    return build(packet(name, addresses=heard_by(address)), address, gateway)
