"""A connection that its layer forgets is over for what is interposed on it, and its owner can still send."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from foxpy.addresses import MacAddress, Port
from foxpy.devices.link import link
from foxpy.layers.acknowledge import acknowledge
from foxpy.layers.ethernet import EthernetAddress, EthernetPattern, ethernet
from foxpy.layers.faults import faults
from foxpy.layers.fragment import fragment
from foxpy.layers.ipv4 import IpAddress, IpPattern
from foxpy.layers.sequence import sequence
from foxpy.layers.udp import UdpAddress, UdpPattern
from foxpy.protocol import Address, Carrier, Conn, Pattern
from foxpy.status import Forgotten
from foxpy.testing import ProtocolPair, virtual
from foxpy.testing.carriers import ANYBODY, carried
from foxpy.testing.checks.interposing import Probe
from foxpy.testing.collector import ignoring
from foxpy.testing.hosts import hosts
from foxpy.testing.rig import End, Rig

LEFT, RIGHT = MacAddress.local(1), MacAddress.local(2)
PORT, OURS = Port(7), Port(4000)


async def taken_over(
    rig: Rig[Address, Pattern, Conn], address: Address
) -> tuple[End[Address, Pattern, Conn], End[Address, Pattern, Conn]]:
    """Both ends of a connection that left began, and that right forgets because it opens the same one itself."""
    left, right = await rig.connect()
    await rig.right.active_open(address, ignoring)
    assert right.collector.events == [Forgotten()]
    return left, right


async def its_session_ends(pair: ProtocolPair[Address, Pattern, Conn], address: Address) -> None:
    rig, probe = Rig(pair), Probe()
    pair.right.interpose(probe)
    async with rig.turning(), rig.initialized():
        left, right = await taken_over(rig, address)
        assert [session.ends for session in probe.sessions] == [1, 0]
        await rig.carry(right, left, rig.payload(100))
        pair.right.abort(right.connection)
        assert [session.ends for session in probe.sessions] == [1, 0]
    assert [session.ends for session in probe.sessions] == [1, 1]


def test_an_ethernet_tells_the_session() -> None:
    async def test() -> None:
        segment = link()
        left, right = ethernet(segment.attach(), LEFT), ethernet(segment.attach(), RIGHT)
        back, there = EthernetAddress(LEFT, 0x88B5), EthernetAddress(RIGHT, 0x88B5)
        await its_session_ends(ProtocolPair(left, right, back, there, EthernetPattern(0x88B5), padding=46), back)

    virtual(test)


def test_an_ipv4_tells_the_session() -> None:
    async def test() -> None:
        left, right = hosts()
        back, there = IpAddress(left.address, 253), IpAddress(right.address, 253)
        await its_session_ends(ProtocolPair(left.ip, right.ip, back, there, IpPattern(253)), back)

    virtual(test)


def test_a_udp_tells_the_session() -> None:
    async def test() -> None:
        left, right = hosts()
        back, there = UdpAddress(left.address, OURS, PORT), UdpAddress(right.address, PORT, OURS)
        await its_session_ends(ProtocolPair(left.udp, right.udp, back, there, UdpPattern(PORT)), back)

    virtual(test)


@pytest.mark.parametrize(
    "put", [lambda carrier: faults(carrier, delay=50.0), sequence, fragment, acknowledge], ids=lambda put: put.__name__
)
def test_what_is_interposed_keeps_nothing_back_any_more(
    put: Callable[[Carrier[MacAddress]], Carrier[MacAddress]],
) -> None:
    async def test() -> None:
        segment = link()
        devices = segment.attach(), segment.attach()
        over = ethernet(devices[0], LEFT).carrier(0x88B5), ethernet(devices[1], RIGHT).carrier(0x88B5)
        left = carried(put(over[0]) if put in (sequence, fragment, acknowledge) else over[0])
        rig = Rig(ProtocolPair(left, carried(put(over[1])), LEFT, RIGHT, ANYBODY, silence=100.0, patience=300.0))
        async with rig.turning(), rig.initialized():
            left_end, right_end = await rig.connect()
            right_end.sender.send(b"under way")
            await rig.right.active_open(LEFT, ignoring)
            assert right_end.collector.events == [Forgotten()]
            assert segment.scheduler.timers.running() == 0
            await rig.silence()
            count = len(left_end.collector.packets)
            right_end.sender.send(b"late")
            assert segment.scheduler.timers.running() == 0
            await rig.silence()
            assert left_end.collector.packets[count:] == [b"late"]

    virtual(test)
