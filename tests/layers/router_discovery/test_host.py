"""The host's part (RFC 1256, section 5), and the default gateways that follow from it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import pytest

from foxpy.errors import TimedOut
from foxpy.layers.ipv4 import (
    AddAddress,
    DisableInterface,
    EnableInterface,
    RemoveAddress,
    SetDefaultGateway,
)
from foxpy.layers.router_discovery import (
    InterfaceVariables,
    RouterDiscoveryConfig,
    RouterInfo,
    RouterPattern,
    SetInterfaceVariables,
)
from foxpy.layers.router_discovery.wire import NEVER_DEFAULT, Entry, RouterAdvertisement, RouterSolicitation
from foxpy.status import Aborted, Closed, Forgotten, Status
from foxpy.testing.collector import Collector
from tests.support.discovery_bench import ALL_ROUTERS, ALL_SYSTEMS, DiscoveryBench, advertisement
from tests.support.ip_bench import FAR, PEER, ROUTER, US, datagram

SECOND, THIRD = IPv4Address("192.0.2.253"), IPv4Address("192.0.2.252")
BROADCAST = IPv4Address("255.255.255.255")


def times_of_asking(bench: DiscoveryBench, within: float) -> list[float]:
    """When something was sent on the first link, from now on."""
    begin, found = bench.time, []
    while bench.scheduler.pending() <= begin + within:
        sent = len(bench.link.sent)
        bench.run(max(0.0, bench.scheduler.pending() - bench.time))
        found += [bench.time - begin] * (len(bench.link.sent) - sent)
    bench.run(begin + within - bench.time)
    return found


# -- asking


def test_three_solicitations_three_seconds_apart() -> None:
    """RFC 1256, section 5.3."""
    first = set()
    for seed in range(5):
        bench = DiscoveryBench(seed=seed)
        times = times_of_asking(bench, 100.0)
        assert 0.0 <= times[0] <= 1.0
        assert times == pytest.approx([times[0], times[0] + 3, times[0] + 6])
        first.add(times[0])
        for header, data in bench.said():
            assert (header.src, header.dst) == (US, ALL_ROUTERS)
            assert RouterSolicitation.parse(data) == RouterSolicitation()
        assert bench.discovery.query().solicitations_sent == 3
    assert len(first) == 5


@pytest.mark.parametrize("after", [0.0, 2.0, 5.0])
def test_nobody_is_asked_once_a_router_was_heard(after: float) -> None:
    """Even before the first: RFC 1256, section 5.3."""
    bench = DiscoveryBench()
    bench.run(after)
    sent = len(bench.said())
    bench.tell(advertisement(ROUTER))
    bench.run(100.0)
    assert sent == (0 if after == 0.0 else 1 if after == 2.0 else 2)
    assert bench.said() == []


def test_each_interface_asks_for_itself() -> None:
    config = RouterDiscoveryConfig(interfaces={"ip1": InterfaceVariables(solicitation_address=BROADCAST)})
    bench = DiscoveryBench("192.0.2.1/24", "203.0.113.1/24", config=config)
    bench.tell(advertisement(ROUTER))
    bench.run(100.0)
    assert bench.said(0) == []
    assert [(header.src, header.dst) for header, _ in bench.said(1)] == [(IPv4Address("203.0.113.1"), BROADCAST)] * 3


def test_an_interface_that_begins_to_work_asks() -> None:
    bench = DiscoveryBench()
    bench.tell(advertisement(ROUTER))
    bench.ip.control(DisableInterface("ip0"))
    assert bench.gateways() == []
    assert times_of_asking(bench, 100.0) == []
    bench.ip.control(EnableInterface("ip0"))
    assert bench.gateways() == [ROUTER]  # its lifetime has not passed
    assert len(times_of_asking(bench, 100.0)) == 3


def test_an_interface_without_an_address_asks_when_it_has_one() -> None:
    bench = DiscoveryBench()
    bench.run(100.0)
    bench.link.take()
    address = IPv4Interface("192.0.2.1/24")
    bench.ip.control(RemoveAddress("ip0", address))
    assert times_of_asking(bench, 100.0) == []
    bench.ip.control(AddAddress("ip0", address))
    assert len(times_of_asking(bench, 100.0)) == 3


def test_where_it_is_not_wanted_nobody_is_asked_or_believed() -> None:
    """PerformRouterDiscovery (RFC 1256, section 5.1)."""
    config = RouterDiscoveryConfig(interface=InterfaceVariables(perform=False))
    bench = DiscoveryBench(config=config)
    bench.tell(advertisement(ROUTER))
    assert times_of_asking(bench, 100.0) == []
    assert bench.gateways() == []
    assert bench.discards() == {"advertisements_ignored": 1}
    bench.discovery.control(SetInterfaceVariables("ip0", InterfaceVariables()))
    assert len(times_of_asking(bench, 100.0)) == 3
    bench.tell(advertisement(ROUTER))
    assert bench.gateways() == [ROUTER]


def test_a_host_answers_no_solicitation() -> None:
    bench = DiscoveryBench()
    bench.run(100.0)
    bench.link.take()
    bench.ask(PEER, ALL_SYSTEMS)
    bench.ask(PEER, US)
    bench.run(100.0)
    assert bench.said() == []
    assert bench.discards() == {"solicitations_ignored": 2}


# -- the default routers


@pytest.mark.requirement("1122-3.3.1.2-default")
def test_a_router_becomes_the_default_gateway() -> None:
    bench = DiscoveryBench()
    _, _, sender = bench.open(PEER)
    with pytest.raises(Exception, match="no route"):
        bench.open(FAR)
    bench.tell(advertisement(ROUTER))
    assert bench.gateways() == [ROUTER]
    _, _, sender = bench.open(FAR)
    bench.link.sent.clear()
    sender.send(b"beyond")
    assert [neighbour for neighbour, _ in bench.link.sent] == [ROUTER]


@pytest.mark.requirement("1122-3.3.1.2-several")
def test_the_highest_preference_is_first_and_of_equals_the_first() -> None:
    bench = DiscoveryBench()
    entries = [
        Entry(words=2, address=SECOND, preference=-1),
        Entry(words=2, address=ROUTER, preference=5),
        Entry(words=2, address=THIRD, preference=5),
    ]
    bench.tell(RouterAdvertisement(lifetime=1800, routers=entries))
    assert bench.gateways() == [ROUTER, THIRD, SECOND]
    bench.tell(advertisement(SECOND, preference=6), src=SECOND)
    assert bench.gateways() == [SECOND, ROUTER, THIRD]
    assert bench.discovery.query().routers == (
        RouterInfo(SECOND, 6, "ip0", 1800.0),
        RouterInfo(ROUTER, 5, "ip0", 1800.0),
        RouterInfo(THIRD, 5, "ip0", 1800.0),
    )


def test_a_router_lasts_as_long_as_it_says() -> None:
    bench = DiscoveryBench()
    bench.tell(advertisement(ROUTER, lifetime=30))
    bench.run(20.0)
    bench.tell(advertisement(ROUTER, lifetime=30))
    bench.tell(advertisement(SECOND, lifetime=100), src=SECOND)
    bench.run(29.9)
    assert bench.gateways() == [ROUTER, SECOND]
    bench.run(0.2)
    assert bench.gateways() == [SECOND]
    bench.run(70.0)
    assert bench.gateways() == []
    assert bench.scheduler.timers.running() == 0


def test_a_shorter_lifetime_counts_at_once() -> None:
    bench = DiscoveryBench()
    bench.tell(advertisement(ROUTER, lifetime=1800))
    bench.tell(advertisement(ROUTER, lifetime=5))
    bench.run(5.1)
    assert bench.gateways() == []


def test_a_router_that_ends_is_one_no_longer() -> None:
    bench = DiscoveryBench()
    bench.tell(advertisement(ROUTER, SECOND))
    bench.tell(advertisement(ROUTER, lifetime=0))
    assert bench.gateways() == [SECOND]
    bench.tell(advertisement(THIRD, lifetime=0), src=THIRD)
    assert bench.gateways() == [SECOND]


def test_the_lowest_preference_is_no_default_router() -> None:
    """RFC 1256, section 5.3: not even one that was."""
    bench = DiscoveryBench()
    bench.tell(advertisement(ROUTER, SECOND))
    bench.tell(advertisement(SECOND, THIRD, preference=NEVER_DEFAULT))
    assert bench.gateways() == [ROUTER]
    assert bench.discards() == {"never_default": 2}


@pytest.mark.parametrize(
    "address", ["203.0.113.9", "192.0.2.1", "192.0.2.255", "192.0.2.0", "0.0.0.0", "127.0.0.1", "224.0.0.1"]
)
def test_only_neighbours_are_routers(address: str) -> None:
    """RFC 1256, section 5.3; this host is not its own."""
    bench = DiscoveryBench()
    bench.tell(advertisement(IPv4Address(address), ROUTER, preference=9))
    assert bench.gateways() == [ROUTER]
    assert bench.discards() == {"foreign_routers": 1}


def test_a_neighbour_on_another_link_is_none_on_this() -> None:
    bench = DiscoveryBench("192.0.2.1/24", "203.0.113.1/24")
    other = IPv4Address("203.0.113.254")
    bench.tell(advertisement(other), link=0)
    assert bench.gateways() == []
    assert bench.discards() == {"foreign_routers": 1}
    bench.tell(advertisement(other), src=other, link=0)
    assert bench.discards() == {"foreign_routers": 2}
    bench.tell(advertisement(other), src=other, link=1)
    assert bench.gateways() == [other]


@pytest.mark.parametrize("destination", [ALL_SYSTEMS, BROADCAST])
def test_a_router_may_speak_from_another_network_of_the_link(destination: IPv4Address) -> None:
    """RFC 1256 has no rule for the source: one message is for all the networks there."""
    bench = DiscoveryBench()
    bench.tell(advertisement(FAR, ROUTER), src=FAR, dst=destination)
    assert bench.gateways() == [ROUTER]


# -- beside other default gateways


def test_a_gateway_that_was_set_stays_among_them() -> None:
    """RFC 1256, section 5.3: with its own preference, and without a timer."""
    bench = DiscoveryBench(gateway=ROUTER)
    bench.tell(advertisement(SECOND, preference=1, lifetime=30), src=SECOND)
    bench.tell(advertisement(THIRD, preference=0, lifetime=30), src=THIRD)
    assert bench.gateways() == [SECOND, ROUTER, THIRD]
    assert bench.discovery.query().routers[1] == RouterInfo(ROUTER, 0, None, float("inf"))
    bench.run(31.0)
    assert bench.gateways() == [ROUTER]


@pytest.mark.parametrize(("preference", "first"), [(-5, SECOND), (5, ROUTER)])
def test_the_preference_of_a_gateway_that_was_set_can_be_chosen(preference: int, first: IPv4Address) -> None:
    bench = DiscoveryBench(gateway=ROUTER, config=RouterDiscoveryConfig(preference=preference))
    bench.tell(advertisement(SECOND), src=SECOND)
    assert bench.gateways()[0] == first


def test_nothing_that_is_heard_changes_a_gateway_that_was_set() -> None:
    bench = DiscoveryBench(gateway=ROUTER)
    for lifetime in (1800, 1, 0):
        for preference in (9, -9, NEVER_DEFAULT):
            bench.tell(advertisement(ROUTER, preference=preference, lifetime=lifetime))
    bench.run(10_000.0)
    assert bench.gateways() == [ROUTER]


def test_a_gateway_that_is_set_later_is_kept_too() -> None:
    bench = DiscoveryBench()
    bench.tell(advertisement(SECOND, preference=-1, lifetime=30), src=SECOND)
    bench.ip.control(SetDefaultGateway(ROUTER))
    bench.tell(advertisement(SECOND, preference=-1, lifetime=30), src=SECOND)
    assert bench.gateways() == [ROUTER, SECOND]
    bench.run(40.0)
    assert bench.gateways() == [ROUTER]
    bench.ip.control(SetDefaultGateway(None))
    bench.tell(advertisement(SECOND, lifetime=30), src=SECOND)
    assert bench.gateways() == [SECOND]


def test_gateways_that_are_set_later_keep_their_order() -> None:
    bench = DiscoveryBench()
    bench.tell(advertisement(ROUTER, SECOND))
    bench.ip.control(SetDefaultGateway(THIRD, (SECOND,)))
    bench.tell(advertisement(ROUTER, preference=-1))
    assert bench.gateways() == [THIRD, SECOND, ROUTER]


def test_a_gateway_that_was_set_outlives_its_interface() -> None:
    """It is not to be lost because the network was not there when something was heard, or when all of this ended."""
    bench = DiscoveryBench("192.0.2.1/24", "203.0.113.1/24", gateway=ROUTER)
    bench.ip.control(DisableInterface("ip0"))
    other = IPv4Address("203.0.113.254")
    bench.tell(advertisement(other, preference=-1, lifetime=30), src=other, link=1)
    assert [str(route) for route in bench.ip.query().routes()][-1] == f"0.0.0.0/0 via {other} on ip1 (static)"
    bench.run(40.0)
    bench.discovery.finalize()
    bench.ip.control(EnableInterface("ip0"))
    assert [str(route) for route in bench.ip.query().routes()][-1] == f"0.0.0.0/0 via {ROUTER} on ip0 (static)"


def test_a_gateway_that_was_set_is_given_to_listeners_once_it_is_heard() -> None:
    bench = DiscoveryBench(gateway=ROUTER)
    acceptor = bench.watch("ip0")
    bench.run(1.0)
    assert acceptor.accepted == []
    bench.tell(advertisement(ROUTER, preference=5))
    ((connection, collector),) = acceptor.accepted
    assert (connection.peer, connection.interface, connection.preference) == (ROUTER, "ip0", 0)
    assert collector.packets == [advertisement(ROUTER, preference=5).build()]
    bench.ip.control(SetDefaultGateway(None))
    bench.tell(advertisement(SECOND), src=SECOND)
    assert collector.events == [Closed()]


def test_the_gateways_that_were_set_are_left_behind() -> None:
    bench = DiscoveryBench(gateway=ROUTER)
    bench.tell(advertisement(SECOND, preference=9), src=SECOND)
    bench.discovery.finalize()
    assert bench.gateways() == [ROUTER]
    other = DiscoveryBench()
    other.tell(advertisement(SECOND), src=SECOND)
    other.discovery.finalize()
    assert other.gateways() == []
    assert other.scheduler.timers.running() == 0


@pytest.mark.requirement("1122-3.3.1.5-switch")
def test_what_is_heard_again_does_not_bring_back_a_dead_gateway() -> None:
    """RFC 1122, section 3.3.1.5: the next one has taken its place, and stays until the table's order changes."""
    bench = DiscoveryBench()
    bench.tell(advertisement(ROUTER, preference=2))
    bench.tell(advertisement(SECOND, preference=1), src=SECOND)
    _, _, sender = bench.open(FAR)
    sender.send(b"anybody there?")
    bench.link.unresolved(ROUTER, datagram(b"anybody there?", src=US, dst=FAR))
    assert bench.gateways() == [SECOND, ROUTER]
    bench.tell(advertisement(SECOND, preference=1), src=SECOND)
    assert bench.gateways() == [SECOND, ROUTER]
    bench.tell(advertisement(THIRD), src=THIRD)
    assert bench.gateways() == [ROUTER, SECOND, THIRD]


