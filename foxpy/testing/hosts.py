"""Whole hosts on one segment in memory: the network that most tests of programs want."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Final

import attrs

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.link import Segment, link
from foxpy.layers.arp import Arp, arp
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.icmp import Icmp, icmp
from foxpy.layers.ipv4 import Ip, interface, ipv4
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.udp import Udp, udp
from foxpy.stack import Stack


@attrs.frozen
class Host(Stack):
    """A host with everything up to TCP and UDP."""

    device: Device[EthernetFrames]
    ethernet: Ethernet
    arp: Arp
    ip: Ip
    icmp: Icmp
    udp: Udp[IPv4Address]
    tcp: Tcp[IPv4Address]
    interface: IPv4Interface

    @property
    def address(self) -> IPv4Address:
        return self.interface.ip

    @property
    def mac(self) -> MacAddress:
        return self.ethernet.address


TEST_NET: Final = IPv4Network("192.0.2.0/24")  # RFC 5737


def host(segment: Segment[EthernetFrames], number: int, network: IPv4Network = TEST_NET) -> Host:
    """Host ``number`` of ``network`` on ``segment``: 192.0.2.1 with the MAC address 02:00:00:00:00:01 is the first."""
    device = segment.attach(f"host{number}")
    address = IPv4Interface((network.network_address + number, network.prefixlen))
    eth = ethernet(device, MacAddress.local(number))
    neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    ip = ipv4(interface(neighbours.carrier(), address))
    return Host(device, eth, neighbours, ip, icmp(ip), udp(ip.carrier(17)), tcp(ip.carrier(6)), address)


def hosts(count: int = 2, *, mtu: int = 1500, seed: int = 0, offloads: bool = False) -> tuple[Host, ...]:
    """``count`` hosts on a segment of their own, which is that of ``link``. Made inside trio, run with
    ``host.running()``."""
    segment = link(mtu=mtu, seed=seed, offloads=offloads)
    return tuple(host(segment, number) for number in range(1, count + 1))
