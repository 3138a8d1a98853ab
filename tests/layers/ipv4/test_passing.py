"""The options of what a router sends on: records, timestamps, source routes (RFC 1812, section 5.3.13)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.icmp import icmp
from foxpy.layers.icmp.wire import ParameterProblem, TimeExceeded, Unreachable
from foxpy.layers.ipv4 import IpConfig, SetDirectRoute, SetSpecificGateway, interface, ipv4
from foxpy.layers.ipv4.options import Broken, Option, SourceRouted, check, source_route
from foxpy.layers.ipv4.passing import entered, next_stop, travelled
from foxpy.layers.ipv4.wire import (
    IPv4,
    LooseSourceRoute,
    NoOperation,
    OtherOption,
    RecordRoute,
    RouterAlert,
    StreamId,
    StrictSourceRoute,
    Timestamp,
    ip_options,
)
from tests.support.ip_bench import PROTOCOL, BenchLink, IpBench, datagram

SOURCE: Final = IPv4Address("192.0.2.9")
SINK: Final = IPv4Address("198.51.100.9")
OWN: Final = IPv4Address("192.0.2.1")
OUTWARD: Final = IPv4Address("198.51.100.1")
"""The router's address on the link that datagrams leave by: the one to be recorded (section 4.2.2.2)."""
NEXT: Final = IPv4Address("198.51.100.254")
BEYOND: Final = IPv4Address("203.0.113.5")
ROUTES: Final = IpConfig(forward=True, accept_source_routes=True)
A: Final = SOURCE.packed


class Router(IpBench):
    """Between two links, with ICMP, and with a gateway on the second."""

    def __init__(self, config: IpConfig | None = None) -> None:
        super().__init__(f"{OWN}/24", f"{OUTWARD}/24", config=config or IpConfig(forward=True), gateway=None)
        icmp(self.ip).initialize()
        self.out = self.links[1]
        self.ip.control(SetSpecificGateway(IPv4Network("203.0.113.0/24"), NEXT))

    def passes(self, *options: Option, dst: IPv4Address = SINK) -> bytes:
        """The options that a datagram with ``options`` goes on with."""
        self.say(datagram(b"data", src=SOURCE, dst=dst, options=ip_options.build(options)))
        (packet,) = self.out.take()  # parsing checks the checksum
        assert (packet.src, packet.ttl, bytes(packet.body)) == (SOURCE, 63, b"data")
        assert self.dropped() == {}
        return bytes(packet.options)

    def told(self) -> IPv4:
        """The one datagram that went back."""
        (packet,) = self.link.take()
        assert (packet.src, packet.dst, packet.proto) == (OWN, SOURCE, 1)
        assert self.out.sent == []
        return packet


# -- records of the route


@pytest.mark.requirement("1122-3.1-gateway")
def test_the_router_is_recorded_by_its_address_on_the_next_link() -> None:
    assert Router().passes(RecordRoute(pointer=8, route=A + bytes(8))) == ip_options.build(
        [RecordRoute(pointer=12, route=A + OUTWARD.packed + bytes(4))]
    )


def test_a_record_that_is_full_goes_on_as_it_is() -> None:
    full = RecordRoute(pointer=8, route=A)
    assert Router().passes(full) == ip_options.build([full])


def test_a_router_without_an_address_there_is_recorded_by_its_lowest() -> None:
    """RFC 1812, section 4.2.2.2: the router's identity."""
    router = Router()
    unnumbered = BenchLink(router.runtime)
    host = ipv4(
        *(interface(link, each) for link, each in zip(router.links, ("198.51.100.1/24", "192.0.2.1/24"), strict=True)),
        interface(unnumbered, name="line"),
        config=IpConfig(forward=True),
    )
    host.initialize()
    host.control(SetDirectRoute(IPv4Network("203.0.113.0/24"), "line"))
    router.say(datagram(src=IPv4Address("198.51.100.7"), dst=BEYOND, options=b"\x07\x07\x04" + bytes(5)))
    (packet,) = unnumbered.take()
    assert packet.options == ip_options.build([RecordRoute(pointer=8, route=OWN.packed)])


