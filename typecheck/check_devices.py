"""What a device carries is part of its type: AF_XDP gives Ethernet frames, and what wants IP packets takes none."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface
from typing import assert_type

from foxpy.devices.device import Device, DeviceInfo, EthernetFrames, IpPackets
from foxpy.devices.xdp import XdpConfig, XdpDevice, XdpInfo, XdpSocket, xdp
from foxpy.layers.ethernet import ethernet
from foxpy.layers.ipv4 import point_to_point
from stacks import tcp_ip, tcp_ip_tun, tcp_ip_xdp


def composing(address: IPv4Interface) -> None:
    assert_type(xdp("eth0"), Device[EthernetFrames])
    packets: Device[IpPackets] = xdp("eth0")  # type: ignore[assignment]

    ethernet(xdp("eth0"))
    point_to_point(xdp("eth0"))  # type: ignore[arg-type]

    tcp_ip.build(xdp("eth0"), address)
    tcp_ip_xdp.build(xdp("eth0"), address)
    tcp_ip_tun.build(xdp("eth0"), address)  # type: ignore[arg-type]

    assert_type(tcp_ip_xdp.beside_linux("eth0", address), tcp_ip_xdp.TcpIp)
    tcp_ip_xdp.beside_linux(xdp("eth0"), address)  # type: ignore[arg-type]
    tcp_ip_xdp.beside_linux("eth0", "192.0.2.7/24")  # type: ignore[arg-type]


def choosing(address: IPv4Interface) -> None:
    xdp("eth0", addresses=["192.0.2.7", IPv4Address("192.0.2.8")], mode="generic", checksums="trust")
    xdp("eth0", addresses=address.ip)
    xdp("eth0", addresses=[7])  # type: ignore[list-item]
    xdp("eth0", mode="offload")  # type: ignore[arg-type]
    xdp("eth0", checksums=False)  # type: ignore[arg-type]
    xdp("eth0", 1)  # type: ignore[call-arg]

    XdpSocket("eth0", XdpConfig(ring=2048))
    XdpSocket("eth0", 2048)  # type: ignore[arg-type]
    ethernet(XdpSocket("eth0"))  # type: ignore[arg-type]


def asking(device: XdpDevice, any_device: Device[EthernetFrames]) -> None:
    assert_type(device.query(), XdpInfo)
    told: DeviceInfo = device.query()
    more: XdpInfo = any_device.query()  # type: ignore[assignment]
