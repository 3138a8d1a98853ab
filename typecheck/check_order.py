"""Layers fit in one order only: each takes what lies below it, and mypy names both where something else is given."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface
from typing import assert_type

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames, IpPackets
from foxpy.layers.arp import Arp, arp
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.icmp import Icmp, icmp
from foxpy.layers.ipv4 import Ip, interface, ipv4, point_to_point
from foxpy.layers.router_discovery import RouterDiscovery, router_discovery
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.udp import Udp, udp


def over_ethernet(device: Device[EthernetFrames], address: IPv4Interface) -> None:
    eth = ethernet(device)
    assert_type(eth, Ethernet)
    ethernet(eth)  # type: ignore[arg-type]

    neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    assert_type(neighbours, Arp)
    arp(eth, eth.carrier(0x0800))  # type: ignore[arg-type]
    arp(device, eth.carrier(0x0800))  # type: ignore[arg-type]

    ip = ipv4(interface(neighbours.carrier(), address))
    assert_type(ip, Ip)
    ipv4(neighbours.carrier())  # type: ignore[arg-type]
    ipv4(interface(neighbours, address))  # type: ignore[arg-type]
    ipv4(interface(eth, address))  # type: ignore[arg-type]
    ipv4(interface(ip, address))  # type: ignore[arg-type]
    ethernet(ip)  # type: ignore[arg-type]

    assert_type(icmp(ip), Icmp)
    icmp(eth)  # type: ignore[arg-type]
    icmp(neighbours)  # type: ignore[arg-type]
    assert_type(router_discovery(icmp(ip)), RouterDiscovery)
    router_discovery(ip)  # type: ignore[arg-type]
    router_discovery(ip.carrier(1))  # type: ignore[arg-type]

    datagrams = udp(ip.carrier(17))
    assert_type(datagrams, Udp[IPv4Address])
    udp(ip)  # type: ignore[arg-type]
    icmp(datagrams)  # type: ignore[arg-type]

    streams = tcp(ip.carrier(6))
    assert_type(streams, Tcp[IPv4Address])
    tcp(ip)  # type: ignore[arg-type]
    tcp(eth)  # type: ignore[arg-type]
    tcp(device)  # type: ignore[arg-type]
    tcp(streams)  # type: ignore[arg-type]
    ipv4(interface(streams, address))  # type: ignore[arg-type]


def straight_over_ethernet(device: Device[EthernetFrames]) -> None:
    eth = ethernet(device)
    assert_type(tcp(eth.carrier(0x88B5), checksums=False), Tcp[MacAddress])
    tcp(ethernet)  # type: ignore[arg-type]


def without_ethernet(device: Device[IpPackets], address: IPv4Interface) -> None:
    assert_type(ipv4(interface(point_to_point(device), address)), Ip)
    ipv4(interface(device, address))  # type: ignore[arg-type]
    ipv4(point_to_point(device))  # type: ignore[arg-type]
