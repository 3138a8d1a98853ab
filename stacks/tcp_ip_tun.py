"""TCP and UDP over IPv4 with no Ethernet below: for tunnels, VPNs and tun devices.

   TCP   UDP
     \\   /
ICMP  IPv4
    \\  |
      device (bare IP packets)
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import attrs

from foxpy.devices.device import Device, IpPackets
from foxpy.layers.icmp import Icmp, icmp
from foxpy.layers.ipv4 import Ip, interface, ipv4, point_to_point
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.udp import Udp, udp
from foxpy.stack import Stack


@attrs.frozen
class TcpIpTun(Stack):
    ip: Ip
    icmp: Icmp
    udp: Udp[IPv4Address]
    tcp: Tcp[IPv4Address]


def build(device: Device[IpPackets], address: IPv4Interface, gateway: IPv4Address | None = None) -> TcpIpTun:
    ip = ipv4(interface(point_to_point(device), address), gateway=gateway)
    return TcpIpTun(ip, icmp(ip), udp(ip.carrier(17)), tcp(ip.carrier(6)))
