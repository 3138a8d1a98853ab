"""Virtual time is virtual and repeatable, and the hosts of the fixtures reach each other."""

from __future__ import annotations

import random
import time
from ipaddress import IPv4Address, IPv4Network

import pytest
import trio
import trio._core._run as trio_run

from foxpy.addresses import MacAddress, Port
from foxpy.devices.link import link
from foxpy.errors import OpenFailed
from foxpy.layers.icmp import IcmpAddress
from foxpy.layers.udp import UdpAddress, UdpPattern
from foxpy.protocol import Connection
from foxpy.status import Closed
from foxpy.testing import Acceptor, Collector, virtual
from foxpy.testing.capture import capture
from foxpy.testing.collector import ignoring
from foxpy.testing.hosts import host, hosts


def test_an_hour_passes_at_once() -> None:
    async def wait() -> float:
        begun = trio.current_time()
        await trio.sleep(3600)
        return trio.current_time() - begun

    begun = time.perf_counter()
    assert virtual(wait) == pytest.approx(3600)
    assert time.perf_counter() - begun < 10


def test_arguments_and_results_are_passed() -> None:
    async def add(one: int, other: int) -> int:
        return one + other

    assert virtual(add, 3, 4) == 7


def test_what_waits_for_ever_is_given_up() -> None:
    with pytest.raises(trio.TooSlowError):
        virtual(trio.sleep_forever, limit=100)


async def order_of_tasks() -> list[int]:
    order: list[int] = []

    async def note(number: int) -> None:
        for _ in range(3):
            await trio.lowlevel.checkpoint()
            order.append(number)

    async with trio.open_nursery() as nursery:
        for number in range(8):
            nursery.start_soon(note, number)
    return order


def test_tasks_run_in_the_same_order_in_every_run() -> None:
    runs = [virtual(order_of_tasks, seed=5) for _ in range(5)]
    assert all(run == runs[0] for run in runs)
    assert any(virtual(order_of_tasks, seed=seed) != runs[0] for seed in range(5))


def test_what_trio_had_before_is_put_back() -> None:
    before = vars(trio_run)["_r"], vars(trio_run)["_ALLOW_DETERMINISTIC_SCHEDULING"]
    with pytest.raises(ZeroDivisionError):
        virtual(_divide)
    assert (vars(trio_run)["_r"], vars(trio_run)["_ALLOW_DETERMINISTIC_SCHEDULING"]) == before


async def _divide() -> None:
    random.Random(1 // 0)


async def exchange() -> list[bytes]:
    """All frames of a few pings among three hosts."""
    network = hosts(3, seed=9)
    passed = capture(network[0].device)
    async with network[0].running(), network[1].running(), network[2].running():
        pings: Acceptor[Connection] = Acceptor()
        for other in network[1:]:
            ping = network[0].icmp.open(IcmpAddress(other.address), pings)
            network[0].icmp.send(ping).send(b"hello")
        await trio.sleep(1)
    assert [collector.data for _, collector in pings.accepted] == [b"hello", b"hello"]
    return passed.packets


def test_hosts_reach_each_other_in_the_same_way_in_every_run() -> None:
    frames = virtual(exchange)
    assert len(frames) >= 8  # a request and an answer of ARP and of echo, for either host
    assert virtual(exchange) == frames


def test_hosts_are_numbered() -> None:
    async def make() -> None:
        one, other = hosts()
        assert (one.address, other.address) == (IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2"))
        assert (one.mac, other.mac) == (MacAddress.local(1), MacAddress.local(2))
        elsewhere = host(link(), 7, IPv4Network("10.1.0.0/16"))
        assert str(elsewhere.interface) == "10.1.0.7/16"

    virtual(make)


def test_hosts_leave_nothing_running() -> None:
    async def run() -> None:
        one, other = hosts()
        acceptor: Acceptor[Connection] = Acceptor()
        async with one.running(), other.running():
            other.udp.listen(UdpPattern(Port(7)), acceptor)
            one.udp.send(one.udp.open(UdpAddress(other.address, Port(7)), ignoring)).send(b"x")
            await trio.sleep(1)
            with pytest.raises(OpenFailed):
                other.udp.listen(UdpPattern(Port(7)), acceptor)
        ((_, collector),) = acceptor.accepted
        assert collector.packets == [b"x"]
        assert collector.events == [Closed()]
        assert collector.ended
        assert not collector.complaints
        assert one.runtime.scheduler.timers.running() == 0

    virtual(run)


def test_a_collector_complains_of_what_comes_after_the_end() -> None:
    collector = Collector()
    collector.status(Closed())
    collector.deliver(b"late", 0, 5)
    collector.status(Closed())
    assert len(collector.complaints) == 3
