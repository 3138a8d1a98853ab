"""Redirects that a router sends: who had better use another router is told so (RFC 1812, section 5.2.7.2)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Final

import pytest
import trio

from foxpy.addresses import MacAddress
from foxpy.devices.device import EthernetFrames
from foxpy.devices.link import Segment, link
from foxpy.driver import running
from foxpy.layers.arp import arp
from foxpy.layers.ethernet import ethernet
from foxpy.layers.icmp import Icmp, IcmpAddress, IcmpConfig, icmp
from foxpy.layers.icmp.wire import Redirect, TimeExceeded, Unreachable, verify_icmp
from foxpy.layers.ipv4 import AddAddress, Ip, IpConfig, Origin, SetSpecificGateway, interface, ipv4
from foxpy.layers.ipv4.wire import IPv4, LooseSourceRoute, RouterAlert, ip_options
from foxpy.status import Report, Trouble
from foxpy.testing.collector import Collector
from tests.support.ip_bench import PROTOCOL, IpBench, datagram

SOURCE: Final = IPv4Address("192.0.2.9")
OWN: Final = IPv4Address("192.0.2.1")
NEARER: Final = IPv4Address("192.0.2.253")
BEYOND: Final = IPv4Address("203.0.113.5")
NETWORK: Final = IPv4Network("203.0.113.0/24")


class Router(IpBench):
    """With ICMP, and with a route by ``nearer`` back to the link that all comes by."""

    def __init__(self, *addresses: str, config: IpConfig | None = None, nearer: IPv4Address = NEARER) -> None:
        wanted = addresses or (f"{OWN}/24", "198.51.100.1/24")
        super().__init__(*wanted, config=config or IpConfig(forward=True), gateway=None)
        self.icmp: Icmp = icmp(self.ip)
        self.icmp.initialize()
        self.ip.control(SetSpecificGateway(NETWORK, nearer))

    def sent(self) -> list[tuple[IPv4Address, IPv4]]:
        """What went out by the first link, each with the neighbour that it went to."""
        found = [(neighbour, IPv4.parse(packet)) for neighbour, packet in self.link.sent]
        self.link.sent.clear()
        return found

    def untold(self) -> dict[str, int]:
        return {name: count for name, count in self.icmp.query().discards.items() if count}


@pytest.mark.requirement("1122-3.1-gateway")
def test_a_host_is_told_of_the_router_that_is_nearer_and_its_datagram_goes_on() -> None:
    router = Router()
    said = datagram(b"data" * 4, src=SOURCE, dst=BEYOND)
    router.say(said)
    (first, onward), (back, told) = router.sent()
    assert (first, onward.dst, onward.ttl, bytes(onward.body)) == (NEARER, BEYOND, 63, b"data" * 4)
    assert (back, told.src, told.dst, told.proto) == (SOURCE, OWN, SOURCE, 1)
    data = bytes(told.body)
    assert verify_icmp(data, 0, len(data))
    message = Redirect.parse(data)
    assert (message.code, message.gateway, bytes(message.quoted)) == (1, NEARER, said)
    info = router.icmp.query()
    assert (info.redirects_sent, info.errors_sent) == (1, 0)
    assert router.ip.query().packets_forwarded == 1
    assert router.dropped() == router.untold() == {}


def test_a_neighbour_is_a_nearer_way_to_itself() -> None:
    """RFC 792: where the host is on the link, it is its own gateway."""
    router = Router()
    router.say(datagram(b"data", src=SOURCE, dst=NEARER))
    _, (_, told) = router.sent()
    assert Redirect.parse(told.body).gateway == NEARER


def test_it_comes_from_the_address_that_the_host_shares_with_the_nearer_router() -> None:
    router = Router("198.51.100.1/24", nearer=IPv4Address("198.51.100.254"))
    router.ip.control(AddAddress("ip0", IPv4Interface(f"{OWN}/24")))
    router.ip.control(SetSpecificGateway(NETWORK, NEARER))
    router.say(datagram(src=SOURCE, dst=BEYOND))
    _, (_, told) = router.sent()
    assert (told.src, told.dst) == (OWN, SOURCE)


@pytest.mark.parametrize(
    ("source", "destination", "options"),
    [
        ("203.0.113.7", BEYOND, b""),  # of another network than the nearer router
        ("198.51.100.9", BEYOND, b""),
        (str(NEARER), BEYOND, b""),  # the router itself: it has sent that back
        (str(SOURCE), IPv4Address("198.51.100.9"), b""),  # by another link
        (str(SOURCE), BEYOND, ip_options.build([LooseSourceRoute(pointer=8, route=OWN.packed)])),
    ],
)
@pytest.mark.requirement("1122-3.1-gateway")
def test_who_is_not_told(source: str, destination: IPv4Address, options: bytes) -> None:
    router = Router(config=IpConfig(forward=True, accept_source_routes=True))
    router.say(datagram(b"data", src=IPv4Address(source), dst=destination, options=options))
    assert router.ip.query().packets_forwarded == 1
    assert router.icmp.query().redirects_sent == 0
    assert all(packet.proto == PROTOCOL for _, packet in router.sent())
    assert router.untold() == {}


def test_what_has_other_options_is_told_as_well() -> None:
    router = Router()
    router.say(datagram(src=SOURCE, dst=BEYOND, options=ip_options.build([RouterAlert()])))
    assert router.icmp.query().redirects_sent == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (datagram(b"12345678", src=SOURCE, dst=BEYOND, offset=8), "about_fragments"),
        (datagram(Unreachable(code=1).build(), src=SOURCE, dst=BEYOND, protocol=1), "about_errors"),
    ],
)
@pytest.mark.requirement("1122-3.1-gateway")
def test_about_what_nobody_is_told(said: bytes, reason: str) -> None:
    """RFC 1812, section 4.3.2.7; it goes on all the same."""
    router = Router()
    router.say(said)
    assert [neighbour for neighbour, _ in router.sent()] == [NEARER]
    assert router.untold() == {reason: 1}


def test_what_is_not_sent_on_is_not_redirected() -> None:
    router = Router()
    router.say(datagram(b"data", src=SOURCE, dst=BEYOND, ttl=1))
    ((_, told),) = router.sent()
    assert TimeExceeded.parse(told.body).code == 0
    router.link.absent.add(NEARER)
    router.say(datagram(b"data", src=SOURCE, dst=BEYOND))
    assert router.sent() == []
    assert router.dropped() == {"ttl_expired": 1, "no_route": 1}


def test_redirects_can_be_off() -> None:
    router = Router(config=IpConfig(forward=True, redirects=False))
    router.say(datagram(src=SOURCE, dst=BEYOND))
    assert [neighbour for neighbour, _ in router.sent()] == [NEARER]


@pytest.mark.requirement("1122-3.1-gateway")
def test_who_does_not_listen_is_told_ever_more_seldom_and_still_hears_of_trouble() -> None:
    """RFC 1812, section 4.3.2.8. Redirects do not use up what there is for errors: path MTU discovery needs those."""
    router = Router()
    for _ in range(1000):
        router.say(datagram(src=SOURCE, dst=BEYOND))
    told = IcmpConfig().error_burst_per_host
    assert router.icmp.query().redirects_sent == told
    assert router.untold() == {"redirects_limited": 1000 - told}
    router.sent()
    router.say(datagram(src=SOURCE, dst=IPv4Address("100.64.0.1")))
    ((_, error),) = router.sent()
    assert Unreachable.parse(error.body).code == 0


def test_all_hosts_together_are_told_no_more_than_the_limit() -> None:
    router = Router("10.0.0.1/8", nearer=IPv4Address("10.255.0.1"))
    for number in range(2, 500):
        router.say(datagram(src=IPv4Address("10.1.0.0") + number, dst=BEYOND))
    info = router.icmp.query()
    assert 0 < info.redirects_sent <= IcmpConfig().error_burst * 4 // 3
    assert info.redirects_sent + router.untold()["redirects_limited"] == 498


def test_without_icmp_nobody_is_told() -> None:
    router = IpBench(f"{OWN}/24", config=IpConfig(forward=True), gateway=NEARER)
    router.say(datagram(src=SOURCE, dst=BEYOND))
    assert [neighbour for neighbour, _ in router.link.sent] == [NEARER]


# -- whole hosts


def station(
    segments: dict[str, Segment[EthernetFrames]],
    addresses: dict[str, str],
    gateway: str | None,
    config: IpConfig,
    messages: IcmpConfig,
) -> tuple[Ip, Icmp]:
    interfaces = []
    for name, address in addresses.items():
        number = int(IPv4Interface(address).ip) & 0xFFFF
        eth = ethernet(segments[name].attach(), MacAddress.local(number))
        neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800)).carrier()
        interfaces.append(interface(neighbours, address, name=name))
    ip = ipv4(*interfaces, gateway=gateway, config=config)
    return ip, icmp(ip, config=messages)


async def test_a_host_follows_to_the_nearer_router() -> None:
    """The host's router knows a nearer one on the same link; a Redirect later it is asked no more."""
    left = link(seed=1)
    segments = {"left": left, "right": link(seed=2, scheduler=left.scheduler)}
    forwards = IpConfig(forward=True)
    host, pinging = station(segments, {"left": f"{SOURCE}/24"}, str(OWN), IpConfig(), IcmpConfig(accept_redirects=True))
    first, telling = station(segments, {"left": f"{OWN}/24"}, str(NEARER), forwards, IcmpConfig())
    nearer, other = station(segments, {"left": f"{NEARER}/24", "right": "203.0.113.1/24"}, None, forwards, IcmpConfig())
    far, answering = station(segments, {"right": f"{BEYOND}/24"}, "203.0.113.1", IpConfig(), IcmpConfig())
    async with running(pinging), running(telling), running(other), running(answering):
        answers = Collector()
        send = pinging.send(pinging.open(IcmpAddress(BEYOND), lambda _: answers))
        for number in range(5):
            send.send(b"ping %d" % number)
            await trio.sleep(1)
        assert answers.packets == [b"ping %d" % number for number in range(5)]
        assert first.query().packets_forwarded == 1
        assert nearer.query().packets_forwarded == 10
        assert (telling.query().redirects_sent, pinging.query().redirects_followed) == (1, 1)
        assert next((each.gateway, each.origin) for each in host.query().routes()) == (NEARER, Origin.REDIRECT)
        assert far.query().discards["not_for_us"] == 0


async def test_a_neighbour_that_does_not_answer_is_told_to_the_source() -> None:
    """RFC 1812, sections 4.3.3.1 and 5.2.7.1: Host Unreachable, once ARP has given up."""
    left = link(seed=1)
    segments = {"left": left, "right": link(seed=2, scheduler=left.scheduler)}
    _, asking = station(segments, {"left": f"{SOURCE}/24"}, str(OWN), IpConfig(), IcmpConfig())
    router, telling = station(
        segments,
        {"left": f"{OWN}/24", "right": "203.0.113.1/24"},
        None,
        IpConfig(forward=True),
        IcmpConfig(),
    )
    async with running(asking), running(telling):
        answers = Collector()
        asking.send(asking.open(IcmpAddress(BEYOND), lambda _: answers)).send(bytes(1000))
        await trio.sleep(30)
        assert telling.query().errors_sent == asking.query().errors_received == 1
        (report,) = answers.events
        assert isinstance(report, Report)
        assert report.trouble is Trouble.HOST_UNREACHABLE
        assert len(report.quoted) == 548 - 28
        assert router.query().discards["foreign_reports"] == 0