# -- whoever listens


def test_each_router_is_given_once_and_its_advertisements_to_it() -> None:
    bench = DiscoveryBench()
    acceptor = bench.watch()
    first = advertisement(ROUTER, SECOND)
    bench.tell(first)
    bench.tell(advertisement(ROUTER, preference=7))
    (one, heard), (other, heard_of_other) = acceptor.accepted
    assert (one.peer, one.preference, one.interface) == (ROUTER, 7, "ip0")
    assert (other.peer, other.preference) == (SECOND, 0)
    assert [RouterAdvertisement.parse(packet) for packet in heard.packets] == [
        first,
        advertisement(ROUTER, preference=7),
    ]
    assert heard_of_other.packets == [first.build()]
    assert bench.discovery.query().connections == 2


def test_routers_that_were_heard_before_are_given_too() -> None:
    bench = DiscoveryBench("192.0.2.1/24", "203.0.113.1/24", gateway=THIRD)
    bench.tell(advertisement(ROUTER))
    there = bench.watch("ip1")
    here = bench.watch("ip0")
    assert here.accepted == []
    bench.run(1.0)
    assert [connection.peer for connection, _ in here.accepted] == [ROUTER]
    assert there.accepted == []


def test_how_a_router_ends_is_told() -> None:
    bench = DiscoveryBench(config=RouterDiscoveryConfig(routers=3))
    acceptor = bench.watch()
    bench.tell(advertisement(ROUTER, SECOND, lifetime=50))
    bench.tell(advertisement(THIRD, preference=-1, lifetime=100), src=THIRD)
    bench.tell(advertisement(ROUTER, lifetime=0))
    bench.run(60.0)
    bench.tell(advertisement(*(THIRD - number for number in range(1, 4)), preference=1))
    events = {connection.peer: collector.events for connection, collector in acceptor.accepted}
    assert events[ROUTER] == [Closed()]
    (aborted,) = events[SECOND]
    assert isinstance(aborted, Aborted)
    assert isinstance(aborted.error, TimedOut)
    assert events[THIRD] == [Forgotten()]
    bench.discovery.finalize()
    assert [events[THIRD - number] for number in range(1, 4)] == [[Closed()]] * 3
    assert not any(collector.complaints for _, collector in acceptor.accepted)


