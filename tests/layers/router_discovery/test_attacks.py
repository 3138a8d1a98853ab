"""Router discovery as a weapon: invented routers, floods, and messages that are none (RFC 1256, section 7)."""

from __future__ import annotations

import random
from ipaddress import IPv4Address, IPv4Network

import pytest

from foxpy.layers.ipv4 import IpAddress
from foxpy.layers.router_discovery import RouterDiscoveryConfig
from foxpy.layers.router_discovery.wire import HIGHEST, RouterAdvertisement, RouterSolicitation
from tests.support.discovery_bench import ALL_ROUTERS, DiscoveryBench, advertisement
from tests.support.ip_bench import FAR, PEER, ROUTER, US

BASE = IPv4Address("192.0.2.0")
BASE_NETWORK = IPv4Network("192.0.2.0/24")


def with_checksum(message: bytes) -> bytes:
    total = sum(int.from_bytes(message[at : at + 2].ljust(2, b"\0"), "big") for at in range(0, len(message), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return message[:2] + (0xFFFF - total).to_bytes(2, "big") + message[4:]


def lives(bench: DiscoveryBench) -> None:
    """It does its part still."""
    bench.run(2.0)
    bench.link.take()
    if bench.discovery.is_router:
        bench.ask()
        bench.run(2.0)
        assert [message for _, message in bench.advertised()] == [advertisement(US)]
    else:
        bench.tell(advertisement(ROUTER, preference=HIGHEST))
        assert ROUTER in bench.gateways()


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("kind", [9, 10])
def test_messages_of_any_bytes(kind: int, forward: bool) -> None:
    bench = DiscoveryBench(forward=forward)
    generator = random.Random(kind)
    for size in range(64):
        for _ in range(4):
            head = bytes((kind, 0, 0, 0, generator.randrange(4), generator.randrange(4)))
            bench.tell(with_checksum((head + generator.randbytes(64))[: max(4, size)]))
    info = bench.discovery.query()
    assert bench.icmp.query().others_received == 256
    assert info.advertisements_received + info.solicitations_received + sum(info.discards.values()) >= 256
    assert all(router.address in BASE_NETWORK for router in info.routers)
    lives(bench)


@pytest.mark.parametrize("number", [0, 1, 2, 255])
@pytest.mark.parametrize("words", [0, 1, 2, 3, 255])
def test_counts_and_sizes_that_lie(number: int, words: int) -> None:
    """RFC 1256, section 5.2."""
    bench = DiscoveryBench()
    bench.tell(with_checksum(bytes((9, 0, 0, 0, number, words, 0, 30)) + ROUTER.packed + bytes(4)))
    right = number == 1 and words == 2
    assert bench.gateways() == ([ROUTER] if right else [])
    assert bench.discards() == ({} if right else {"malformed": 1})
    lives(bench)


@pytest.mark.parametrize("size", range(4, 8))
def test_a_solicitation_of_less_than_8_bytes(size: int) -> None:
    """RFC 1256, section 4.2."""
    bench = DiscoveryBench(forward=True)
    bench.tell(with_checksum(bytes((10, *[0] * 7))[:size]), src=PEER, dst=ALL_ROUTERS)
    assert bench.discards() == {"malformed": 1}
    lives(bench)


def test_codes_that_there_are_not() -> None:
    host, router = DiscoveryBench(), DiscoveryBench(forward=True)
    for code in (1, 16, 255):
        entries = advertisement(ROUTER).routers
        host.tell(RouterAdvertisement(code=code, lifetime=1800, routers=entries))
        router.tell(RouterSolicitation(code=code), src=PEER, dst=ALL_ROUTERS)
    assert host.gateways() == []
    assert host.discards() == router.discards() == {"bad_code": 3}
    lives(host)
    lives(router)


def test_damage_is_found_before() -> None:
    bench = DiscoveryBench()
    data = bytearray(advertisement(ROUTER).build())
    data[9] ^= 1
    bench.tell(bytes(data))
    assert bench.gateways() == []
    assert bench.icmp.query().discards["checksum_errors"] == 1
    assert bench.discovery.query().advertisements_received == 0


def test_strangers_from_beyond_the_link() -> None:
    host, router = DiscoveryBench(), DiscoveryBench(forward=True)
    for destination in (US, IPv4Address("192.0.2.255")):  # these can be reached from there, the groups cannot
        host.tell(advertisement(ROUTER, preference=HIGHEST), src=FAR, dst=destination)
    for destination in (US, ALL_ROUTERS):
        router.tell(RouterSolicitation(), src=FAR, dst=destination)
    assert host.gateways() == []
    assert host.discards() == router.discards() == {"not_neighbours": 2}
    lives(host)
    lives(router)


@pytest.mark.parametrize("preference", [0, HIGHEST])
def test_invented_routers_are_bounded(preference: int) -> None:
    """Those that are known stay where the others are not preferred; and those are at most so many."""
    bench = DiscoveryBench(gateway=PEER, config=RouterDiscoveryConfig(routers=8))
    acceptor = bench.watch()
    known = [IPv4Address("192.0.2.3") + number for number in range(8)]
    bench.tell(advertisement(*known))
    for number in range(20, 250):
        bench.tell(advertisement(BASE + number, preference=preference), src=BASE + number)
    routers = [each.address for each in bench.discovery.query().routers]
    assert len(routers) == 9
    assert PEER in routers
    assert bench.discovery.query().connections == 8
    if preference == 0:
        assert bench.gateways() == [PEER, *known]
        assert len(acceptor.accepted) == 8
        assert bench.discards() == {"crowded_out": 230}
    else:
        assert bench.discards() == {"crowded_out": 230}
        assert bench.gateways()[-1] == PEER
    bench.tell(advertisement(*(BASE + number for number in range(20, 250)), lifetime=1))
    bench.run(2000.0)
    assert bench.gateways() == [PEER]
    assert bench.scheduler.timers.running() == 0


def test_one_message_that_lists_one_router_many_times() -> None:
    bench = DiscoveryBench()
    acceptor = bench.watch()
    bench.tell(advertisement(*[ROUTER] * 255))
    ((_, collector),) = acceptor.accepted
    assert len(collector.packets) == 1


def test_a_flood_of_solicitations_is_answered_a_few_times() -> None:
    bench = DiscoveryBench(forward=True)
    bench.run(40.0)
    bench.link.take()
    for number in range(3000):
        bench.ask(BASE + 2 + number % 250)
        bench.run(0.01)
    assert 10 <= len(bench.advertised()) <= 60  # in 30 s, each after up to 2 s
    lives(bench)


def test_what_a_stack_says_to_itself_is_not_heard() -> None:
    bench = DiscoveryBench()
    data = advertisement(ROUTER).build()

    bench.ip.post(IpAddress(US, 1, US), data, b"")
    bench.run()
    assert bench.gateways() == []
    assert bench.discards() == {"elsewhere": 1}
