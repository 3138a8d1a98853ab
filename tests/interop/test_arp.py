"""ARP with Linux on the other side of a tap."""

from __future__ import annotations

import contextlib
import functools
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv4Interface
from typing import Final

import pytest
import trio

from foxpy.addresses import MacAddress
from foxpy.checksum import ones_sum
from foxpy.devices.tap import tap
from foxpy.driver import running
from foxpy.layers.arp import (
    ANY_STATION,
    AddressConflict,
    Arp,
    ArpAddress,
    ArpConfig,
    ClaimEvent,
    Flush,
    NeighbourState,
    arp,
)
from foxpy.layers.ethernet import ethernet
from foxpy.status import Report, Trouble
from foxpy.testing.collector import Collector
from foxpy.testing.namespaces import Namespace

LINUX: Final = IPv4Address("192.0.2.1")
US: Final = IPv4Address("192.0.2.2")
STATION: Final = MacAddress.local(0xF0)


@asynccontextmanager
async def host(place: Namespace, config: ArpConfig | None = None) -> AsyncIterator[Arp]:
    with place.entered():
        device = tap("tap0", kernel_address=f"{LINUX}/24")
        eth = ethernet(device, STATION)
        layer = arp(eth.carrier(0x0806), eth.carrier(0x0800), config=config or ArpConfig())
        device.initialize()  # here, in the namespace
    async with running(layer):
        device.finalize()
        yield layer


async def ran(place: Namespace, *command: str) -> str:
    return await trio.to_thread.run_sync(functools.partial(place.run, *command))


def echo_request() -> bytes:
    """An IPv4 packet with an ICMP echo request from US to LINUX."""

    def summed(data: bytes, place: int) -> bytes:
        total = 0xFFFF - ones_sum(data, 0, len(data))
        return data[:place] + total.to_bytes(2, "big") + data[place + 2 :]

    icmp = summed(b"\x08\0\0\0\0\1\0\1" + b"payload!", 2)
    header = b"\x45\0" + (20 + len(icmp)).to_bytes(2, "big") + b"\0\1\0\0\x40\1\0\0" + US.packed + LINUX.packed
    return summed(header, 10) + icmp


@pytest.mark.interop
async def test_linux_is_found_and_answers(place: Namespace) -> None:
    async with host(place) as layer:
        layer.claim(IPv4Interface(f"{US}/24"))
        heard = Collector()
        layer.listen(ANY_STATION, lambda _: heard)
        connection = layer.open(ArpAddress(LINUX), lambda _: Collector())
        layer.send(connection).send(echo_request())
        with trio.fail_after(10):
            while not heard.packets:
                await trio.sleep(0.01)
        reply = heard.packets[0]
        assert (reply[9], reply[12:16], reply[16:20], reply[20]) == (1, LINUX.packed, US.packed, 0)
        (neighbour,) = layer.query().neighbours()
        assert neighbour.state is NeighbourState.REACHABLE
        assert str(neighbour.station) in await ran(place, "ip", "link", "show", "dev", "tap0")
        # Linux learned of us by our request
        assert f"lladdr {STATION}" in await ran(place, "ip", "neigh", "show", str(US))


@pytest.mark.interop("arping")
async def test_linux_finds_us(place: Namespace) -> None:
    async with host(place) as layer:
        layer.claim(IPv4Interface(f"{US}/24"))
        told = await ran(place, "arping", "-c", "2", "-i", "tap0", str(US))
        assert str(STATION) in told
        # A probe, with sender 0.0.0.0, is answered as well (RFC 5227, 2.5)
        told = await ran(place, "arping", "-0", "-c", "1", "-i", "tap0", str(US))
        assert str(STATION) in told
        assert [each.address for each in layer.query().neighbours()] == [LINUX]


@pytest.mark.interop
async def test_an_address_that_linux_has_is_not_taken(place: Namespace) -> None:
    async with host(place) as layer:
        events: list[ClaimEvent] = []
        layer.claim(IPv4Interface(f"{LINUX}/24"), events.append, probe=True)
        with trio.fail_after(10):
            while not events:
                await trio.sleep(0.01)
        (event,) = events
        assert isinstance(event, AddressConflict)
        assert (event.address, event.lost) == (LINUX, True)


@pytest.mark.interop("arping")
async def test_an_address_is_defended_against_linux(place: Namespace) -> None:
    async with host(place) as layer:
        events: list[ClaimEvent] = []
        layer.claim(IPv4Interface(f"{US}/24"), events.append)
        place.ip("address", "add", f"{US}/24", "dev", "tap0")
        with contextlib.suppress(subprocess.CalledProcessError):  # nobody answers it
            await ran(place, "arping", "-c", "1", "-w", "1", "-i", "tap0", "-S", str(US), "192.0.2.77")
        with trio.fail_after(10):
            while len(events) < 2:
                await trio.sleep(0.01)
        assert isinstance(events[1], AddressConflict)
        assert not events[1].lost
        assert layer.query().defended == 1


@pytest.mark.interop
async def test_nobody_answers(place: Namespace) -> None:
    config = ArpConfig(retransmit=0.1)
    async with host(place, config) as layer:
        layer.claim(IPv4Interface(f"{US}/24"))
        heard = Collector()
        connection = layer.open(ArpAddress(IPv4Address("192.0.2.99")), lambda _: heard)
        layer.send(connection).send(echo_request())
        with trio.fail_after(10):
            while not heard.events:
                await trio.sleep(0.01)
        assert heard.events == [Report(Trouble.HOST_UNREACHABLE, echo_request())]
        layer.control(Flush())
        assert [each.station for each in layer.query().neighbours()] == [None]
