"""Routes, the paper's controls, and the choice of a source address (RFC 1122, sections 3.3.1 and 3.3.4.3)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest

from foxpy.errors import BadAddress, InitializationFailed, OpenFailed, Unreachable
from foxpy.layers.ipv4 import (
    AddAddress,
    DisableInterface,
    EnableInterface,
    IpAddress,
    Origin,
    RemoveAddress,
    RemoveRoute,
    Route,
    SetDefaultGateway,
    SetDirectRoute,
    SetInterfaceAddress,
    SetSpecificGateway,
    interface,
    ipv4,
)
from foxpy.runtime import Runtime, Scheduler
from foxpy.status import Aborted, Report, Trouble
from foxpy.testing.collector import Collector
from tests.support.ip_bench import FAR, PEER, PROTOCOL, ROUTER, US, BenchLink, IpBench

OTHER = IPv4Address("203.0.113.1")
OTHER_ROUTER = IPv4Address("203.0.113.254")
SPECIFIC = IPv4Network("198.51.100.0/24")
ALL = IPv4Network("0.0.0.0/0")


def two() -> IpBench:
    return IpBench("192.0.2.1/24", "203.0.113.1/24")


def way(bench: IpBench, host: IPv4Address) -> tuple[int, IPv4Address, IPv4Address]:
    """The interface, the neighbour and the source of a datagram to ``host``."""
    connection = bench.ip.open(IpAddress(host, PROTOCOL + 1), lambda _: Collector())
    bench.ip.send(connection).send(b"")
    bench.ip.abort(connection)
    for number, link in enumerate(bench.links):
        if link.sent:
            ((neighbour, _),) = link.sent
            return number, neighbour, link.take()[0].src
    raise AssertionError("nothing was sent")


@pytest.mark.requirement("1122-3.2.1.3-subnets", "1122-3.3.1.1-mask", "1122-3.3.1.2-default", "1122-3.2.2.9-static")
def test_neighbours_are_reached_directly_and_others_by_the_gateway() -> None:
    bench = two()
    assert way(bench, PEER) == (0, PEER, US)
    assert way(bench, OTHER_ROUTER) == (1, OTHER_ROUTER, OTHER)
    assert way(bench, FAR) == (0, ROUTER, US)


@pytest.mark.requirement("1122-3.3.1.2-static")
def test_the_longest_prefix_wins() -> None:
    bench = two()
    bench.ip.control(SetSpecificGateway(SPECIFIC, OTHER_ROUTER))
    assert way(bench, FAR) == (1, OTHER_ROUTER, OTHER)
    bench.ip.control(SetSpecificGateway(IPv4Network("198.51.100.7/32"), ROUTER))
    assert way(bench, FAR) == (0, ROUTER, US)
    assert way(bench, FAR + 1) == (1, OTHER_ROUTER, OTHER)
    bench.ip.control(RemoveRoute(IPv4Network("198.51.100.7/32")))
    assert way(bench, FAR) == (1, OTHER_ROUTER, OTHER)
    assert list(bench.ip.query().routes()) == [
        Route(IPv4Network("192.0.2.0/24"), None, "ip0", Origin.CONNECTED),
        Route(IPv4Network("203.0.113.0/24"), None, "ip1", Origin.CONNECTED),
        Route(SPECIFIC, OTHER_ROUTER, "ip1", Origin.STATIC),
        Route(ALL, ROUTER, "ip0", Origin.STATIC),
    ]
    assert [str(route) for route in bench.ip.query().routes()][2:] == [
        "198.51.100.0/24 via 203.0.113.254 on ip1 (static)",
        "0.0.0.0/0 via 192.0.2.254 on ip0 (static)",
    ]


@pytest.mark.requirement("1122-3.3.1.6-manual")
def test_staged_senders_follow_the_routes() -> None:
    bench = two()
    _, _, send = bench.open(FAR)
    send.send(b"")
    bench.ip.control(SetDefaultGateway(OTHER_ROUTER))
    send.send(b"")
    assert [neighbour for link in bench.links for neighbour, _ in link.sent] == [ROUTER, OTHER_ROUTER]
    assert bench.links[1].take()[0].src == US  # a connection keeps its address


def test_routes_come_and_go_with_the_interface() -> None:
    bench = two()
    bench.ip.control(SetSpecificGateway(SPECIFIC, OTHER_ROUTER))
    bench.ip.control(DisableInterface("ip1"))
    assert way(bench, FAR) == (0, ROUTER, US)
    assert way(bench, OTHER_ROUTER) == (0, ROUTER, US)
    bench.ip.control(DisableInterface("ip0"))
    with pytest.raises(Unreachable, match="no route"):
        bench.open(FAR)
    bench.ip.control(EnableInterface("ip1"))
    assert way(bench, FAR) == (1, OTHER_ROUTER, OTHER)
    assert [each.enabled for each in bench.ip.query().interfaces] == [False, True]


def test_a_gateway_must_be_a_neighbour() -> None:
    bench = two()
    for gateway in (FAR, US, IPv4Address("192.0.3.1")):
        with pytest.raises(BadAddress, match="not on a network"):
            bench.ip.control(SetDefaultGateway(gateway))
        with pytest.raises(BadAddress, match="not on a network"):
            bench.ip.control(SetDefaultGateway(OTHER_ROUTER, (gateway,)))
    assert way(bench, FAR) == (0, ROUTER, US)
    bench.ip.control(SetDefaultGateway(None))
    with pytest.raises(OpenFailed):
        bench.open(FAR)


def test_a_gateway_that_was_set_can_be_set_again_while_its_interface_is_disabled() -> None:
    bench = two()
    bench.ip.control(DisableInterface("ip0"))
    bench.ip.control(SetDefaultGateway(OTHER_ROUTER, (ROUTER,)))
    assert bench.ip.routes.gateways(ALL) == (OTHER_ROUTER, ROUTER)
    bench.ip.control(SetDefaultGateway(ROUTER))
    bench.ip.control(EnableInterface("ip0"))
    assert way(bench, FAR) == (0, ROUTER, US)
    bench.ip.control(DisableInterface("ip0"))
    with pytest.raises(BadAddress, match="not on a network"):
        bench.ip.control(SetDefaultGateway(PEER))
    assert bench.ip.routes.gateways(SPECIFIC) == ()


@pytest.mark.requirement("1122-3.3.1.2-several", "1122-3.3.1.5-switch", "1122-3.3.1.4-dead")
def test_the_next_gateway_takes_the_place_of_one_that_does_not_answer() -> None:
    """RFC 1122, section 3.3.1.5: for what is open, and for what is opened after."""
    bench = two()
    bench.ip.control(SetDefaultGateway(ROUTER, (OTHER_ROUTER, ROUTER - 1)))
    _, collector, send = bench.open(FAR)
    send.send(b"lost")
    ((neighbour, packet),) = bench.link.sent
    bench.link.sent.clear()
    bench.link.unresolved(neighbour, packet)
    assert collector.events == [Report(Trouble.HOST_UNREACHABLE, b"lost")]
    send.send(b"found")
    assert [
        (neighbour, packet.src) for neighbour, packet in zip((OTHER_ROUTER,), bench.links[1].take(), strict=True)
    ] == [(OTHER_ROUTER, US)]
    assert way(bench, FAR + 1) == (1, OTHER_ROUTER, OTHER)
    bench.ip.control(DisableInterface("ip1"))
    assert way(bench, FAR) == (0, ROUTER - 1, US)
    bench.ip.control(EnableInterface("ip1"))
    assert way(bench, FAR) == (1, OTHER_ROUTER, OTHER)


def test_a_neighbour_that_is_no_gateway_changes_no_route() -> None:
    bench = two()
    bench.ip.control(SetDefaultGateway(ROUTER, (OTHER_ROUTER,)))
    _, _, send = bench.open()
    send.send(b"lost")
    ((neighbour, packet),) = bench.link.sent
    bench.link.sent.clear()
    bench.link.unresolved(neighbour, packet)
    assert way(bench, FAR) == (0, ROUTER, US)


def test_a_single_gateway_is_kept() -> None:
    """It may come back; there is no other."""
    bench = two()
    _, _, send = bench.open(FAR)
    send.send(b"lost")
    ((neighbour, packet),) = bench.link.sent
    bench.link.sent.clear()
    bench.link.unresolved(neighbour, packet)
    assert way(bench, FAR) == (0, ROUTER, US)


def test_all_the_world_behind_a_tunnel() -> None:
    bench = IpBench("10.0.0.1/32", gateway=None, broadcasts=False)
    with pytest.raises(OpenFailed):
        bench.open(FAR)
    bench.ip.control(SetDirectRoute(ALL, "ip0"))
    assert way(bench, FAR) == (0, FAR, IPv4Address("10.0.0.1"))
    with pytest.raises(BadAddress, match="no interface 'tun9'; there are ip0"):
        bench.ip.control(SetDirectRoute(ALL, "tun9"))


# -- addresses


@pytest.mark.requirement("1122-3.2.1.3-src")
def test_the_source_is_on_the_network_of_the_neighbour() -> None:
    bench = IpBench()
    bench.ip.control(AddAddress("ip0", IPv4Interface("10.1.0.1/16")))
    bench.ip.control(AddAddress("ip0", IPv4Interface("10.1.2.1/24")))
    assert way(bench, PEER)[2] == US
    assert way(bench, IPv4Address("10.1.9.9"))[2] == IPv4Address("10.1.0.1")
    assert way(bench, IPv4Address("10.1.2.9"))[2] == IPv4Address("10.1.2.1")
    assert way(bench, FAR)[2] == US
    assert bench.ip.query().local_address(IPv4Address("10.1.2.9")) == ("ip0", IPv4Address("10.1.2.1"))
    assert bench.link.claimed == [
        IPv4Interface("192.0.2.1/24"),
        IPv4Interface("10.1.0.1/16"),
        IPv4Interface("10.1.2.1/24"),
    ]


def test_connections_from_an_address_that_is_gone_are_aborted() -> None:
    bench = IpBench()
    _, collector, _ = bench.open()
    new = IPv4Interface("192.0.2.77/24")
    bench.ip.control(AddAddress("ip0", new))
    assert not collector.heard
    kept = Collector()
    bench.ip.open(IpAddress(PEER, PROTOCOL, new.ip), lambda _: kept)
    bench.ip.control(RemoveAddress("ip0", IPv4Interface("192.0.2.1/24")))
    (event,) = collector.events
    assert isinstance(event, Aborted)
    assert not kept.heard
    assert bench.link.claimed == [new]
    assert bench.ip.query().connections == 1


@pytest.mark.requirement("1122-3.3.1.6-manual")
def test_set_interface_address_replaces_and_enables() -> None:
    """Fox Net's Set_Interface_Address."""
    bench = IpBench()
    bench.ip.control(DisableInterface("ip0"))
    bench.ip.control(SetInterfaceAddress("ip0", IPv4Interface("10.0.0.5/8")))
    info = bench.ip.query().interfaces[0]
    assert (info.addresses, info.enabled) == ((IPv4Interface("10.0.0.5/8"),), True)
    assert bench.link.claimed == [IPv4Interface("10.0.0.5/8")]
    assert way(bench, IPv4Address("10.9.9.9"))[2] == IPv4Address("10.0.0.5")
    with pytest.raises(OpenFailed):
        bench.open(FAR)  # the gateway is no neighbour any more


