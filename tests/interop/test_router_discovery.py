"""What a host and a router of foxpy's say to each other over a bridge of Linux's, as tshark reads it there."""

from __future__ import annotations

from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

import pytest
import trio

from foxpy.addresses import MacAddress
from foxpy.devices.tap import tap
from foxpy.driver import running
from foxpy.layers.arp import arp
from foxpy.layers.ethernet import ethernet
from foxpy.layers.icmp import icmp
from foxpy.layers.ipv4 import Ip, IpConfig, interface, ipv4
from foxpy.layers.router_discovery import (
    AddressVariables,
    RouterAddress,
    RouterDiscovery,
    RouterDiscoveryConfig,
    router_discovery,
)
from foxpy.testing.collector import ignoring
from foxpy.testing.namespaces import Namespace, bridge

ROUTER: Final = IPv4Address("192.0.2.1")
HOST: Final = IPv4Address("192.0.2.2")
FIELDS: Final = (
    *("icmp.type", "icmp.checksum.status", "ip.src", "ip.dst", "ip.ttl", "eth.dst"),
    *("icmp.lifetime", "icmp.router_address", "icmp.pref_level"),
)
ASKED: Final = ["10", "1", str(HOST), "224.0.0.2", "1", "01:00:5e:00:00:02", "", "", ""]
TOLD: Final = ["9", "1", str(ROUTER), "224.0.0.1", "1", "01:00:5e:00:00:01", "1800", str(ROUTER), "-7"]
ENDED: Final = [*TOLD[:6], "0", *TOLD[7:]]


def machine(name: str, address: IPv4Address, *, forward: bool) -> tuple[Ip, RouterDiscovery]:
    eth = ethernet(tap(name), MacAddress.local(int(address) & 0xFF))
    link = arp(eth.carrier(0x0806), eth.carrier(0x0800)).carrier()
    ip = ipv4(interface(link, f"{address}/24"), config=IpConfig(forward=forward))
    config = RouterDiscoveryConfig(addresses={ROUTER: AddressVariables(preference=-7)})
    return ip, router_discovery(icmp(ip), config=config)


async def read(place: Namespace, capture: Path) -> list[list[str]]:
    """The messages in the capture so far, by tshark; none where it has no more than a beginning."""
    chosen = [argument for field in FIELDS for argument in ("-e", field)]
    command = partial(place.run, "tshark", "-r", str(capture), "-T", "fields", *chosen)
    said = await trio.to_thread.run_sync(command)
    return [line.split("\t") for line in said.splitlines()]


@pytest.mark.interop("tcpdump", "tshark")
async def test_others_read_what_is_said(place: Namespace, tmp_path: Path) -> None:
    capture = tmp_path / "said.pcap"
    for name in ("router", "host"):
        place.ip("tuntap", "add", "dev", name, "mode", "tap")
    bridge(place, ["router", "host"])
    wanted = "icmp[0] == 9 or icmp[0] == 10"
    place.start("tcpdump", "-i", "bridge0", "--immediate-mode", "-U", "-w", str(capture), wanted)
    with place.entered():
        (router_ip, router), (host_ip, host) = (
            machine(name, address, forward=address == ROUTER) for name, address in (("router", ROUTER), ("host", HOST))
        )
        for each in (router_ip, host_ip):
            each.initialize()  # here, in the namespace
    with trio.fail_after(30):
        while not capture.exists():
            await trio.sleep(0.01)
        async with running(host):
            while not host.query().solicitations_sent:
                await trio.sleep(0.01)
            async with running(router):
                connection = await host.active_open(RouterAddress(ROUTER), ignoring)
                assert connection.preference == -7
                assert host_ip.query().routes()[-1].gateway == ROUTER
            while host.query().routers:
                await trio.sleep(0.01)
        messages = await read(place, capture)
        while ENDED not in messages:
            messages = await read(place, capture)
    for each in (router_ip, host_ip):
        each.finalize()
    assert messages[0] == ASKED
    assert messages[-2:] == [TOLD, ENDED]
    assert all(message == ASKED for message in messages[:-2])