def test_a_router_that_comes_back_is_a_new_one() -> None:
    bench = DiscoveryBench()
    acceptor = bench.watch()
    for lifetime in (30, 0, 30):
        bench.tell(advertisement(ROUTER, lifetime=lifetime))
    assert len(acceptor.accepted) == 2


def test_a_receiver_may_end_it_all() -> None:
    bench = DiscoveryBench()
    acceptor = bench.watch()
    bench.tell(advertisement(ROUTER, SECOND))
    (connection, collector), _ = acceptor.accepted

    def end(packet: bytes) -> None:
        bench.discovery.abort(connection)
        bench.discovery.finalize()

    collector.react = end
    bench.tell(advertisement(ROUTER, SECOND))
    assert bench.gateways() == []
    assert len(collector.packets) == 2
    assert bench.scheduler.timers.running() == 0


@pytest.mark.parametrize("lifetime", [0, 5, 1800])
def test_a_receiver_may_end_it_all_when_its_router_ends(lifetime: int) -> None:
    """By its own word, by its lifetime, or because others are preferred; nothing of what came with it is kept."""
    bench = DiscoveryBench(config=RouterDiscoveryConfig(routers=2))

    class Ending(Collector):
        def status(self, event: Status) -> None:
            super().status(event)
            bench.discovery.finalize()

    ending = Ending()
    bench.discovery.listen(RouterPattern(), lambda connection: ending if connection.peer == SECOND else Collector())
    bench.tell(advertisement(SECOND, THIRD, lifetime=5))
    more = [THIRD - number for number in range(1, 4)]
    if lifetime == 0:
        bench.tell(advertisement(SECOND, *more, lifetime=0))
    elif lifetime == 5:
        bench.run(6.0)
    else:
        bench.tell(advertisement(*more, preference=9))
    assert len(ending.events) == 1
    assert bench.gateways() == []
    assert bench.discovery.query().routers == ()
    assert bench.scheduler.timers.running() == 0
