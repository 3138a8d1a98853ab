"""A packet device is a device of Ethernet frames, and its settings are of the types that say what they are."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import assert_type

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames, IpPackets
from foxpy.devices.packet import (
    BLOCKS,
    FRAMES,
    NO_RING,
    BlockRing,
    Fanout,
    FrameRing,
    PacketDevice,
    PacketInfo,
    Ring,
    Spread,
    heard_by,
    packet,
)
from foxpy.layers.tcp import Tcp
from stacks import tcp_ip_packet, tcp_ip_tun


def making(address: IPv4Interface) -> None:
    assert_type(packet("eth0"), PacketDevice)
    frames: Device[EthernetFrames] = packet("eth0", addresses=("192.0.2.7", address.ip, IPv4Network("224.0.0.0/4")))
    packets: Device[IpPackets] = packet("eth0")  # type: ignore[assignment]
    packet("eth0", addresses=heard_by(address))
    packet("eth0", addresses=[address.packed])  # type: ignore[list-item]
    heard_by(IPv4Address("192.0.2.7"))  # type: ignore[arg-type]
    packet("eth0", macs=[MacAddress.local(7)])
    packet("eth0", macs=["02:00:00:00:00:07"])  # type: ignore[list-item]


def rings() -> None:
    ring: Ring = FRAMES
    for ring in (FRAMES, BLOCKS, NO_RING, FrameRing(count=64), BlockRing(timeout=10)):
        packet("eth0", ring=ring)
    packet("eth0", ring="frames")  # type: ignore[arg-type]
    packet("eth0", ring=2048)  # type: ignore[arg-type]
    FrameRing(64)  # type: ignore[call-arg]
    BLOCKS.timeout = 10  # type: ignore[misc]


def sharing() -> None:
    packet("eth0", fanout=Fanout(7, Spread.TURNS, rollover=True))
    packet("eth0", fanout=7)  # type: ignore[arg-type]
    Fanout(7, "turns")  # type: ignore[arg-type]


def asking(device: PacketDevice, other: Device[EthernetFrames]) -> None:
    assert_type(device.query(), PacketInfo)
    lost: int = device.query().lost
    other.query().lost  # type: ignore[attr-defined]


def stacking(address: IPv4Interface) -> None:
    assert_type(tcp_ip_packet.build(packet("eth0"), address).tcp, Tcp[IPv4Address])
    assert_type(tcp_ip_packet.beside_linux("eth0", address).tcp, Tcp[IPv4Address])
    tcp_ip_packet.beside_linux("eth0", address.ip)  # type: ignore[arg-type]
    tcp_ip_tun.build(packet("eth0"), address)  # type: ignore[arg-type]
