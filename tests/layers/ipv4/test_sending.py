"""How datagrams go out: header, fragments, path MTU, reports (RFC 791, 1122, 1191, 6864)."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.checksum import ones_sum
from foxpy.errors import BadAddress, InvalidConnection, OpenFailed, PacketSize
from foxpy.layers.ipv4 import IpAddress, IpConfig, RemoveRoute, Service, SetDefaultGateway
from foxpy.layers.ipv4.routes import EVERYWHERE
from foxpy.layers.ipv4.wire import IPv4, verify_ipv4
from foxpy.protocol import Path
from foxpy.status import Report, Status, Trouble
from foxpy.testing.collector import Collector
from tests.support.ip_bench import FAR, PEER, PROTOCOL, ROUTER, US, IpBench, datagram

TCP = 6


def sender(bench: IpBench, service: Service, host: IPv4Address = PEER, protocol: int = PROTOCOL) -> Collector:
    """Send ten bytes with ``service``."""
    collector = Collector()
    connection = bench.ip.open(IpAddress(host, protocol, service=service), lambda _: collector)
    bench.ip.send(connection).send(bytes(10))
    return collector


def whole(packets: list[IPv4]) -> bytes:
    """What fragments make, after a look at their headers."""
    data = b""
    for number, packet in enumerate(packets):
        assert packet.frag * 8 == len(data)
        assert packet.mf is (number < len(packets) - 1)
        assert packet.ident == packets[0].ident
        assert not packet.df
        data += bytes(packet.body)
    return data


# -- the header


def test_a_datagram_has_the_header_that_it_should() -> None:
    bench = IpBench()
    _, _, send = bench.open()
    send.send(b"payload")
    ((neighbour, packet),) = bench.link.sent
    assert neighbour == PEER
    assert verify_ipv4(packet, 0, len(packet))
    header = IPv4.parse(packet)
    assert (header.src, header.dst, header.proto, header.ttl) == (US, PEER, PROTOCOL, 64)
    assert (header.dscp, header.ecn, header.df, header.mf, header.frag) == (0, 0, False, False, 0)
    assert bytes(header.body) == b"payload"


def test_what_an_upper_layer_appends_goes_before_the_payload() -> None:
    bench = IpBench()
    _, _, send = bench.open()
    writer = send.begin(9)
    writer += b"head"
    send.commit(writer, b"body!")
    assert bytes(bench.link.take()[0].body) == b"headbody!"


def test_what_is_begun_may_be_dropped() -> None:
    bench = IpBench()
    _, _, send = bench.open()
    send.begin(3000)
    send.begin(5)
    send.send(b"sent")
    assert [bytes(packet.body) for packet in bench.link.take()] == [b"sent"]


@pytest.mark.requirement("1122-3.2.1.6-set", "1122-3.2.1.7-set", "1122-3.2.1.7-fixed")
def test_the_service_of_a_connection_goes_before_the_configuration() -> None:
    bench = IpBench(config=IpConfig(ttl=33, tos=0x28))
    sender(bench, Service())
    sender(bench, Service(ttl=3, tos=0xB9, dont_fragment=True), FAR)
    usual, special = bench.link.take()
    assert (usual.ttl, usual.dscp, usual.ecn, usual.df) == (33, 10, 0, False)
    assert (special.ttl, special.dscp, special.ecn, special.df) == (3, 46, 1, True)


@pytest.mark.requirement("1122-3.2.1.7-zero")
@pytest.mark.parametrize("bad", [{"ttl": 0}, {"ttl": 256}, {"tos": 256}, {"tos": -1}])
def test_values_that_the_header_cannot_carry_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(BadAddress):
        Service(ttl=bad.get("ttl"), tos=bad.get("tos"))


@pytest.mark.parametrize("options", [bytes(3), bytes(44), b"\x07\x09\x04\x00", b"\x07\x01\x00\x00"])
def test_options_that_are_none_are_refused(options: bytes) -> None:
    with pytest.raises(BadAddress):
        Service(options=options)


def test_tcp_is_not_fragmented_and_others_are() -> None:
    bench = IpBench()
    sender(bench, Service(), protocol=TCP)
    sender(bench, Service(), protocol=17)
    assert [packet.df for packet in bench.link.take()] == [True, False]


@pytest.mark.requirement("1122-3.3.7-multicast")
def test_groups_are_not_reached_beyond_the_link_unasked() -> None:
    """RFC 1112, section 6.1."""
    bench = IpBench()
    sender(bench, Service(), IPv4Address("239.0.0.1"))
    sender(bench, Service(), IPv4Address("192.0.2.255"))
    assert [packet.ttl for packet in bench.link.take()] == [1, 64]


# -- identification


def test_identifications_run_on_for_each_destination_and_begin_where_nobody_knows() -> None:
    """RFC 6864, section 4.3: no repetition within the lifetime of a datagram."""
    starts = set()
    for seed in range(20):
        bench = IpBench(seed=seed)
        connection, _, send = bench.open()
        _, _, other = bench.open(FAR)
        for _ in range(5):
            send.send(b"")
            other.send(b"")
        bench.ip.abort(connection)
        _, _, again = bench.open()
        again.send(b"")
        packets = bench.link.take()
        idents = [packet.ident for packet in packets if packet.dst == PEER]
        assert idents == [(idents[0] + number) & 0xFFFF for number in range(6)]
        starts |= {idents[0], next(packet.ident for packet in packets if packet.dst == FAR)}
    assert len(starts) == 40


def test_counters_are_bounded() -> None:
    bench = IpBench(config=IpConfig(passive_connections=10))
    for number in range(100):
        _, _, send = bench.open(FAR + number)
        send.send(b"")
    assert len(bench.ip.identification._counters) == 10


# -- fragments


@pytest.mark.requirement("1122-3.3.3-fragment")
@given(st.binary(max_size=8000), st.integers(68, 1500))
def test_what_is_larger_than_the_link_goes_in_fragments(data: bytes, mtu: int) -> None:
    bench = IpBench(mtu=mtu)
    _, _, send = bench.open()
    send.send(data)
    assert all(len(packet) <= mtu for _, packet in bench.link.sent)
    packets = bench.link.take()
    assert whole(packets) == data
    assert all(len(packet.body) % 8 == 0 for packet in packets[:-1])
    info = bench.ip.query()
    assert info.packets_sent == 1
    assert info.fragments_sent == (len(packets) if len(packets) > 1 else 0)


def test_the_largest_datagram_and_one_byte_more() -> None:
    bench = IpBench()
    _, _, send = bench.open()
    assert send.limit() == 65515
    send.send(bytes(65515))
    assert whole(bench.link.take()) == bytes(65515)
    with pytest.raises(PacketSize) as raised:
        send.send(bytes(65516))
    assert (raised.value.size, raised.value.limit) == (65516, 65515)
    assert not bench.link.sent


@pytest.mark.requirement("1122-3.3.3-not-larger", "1122-3.3.3-mms-s")
def test_what_may_not_be_fragmented_is_refused_above_the_link() -> None:
    bench = IpBench()
    _, _, send = bench.open(protocol=TCP)
    assert send.limit() == 1480
    send.send(bytes(1480))
    with pytest.raises(PacketSize) as raised:
        send.send(bytes(1481))
    assert raised.value.limit == 1480
    assert len(bench.link.take()) == 1


@pytest.mark.requirement("1122-3.2.1.8-send")
def test_options_go_into_the_fragments_that_they_belong_to() -> None:
    """RFC 791: the copied flag; here a router alert (copied) and a record of the route (not copied)."""
    bench = IpBench()
    alert, record = b"\x94\x04\x00\x00", b"\x07\x07\x04" + bytes(5)
    collector = Collector()
    options = Service(options=alert + record)
    send = bench.ip.send(bench.ip.open(IpAddress(PEER, PROTOCOL, service=options), lambda _: collector))
    assert send.limit() == 65535 - 32
    send.send(bytes(4000))
    assert all(len(packet) <= 1500 for _, packet in bench.link.sent)
    packets = bench.link.take()
    assert whole(packets) == bytes(4000)
    assert [packet.options for packet in packets] == [alert + record, alert, alert]


@pytest.mark.requirement("1122-3.2.1.8c-source-route", "1122-3.2.1.8c-several")
def test_a_source_route_is_sent_and_never_two() -> None:
    """RFC 1122, section 3.2.1.8 (c): the first router is the destination, the route names the others and the end."""
    route = b"\x01\x83\x07\x04" + FAR.packed
    bench = IpBench()
    sender(bench, Service(options=route), ROUTER)
    ((neighbour, _),) = bench.link.sent
    (packet,) = bench.link.take()
    assert (neighbour, packet.dst, packet.options) == (ROUTER, ROUTER, route)
    strict = b"\x01\x89" + route[2:]
    for both in (route + route, route + strict):
        with pytest.raises(BadAddress, match="a second source route at byte 9"):
            Service(options=both)


# -- path MTU


def too_big(
    bench: IpBench, mtu: int, *, size: int = 1500, dst: IPv4Address = FAR, protocol: int = TCP, df: bool = True
) -> bool:
    """A router says that it could not pass on a datagram of ours."""
    quoted = datagram(bytes(size - 20), src=US, dst=dst, protocol=protocol, df=df)[:48]
    return bench.ip.report(Trouble.TOO_BIG, quoted, 0, len(quoted), mtu)


def limits(collector: Collector) -> list[int]:
    return [event.limit for event in collector.events if isinstance(event, Report)]


@pytest.mark.requirement("1122-3.3.3-mms-s")
def test_a_narrow_path_lowers_the_limit_and_the_connection_is_told() -> None:
    bench = IpBench()
    _, collector, send = bench.open(FAR, TCP)
    send.send(bytes(1480))
    assert too_big(bench, 1280)
    assert send.limit() == 1260
    assert collector.events == [Report(Trouble.TOO_BIG, bytes(28), 1260)]
    assert bench.ip.query().max_packet_size(IpAddress(FAR, TCP)) == 1260
    assert bench.ip.query().narrow_paths == 1
    with pytest.raises(PacketSize):
        send.send(bytes(1261))
    send.send(bytes(1260))
    assert len(bench.link.take()) == 2


def test_others_to_the_same_host_follow_the_path() -> None:
    """RFC 1191, section 6.2; those that may be fragmented are fragmented here already."""
    bench = IpBench()
    bench.open(FAR, TCP)
    _, _, datagrams = bench.open(FAR, 17)
    datagrams.send(bytes(1480))
    too_big(bench, 1280)
    datagrams.send(bytes(1480))
    _, *fragments = bench.link.sent
    assert [len(packet) for _, packet in fragments] == [20 + 1256, 20 + 224]
    assert datagrams.limit() == 65515


def test_the_path_is_thought_wide_again_after_ten_minutes() -> None:
    """RFC 1191, section 6.3."""
    bench = IpBench()
    _, _, send = bench.open(FAR, TCP)
    too_big(bench, 1280)
    bench.run(599)
    assert send.limit() == 1260
    bench.run(2)
    assert send.limit() == 1480
    assert bench.scheduler.timers.running() == 0


def test_a_later_narrowing_lives_as_long() -> None:
    bench = IpBench()
    _, _, send = bench.open(FAR, TCP)
    too_big(bench, 1280)
    bench.run(300)
    too_big(bench, 1000, size=1280)
    bench.run(400)
    assert send.limit() == 980
    bench.run(200)
    assert send.limit() == 1480


@pytest.mark.parametrize(("size", "expected"), [(1500, 1492), (1492, 1006), (1006, 552)])
def test_routers_of_old_do_not_say_how_much(size: int, expected: int) -> None:
    """RFC 1191, sections 5 and 7.1: the next plateau below the datagram."""
    bench = IpBench()
    _, collector, _ = bench.open(FAR, TCP)
    assert too_big(bench, 0, size=size)
    assert limits(collector) == [expected - 20]


@pytest.mark.parametrize("mtu", [67, 1, 1500, 1501, 9000])
def test_what_cannot_be_true_is_not_believed(mtu: int) -> None:
    bench = IpBench()
    _, collector, send = bench.open(FAR, TCP)
    assert not too_big(bench, mtu)
    assert send.limit() == 1480
    assert not collector.heard
    assert bench.dropped() == {"foreign_reports": 1}


def test_a_report_of_a_small_datagram_is_not_believed() -> None:
    bench = IpBench()
    _, _, send = bench.open(FAR, TCP)
    assert not too_big(bench, 1000, size=600)
    assert not too_big(bench, 1000, df=False)  # which a router would have fragmented
    assert send.limit() == 1480


def test_below_the_minimum_routers_are_left_to_fragment() -> None:
    """A forged report must not make all datagrams tiny, and an honest one must not stop them."""
    bench = IpBench()
    _, _, send = bench.open(FAR, TCP)
    assert too_big(bench, 296)
    assert send.limit() == 532
    send.send(bytes(532))
    assert [packet.df for packet in bench.link.take()] == [False]
    assert not too_big(bench, 68, size=552)
    assert send.limit() == 532


def test_only_existing_connections_are_believed() -> None:
    bench = IpBench()
    bench.open(FAR, TCP)
    assert not too_big(bench, 1000, dst=PEER)
    assert not too_big(bench, 1000, protocol=17)
    assert bench.ip.query().narrow_paths == 0


def test_narrow_paths_are_bounded() -> None:
    bench = IpBench(config=IpConfig(path_mtu_entries=5))
    for number in range(20):
        bench.open(FAR + number, TCP)
        assert too_big(bench, 1000, dst=FAR + number)
    assert bench.ip.query().narrow_paths == 5


# -- the way


def test_no_route_is_an_open_failed() -> None:
    bench = IpBench(gateway=None)
    with pytest.raises(OpenFailed, match="no route"):
        bench.open(FAR)


def test_a_route_that_goes_away_is_told_outside_of_the_call() -> None:
    bench = IpBench()
    _, collector, send = bench.open(FAR)
    bench.ip.control(RemoveRoute(EVERYWHERE))
    heard: list[Status] = []
    send.send(b"lost")
    send.send(b"lost too")
    heard += collector.events
    assert heard == []
    bench.run()
    assert collector.events == [Report(Trouble.NETWORK_UNREACHABLE, b"lost")]
    assert bench.dropped() == {"no_route": 2}
    assert bench.ip.query().packets_sent == 0
    bench.ip.control(SetDefaultGateway(ROUTER))
    send.send(b"found")
    assert [neighbour for neighbour, _ in bench.link.sent] == [ROUTER]


@pytest.mark.requirement("1122-3.3.1.4-dead")
def test_a_neighbour_that_does_not_answer_is_reported() -> None:
    bench = IpBench()
    _, collector, send = bench.open(FAR)
    send.send(b"are you there?")
    ((neighbour, packet),) = bench.link.sent
    bench.link.unresolved(neighbour, packet[:40])
    assert collector.events == [Report(Trouble.HOST_UNREACHABLE, b"are you there?")]
    bench.link.unresolved(neighbour, packet[:10])
    bench.link.unresolved(neighbour, datagram(src=US, dst=FAR, protocol=1))
    assert bench.dropped() == {"foreign_reports": 2}


def test_a_link_that_refuses_a_neighbour_is_no_way() -> None:
    bench = IpBench()
    bench.link.absent.add(PEER)
    _, collector, send = bench.open()
    send.send(b"lost")
    bench.run()
    assert collector.events == [Report(Trouble.NETWORK_UNREACHABLE, b"lost")]


def test_a_link_that_carries_less_than_it_did() -> None:
    bench = IpBench()
    _, _, send = bench.open()
    _, _, whole_only = bench.open(protocol=TCP)
    send.send(bytes(1480))
    whole_only.send(bytes(1480))
    bench.link.take()
    bench.link.mtu = 1000
    with pytest.raises(PacketSize) as raised:
        whole_only.send(bytes(1480))
    assert raised.value.limit == 980
    assert whole_only.limit() == 980
    send.send(bytes(1480))
    assert whole(bench.link.take()) == bytes(1480)
    assert bench.ip.query().interfaces[0].mtu == 1000


def test_what_may_be_fragmented_is_where_the_link_carries_less_than_it_did() -> None:
    bench = IpBench()
    _, _, send = bench.open()
    send.send(bytes(1480))
    bench.link.take()
    bench.link.mtu = 1000
    send.send(bytes(1480))
    assert whole(bench.link.take()) == bytes(1480)


def test_fragments_that_the_link_takes_no_more_are_smaller_the_next_time() -> None:
    bench = IpBench()
    _, _, send = bench.open()
    send.send(bytes(3000))
    bench.link.take()
    bench.link.mtu = 1000
    send.send(bytes(3000))  # lost
    assert bench.link.take() == []
    send.send(bytes(3000))
    assert whole(bench.link.take()) == bytes(3000)


def test_a_link_that_is_down_for_a_while() -> None:
    bench = IpBench()
    _, collector, send = bench.open()
    _, large, fragments = bench.open(protocol=PROTOCOL + 1)
    fragments.send(bytes(3000))
    bench.link.take()
    bench.link.down = True
    send.send(b"lost")
    fragments.send(bytes(3000))
    bench.run()
    assert collector.events == [Report(Trouble.NETWORK_UNREACHABLE, b"lost")]
    assert bench.dropped() == {"no_route": 2}
    bench.link.down = False
    send.send(b"found")
    fragments.send(bytes(1480))
    assert [bytes(packet.body) for packet in bench.link.take()] == [b"found", bytes(1480)]
    assert not large.packets


def test_a_neighbour_let_go_for_room_is_found_again() -> None:
    bench = IpBench(config=IpConfig(next_hops=4))
    senders = [bench.open(PEER + number)[2] for number in range(10)]
    for _ in range(3):
        for send in senders:
            send.send(b"")
    assert [packet.dst for packet in bench.link.take()] == [PEER + number for number in range(10)] * 3
    assert bench.ip.query().interfaces[0].neighbours == 4


def test_after_finalizing_nothing_is_sent() -> None:
    bench = IpBench()
    connection, _, send = bench.open()
    bench.ip.finalize()
    with pytest.raises(InvalidConnection):
        send.send(b"late")
    with pytest.raises(InvalidConnection):
        bench.ip.send(connection)


# -- to this host itself


@pytest.mark.parametrize("host", ["192.0.2.1", "127.0.0.1"])
def test_datagrams_to_this_host_come_back_but_not_from_inside_the_call(host: str) -> None:
    bench = IpBench()
    accepted = bench.listen()
    connection, collector, send = bench.open(IPv4Address(host), PROTOCOL + 1)
    listening = bench.listen(PROTOCOL + 1)
    send.send(b"x" * 3000)
    assert not collector.packets
    bench.run()
    assert collector.packets == [b"x" * 3000]
    assert connection.local == connection.peer
    assert not bench.link.sent
    assert not accepted.accepted
    assert not listening.accepted


def test_many_to_this_host_are_carried_in_order() -> None:
    bench = IpBench()
    received: list[int] = []
    _, collector, send = bench.open(US)

    def react(packet: bytes) -> None:
        received.append(packet[0])
        if packet[0] < 200:
            send.send(bytes([packet[0] + 1]))

    collector.react = react
    send.send(b"\x00")
    bench.run()
    assert received == list(range(201))


# -- the carrier


def test_the_carrier_gives_the_pseudo_header() -> None:
    """RFC 9293, section 3.1: addresses, zero, protocol; the length is the upper layer's."""
    carrier = IpBench().ip.carrier(TCP)
    carrier.initialize()
    path = carrier.open(PEER, lambda _: Collector())
    header = US.packed + PEER.packed + bytes((0, TCP))
    assert path.pseudo == ones_sum(header, 0, len(header))
    assert (path.peer, path.local, path.answerable) == (PEER, US, True)
    assert carrier.host("192.0.2.7") == IPv4Address("192.0.2.7")
    with pytest.raises(BadAddress, match=r"192\.0\.2"):
        carrier.host("example")
    path.close()
    path.close()
    with pytest.raises(InvalidConnection):
        path.sender.send(b"")


