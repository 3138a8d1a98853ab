"""A router between two links: forwards, redirects hosts, and advertises itself on both (RFC 1812, RFC 1256).

             UDP
              |
    discovery |
        \\     |
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
from foxpy.layers.ethernet import ethernet
from foxpy.layers.icmp import Icmp, icmp
from foxpy.layers.ipv4 import Ip, IpConfig, interface, ipv4
from foxpy.layers.router_discovery import RouterDiscovery, router_discovery
from foxpy.layers.udp import Udp, udp
from foxpy.stack import Stack


@attrs.frozen
class Router(Stack):
    left: Arp
    right: Arp
    ip: Ip
    icmp: Icmp
    discovery: RouterDiscovery
    udp: Udp[IPv4Address]


def neighbours(device: Device[EthernetFrames]) -> Arp:
    eth = ethernet(device)
    return arp(eth.carrier(0x0806), eth.carrier(0x0800))


def build(
    left: Device[EthernetFrames],
    right: Device[EthernetFrames],
    left_address: IPv4Interface,
    right_address: IPv4Interface,
    gateway: IPv4Address | None = None,
) -> Router:
    one, other = neighbours(left), neighbours(right)
    links = interface(one.carrier(), left_address), interface(other.carrier(), right_address)
    ip = ipv4(*links, gateway=gateway, config=IpConfig(forward=True))
    messages = icmp(ip)
    return Router(one, other, ip, messages, router_discovery(messages), udp(ip.carrier(17)))
