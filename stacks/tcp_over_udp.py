"""TCP over UDP over IPv4: TCP where only datagrams pass, as behind many NATs.

       TCP     no checksums: UDP's covers every segment
        |
       UDP     one port, both ways
        |
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

from foxpy.addresses import MacAddress, Port
from foxpy.devices.device import Device, EthernetFrames
from foxpy.layers.arp import Arp, arp
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.icmp import Icmp, icmp
from foxpy.layers.ipv4 import Ip, Service, interface, ipv4
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.udp import Udp, UdpEndpoint, udp
from foxpy.stack import Stack

TUNNEL = Port(7007)


@attrs.frozen
class TcpOverUdp(Stack):
    ethernet: Ethernet
    arp: Arp
    ip: Ip
    icmp: Icmp
    udp: Udp[IPv4Address]
    tcp: Tcp[UdpEndpoint[IPv4Address]]


def build(
    device: Device[EthernetFrames],
    address: IPv4Interface,
    gateway: IPv4Address | None = None,
    mac: MacAddress | None = None,
) -> TcpOverUdp:
    eth = ethernet(device, mac)
    neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    ip = ipv4(interface(neighbours.carrier(), address), gateway=gateway)
    # Were IP to cut datagrams up, TCP would take its largest segment from them, and lose all of it with one piece.
    datagrams = udp(ip.carrier(17, Service(dont_fragment=True)))
    return TcpOverUdp(eth, neighbours, ip, icmp(ip), datagrams, tcp(datagrams.carrier(TUNNEL), checksums=False))
