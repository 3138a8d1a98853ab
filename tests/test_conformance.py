"""Every layer keeps the contract of the Protocol signature: each check of the kit, on each kind of pair."""

from __future__ import annotations

from typing import Final

import pytest

from foxpy.devices.device import WIRE, Wire, WireConnection
from foxpy.devices.link import ip_link, link
from foxpy.protocol import Address, Conn, Pattern
from foxpy.testing import CHECKS, Check, MakePair, ProtocolPair, check_protocol, virtual

every_check: Final = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)


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