@pytest.mark.requirement("1122-3.1-gateway")
def test_what_no_router_knows_goes_on_as_it_came_and_where_it_was() -> None:
    area = b"\x82\x03\x77\x01" + b"\x88\x04\x00\x09" + b"\x1e\x02\x01\x94\x04\x00\x00" + b"\x07\x07\x04" + bytes(6)
    router = Router()
    router.say(datagram(src=SOURCE, dst=SINK, options=area))
    (packet,) = router.out.take()
    assert packet.options == area[:15] + b"\x07\x07\x08" + OUTWARD.packed + bytes(2)
    assert Router().passes(StreamId(stream=9), OtherOption(kind=130, data=b"x"), NoOperation(), RouterAlert())


# -- timestamps


@pytest.mark.requirement("1122-3.1-gateway")
def test_the_time_is_entered() -> None:
    router = Router()
    router.run(12.5)
    stamp = (0x8000_0000 | 12_500).to_bytes(4, "big")
    passed = router.passes(Timestamp(stamps=bytes(8)))
    assert passed == ip_options.build([Timestamp(pointer=9, stamps=stamp + bytes(4))])
    passed = router.passes(Timestamp(form=1, stamps=bytes(16)))
    assert passed == ip_options.build([Timestamp(pointer=13, form=1, stamps=OUTWARD.packed + stamp + bytes(8))])


@pytest.mark.parametrize("asked", [OWN, OUTWARD])
@pytest.mark.requirement("1122-3.1-gateway")
def test_the_time_is_entered_where_any_address_of_the_router_is_asked_for(asked: IPv4Address) -> None:
    """RFC 1812, section 5.3.13.6: it need not be that of either link."""
    stamp = bytes((0x80, 0, 0, 0))
    passed = Router().passes(Timestamp(form=3, stamps=asked.packed + bytes(4)))
    assert passed == ip_options.build([Timestamp(pointer=13, form=3, stamps=asked.packed + stamp)])


def test_a_timestamp_of_another_goes_on_as_it_is() -> None:
    for_another = Timestamp(form=3, stamps=NEXT.packed + bytes(4) + OWN.packed + bytes(4))
    assert Router().passes(for_another) == ip_options.build([for_another])


@pytest.mark.parametrize("form", [0, 1, 3])
@pytest.mark.requirement("1122-3.1-gateway")
def test_routers_without_room_are_counted(form: int) -> None:
    router = Router()
    for overflow in range(15):
        full = Timestamp(pointer=13, overflow=overflow, form=form, stamps=bytes(8))
        counted = Timestamp(pointer=13, overflow=overflow + 1, form=form, stamps=bytes(8))
        assert router.passes(full) == ip_options.build([counted])


@pytest.mark.requirement("1122-3.1-gateway")
def test_when_they_cannot_be_counted_any_more_the_datagram_is_in_error() -> None:
    """RFC 791, section 3.1."""
    router = Router()
    full = ip_options.build([NoOperation(), Timestamp(pointer=9, overflow=15, stamps=bytes(4))])
    said = datagram(b"data", src=SOURCE, dst=SINK, options=full)
    router.say(said)
    message = ParameterProblem.parse(router.told().body)
    assert message.pointer == 20 + 1 + 3
    assert bytes(message.quoted) == said  # unchanged (RFC 1812, section 4.3.3.5)
    assert router.dropped() == {"bad_options": 1}


def test_only_the_first_fragment_has_the_record() -> None:
    router = Router()
    router.out.mtu = 600
    router.ip.measure()
    options = ip_options.build([RecordRoute(route=bytes(4)), RouterAlert()])
    router.say(datagram(bytes(1000), src=SOURCE, dst=SINK, options=options))
    first, second = router.out.take()
    assert first.options == ip_options.build([RecordRoute(pointer=8, route=OUTWARD.packed), RouterAlert()])
    assert second.options == ip_options.build([RouterAlert()])


