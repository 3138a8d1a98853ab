"""TCP and UDP over IPv4 over Ethernet on AF_XDP: a host of its own on an interface that Linux uses as well.

   TCP   UDP
     \\   /
ICMP  IPv4
    \\  |
       ARP        Linux
        |           |
     Ethernet       |
        |           |
       xdp ---- interface

Linux keeps the interface and its own addresses. What is for the stack's address never gets to Linux's network stack.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import attrs

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.interface import mac_of
from foxpy.devices.xdp import xdp
from foxpy.layers.arp import Arp, arp
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.icmp import Icmp, icmp
from foxpy.layers.ipv4 import Ip, interface, ipv4
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.udp import Udp, udp
from foxpy.stack import Stack


@attrs.frozen
class TcpIpXdp(Stack):
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
) -> TcpIpXdp:
    eth = ethernet(device, mac)
    neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    ip = ipv4(interface(neighbours.carrier(), address), gateway=gateway)
    return TcpIpXdp(eth, neighbours, ip, icmp(ip), udp(ip.carrier(17)), tcp(ip.carrier(6)))


def beside_linux(name: str, address: IPv4Interface, gateway: IPv4Address | None = None) -> TcpIpXdp:
    """The stack on the interface ``name``, with ``address``, which Linux must not have.

    It has the interface's hardware address, as a network card takes in nothing that is for another. Raises OSError
    where there is no such interface.
    """
    return build(xdp(name, addresses=address.ip), address, gateway, mac_of(name))