@pytest.mark.requirement("1122-3.2.1.7-set", "1122-3.4-all")
def test_the_service_of_a_carrier_is_that_of_all_its_paths() -> None:
    bench = IpBench()
    carrier = bench.ip.carrier(PROTOCOL, Service(ttl=5, dont_fragment=True))
    paths: list[Path[IPv4Address]] = []

    def accept(path: Path[IPv4Address]) -> Collector:
        paths.append(path)
        return Collector()

    carrier.listen(accept)
    bench.say(datagram(b"hello"))
    carrier.open(FAR, accept)
    for path in paths:
        path.sender.send(b"")
    assert [(packet.dst, packet.ttl, packet.df) for packet in bench.link.take()] == [(PEER, 5, True), (FAR, 5, True)]


def test_a_handler_that_raises_leaves_no_connection() -> None:
    bench = IpBench()

    def handler(_: object) -> Collector:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        bench.ip.open(IpAddress(PEER, PROTOCOL), handler)
    assert bench.ip.query().connections == 0


@pytest.mark.requirement("1122-3.2.1.3-src", "1122-3.3.4.2-choose")
def test_a_carrier_with_a_local_address() -> None:
    bench = IpBench("192.0.2.1/24", "203.0.113.1/24")
    carrier = bench.ip.carrier(17)
    path = carrier.open(PEER, lambda _: Collector(), IPv4Address("203.0.113.1"))
    path.sender.send(b"")
    assert bench.link.take()[0].src == IPv4Address("203.0.113.1")
    with pytest.raises(BadAddress, match="not an address of this host"):
        carrier.open(PEER, lambda _: Collector(), IPv4Address("203.0.113.2"))