def test_the_reserved_bit_goes_into_every_fragment() -> None:
    """RFC 1812, section 5.2.5."""
    router = Router()
    router.out.mtu = 600
    router.ip.measure()
    said = IPv4(evil=True, proto=PROTOCOL, src=SOURCE, dst=SINK, body=bytes(1000))
    router.say(said.build())
    assert [packet.evil for packet in router.out.take()] == [True, True]


# -- source routes


def loose(*route: IPv4Address, pointer: int = 4) -> LooseSourceRoute:
    return LooseSourceRoute(pointer=pointer, route=b"".join(each.packed for each in route))


def strict(*route: IPv4Address, pointer: int = 4) -> StrictSourceRoute:
    return StrictSourceRoute(pointer=pointer, route=b"".join(each.packed for each in route))


@pytest.mark.requirement(
    "1122-3.1-gateway", "1122-3.3.5-forward", "1122-3.3.5-rules", "1122-3.3.5-src", "1122-3.3.5-ttl"
)
@pytest.mark.parametrize(
    ("option", "after", "to"),
    [
        (loose(SINK), loose(OUTWARD, pointer=8), SINK),
        (loose(BEYOND), loose(OUTWARD, pointer=8), NEXT),
        (loose(SINK, BEYOND), loose(OUTWARD, BEYOND, pointer=8), SINK),
        (loose(NEXT, SINK, pointer=8), loose(NEXT, OUTWARD, pointer=12), SINK),
        (loose(OUTWARD, SINK), loose(OUTWARD, OUTWARD, pointer=12), SINK),  # itself again: section 5.2.3
        (strict(SINK), strict(OUTWARD, pointer=8), SINK),
        (strict(NEXT, BEYOND), strict(OUTWARD, BEYOND, pointer=8), NEXT),
    ],
)
def test_a_source_route_is_followed(
    option: LooseSourceRoute | StrictSourceRoute, after: LooseSourceRoute | StrictSourceRoute, to: IPv4Address
) -> None:
    """RFC 791, section 3.1: the next address is the destination, and this router's takes its place in the route."""
    router = Router(ROUTES)
    router.say(datagram(b"data", src=SOURCE, dst=OWN, ttl=9, options=ip_options.build([option])))
    ((neighbour, _),) = router.out.sent
    assert neighbour == to
    (packet,) = router.out.take()
    destination = IPv4Address(option.route[after.pointer - 8 : after.pointer - 4])
    assert (packet.src, packet.dst, packet.ttl, bytes(packet.body)) == (SOURCE, destination, 8, b"data")
    assert packet.options == ip_options.build([after])
    assert router.dropped() == {}


def test_it_comes_to_its_end_over_two_routers_and_the_answer_goes_back() -> None:
    """The receiver has the routers' addresses on the way back, and sends by them."""
    router, sink = Router(ROUTES), IpBench(f"{SINK}/24", config=IpConfig(accept_source_routes=True), gateway=None)
    icmp(sink.ip).initialize()
    request = bytes.fromhex("0800f7ff00000000")
    router.say(datagram(request, src=SOURCE, dst=OWN, protocol=1, options=ip_options.build([loose(SINK)])))
    sink.say(router.out.sent.pop()[1])
    ((neighbour, answer),) = sink.link.sent
    assert neighbour == OUTWARD
    router.out.say(answer)
    ((neighbour, packet),) = router.link.sent
    assert neighbour == SOURCE
    read = IPv4.parse(packet)
    assert (read.dst, read.options) == (SOURCE, ip_options.build([NoOperation(), loose(OWN, pointer=8)]))


def test_a_route_that_ends_at_another_address_of_this_router_has_come_to_its_end() -> None:
    router = Router(ROUTES)
    accepted = router.listen()
    router.say(datagram(b"data", src=SOURCE, dst=OWN, options=ip_options.build([loose(OUTWARD)])))
    ((connection, collector),) = accepted.accepted
    assert (connection.local, collector.packets) == (OUTWARD, [b"data"])
    info = router.ip.query()
    assert (info.packets_received, info.packets_delivered, info.packets_forwarded) == (1, 1, 0)


