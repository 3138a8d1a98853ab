"""ARP keeps the contract of the Protocol signature."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import pytest

from foxpy.addresses import MacAddress
from foxpy.devices.link import link
from foxpy.layers.arp import ANY_STATION, Arp, ArpAddress, ArpConnection, ArpPattern, arp
from foxpy.layers.ethernet import ethernet
from foxpy.testing import CHECKS, Check, ProtocolPair, check_protocol, virtual


def make_pair() -> ProtocolPair[ArpAddress, ArpPattern, ArpConnection]:
    segment = link()
    devices = segment.attach(), segment.attach()
    hosts: list[Arp] = []
    for number, device in enumerate(devices, 1):
        eth = ethernet(device, MacAddress.local(number))
        host = arp(eth.carrier(0x0806), eth.carrier(0x0800))
        host.claim(IPv4Interface(f"192.0.2.{number}/24"))
        hosts.append(host)
    left, right = hosts
    return ProtocolPair(
        left,
        right,
        ArpAddress(IPv4Address("192.0.2.1")),
        ArpAddress(IPv4Address("192.0.2.2")),
        ANY_STATION,
        padding=46,
        bad_addresses=tuple(ArpAddress(IPv4Address(text)) for text in ("0.0.0.0", "127.0.0.1", "192.0.2.1")),
        right_device=devices[1],
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check) -> None:
    virtual(check_protocol, make_pair, [check])
