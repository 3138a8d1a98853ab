"""IPv4 over ARP over Ethernet: whole hosts on segments in memory, in virtual time."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
import trio

from foxpy.addresses import MacAddress
from foxpy.devices.link import link
from foxpy.driver import running
from foxpy.layers.arp import arp
from foxpy.layers.ethernet import ethernet
from foxpy.layers.icmp import IcmpAddress, IcmpConnection, icmp
from foxpy.layers.ipv4 import IpAddress, interface, ipv4
from foxpy.status import Report, Trouble
from foxpy.testing import virtual
from foxpy.testing.collector import Collector
from foxpy.testing.hosts import host, hosts

ABSENT = IPv4Address("192.0.2.99")


async def ping_of_every_size() -> None:
    one, other = hosts(2)
    async with one.running(), other.running():
        collector = Collector()
        connection = one.icmp.open(IcmpAddress(other.address), lambda _: collector)
        send = one.icmp.send(connection)
        for size in (0, 56, 1472, 1473, 8000, 65507):
            send.send(bytes(size))
            await trio.sleep(1)
        assert [len(packet) for packet in collector.packets] == [0, 56, 1472, 1473, 8000, 65507]
        assert (connection.sequence, connection.ttl, connection.responder) == (5, 64, other.address)


async def an_absent_neighbour_is_reported() -> None:
    (one,) = hosts(1)
    async with one.running():
        collector = Collector()
        connection = one.ip.open(IpAddress(ABSENT, 200), lambda _: collector)
        one.ip.send(connection).send(b"are you there?")
        await trio.sleep(30)
        assert collector.events == [Report(Trouble.HOST_UNREACHABLE, b"are you there?")]


async def pings_of_all_neighbours() -> None:
    one, other, third = hosts(3)
    async with one.running(), other.running(), third.running():
        collector = Collector()
        connection = one.icmp.open(IcmpAddress(IPv4Address("192.0.2.255")), lambda _: collector)
        one.icmp.send(connection).send(b"anybody?")
        await trio.sleep(5)
        assert collector.packets == []
        refused = [each.icmp.query().discards["echo_refused"] for each in (other, third)]
        assert refused == [1, 1]


async def one_host_on_two_segments() -> None:
    left = link(seed=1)
    right = link(seed=2, scheduler=left.scheduler)
    networks = IPv4Network("192.0.2.0/24"), IPv4Network("203.0.113.0/24")
    interfaces = []
    for number, (segment, network) in enumerate(zip((left, right), networks, strict=True)):
        station = ethernet(segment.attach(), MacAddress.local(100 + number))
        neighbours = arp(station.carrier(0x0806), station.carrier(0x0800)).carrier()
        interfaces.append(interface(neighbours, f"{network[100]}/24", name=f"eth{number}"))
    middle = icmp(ipv4(*interfaces))
    ends = host(left, 1, networks[0]), host(right, 1, networks[1])
    async with running(middle), ends[0].running(), ends[1].running():
        for end, network in zip(ends, networks, strict=True):
            heard: list[Collector] = []

            def collect(_: IcmpConnection, heard: list[Collector] = heard) -> Collector:
                heard.append(Collector())
                return heard[-1]

            outward = middle.open(IcmpAddress(end.address), collect)
            inward = end.icmp.open(IcmpAddress(network[100]), collect)
            middle.send(outward).send(b"out")
            end.icmp.send(inward).send(b"in")
            await trio.sleep(5)
            assert [each.packets for each in heard] == [[b"out"], [b"in"]]
            assert outward.local == network[100]


@pytest.mark.requirement("1122-2.3.3-ethernet", "1122-3.1-both", "1122-3.3.1.1-no-gateway", "1122-2.3.3-arp")
def test_ping_of_every_size() -> None:
    virtual(ping_of_every_size)


def test_an_absent_neighbour_is_reported() -> None:
    virtual(an_absent_neighbour_is_reported)


def test_pings_of_all_neighbours_are_refused_by_each() -> None:
    virtual(pings_of_all_neighbours)


@pytest.mark.requirement("1122-3.1-multihoming")
def test_one_host_on_two_segments() -> None:
    virtual(one_host_on_two_segments)
