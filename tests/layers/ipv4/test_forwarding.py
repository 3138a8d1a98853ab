"""Routers: what is for others is sent on, or its source is told why not (RFC 1812, section 5)."""

from __future__ import annotations

import random
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Final

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import Port
from foxpy.devices.link import link
from foxpy.driver import trio_scheduler
from foxpy.layers.icmp import icmp
from foxpy.layers.icmp.wire import ParameterProblem, TimeExceeded, Unreachable
from foxpy.layers.ipv4 import DisableInterface, IpConfig, SetDirectRoute, SetSpecificGateway, interface, ipv4
from foxpy.layers.ipv4.wire import IPv4, LooseSourceRoute, RouterAlert, ip_options
from foxpy.layers.tcp import TcpAddress, TcpPattern
from foxpy.testing.collector import Collector
from stacks import router, tcp_ip
from tests.support.ip_bench import PROTOCOL, BenchLink, IpBench, datagram

SOURCE: Final = IPv4Address("192.0.2.9")
SINK: Final = IPv4Address("198.51.100.9")
BEYOND: Final = IPv4Address("203.0.113.5")
OWN: Final = IPv4Address("192.0.2.1")
NEXT: Final = IPv4Address("198.51.100.254")
ALERT: Final = ip_options.build([RouterAlert()])


class Router(IpBench):
    """Between two links, with ICMP: what comes by the first goes out by the second."""

    def __init__(self, mtu: int = 1500) -> None:
        super().__init__(f"{OWN}/24", "198.51.100.1/24", config=IpConfig(forward=True), gateway=None)
        icmp(self.ip).initialize()
        self.out = self.links[1]
        self.out.mtu = mtu
        self.ip.measure()

    def told(self) -> IPv4:
        """The one datagram that went back, which is the router's own, of ICMP."""
        (packet,) = self.link.take()
        assert (packet.src, packet.dst, packet.proto) == (OWN, SOURCE, 1)
        assert self.out.sent == []
        return packet


@pytest.mark.requirement("1122-3.1-gateway-switch")
def test_a_datagram_goes_on_with_one_hop_less() -> None:
    router = Router()
    router.say(datagram(b"data", src=SOURCE, dst=SINK, ttl=9, df=True, ident=77, dscp=10))
    ((neighbour, packet),) = router.out.sent
    assert neighbour == SINK
    read = IPv4.parse(packet)
    assert (read.src, read.dst, read.ttl, read.df, read.ident, read.dscp) == (SOURCE, SINK, 8, True, 77, 10)
    assert read.body == b"data"
    assert router.ip.query().packets_forwarded == 1
    assert router.dropped() == {}


@given(st.binary(max_size=1480), st.integers(2, 255))
def test_whatever_it_carries(data: bytes, ttl: int) -> None:
    router = Router()
    router.say(datagram(data, src=SOURCE, dst=SINK, ttl=ttl))
    (packet,) = router.out.take()  # parsing checks the checksum
    assert (bytes(packet.body), packet.ttl) == (data, ttl - 1)


def test_padding_is_the_links_and_stays_there() -> None:
    router = Router()
    router.say(datagram(b"data", src=SOURCE, dst=SINK) + bytes(22))
    ((_, packet),) = router.out.sent
    assert len(packet) == 24


def test_what_is_for_the_router_stays() -> None:
    router = Router()
    accepted = router.listen()
    router.say(datagram(b"data", src=SOURCE, dst=IPv4Address("198.51.100.1")))
    assert accepted.accepted[0][1].packets == [b"data"]
    assert router.out.sent == []


@pytest.mark.requirement(
    "1122-3.1-gateway-switch",
    "1122-3.1-gateway-default",
    "1122-3.1-gateway-auto",
    "1122-3.2.1.3-bad-dst",
)
def test_a_host_forwards_nothing() -> None:
    host = IpBench(f"{OWN}/24", "198.51.100.1/24", gateway=None)
    host.say(datagram(b"data", src=SOURCE, dst=SINK))
    assert host.links[1].sent == []
    assert host.dropped() == {"not_for_us": 1}


def test_it_goes_by_the_gateway_of_its_network_and_by_another_when_that_changes() -> None:
    router = Router()
    network = IPv4Network("203.0.113.0/24")
    for gateway in (NEXT, SINK):
        router.ip.control(SetSpecificGateway(network, gateway))
        router.say(datagram(b"data", src=SOURCE, dst=BEYOND))
        assert router.out.sent.pop()[0] == gateway


