"""UDP keeps the contract of the Protocol signature over every kind of carrier."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Final, TypeAlias

import pytest

from foxpy.addresses import MacAddress, Port
from foxpy.devices.link import ip_link, link
from foxpy.layers.ethernet import ethernet
from foxpy.layers.icmp import icmp
from foxpy.layers.ipv4 import interface, ipv4, point_to_point
from foxpy.layers.udp import UdpAddress, UdpConnection, UdpEndpoint, UdpPattern, udp
from foxpy.testing import CHECKS, Check, ProtocolPair, check_protocol, virtual

UdpPair: TypeAlias = ProtocolPair[UdpAddress[MacAddress], UdpPattern[MacAddress], UdpConnection[MacAddress]]
DoublePair: TypeAlias = ProtocolPair[
    UdpAddress[UdpEndpoint[MacAddress]], UdpPattern[UdpEndpoint[MacAddress]], UdpConnection[UdpEndpoint[MacAddress]]
]

LEFT, RIGHT = MacAddress.local(1), MacAddress.local(2)
ECHO: Final = Port(7)
OURS: Final = Port(4000)  # an address without a local port would be another connection each time


def over_ethernet(checksums: bool) -> UdpPair:
    segment = link()
    devices = segment.attach(), segment.attach()
    left, right = (
        udp(ethernet(device, host).carrier(0x88B6), checksums=checksums)
        for device, host in zip(devices, (LEFT, RIGHT), strict=True)
    )
    return ProtocolPair(
        left,
        right,
        UdpAddress(LEFT, ECHO, OURS),
        UdpAddress(RIGHT, ECHO, OURS),
        UdpPattern(ECHO),
        right_device=devices[1],
    )


def over_udp() -> DoublePair:
    segment = link()
    devices = segment.attach(), segment.attach()
    left, right = (
        udp(udp(ethernet(device, host).carrier(0x88B6)).carrier(Port(7000)))
        for device, host in zip(devices, (LEFT, RIGHT), strict=True)
    )
    at = UdpEndpoint(LEFT, Port(7000)), UdpEndpoint(RIGHT, Port(7000))
    return ProtocolPair(
        left,
        right,
        UdpAddress(at[0], ECHO, OURS),
        UdpAddress(at[1], ECHO, OURS),
        UdpPattern(ECHO),
        right_device=devices[1],
    )


def over_ip() -> ProtocolPair[UdpAddress[IPv4Address], UdpPattern[IPv4Address], UdpConnection[IPv4Address]]:
    segment = ip_link()
    devices = segment.attach(), segment.attach()
    at = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
    ips = [ipv4(interface(point_to_point(device), f"{host}/24")) for device, host in zip(devices, at, strict=True)]
    left, right = (udp(ip.carrier(17)) for ip in ips)
    return ProtocolPair(
        left,
        right,
        UdpAddress(at[0], ECHO, OURS),
        UdpAddress(at[1], ECHO, OURS),
        UdpPattern(ECHO),
        sizes=(1472, 1473, 8000),
        bad_addresses=(UdpAddress(IPv4Address("0.0.0.0"), ECHO),),
        beside=tuple(icmp(ip) for ip in ips),
        right_device=devices[1],
    )


@pytest.mark.parametrize("make_pair", [lambda: over_ethernet(True), lambda: over_ethernet(False)], ids=["sums", "none"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_over_ethernet(make_pair: Callable[[], UdpPair], check: Check) -> None:
    virtual(check_protocol, make_pair, [check])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_over_udp(check: Check) -> None:
    virtual(check_protocol, over_udp, [check])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_over_ip(check: Check) -> None:
    virtual(check_protocol, over_ip, [check])
