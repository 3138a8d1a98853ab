"""Linux behind a router of foxpy's: it follows Redirects, and sees the routers that a datagram passed."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import trio

from foxpy.addresses import MacAddress
from foxpy.devices.tap import tap
from foxpy.driver import running
from foxpy.layers.arp import arp
from foxpy.layers.ethernet import ethernet
from foxpy.layers.icmp import Icmp, icmp
from foxpy.layers.ipv4 import Ip, IpConfig, interface, ipv4
from foxpy.testing.namespaces import Namespace, bridge

LINUX: Final = "192.0.2.1"
FIRST: Final = "192.0.2.2"
NEARER: Final = "192.0.2.3"
BEYOND: Final = "198.51.100.1"


def router(name: str, number: int, *addresses: str, gateway: str | None = None) -> tuple[Ip, Icmp]:
    eth = ethernet(tap(name), MacAddress.local(number))
    link = arp(eth.carrier(0x0806), eth.carrier(0x0800)).carrier()
    ip = ipv4(interface(link, *addresses), gateway=gateway, config=IpConfig(forward=True))
    return ip, icmp(ip)


@contextlib.asynccontextmanager
async def routers(place: Namespace) -> AsyncIterator[tuple[Icmp, Ip]]:
    """Linux, and two routers on one link with it: ICMP of the one that Linux sends by, and the nearer one, which is
    the host ``BEYOND`` as well."""
    for name in ("first", "nearer"):
        place.ip("tuntap", "add", "dev", name, "mode", "tap")
    bridge(place, ["first", "nearer"])
    place.ip("address", "add", f"{LINUX}/24", "dev", "bridge0")
    place.ip("route", "add", "198.51.100.0/24", "via", FIRST)
    with place.entered():
        Path("/proc/sys/net/ipv4/conf/bridge0/accept_redirects").write_text("1")
        _, telling = router("first", 1, f"{FIRST}/24", gateway=NEARER)
        nearer, answering = router("nearer", 2, f"{NEARER}/24", f"{BEYOND}/24")
        for each in (telling, answering):
            each.initialize()  # here, in the namespace
    async with running(telling, answering):
        for each in (telling, answering):
            each.finalize()
        yield telling, nearer


async def ran(place: Namespace, *command: str) -> str:
    return await trio.to_thread.run_sync(functools.partial(place.run, *command))


@pytest.mark.interop("ping")
async def test_linux_follows_a_redirect(place: Namespace) -> None:
    """RFC 1812, section 5.2.7.2."""
    async with routers(place) as (telling, nearer):
        assert f"via {FIRST}" in await ran(place, "ip", "route", "get", BEYOND)
        said = await ran(place, "ping", "-n", "-c", "5", "-i", "0.01", "-W", "2", BEYOND)
        assert " 0% packet loss" in said
        route = await ran(place, "ip", "route", "get", BEYOND)
        assert f"via {NEARER}" in route
        assert "redirected" in route
        before = nearer.query().packets_received
        passed = telling.query().redirects_sent
        await ran(place, "ping", "-n", "-c", "5", "-i", "0.01", "-W", "2", BEYOND)
        assert telling.query().redirects_sent == passed  # it is asked no more
        assert nearer.query().packets_received == before + 5


@pytest.mark.interop("ping")
@pytest.mark.parametrize(("option", "marks"), [(("-R",), "RR:"), (("-T", "tsandaddr"), "TS:")])
async def test_linux_sees_the_router_in_options(place: Namespace, option: tuple[str, ...], marks: str) -> None:
    """RFC 1812, sections 5.3.13.5 and 5.3.13.6: a checksum that is wrong would be the end of it."""
    async with routers(place):
        said = await ran(place, "ping", "-n", "-c", "1", "-W", "2", *option, BEYOND)
        entries = said.split(marks, 1)[1]
        assert [address for address in (LINUX, FIRST, BEYOND) if address in entries] == [LINUX, FIRST, BEYOND], said