def test_options_go_on_as_they_came() -> None:
    router = Router()
    router.say(datagram(b"data", src=SOURCE, dst=SINK, options=ALERT))
    (packet,) = router.out.take()
    assert (packet.options, bytes(packet.body)) == (ALERT, b"data")


# -- what is told


@pytest.mark.parametrize("ttl", [0, 1])
def test_the_last_hop_is_used_up(ttl: int) -> None:
    router = Router()
    router.say(datagram(b"data" * 10, src=SOURCE, dst=SINK, ttl=ttl))
    message = TimeExceeded.parse(router.told().body)
    assert message.code == 0
    assert IPv4.parse(message.quoted).dst == SINK
    assert router.dropped() == {"ttl_expired": 1}


def test_no_way_leads_there() -> None:
    router = Router()
    router.say(datagram(b"data", src=SOURCE, dst=BEYOND))
    assert Unreachable.parse(router.told().body).code == 0
    assert router.dropped() == {"no_route": 1}


def test_what_is_too_big_and_not_to_be_fragmented_is_told_what_would_pass() -> None:
    router = Router(mtu=600)
    router.say(datagram(bytes(1000), src=SOURCE, dst=SINK, df=True))
    message = Unreachable.parse(router.told().body)
    assert (message.code, message.mtu) == (4, 600)
    assert router.dropped() == {"too_big": 1}


@pytest.mark.requirement("1122-3.3.5-unreachable")
def test_a_source_route_is_refused() -> None:
    router = Router()
    route = ip_options.build([LooseSourceRoute(route=BEYOND.packed)])
    router.say(datagram(b"data", src=SOURCE, dst=SINK, options=route))
    assert Unreachable.parse(router.told().body).code == 5
    assert router.dropped() == {"source_routed": 1}


@pytest.mark.requirement("1122-3.1-gateway")
def test_a_router_tells_from_its_address_towards_the_sender() -> None:
    """RFC 1812, section 4.3.2.4: also of what came to its address on another link."""
    router = Router()
    for own in (OWN, IPv4Address("198.51.100.1")):
        router.say(datagram(b"data", src=SOURCE, dst=own))
        assert Unreachable.parse(router.told().body).code == 2


def test_a_link_without_an_address_is_told_from_another() -> None:
    """RFC 1812, section 4.3.2.4: the router's identity, its lowest address."""
    router = Router()
    line = BenchLink(router.runtime)
    unnumbered = ipv4(
        *(interface(link, each) for link, each in zip(router.links, ("198.51.100.1/24", f"{OWN}/24"), strict=True)),
        interface(line, name="line"),
        config=IpConfig(forward=True),
    )
    icmp(unnumbered).initialize()
    unnumbered.control(SetDirectRoute(IPv4Network("203.0.113.0/24"), "line"))
    line.say(datagram(b"data", src=BEYOND, dst=SINK, ttl=1))
    (packet,) = line.take()
    assert (packet.src, packet.dst, TimeExceeded.parse(packet.body).code) == (OWN, BEYOND, 0)


def test_options_that_are_broken_go_no_further() -> None:
    router = Router()
    router.say(datagram(b"data", src=SOURCE, dst=SINK, options=b"\x07\x01\x00\x00"))
    assert ParameterProblem.parse(router.told().body).pointer == 21
    assert router.dropped() == {"bad_options": 1}


# -- fragments


def test_what_is_too_big_is_fragmented_and_comes_together_again() -> None:
    router, sink = Router(mtu=600), IpBench(f"{SINK}/24", gateway=None)
    accepted = sink.listen()
    data = bytes(range(250)) * 5
    router.say(datagram(data, src=SOURCE, dst=SINK, ident=9, options=ALERT))
    sent = [packet for _, packet in router.out.sent]
    assert len(sent) == 3
    assert all(len(packet) <= 600 for packet in sent)
    for packet in reversed(sent):
        sink.say(packet)
    assert accepted.accepted[0][1].packets == [data]
    assert router.ip.query().fragments_sent == 3


def test_a_fragment_is_cut_again_with_its_place_in_the_whole() -> None:
    router, sink = Router(mtu=600), IpBench(f"{SINK}/24", gateway=None)
    accepted = sink.listen()
    data = bytes(range(240)) * 10
    for start, end in ((0, 1200), (1200, 2400)):
        router.say(datagram(data[start:end], src=SOURCE, dst=SINK, ident=5, more=end < len(data), offset=start))
    assert len(router.out.sent) == 6
    for _, packet in router.out.sent:
        sink.say(packet)
    assert accepted.accepted[0][1].packets == [data]


