"""A stack file builds what it says: every field has the exact type of its layer, and build returns the whole stack."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface
from typing import assert_type

import attrs

from foxpy.addresses import MacAddress, Port
from foxpy.devices.device import Device, EthernetFrames, IpPackets
from foxpy.devices.link import ip_link, link
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.udp import Udp, udp
from foxpy.stack import Stack
from stacks import tcp_ip, tcp_ip_tun, tcp_over_ethernet, tcp_over_udp, udp_ip


@attrs.frozen
class Small(Stack):
    """A stack that is right."""

    ethernet: Ethernet
    tcp: Tcp[MacAddress]


def build(device: Device[EthernetFrames]) -> Small:
    eth = ethernet(device)
    return Small(eth, tcp(eth.carrier(0x88B5), checksums=False))


def of_other_hosts(device: Device[EthernetFrames]) -> Small:
    eth = ethernet(device)
    return Small(eth, tcp(udp(eth.carrier(0x88B6)).carrier(Port(7007))))  # type: ignore[arg-type]


def of_other_layers(device: Device[EthernetFrames]) -> Small:
    eth = ethernet(device)
    return Small(eth, udp(eth.carrier(0x88B6)))  # type: ignore[arg-type]


def without_one(device: Device[EthernetFrames]) -> Small:
    return Small(ethernet(device))  # type: ignore[call-arg]


def a_layer_for_a_stack(device: Device[EthernetFrames]) -> Small:
    return tcp(ethernet(device).carrier(0x88B5))  # type: ignore[return-value]


def another_stack(device: Device[EthernetFrames]) -> udp_ip.UdpIp:
    return build(device)  # type: ignore[return-value]


def forgetful(device: Device[EthernetFrames]) -> Small:  # type: ignore[return]
    build(device)


def over_ip_packets(device: Device[IpPackets]) -> Small:
    return build(device)  # type: ignore[arg-type]


def building(frames: Device[EthernetFrames], packets: Device[IpPackets], address: IPv4Interface) -> None:
    stack = tcp_ip.build(frames, address)
    assert_type(stack.tcp, Tcp[IPv4Address])
    tcp_ip.build(packets, address)  # type: ignore[arg-type]
    tcp_ip.build(frames, "192.0.2.1/24")  # type: ignore[arg-type]
    tcp_ip.build(frames, address, MacAddress.local(1))  # type: ignore[arg-type]
    tcp_ip.build(frames)  # type: ignore[call-arg]

    assert_type(tcp_ip_tun.build(packets, address).udp, Udp[IPv4Address])
    tcp_ip_tun.build(frames, address)  # type: ignore[arg-type]

    assert_type(tcp_over_ethernet.build(frames).tcp, Tcp[MacAddress])
    tcp_over_ethernet.build(packets)  # type: ignore[arg-type]


def using(frames: Device[EthernetFrames], address: IPv4Interface) -> None:
    tunnel = tcp_over_udp.build(frames, address)
    datagrams: Udp[IPv4Address] = tunnel.udp
    streams: Tcp[IPv4Address] = tunnel.tcp  # type: ignore[assignment]
    tunnel.udp = datagrams  # type: ignore[misc]

    messages = udp_ip.build(frames, address)
    messages.running()
    messages.tcp.query()  # type: ignore[attr-defined]


def devices() -> None:
    frames: Device[EthernetFrames] = link().attach()
    packets: Device[IpPackets] = ip_link().attach()
    wrong: Device[IpPackets] = link().attach()  # type: ignore[assignment]
    build(link())  # type: ignore[arg-type]
