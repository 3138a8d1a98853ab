"""Over taps Ethernet keeps the contract as it does in memory: two of them, joined by a bridge."""

from __future__ import annotations

import pytest
import trio

from foxpy.addresses import MacAddress
from foxpy.devices.tap import tap
from foxpy.layers.ethernet import EthernetAddress, EthernetConnection, EthernetPattern, ethernet
from foxpy.testing import ProtocolPair, check_protocol
from foxpy.testing.namespaces import bridge, namespace

EXPERIMENTAL = 0x88B5  # IEEE 802, local experimental ethertype 1
LEFT, RIGHT = MacAddress.local(1), MacAddress.local(2)


def pair() -> ProtocolPair[EthernetAddress, EthernetPattern, EthernetConnection]:
    left, right = ethernet(tap("left0"), LEFT), ethernet(tap("right0"), RIGHT)
    return ProtocolPair(
        left,
        right,
        EthernetAddress(LEFT, EXPERIMENTAL),
        EthernetAddress(RIGHT, EXPERIMENTAL),
        EthernetPattern(EXPERIMENTAL),
        padding=46,
        patience=5.0,
        silence=0.1,
    )


@pytest.mark.interop
def test_contract() -> None:
    with namespace() as place:
        for name in ("left0", "right0"):
            place.ip("tuntap", "add", "dev", name, "mode", "tap")
        bridge(place, ["left0", "right0"])
        with place.entered():
            trio.run(check_protocol, pair)
