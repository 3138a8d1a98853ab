"""A carrier says how hosts are named below it, and a layer that needs a certain kind of host takes no other carrier."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface
from typing import assert_type

from foxpy.addresses import MacAddress, Port
from foxpy.devices.device import Device, EthernetFrames, IpPackets
from foxpy.layers.arp import Arp, arp
from foxpy.layers.ethernet import Ethernet, EthernetCarrier, ethernet
from foxpy.layers.ipv4 import Ip, IpLink, interface, point_to_point
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.udp import Udp, UdpCarrier, UdpEndpoint, udp
from foxpy.protocol import Carrier


def hosts(eth: Ethernet, ip: Ip, datagrams: Udp[IPv4Address]) -> None:
    assert_type(eth.carrier(0x88B5), EthernetCarrier)
    over_mac: Carrier[MacAddress] = eth.carrier(0x88B5)
    over_ip: Carrier[IPv4Address] = eth.carrier(0x88B5)  # type: ignore[assignment]

    host: Carrier[IPv4Address] = ip.carrier(6)
    station: Carrier[MacAddress] = ip.carrier(6)  # type: ignore[assignment]

    assert_type(datagrams.carrier(Port(7007)), UdpCarrier[IPv4Address])
    endpoint: Carrier[UdpEndpoint[IPv4Address]] = datagrams.carrier(Port(7007))
    bare: Carrier[IPv4Address] = datagrams.carrier(Port(7007))  # type: ignore[assignment]
    datagrams.carrier(7007)  # type: ignore[arg-type]

    eth.carrier(0x0800)
    eth.carrier("0x0800")  # type: ignore[arg-type]
    eth.carrier()  # type: ignore[call-arg]


def neighbours(eth: Ethernet, ip: Ip, link: Arp, address: IPv4Interface) -> None:
    arp(eth.carrier(0x0806), eth.carrier(0x0800))
    arp(ip.carrier(1), eth.carrier(0x0800))  # type: ignore[arg-type]
    arp(eth.carrier(0x0806), ip.carrier(1))  # type: ignore[arg-type]
    arp(eth.carrier(0x0806), link.carrier())  # type: ignore[arg-type]

    hops: IpLink = link.carrier()
    remote: Carrier[IPv4Address] = link.carrier()  # type: ignore[assignment]
    tcp(link.carrier())  # type: ignore[arg-type]

    interface(link.carrier(), address)
    interface(eth.carrier(0x0800), address)  # type: ignore[arg-type]
    interface(ip.carrier(4), address)  # type: ignore[arg-type]


def upper(eth: Ethernet, ip: Ip, datagrams: Udp[IPv4Address]) -> None:
    stations: Tcp[MacAddress] = tcp(eth.carrier(0x88B5))
    machines: Tcp[IPv4Address] = tcp(eth.carrier(0x88B5))  # type: ignore[arg-type]

    tunnel: Tcp[UdpEndpoint[IPv4Address]] = tcp(datagrams.carrier(Port(7007)))
    no_tunnel: Tcp[IPv4Address] = tcp(datagrams.carrier(Port(7007)))  # type: ignore[arg-type]

    messages: Udp[IPv4Address] = udp(ip.carrier(17))
    frames: Udp[MacAddress] = udp(ip.carrier(17))  # type: ignore[arg-type]


def media(frames: Device[EthernetFrames], packets: Device[IpPackets]) -> None:
    ethernet(frames)
    ethernet(packets)  # type: ignore[arg-type]

    point_to_point(packets)
    udp(point_to_point(packets))  # type: ignore[arg-type]
    point_to_point(frames)  # type: ignore[arg-type]
    point_to_point(ethernet(frames))  # type: ignore[arg-type]