@pytest.mark.requirement("1122-3.3.5-record")
def test_a_record_and_a_time_are_entered_on_the_way_of_a_route() -> None:
    """RFC 1122, section 3.3.5 (D) and (E)."""
    router = Router(ROUTES)
    asked: list[Option] = [loose(SINK), RecordRoute(route=bytes(4)), Timestamp(form=1, stamps=bytes(8))]
    router.say(datagram(src=SOURCE, dst=OWN, options=ip_options.build(asked)))
    (packet,) = router.out.take()
    stamp = OUTWARD.packed + bytes((0x80, 0, 0, 0))
    got: list[Option] = [loose(OUTWARD, pointer=8), RecordRoute(pointer=8, route=OUTWARD.packed)]
    assert packet.options == ip_options.build([*got, Timestamp(pointer=13, form=1, stamps=stamp)])


@pytest.mark.requirement("1122-3.3.5-errors")
@pytest.mark.parametrize("option", [strict(BEYOND), loose(IPv4Address("100.64.0.1"))])
def test_a_route_that_leads_nowhere(option: Option) -> None:
    """RFC 1812, section 5.2.7.1: Source Route Failed, as the next of a strict one must be on a link of this router."""
    router = Router(ROUTES)
    router.say(datagram(b"data", src=SOURCE, dst=OWN, options=ip_options.build([option])))
    assert Unreachable.parse(router.told().body).code == 5
    assert router.dropped() == {"no_route": 1}


@pytest.mark.requirement("1122-3.3.5-errors")
def test_what_is_too_big_on_the_way_of_a_route_is_told_what_would_pass() -> None:
    router = Router(ROUTES)
    router.out.mtu = 600
    router.ip.measure()
    router.say(datagram(bytes(1000), src=SOURCE, dst=OWN, df=True, options=ip_options.build([loose(SINK)])))
    message = Unreachable.parse(router.told().body)
    assert (message.code, message.mtu) == (4, 600)
    assert bytes(message.quoted)[16:20] == OWN.packed  # as it came


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        ("198.51.100.255", "not_forwarded"),
        ("224.0.0.1", "not_forwarded"),
        ("127.0.0.5", "not_forwarded"),
        ("0.0.0.0", "not_forwarded"),
        ("255.255.255.255", "not_forwarded"),
        ("127.0.0.1", "bad_source"),  # the end, at this router; but nobody gets there from outside
    ],
)
def test_a_route_leads_from_one_host_to_one_host(stop: str, reason: str) -> None:
    router = Router(ROUTES)
    router.say(datagram(src=SOURCE, dst=OWN, options=ip_options.build([loose(IPv4Address(stop))])))
    assert router.out.sent == router.link.sent == []
    assert router.dropped() == {reason: 1}


@pytest.mark.requirement("1122-3.3.5-ttl")
def test_the_last_hop_of_a_route_is_used_up() -> None:
    router = Router(ROUTES)
    router.say(datagram(src=SOURCE, dst=OWN, ttl=1, options=ip_options.build([loose(SINK)])))
    assert TimeExceeded.parse(router.told().body).code == 0
    assert router.dropped() == {"ttl_expired": 1}


def test_trouble_is_told_by_the_way_that_the_datagram_came() -> None:
    """RFC 1812, section 4.3.2.6: back by what is before the pointer."""
    router, before = Router(ROUTES), IPv4Address("192.0.2.77")
    route = ip_options.build([loose(before, BEYOND, pointer=8)])
    router.say(datagram(bytes(1000), src=SOURCE, dst=OWN, ttl=1, options=route))
    ((neighbour, told),) = router.link.sent
    read = IPv4.parse(told)
    assert (neighbour, read.dst, read.options) == (before, before, ip_options.build([NoOperation(), loose(SOURCE)]))
    assert TimeExceeded.parse(read.body).code == 0
    assert len(told) == 576