@pytest.mark.requirement("1122-3.2.2.9-reasonable")
@pytest.mark.parametrize("address", ["192.0.2.255/24", "192.0.2.0/24", "224.0.0.1/4", "127.0.0.2/8", "0.0.0.0/0"])
def test_addresses_that_no_host_can_have(address: str) -> None:
    bench = IpBench()
    with pytest.raises(BadAddress, match="not the address of a host"):
        bench.ip.control(AddAddress("ip0", IPv4Interface(address)))


# -- groups and broadcasts


@pytest.mark.requirement("1122-3.2.1.3-broadcast-src", "1122-3.3.6-default", "1122-3.3.6-link")
def test_broadcasts_go_to_everybody_on_the_right_link() -> None:
    bench = two()
    everybody = IPv4Address("255.255.255.255")
    assert way(bench, IPv4Address("203.0.113.255")) == (1, everybody, OTHER)
    assert way(bench, everybody) == (0, everybody, US)
    connection = bench.ip.open(IpAddress(everybody, PROTOCOL, OTHER), lambda _: Collector())
    bench.ip.send(connection).send(b"")
    ((neighbour, _),) = bench.links[1].sent
    assert neighbour == everybody
    assert bench.links[1].take()[0].src == OTHER


def test_a_host_that_does_not_know_its_address_may_ask() -> None:
    bench = two()
    everybody, nobody = IPv4Address("255.255.255.255"), IPv4Address("0.0.0.0")
    connection = bench.ip.open(IpAddress(everybody, 17, nobody), lambda _: Collector())
    bench.ip.send(connection).send(b"discover")
    assert bench.link.take()[0].src == nobody
    with pytest.raises(BadAddress):
        bench.ip.open(IpAddress(PEER, 17, nobody), lambda _: Collector())


