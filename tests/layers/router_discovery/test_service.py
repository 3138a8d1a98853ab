"""Router discovery as a Protocol: the contract, as far as a layer without data has part in it, and waiting opens."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import attrs
import pytest
import trio

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.link import link
from foxpy.errors import BadAddress, InvalidConnection, NotInitialized, OpenFailed, PacketSize, TimedOut
from foxpy.layers.arp import arp
from foxpy.layers.ethernet import ethernet
from foxpy.layers.icmp import Icmp, icmp
from foxpy.layers.ipv4 import Ip, IpConfig, interface, ipv4
from foxpy.layers.router_discovery import (
    RouterAddress,
    RouterConnection,
    RouterDiscovery,
    RouterPattern,
    router_discovery,
)
from foxpy.layers.trace import trace
from foxpy.stack import Stack
from foxpy.status import Closed
from foxpy.testing import Check, ProtocolPair, check_protocol, virtual
from foxpy.testing.checks import lifecycle, opening
from foxpy.testing.checks.interposing import Probe
from foxpy.testing.collector import Collector, ignoring
from tests.support.discovery_bench import DiscoveryBench, advertisement
from tests.support.ip_bench import ROUTER

THE_ROUTER = RouterAddress(IPv4Address("192.0.2.1"))


@attrs.frozen
class Machine(Stack):
    device: Device[EthernetFrames]
    ip: Ip
    icmp: Icmp
    discovery: RouterDiscovery


def machine(device: Device[EthernetFrames], number: int, *, forward: bool = False) -> Machine:
    eth = ethernet(device, MacAddress.local(number))
    neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    address = IPv4Interface((IPv4Address("192.0.2.0") + number, 24))
    ip = ipv4(interface(neighbours.carrier(), address), config=IpConfig(forward=forward))
    below = icmp(ip)
    return Machine(device, ip, below, router_discovery(below))


def machines() -> tuple[Machine, Machine, Machine]:
    """A router and two hosts on one segment."""
    segment = link(seed=3)
    router, one, other = (machine(segment.attach(), number, forward=number == 1) for number in (1, 2, 3))
    return router, one, other


# -- the contract

CHECKS = (
    lifecycle.uninitialized_is_refused,
    lifecycle.initializations_are_counted,
    lifecycle.waits_end_with_the_protocol,
    opening.active_open_calls_its_handler_once,
    opening.cancelled_passive_open_listens_no_more,
    opening.second_listener_is_refused,
    opening.bad_addresses_are_refused,
)
"""Those in which nobody sends anything: hosts say nothing to routers."""


def pair() -> ProtocolPair[RouterAddress, RouterPattern, RouterConnection]:
    router, one, other = machines()
    return ProtocolPair(
        one.discovery,
        other.discovery,
        THE_ROUTER,
        THE_ROUTER,
        RouterPattern(),
        beside=(router.discovery,),
        bad_addresses=tuple(
            RouterAddress(IPv4Address(text)) for text in ("192.0.2.2", "203.0.113.1", "192.0.2.255", "224.0.0.2")
        ),
        bad_patterns=(RouterPattern("eth0"),),
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_contract(check: Check) -> None:
    virtual(check_protocol, pair, [check])


# -- two machines


@pytest.mark.requirement("1122-3.1-gateway")
def test_a_host_finds_its_router_over_ethernet() -> None:
    async def test() -> None:
        router, host, _ = machines()
        async with router.running(), host.running():
            assert host.ip.query().routes()[-1].gateway is None
            connection, address = await host.discovery.passive_open(RouterPattern(), ignoring)
            assert trio.current_time() <= 3.0
            assert (connection.peer, address) == (router.ip.interfaces[0].addresses[0].ip, THE_ROUTER)
            assert host.ip.query().routes()[-1].gateway == THE_ROUTER.host
            assert router.discovery.query().advertisements_sent == 1
        assert host.discovery.query().routers == ()

    virtual(test)


def test_a_host_that_comes_later_need_not_wait() -> None:
    """It asks, and has the answer within a second of its own delay and two of the router's."""

    async def test() -> None:
        router, _, late = machines()
        async with router.running():
            await trio.sleep(300.0)
            before = router.discovery.query()
            assert before.solicitations_received == 0
            async with late.running():
                with trio.fail_after(3.0):
                    await late.discovery.active_open(THE_ROUTER, ignoring)
                assert router.discovery.query().solicitations_received == 1
                assert router.discovery.query().advertisements_sent == before.advertisements_sent + 1

    virtual(test)


def test_a_router_that_ends_is_gone_at_once() -> None:
    async def test() -> None:
        router, host, _ = machines()
        collector = Collector()
        async with host.running():
            async with router.running():
                await host.discovery.active_open(THE_ROUTER, lambda _: collector)
            await trio.sleep(1.0)
            assert host.discovery.query().routers == ()
            assert host.ip.routes.gateways(IPv4Interface("0.0.0.0/0").network) == ()
        assert collector.events == [Closed()]

    virtual(test)


