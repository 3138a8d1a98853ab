"""The micro-protocols keep the contract of what they are put on, alone and composed, over good paths and bad ones."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Final

import pytest

from foxpy.addresses import MacAddress
from foxpy.devices.link import link
from foxpy.layers.acknowledge import acknowledge
from foxpy.layers.checksum import checksum
from foxpy.layers.ethernet import ethernet
from foxpy.layers.faults import faults
from foxpy.layers.fragment import fragment
from foxpy.layers.record import record
from foxpy.layers.sequence import sequence
from foxpy.layers.trace import trace
from foxpy.protocol import Carrier
from foxpy.testing import CHECKS, Check, ProtocolPair, check_protocol, virtual
from foxpy.testing.carriers import ANYBODY, Anybody, PathConnection, carried

Stations = Carrier[MacAddress]
LEFT, RIGHT = MacAddress.local(1), MacAddress.local(2)


def acknowledged(carrier: Stations) -> Stations:
    return acknowledge(carrier)


def reliable(carrier: Stations) -> Stations:
    return fragment(sequence(acknowledge(checksum(carrier))))


def reliable_over_a_bad_path(carrier: Stations) -> Stations:
    bad = faults(carrier, loss=0.1, corrupt=0.1, duplicate=0.1, reorder=0.1, delay=0.01, jitter=0.005)
    return reliable(bad)


def watched(carrier: Stations) -> Stations:
    lines: list[str] = []
    return trace(record(checksum(trace(record(carrier, io.BytesIO()), lines.append)), io.BytesIO()), lines.append)


COMPOSITIONS: Final = (acknowledged, reliable, reliable_over_a_bad_path, watched)


def pair(composed: Callable[[Stations], Stations]) -> ProtocolPair[MacAddress, Anybody, PathConnection[MacAddress]]:
    segment = link(seed=3)
    devices = segment.attach(), segment.attach()
    left, right = (
        carried(composed(ethernet(device, host).carrier(0x88B6)))
        for device, host in zip(devices, (LEFT, RIGHT), strict=True)
    )
    return ProtocolPair(
        left,
        right,
        LEFT,
        RIGHT,
        ANYBODY,
        bad_addresses=(LEFT,),
        right_device=devices[1],
        # An end that begins anew waits with patience for what its peer had sent to its former self.
        held=composed in (reliable, reliable_over_a_bad_path),
        patience=300.0 if composed is reliable else 30.0,
        silence=20.0 if composed is reliable else 1.0,
    )


@pytest.mark.parametrize("composed", COMPOSITIONS, ids=lambda composed: composed.__name__)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, composed: Callable[[Stations], Stations]) -> None:
    virtual(check_protocol, lambda: pair(composed), [check])
