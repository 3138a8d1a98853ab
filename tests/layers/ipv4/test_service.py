"""How datagrams to one peer are carried: as is chosen, by a route, and back by the way that the peer's came."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address

import pytest

from foxpy.errors import BadAddress
from foxpy.layers.ipv4 import IpAddress, IpConfig, Service, SetService
from foxpy.layers.ipv4.options import final, way_back
from foxpy.layers.ipv4.wire import IPv4, LooseSourceRoute, NoOperation, StrictSourceRoute, Timestamp, ip_options
from foxpy.protocol import Sender
from foxpy.status import Report, Trouble
from foxpy.testing.collector import Collector
from tests.support.ip_bench import FAR, PEER, PROTOCOL, ROUTER, US, IpBench, datagram

ONE, TWO = IPv4Address("203.0.113.1"), IPv4Address("203.0.113.2")
"""Routers on the way."""


def loose(*route: IPv4Address, pointer: int = 4) -> bytes:
    visited = b"".join(each.packed for each in route)
    return ip_options.build([NoOperation(), LooseSourceRoute(pointer=pointer, route=visited)])


def arrived(*route: IPv4Address) -> bytes:
    """A source route that has been travelled to its end."""
    return loose(*route, pointer=4 * len(route) + 4)


def went(bench: IpBench, send: Sender) -> IPv4:
    """The header of the next datagram."""
    send.send(b"data")
    (packet,) = bench.link.take()
    return packet


# -- chosen for a peer


@pytest.mark.requirement("1122-3.2.1.6-set", "1122-3.2.1.7-set", "1122-4.1.4-specify")
def test_what_is_chosen_holds_for_what_is_open_and_for_what_comes() -> None:
    bench = IpBench(config=IpConfig(ttl=33))
    _, _, send = bench.open()
    _, _, other = bench.open(FAR)
    assert went(bench, send).dscp == 0
    bench.ip.control(SetService(PEER, PROTOCOL, Service(tos=0xB8, ttl=9)))
    assert (went(bench, send).dscp, went(bench, send).ttl) == (46, 9)
    assert went(bench, other).dscp == 0
    _, _, protocol = bench.open(PEER, PROTOCOL + 1)
    assert went(bench, protocol).dscp == 0
    bench.ip.control(SetService(FAR + 1, PROTOCOL, Service(tos=0x28)))
    assert went(bench, bench.open(FAR + 1)[2]).dscp == 10


@pytest.mark.requirement("1122-3.2.1.8e-timestamp")
def test_options_that_want_the_time_get_that_of_each_datagram() -> None:
    """RFC 1812, section 4.2.2.1 (e): who sends them is the first to enter the time; the option asks nobody else yet."""
    bench = IpBench(mtu=576)
    options = ip_options.build([Timestamp(form=1, stamps=bytes(16))])
    connection = bench.ip.open(IpAddress(PEER, PROTOCOL, service=Service(options=options)), lambda _: Collector())
    send = bench.ip.send(connection)

    def entered(header: IPv4) -> Timestamp:
        (option,) = ip_options.parse(header.options, 0, len(header.options))
        assert isinstance(option, Timestamp)
        return option

    def stamp(milliseconds: int) -> bytes:
        return US.packed + (milliseconds | 0x8000_0000).to_bytes(4, "big") + bytes(8)

    assert entered(went(bench, send)) == Timestamp(pointer=13, form=1, stamps=stamp(0))
    bench.run(2.5)
    assert entered(went(bench, send)) == Timestamp(pointer=13, form=1, stamps=stamp(2500))
    send.send(bytes(1000))
    first, second = bench.link.take()
    assert entered(first) == Timestamp(pointer=13, form=1, stamps=stamp(2500))
    assert second.options == b""


def test_it_can_be_taken_back() -> None:
    bench = IpBench()
    chosen = SetService(PEER, PROTOCOL, Service(tos=0xB8))
    bench.ip.control(chosen)
    connection = bench.ip.open(IpAddress(PEER, PROTOCOL, service=Service(tos=0x28)), lambda _: Collector())
    send = bench.ip.send(connection)
    assert went(bench, send).dscp == 46
    bench.ip.control(SetService(PEER, PROTOCOL, None))
    bench.ip.control(SetService(PEER, PROTOCOL, None))
    assert went(bench, send).dscp == 10
    bench.ip.control(chosen)
    assert went(bench, send).dscp == 46


def test_it_holds_for_those_that_peers_begin() -> None:
    bench = IpBench()
    accepted = bench.listen()
    bench.ip.control(SetService(PEER, PROTOCOL, Service(tos=0xB8)))
    bench.say(datagram())
    ((connection, _),) = accepted.accepted
    assert went(bench, bench.ip.send(connection)).dscp == 46


def test_options_make_room_for_themselves() -> None:
    bench = IpBench()
    _, _, send = bench.open(PEER, 6)
    assert send.limit() == 1480
    bench.ip.control(SetService(PEER, 6, Service(options=bytes(8))))
    assert send.limit() == 1472
    assert bench.ip.query().max_packet_size(IpAddress(PEER, 6)) == 1472
    bench.ip.control(SetService(PEER, 6, Service(route=(ROUTER,))))
    assert send.limit() == 1472
    assert bench.ip.query().max_packet_size(IpAddress(PEER, 6)) == 1472


# -- by a route


@pytest.mark.requirement("1122-3.2.1.8c-source-route")
def test_a_route_is_gone_through_in_its_order() -> None:
    """RFC 791, section 3.1: the first router is the destination, the route names the others and the end."""
    bench = IpBench()
    bench.ip.control(SetService(FAR, PROTOCOL, Service(route=(ONE, TWO))))
    _, _, send = bench.open(FAR)
    packet = went(bench, send)
    assert (packet.src, packet.dst, packet.options) == (US, ONE, loose(TWO, FAR))
    send.send(bytes(3000))
    fragments = bench.link.take()
    assert [(each.dst, final(each.options, 0)) for each in fragments] == [(ONE, int(FAR))] * 3  # it is copied into each
    bench.ip.control(SetService(FAR, PROTOCOL, Service(route=(ROUTER,), options=b"\x94\x04\x00\x00")))
    packet = went(bench, send)
    assert (packet.dst, packet.options) == (ROUTER, loose(FAR) + b"\x94\x04\x00\x00")


def test_the_way_is_that_to_the_first_router() -> None:
    bench = IpBench()
    neighbour = PEER + 7
    _, _, send = bench.open(FAR)
    send.send(b"")
    bench.ip.control(SetService(FAR, PROTOCOL, Service(route=(neighbour,))))
    send.send(b"")
    assert [to for to, _ in bench.link.sent] == [ROUTER, neighbour]


def test_a_report_about_it_reaches_the_connection() -> None:
    """Wherever on the way it was lost: the end of the route names the peer, and at last the destination does."""
    bench = IpBench()
    bench.ip.control(SetService(FAR, PROTOCOL, Service(route=(ONE, TWO))))
    _, collector, send = bench.open(FAR)
    send.send(b"lost")
    for destination, options in ((ONE, loose(TWO, FAR)), (TWO, loose(ONE, FAR, pointer=8)), (FAR, arrived(ONE, TWO))):
        quoted = datagram(b"lost", src=US, dst=destination, options=options)
        assert bench.ip.report(Trouble.HOST_UNREACHABLE, quoted, 0, len(quoted))
    assert collector.events == [Report(Trouble.HOST_UNREACHABLE, b"lost")] * 3
    quoted = datagram(b"lost", src=US, dst=ONE, options=loose(TWO, FAR + 1))
    assert not bench.ip.report(Trouble.HOST_UNREACHABLE, quoted, 0, len(quoted))


@pytest.mark.parametrize("broken", [b"\x83\x00\x04\x00", b"\x83\x03\x04\x00", b"\x83\xff\x04\x00", b"\x83\x03\x00\x00"])
def test_what_a_report_quotes_may_be_anything(broken: bytes) -> None:
    assert final(broken, 7) in (0, 7)


@pytest.mark.requirement("1122-3.2.1.8c-several")
@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Service(route=(IPv4Address("224.0.0.1"),)), "not the address of a router"),
        (lambda: Service(route=(ONE,), options=loose(TWO)), "at most one"),
        (lambda: Service(route=(ONE,) * 10), "44 bytes of IP options"),
        (lambda: Service(route=(ONE,) * 8, options=bytes(8)), "44 bytes of IP options"),
    ],
)
def test_routes_that_cannot_be_sent_are_refused(make: Callable[[], Service], match: str) -> None:
    with pytest.raises(BadAddress, match=match):
        make()
    assert len(Service(route=(ONE,) * 9).to(FAR)[1]) == 40


# -- back by the way that the peer's datagrams came


@pytest.mark.requirement("1122-3.2.1.8c-return")
def test_the_way_back_is_the_way_there_in_reverse() -> None:
    """RFC 1122, section 3.2.1.8 (c): also where the source put itself at the beginning."""
    assert way_back(arrived(ONE, TWO), PEER) == (TWO, ONE)
    assert way_back(arrived(PEER, ONE, TWO), PEER) == (TWO, ONE)
    assert way_back(arrived(PEER), PEER) == ()
    assert way_back(ip_options.build([StrictSourceRoute(pointer=8, route=ONE.packed)]), PEER) == (ONE,)
    assert way_back(arrived(ONE, IPv4Address("255.255.255.255")), PEER) == ()
    assert way_back(b"\x94\x04\x00\x00", PEER) == ()


@pytest.mark.requirement("SHLD-24", "1122-3.2.1.8c-return")
def test_answers_go_back_by_it() -> None:
    """Those of a connection that the peer began, and of one that is open; a later route takes the place of it."""
    bench = IpBench(config=IpConfig(accept_source_routes=True))
    accepted = bench.listen()
    bench.say(datagram(options=arrived(ONE, TWO)))
    ((connection, _),) = accepted.accepted
    send = bench.ip.send(connection)
    packet = went(bench, send)
    assert (packet.dst, packet.options) == (TWO, loose(ONE, PEER))
    bench.say(datagram())  # says nothing of the way
    assert went(bench, send).dst == TWO
    bench.say(datagram(options=arrived(ONE)))
    packet = went(bench, send)
    assert (packet.dst, packet.options) == (ONE, loose(PEER))


@pytest.mark.requirement("MUST-52")
def test_a_route_that_was_chosen_goes_before_it() -> None:
    bench = IpBench(config=IpConfig(accept_source_routes=True))
    bench.ip.control(SetService(PEER, PROTOCOL, Service(route=(ROUTER,))))
    _, _, send = bench.open()
    bench.say(datagram(options=arrived(ONE, TWO)))
    assert went(bench, send).dst == ROUTER


def test_it_leaves_no_room_for_itself_beside_other_options() -> None:
    bench = IpBench(config=IpConfig(accept_source_routes=True))
    bench.ip.control(SetService(PEER, PROTOCOL, Service(options=bytes(32))))
    _, _, send = bench.open()
    bench.say(datagram(options=arrived(ONE, TWO)))
    assert went(bench, send).dst == PEER


def test_unasked_no_source_route_is_taken() -> None:
    bench = IpBench()
    _, collector, send = bench.open()
    bench.say(datagram(b"by a detour", options=arrived(ONE)))
    assert not collector.heard
    assert bench.dropped() == {"source_routed": 1}
    assert went(bench, send).dst == PEER