def test_a_link_that_cannot_broadcast() -> None:
    bench = IpBench(broadcasts=False)
    for host in ("255.255.255.255", "192.0.2.255"):
        with pytest.raises(Unreachable):
            bench.open(IPv4Address(host))
    group = IPv4Address("239.9.9.9")
    assert way(bench, group) == (0, group, US)


def test_an_interface_without_an_address_sends_nothing_but_questions() -> None:
    bench = IpBench()
    bench.ip.control(RemoveAddress("ip0", IPv4Interface("192.0.2.1/24")))
    bench.ip.control(SetDirectRoute(ALL, "ip0"))
    with pytest.raises(Unreachable, match="no address"):
        bench.open()
    assert way(bench, IPv4Address("255.255.255.255"))[2] == IPv4Address("0.0.0.0")


# -- the factory


@pytest.mark.requirement("1122-3.2.2.9-reasonable")
def test_what_cannot_be_composed() -> None:
    runtime = Runtime(Scheduler(lambda: 0.0), 1)
    with pytest.raises(InitializationFailed, match="needs an interface"):
        ipv4()
    with pytest.raises(InitializationFailed, match="one Scheduler"):
        ipv4(
            interface(BenchLink(runtime), "192.0.2.1/24"),
            interface(BenchLink(Runtime(Scheduler(lambda: 0.0), 1)), "203.0.113.1/24"),
        )
    with pytest.raises(BadAddress, match="names of their own"):
        ipv4(interface(BenchLink(runtime), "192.0.2.1/24", name="a"), interface(BenchLink(runtime), name="a"))
    with pytest.raises(BadAddress, match="names of their own"):
        ipv4(interface(BenchLink(runtime), name="lo"))
    with pytest.raises(BadAddress, match=r"192\.0\.2\.1/24"):
        interface(BenchLink(runtime), "192.0.2.1.5")
    with pytest.raises(BadAddress, match="not an IPv4 address"):
        ipv4(interface(BenchLink(runtime), "192.0.2.1/24"), gateway="nowhere")
    with pytest.raises(BadAddress, match="not on a network"):
        ipv4(interface(BenchLink(runtime), "192.0.2.1/24"), gateway="198.51.100.1")


def test_a_link_that_fails_leaves_nothing_initialized() -> None:
    runtime = Runtime(Scheduler(lambda: 0.0), 1)
    good, bad = BenchLink(runtime), BenchLink(runtime)
    bad.absent.add(IPv4Address("255.255.255.255"))
    host = ipv4(interface(good, "192.0.2.1/24"), interface(bad, "203.0.113.1/24"))
    with pytest.raises(InitializationFailed, match="interface ip1"):
        host.initialize()
    assert good.initialize() == 1
    assert bad.initialize() == 1
    assert good.claimed == []


def test_the_address_of_an_interface_is_no_host() -> None:
    with pytest.raises(BadAddress, match=r"192\.0\.2\.1/24 is an interface's address and its network"):
        IpAddress(IPv4Interface("192.0.2.1/24"), 17)