# -- opens


def test_an_open_of_nobody_ends() -> None:
    async def test() -> None:
        _, host, _ = machines()
        async with host.running():
            with pytest.raises(TimedOut, match=r"router 192.0.2.1 was not heard in 10.0 s"):
                await host.discovery.active_open(THE_ROUTER, ignoring)
            assert trio.current_time() == pytest.approx(10.0)
            assert host.discovery.query().connections == 0

    virtual(test)


def test_a_cancelled_open_waits_no_more() -> None:
    async def test() -> None:
        router, host, _ = machines()
        collector = Collector()
        async with host.running():
            with trio.move_on_after(1.0):
                await host.discovery.active_open(THE_ROUTER, lambda _: collector)
            async with router.running():
                await trio.sleep(20.0)
                assert len(host.discovery.query().routers) == 1
                assert host.discovery.query().connections == 0
        assert collector.heard == 0

    virtual(test)


def test_a_router_is_opened_once() -> None:
    async def test() -> None:
        router, host, _ = machines()
        async with router.running(), host.running(), trio.open_nursery() as nursery:
            nursery.start_soon(host.discovery.active_open, THE_ROUTER, ignoring)
            await trio.testing.wait_all_tasks_blocked()
            with pytest.raises(OpenFailed, match="open already, or about to be"):
                await host.discovery.active_open(THE_ROUTER, ignoring)
            await trio.sleep(5.0)
            with pytest.raises(OpenFailed, match="open already, or about to be"):
                await host.discovery.active_open(THE_ROUTER, ignoring)

    virtual(test)


def test_a_router_that_is_known_is_opened_at_once() -> None:
    async def test() -> None:
        router, host, _ = machines()
        async with router.running(), host.running():
            first = await host.discovery.active_open(THE_ROUTER, ignoring)
            await host.discovery.close(first)
            now = trio.current_time()
            again = await host.discovery.active_open(THE_ROUTER, ignoring)
            assert trio.current_time() == now
            assert again is not first
            assert again.address == THE_ROUTER

    virtual(test)


def test_the_error_of_a_handler_is_of_who_opened() -> None:
    def broken(connection: RouterConnection) -> Collector:
        raise RuntimeError("no room")

    async def test() -> None:
        router, host, _ = machines()
        async with router.running(), host.running():
            with pytest.raises(RuntimeError, match="no room"):
                await host.discovery.active_open(THE_ROUTER, broken)
            assert host.discovery.query().connections == 0
            assert len(host.discovery.query().routers) == 1

    virtual(test)


def test_waiting_ends_with_the_protocol() -> None:
    async def test() -> None:
        _, host, _ = machines()
        host.discovery.initialize()

        async def opened() -> None:
            with pytest.raises(NotInitialized, match="finalized while it waited"):
                await host.discovery.active_open(THE_ROUTER, ignoring)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(opened)
            await trio.testing.wait_all_tasks_blocked()
            host.discovery.finalize()

    virtual(test)


# -- connections


def test_there_is_nothing_to_say_to_a_router() -> None:
    bench = DiscoveryBench()
    acceptor = bench.watch()
    bench.tell(advertisement(ROUTER))
    bench.link.take()
    ((connection, _),) = acceptor.accepted
    sender = bench.discovery.send(connection)
    assert sender.limit() == 0
    with pytest.raises(PacketSize, match="1 bytes for a router"):
        sender.send(b"x")
    sender.send(b"")
    bench.run(100.0)
    assert bench.said() == []
    assert bench.discards() == {"without_word": 1}
    bench.discovery.abort(connection)
    with pytest.raises(InvalidConnection, match=r"router 192.0.2.254 on ip0 is closed"):
        sender.send(b"")
    with pytest.raises(InvalidConnection):
        bench.discovery.send(connection)


def test_what_is_interposed_sees_what_is_delivered() -> None:
    bench = DiscoveryBench()
    probe = Probe()
    trace(bench.discovery).interpose(probe)
    acceptor = bench.watch()
    bench.tell(advertisement(ROUTER))
    bench.tell(advertisement(ROUTER, lifetime=0))
    ((_, collector),) = acceptor.accepted
    assert collector.packets == [advertisement(ROUTER).build()]
    assert collector.events == [Closed()]
    assert [session.ends for session in probe.sessions] == [1]


def test_a_connection_that_was_aborted_begins_anew() -> None:
    bench = DiscoveryBench()
    acceptor = bench.watch()
    bench.tell(advertisement(ROUTER))
    bench.discovery.abort(acceptor.accepted[0][0])
    bench.tell(advertisement(ROUTER))
    assert len(acceptor.accepted) == 2
    assert acceptor.accepted[0][1].events == []


def test_an_interface_that_is_not_there() -> None:
    with pytest.raises(BadAddress, match="no interface 'ip9'; there are ip0"):
        DiscoveryBench().watch("ip9")
