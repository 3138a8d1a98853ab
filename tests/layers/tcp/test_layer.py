"""TCP as a Protocol, over Ethernet in memory and in virtual time."""

from __future__ import annotations

from typing import Final

import pytest

from foxpy.addresses import BROADCAST, MacAddress, Port
from foxpy.devices.link import link
from foxpy.layers.ethernet import ethernet
from foxpy.layers.tcp import TcpAddress, TcpConnection, TcpPattern, tcp
from foxpy.testing import CHECKS, Check, ProtocolPair, check_protocol, virtual

LEFT, RIGHT = MacAddress.local(1), MacAddress.local(2)
TYPE: Final = 0x88B5
PORT: Final = Port(7)


def pair(
    checksums: bool = True,
) -> ProtocolPair[TcpAddress[MacAddress], TcpPattern[MacAddress], TcpConnection[MacAddress]]:
    segment = link()
    devices = segment.attach(), segment.attach()
    left = tcp(ethernet(devices[0], LEFT).carrier(TYPE), checksums=checksums)
    right = tcp(ethernet(devices[1], RIGHT).carrier(TYPE), checksums=checksums)
    return ProtocolPair(
        left,
        right,
        TcpAddress(LEFT, PORT),
        TcpAddress(RIGHT, PORT),
        TcpPattern(PORT),
        stream=True,
        bad_addresses=(TcpAddress(BROADCAST, PORT),),
        right_device=devices[1],
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_conformance(check: Check) -> None:
    virtual(check_protocol, pair, [check])
