"""The host that is measured: everything up to TCP and UDP, without the limits that a host in the open has."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface
from typing import Final

import attrs

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames
from foxpy.layers.arp import Arp, arp
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.icmp import Icmp, IcmpConfig, icmp
from foxpy.layers.ipv4 import Ip, interface, ipv4
from foxpy.layers.tcp import Tcp, TcpConfig, tcp
from foxpy.layers.udp import Udp, udp
from foxpy.stack import Stack

DEFAULT: Final = TcpConfig()
ECHOES: Final = 1e9
"""Echo replies a second: 10,000 are what a host in the open gives, and Linux gives as many as it is asked for."""


@attrs.frozen
class Measured(Stack):
    ethernet: Ethernet
    arp: Arp
    ip: Ip
    icmp: Icmp
    udp: Udp[IPv4Address]
    tcp: Tcp[IPv4Address]


def mac_of(address: IPv4Address) -> MacAddress:
    """The station's address, for who cannot ask for it."""
    return MacAddress.local(int(address) & 0xFFFF)


def build(device: Device[EthernetFrames], address: IPv4Interface, config: TcpConfig = DEFAULT) -> Measured:
    eth = ethernet(device, mac_of(address.ip))
    neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    ip = ipv4(interface(neighbours.carrier(), address))
    return Measured(
        eth,
        neighbours,
        ip,
        icmp(ip, config=IcmpConfig(echo_rate=ECHOES)),
        udp(ip.carrier(17)),
        tcp(ip.carrier(6), config=config),
    )