# -- what no router passes on


@pytest.mark.parametrize(
    ("source", "sink"),
    [
        ("0.0.0.0", "198.51.100.9"),
        ("127.0.0.1", "198.51.100.9"),
        ("224.0.0.5", "198.51.100.9"),
        ("198.51.100.1", "198.51.100.9"),
        ("169.254.1.1", "198.51.100.9"),
        ("192.0.2.255", "198.51.100.9"),
        ("192.0.2.255", "203.0.113.5"),  # without a way there: a broadcast would be told
        ("192.0.2.9", "169.254.1.1"),
        ("192.0.2.9", "198.51.100.255"),
        ("192.0.2.9", "239.1.2.3"),
        ("192.0.2.9", "127.0.0.5"),
        ("192.0.2.9", "240.0.0.1"),
        ("192.0.2.9", "0.1.2.3"),
    ],
)
@pytest.mark.requirement("1122-3.1-gateway")
def test_only_what_goes_from_one_host_to_one_host(source: str, sink: str) -> None:
    router = Router()
    router.say(datagram(b"data", src=IPv4Address(source), dst=IPv4Address(sink)))
    assert router.out.sent == router.link.sent == []
    assert router.dropped() == {"not_forwarded": 1}


def test_what_was_sent_to_all_stations_is_not_sent_on() -> None:
    router = Router()
    router.say(datagram(b"data", src=SOURCE, dst=SINK), many=True)
    assert router.out.sent == router.link.sent == []
    assert router.dropped() == {"not_for_us": 1}


def test_a_link_that_is_disabled_is_no_way() -> None:
    router = Router()
    router.ip.control(DisableInterface("ip1"))
    router.say(datagram(b"data", src=SOURCE, dst=SINK))
    assert Unreachable.parse(router.told().body).code == 0


def test_a_link_that_refuses_is_looked_at_again() -> None:
    router = Router()
    router.say(datagram(b"data", src=SOURCE, dst=SINK))
    router.out.sent.clear()
    router.out.mtu = 100  # it carries less than it did
    for _ in range(2):
        router.say(datagram(bytes(200), src=SOURCE, dst=SINK))
    assert router.ip.query().fragments_sent == 3  # the first datagram was lost, the second is cut


@given(st.binary(max_size=60), st.binary(min_size=4, max_size=40))
def test_whatever_comes_nothing_breaks(data: bytes, junk: bytes) -> None:
    router = Router()
    whole = datagram(data, src=SOURCE, dst=SINK, protocol=PROTOCOL)
    for packet in (junk + whole[len(junk) :], whole[: len(junk)], whole[:20] + junk):
        router.say(packet)
    info = router.ip.query()
    assert info.packets_received == 3
    assert info.packets_forwarded + info.packets_discarded + info.packets_delivered == 3


@pytest.mark.parametrize("offloads", [(True, True), (True, False), (False, True)])
async def test_what_a_link_left_unfinished_goes_on_finished(offloads: tuple[bool, bool]) -> None:
    """Hosts send 64 KB at a time, without checksums: the next link has an MTU, and perhaps nobody who would sum."""
    scheduler = trio_scheduler()
    near, far = (link(seed=1, offloads=each, scheduler=scheduler) for each in offloads)
    sides = IPv4Interface("192.0.2.1/24"), IPv4Interface("198.51.100.1/24")
    between = router.build(near.attach(), far.attach(), *sides)
    one = tcp_ip.build(near.attach(), IPv4Interface("192.0.2.9/24"), sides[0].ip)
    other = tcp_ip.build(far.attach(), IPv4Interface("198.51.100.9/24"), sides[1].ip)
    data = random.Random(1).randbytes(300_000)
    took: list[Collector] = []

    def take(_: object) -> Collector:
        took.append(Collector())
        return took[-1]

    async with between.running(), one.running(), other.running():
        other.tcp.listen(TcpPattern(Port(7)), take)
        connection = await one.tcp.active_open(TcpAddress(SINK, Port(7)), lambda _: Collector())
        one.tcp.send(connection).send(data)
        with trio.fail_after(60):
            await one.tcp.close(connection)
        assert took[0].data == data
        assert between.ip.query().packets_forwarded > len(data) // 1460
