"""Every layer keeps the contract of the Protocol signature, alone, composed and with layers interposed.

Those that need more words have a test of the same name beside their other tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from foxpy.addresses import BROADCAST, MacAddress
from foxpy.devices.device import WIRE, Wire, WireConnection
from foxpy.devices.link import ip_link, link
from foxpy.layers.checksum import checksum
from foxpy.layers.ethernet import LLC, EthernetAddress, EthernetConnection, EthernetPattern, ethernet
from foxpy.layers.faults import faults
from foxpy.layers.length import length
from foxpy.protocol import Address, Carrier, Conn, Connectionless, Pattern
from foxpy.testing import CHECKS, Check, MakePair, ProtocolPair, check_protocol, virtual
from foxpy.testing.carriers import ANYBODY, Anybody, PathConnection, carried

every_check: Final = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)

LEFT, RIGHT = MacAddress.local(1), MacAddress.local(2)


def put(make_pair: MakePair[Address, Pattern, Conn], check: Check) -> None:
    virtual(check_protocol, make_pair, [check])


# -- devices


def link_pair() -> ProtocolPair[Wire, Wire, WireConnection]:
    segment = link()
    left, right = segment.attach(), segment.attach()
    return ProtocolPair(left, right, WIRE, WIRE, WIRE, right_device=right)


def ip_link_pair() -> ProtocolPair[Wire, Wire, WireConnection]:
    segment = ip_link(mtu=576)
    left, right = segment.attach(), segment.attach()
    return ProtocolPair(left, right, WIRE, WIRE, WIRE, right_device=right)


@every_check
def test_link(check: Check) -> None:
    put(link_pair, check)


@every_check
def test_ip_link(check: Check) -> None:
    put(ip_link_pair, check)


# -- Ethernet


def ethernet_pair(ethertype: int) -> ProtocolPair[EthernetAddress, EthernetPattern, EthernetConnection]:
    segment = link()
    devices = segment.attach(), segment.attach()
    left, right = ethernet(devices[0], LEFT), ethernet(devices[1], RIGHT)
    return ProtocolPair(
        left,
        right,
        EthernetAddress(LEFT, ethertype),
        EthernetAddress(RIGHT, ethertype),
        EthernetPattern(ethertype),
        padding=0 if ethertype == LLC else 46,
        bad_addresses=(EthernetAddress(LEFT, ethertype),),
        right_device=devices[1],
    )


@every_check
def test_ethernet(check: Check) -> None:
    put(lambda: ethernet_pair(0x88B5), check)


@every_check
def test_ethernet_with_lengths(check: Check) -> None:
    put(lambda: ethernet_pair(LLC), check)


# -- carriers, and what is interposed on them

CarrierPair = ProtocolPair[MacAddress, Anybody, PathConnection[MacAddress]]
Interposing = Callable[[Carrier[MacAddress]], Carrier[MacAddress]]


def carrier_pair(
    interposing: Interposing,
    *,
    padding: int = 0,
    reliable: bool = True,
    ordered: bool = True,
    held: bool = False,
) -> CarrierPair:
    segment = link(seed=7)
    devices = segment.attach(), segment.attach()
    left, right = (
        carried(interposing(ethernet(device, host).carrier(0x88B5)))
        for device, host in zip(devices, (LEFT, RIGHT), strict=True)
    )
    return ProtocolPair(
        left,
        right,
        LEFT,
        RIGHT,
        ANYBODY,
        padding=padding,
        reliable=reliable,
        ordered=ordered,
        held=held,
        bad_addresses=(LEFT,),
        right_device=devices[1],
    )


@every_check
def test_ethernet_carrier(check: Check) -> None:
    put(lambda: carrier_pair(lambda carrier: carrier, padding=46), check)


@every_check
def test_length(check: Check) -> None:
    put(lambda: carrier_pair(length), check)


@every_check
def test_checksum(check: Check) -> None:
    put(lambda: carrier_pair(lambda carrier: checksum(length(carrier))), check)


@every_check
def test_delays(check: Check) -> None:
    put(lambda: carrier_pair(lambda carrier: faults(length(carrier), delay=0.05, rate=1e7), held=True), check)


@every_check
def test_losses(check: Check) -> None:
    def lossy(carrier: Carrier[MacAddress]) -> Carrier[MacAddress]:
        return length(faults(carrier, loss=0.3, duplicate=0.1, reorder=0.1, jitter=0.01, delay=0.02))

    put(lambda: carrier_pair(lossy, reliable=False, ordered=False), check)


@every_check
def test_corruption_under_a_checksum(check: Check) -> None:
    def corrupting(carrier: Carrier[MacAddress]) -> Carrier[MacAddress]:
        return checksum(length(faults(carrier, corrupt=0.3)))

    put(lambda: carrier_pair(corrupting, reliable=False), check)