def test_between_the_stops_of_a_loose_route_it_is_let_alone() -> None:
    for option in (loose(BEYOND), loose(NEXT, pointer=8)):
        assert Router(ROUTES).passes(option) == ip_options.build([option])


@pytest.mark.requirement("1122-3.3.5-rules")
@pytest.mark.parametrize("pointer", [4, 8])
def test_a_strict_route_has_nothing_between_its_stops(pointer: int) -> None:
    """RFC 1812, section 5.2.2: the destination is what is wrong."""
    router = Router(ROUTES)
    router.say(datagram(src=SOURCE, dst=SINK, options=ip_options.build([strict(BEYOND, pointer=pointer)])))
    assert ParameterProblem.parse(router.told().body).pointer == 16
    assert router.dropped() == {"bad_options": 1}


@pytest.mark.parametrize("dst", [OWN, SINK])
@pytest.mark.parametrize("second", [loose(BEYOND), strict(BEYOND), loose(BEYOND, pointer=8)])
def test_a_second_route_is_an_error(second: Option, dst: IPv4Address) -> None:
    """RFC 1812, section 5.2.4.1: told with where it begins."""
    router = Router(ROUTES)
    router.say(datagram(src=SOURCE, dst=dst, options=ip_options.build([loose(SINK), second])))
    assert ParameterProblem.parse(router.told().body).pointer == 20 + 7
    assert router.dropped() == {"bad_options": 1}


@pytest.mark.requirement("1122-3.3.5-switch", "1122-3.3.5-off", "1122-3.3.5-unreachable")
@pytest.mark.parametrize("config", [IpConfig(forward=True), IpConfig(accept_source_routes=True)])
def test_a_route_goes_on_only_by_a_router_that_is_told_so(config: IpConfig) -> None:
    router = Router(config)
    router.say(datagram(src=SOURCE, dst=OWN, options=ip_options.build([loose(SINK)])))
    assert Unreachable.parse(router.told().body).code == 5
    assert router.dropped() == {"source_routed": 1}


def test_a_route_from_a_group_leads_nowhere() -> None:
    router = Router(ROUTES)
    router.say(datagram(src=SOURCE, dst=IPv4Address("192.0.2.255"), options=ip_options.build([loose(SINK)])), many=True)
    assert router.out.sent == router.link.sent == []
    assert router.dropped() == {"source_routed": 1}


# -- whatever comes


@given(st.binary(max_size=40), st.booleans(), st.booleans())
def test_any_options_pass_or_are_dropped(area: bytes, here: bool, routes: bool) -> None:
    router = Router(ROUTES if routes else None)
    options = area + bytes(-len(area) % 4)
    router.say(datagram(b"12345678", src=SOURCE, dst=OWN if here else SINK, options=options))
    for packet in router.out.take():
        assert (packet.ttl, len(packet.options), bytes(packet.body)) == (63, len(options), b"12345678")
    info = router.ip.query()
    assert info.packets_received == 1 == info.packets_forwarded + info.packets_discarded + info.packets_delivered


@given(st.binary(max_size=40), st.integers(0, 2**40))
def test_what_is_entered_stays_well_formed(area: bytes, now: int) -> None:
    problem = check(area, source_routes=True)
    if isinstance(problem, Broken):
        return
    stop = next_stop(area, lambda number: number == int(OWN))
    assert (stop is not None) is (isinstance(problem, SourceRouted))
    for before in (area, area if stop is None else travelled(area, stop, OUTWARD)):
        after = entered(before, OUTWARD, now, lambda number: number == int(OWN))
        if isinstance(after, Broken):
            assert area[after.at] >> 4 == 15
        else:
            assert len(after) == len(area)
            assert not isinstance(check(after, source_routes=True), Broken)
            assert (source_route(after) is None) is (source_route(area) is None)
