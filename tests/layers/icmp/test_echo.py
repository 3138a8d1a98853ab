"""Echo: the server that every host must have, and sessions (RFC 792; RFC 1122, section 3.2.2.6)."""

from __future__ import annotations

import random
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.errors import BadAddress, InvalidConnection, NotInitialized, OpenFailed, PacketSize
from foxpy.layers.icmp import AnswerEcho, IcmpAddress, IcmpConfig, IcmpConnection, IcmpPattern
from foxpy.layers.icmp.wire import Echo, Unreachable
from foxpy.layers.ipv4 import IpConfig, RemoveAddress
from foxpy.layers.ipv4.wire import LooseSourceRoute, NoOperation, RecordRoute, RouterAlert, ip_options
from foxpy.status import Aborted, Closed, Forgotten, Report, Trouble
from foxpy.testing.checks.interposing import Probe
from foxpy.testing.collector import Acceptor, Collector
from tests.support.icmp_bench import PROTOCOL, IcmpBench
from tests.support.ip_bench import FAR, PEER, US, datagram

LIMITED, BROADCAST = IPv4Address("255.255.255.255"), IPv4Address("192.0.2.255")
GROUP = IPv4Address("224.0.0.1")


def request(data: bytes = b"ping", ident: int = 7, seq: int = 1) -> Echo:
    return Echo(type=8, ident=ident, seq=seq, data=data)


def reply(data: bytes = b"pong", ident: int = 7, seq: int = 0) -> Echo:
    return Echo(type=0, ident=ident, seq=seq, data=data)


# -- the server


@pytest.mark.requirement("1122-3.2.2.6-server", "1122-3.2.2.6-data", "1122-3.1-both")
@given(st.binary(max_size=1472), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_a_request_is_sent_back(data: bytes, ident: int, seq: int) -> None:
    bench = IcmpBench()
    bench.tell(request(data, ident, seq))
    ((header, message),) = bench.heard()
    assert (header.src, header.dst, header.dscp) == (US, PEER, 0)
    assert message == reply(data, ident, seq)


@pytest.mark.requirement("1122-3.2.2.6-data")
@pytest.mark.parametrize("size", [1473, 8000, 65507])
def test_a_large_request_comes_in_fragments_and_so_does_the_answer(size: int) -> None:
    data = random.Random(size).randbytes(size)
    whole = request(data).build()
    bench = IcmpBench()
    for offset in range(0, len(whole), 1480):
        piece = whole[offset : offset + 1480]
        more = offset + 1480 < len(whole)
        bench.say(datagram(piece, protocol=PROTOCOL, more=more, offset=offset))
    answer = b"".join(bytes(packet.body) for packet in bench.link.take())
    assert Echo.parse(answer) == reply(data, seq=1)


@pytest.mark.requirement("1122-3.2.2.6-broadcast", "1122-3.2.2.6-multicast")
@pytest.mark.parametrize("destination", [LIMITED, BROADCAST, GROUP])
def test_requests_to_groups_are_answered_only_if_that_is_wanted(destination: IPv4Address) -> None:
    bench = IcmpBench()
    bench.tell(request(), dst=destination, many=True)
    assert bench.heard() == []
    assert bench.icmp_dropped() == {"echo_refused": 1}
    bench.icmp.control(AnswerEcho(True, groups=True))
    bench.tell(request(), dst=destination, many=True)
    ((header, message),) = bench.heard()
    assert (header.src, header.dst) == (US, PEER)
    assert message == reply(b"ping", seq=1)


@pytest.mark.requirement("1122-3.2.2.6-src", "1122-3.3.4.2-src")
def test_the_answer_is_from_the_address_that_was_asked() -> None:
    """RFC 1122, section 3.2.2.6: not from the one that this host would choose."""
    bench = IcmpBench("192.0.2.1/24", "203.0.113.1/24")
    other = IPv4Address("203.0.113.1")
    bench.tell(request(), dst=other)
    bench.tell(request(), dst=other, dscp=46)
    assert [header.src for header, _ in bench.heard()] == [other, other]


def test_answering_can_be_turned_off() -> None:
    for bench in (IcmpBench(icmp_config=IcmpConfig(answer_echo=False)), IcmpBench()):
        bench.icmp.control(AnswerEcho(False))
        bench.tell(request())
        assert bench.heard() == []
        assert bench.icmp_dropped() == {"echo_refused": 1}


def test_the_answer_has_the_type_of_service_of_the_request() -> None:
    """RFC 1812, section 4.3.2.5."""
    bench = IcmpBench()
    bench.tell(request(), dscp=46)
    ((header, message),) = bench.heard()
    assert (header.src, header.dscp) == (US, 46)
    assert message == reply(b"ping", seq=1)


@pytest.mark.requirement("1122-3.2.2.6-record", "1122-3.2.1.8d-record")
def test_the_record_of_the_route_goes_on_in_the_answer() -> None:
    bench = IcmpBench()
    record = RecordRoute(pointer=8, route=PEER.packed + bytes(8))
    bench.tell(request(), options=ip_options.build([record, RouterAlert()]))
    ((header, message),) = bench.heard()
    kept = RecordRoute(pointer=12, route=PEER.packed + US.packed + bytes(4))
    assert header.options == ip_options.build([kept])
    assert message == reply(b"ping", seq=1)


@pytest.mark.requirement("1122-3.2.2.6-source-route")
def test_the_answer_goes_back_by_the_route_of_the_request() -> None:
    """RFC 1122, section 3.2.2.6; and the answer to a request that came without goes without."""
    bench = IcmpBench(config=IpConfig(accept_source_routes=True))
    routers = IPv4Address("203.0.113.1"), IPv4Address("203.0.113.2")
    came = LooseSourceRoute(pointer=12, route=routers[0].packed + routers[1].packed)
    record = RecordRoute(route=bytes(8))
    bench.tell(request(), options=ip_options.build([came, record]))
    ((header, message),) = bench.heard()
    assert (header.src, header.dst) == (US, routers[1])
    back = LooseSourceRoute(route=routers[0].packed + PEER.packed)
    entered = RecordRoute(pointer=8, route=US.packed + bytes(4))
    assert header.options == ip_options.build([NoOperation(), back, entered])
    assert message == reply(b"ping", seq=1)
    bench.tell(request())
    ((header, _),) = bench.heard()
    assert (header.dst, header.options) == (PEER, b"")


def test_an_answer_that_does_not_fit_with_its_options_is_counted() -> None:
    bench = IcmpBench()
    whole = request(bytes(65535 - 20 - 8)).build()
    options = ip_options.build([RecordRoute(route=bytes(4))])
    # The record is not copied, so that only the first fragment has it: and then the datagram is too large as well.
    for offset in range(0, len(whole), 1400):
        more = offset + 1400 < len(whole)
        piece = whole[offset : offset + 1400]
        bench.say(datagram(piece, protocol=PROTOCOL, more=more, offset=offset, options=b"" if offset else options))
    assert bench.link.take() == []
    assert bench.dropped() == {"fragments_refused": 1}


def test_answers_are_limited() -> None:
    bench = IcmpBench(icmp_config=IcmpConfig(echo_rate=10))
    for _ in range(30):
        bench.tell(request())
    assert len(bench.heard()) == 10
    assert bench.icmp_dropped() == {"echo_limited": 20}
    bench.run(0.5)
    for _ in range(30):
        bench.tell(request())
    assert len(bench.heard()) == 5


def test_what_is_damaged_or_cut_off_is_dropped() -> None:
    bench = IcmpBench()
    whole = request().build()
    bench.say(datagram(whole[:-1] + b"!", protocol=PROTOCOL))
    bench.say(datagram(whole[:3], protocol=PROTOCOL))
    assert bench.icmp_dropped() == {"checksum_errors": 1, "malformed": 1}
    assert bench.heard() == []


# -- sessions that this host opens


@pytest.mark.requirement("1122-3.2.2.6-client", "1122-3.2.2.6-pass")
def test_requests_have_running_numbers_and_replies_are_delivered_with_theirs() -> None:
    bench = IcmpBench()
    connection, collector, send = bench.session(IcmpAddress(PEER, 77))
    seen: list[tuple[int, int, IPv4Address]] = []
    collector.react = lambda _: seen.append((connection.sequence, connection.ttl, connection.responder))
    for number in range(3):
        send.send(bytes([number]))
        assert connection.sent == number
    assert [message for _, message in bench.heard()] == [request(bytes([n]), 77, n) for n in range(3)]
    bench.tell(reply(b"\x02", 77, 2), ttl=9)
    bench.tell(reply(b"\x00", 77, 0), ttl=60)
    assert collector.packets == [b"\x02", b"\x00"]
    assert seen == [(2, 9, PEER), (0, 60, PEER)]


def test_numbers_begin_again_after_the_last() -> None:
    bench = IcmpBench()
    connection, _, send = bench.session(IcmpAddress(PEER, 77))
    connection.sent = 0xFFFE
    send.send(b"")
    send.send(b"")
    send.begin(4)  # dropped, which costs no number
    send.send(b"")
    sequences = [message.seq for _, message in bench.heard() if isinstance(message, Echo)]
    assert sequences == [0xFFFF, 0, 1]


def test_a_session_takes_what_fits_a_datagram() -> None:
    bench = IcmpBench()
    _, _, send = bench.session(IcmpAddress(PEER))
    assert send.limit() == 65507
    with pytest.raises(PacketSize) as raised:
        send.send(bytes(65508))
    assert (raised.value.size, raised.value.limit) == (65508, 65507)


def test_identifiers_keep_sessions_with_one_host_apart() -> None:
    bench = IcmpBench()
    _, one, _ = bench.session(IcmpAddress(PEER, 1))
    _, other, _ = bench.session(IcmpAddress(PEER, 2))
    _, far, _ = bench.session(IcmpAddress(FAR, 1))
    bench.tell(reply(b"a", 1))
    bench.tell(reply(b"b", 2))
    bench.tell(reply(b"c", 1), src=FAR)
    bench.tell(reply(b"d", 3))
    assert (one.packets, other.packets, far.packets) == ([b"a"], [b"b"], [b"c"])
    assert bench.icmp_dropped() == {"stray_replies": 1}
    with pytest.raises(OpenFailed, match="in use"):
        bench.session(IcmpAddress(PEER, 1))


def test_free_identifiers_are_found() -> None:
    bench = IcmpBench()
    sessions = [bench.session(IcmpAddress(PEER))[0] for _ in range(200)]
    assert len({session.identifier for session in sessions}) == 200
    with pytest.raises(BadAddress):
        IcmpAddress(PEER, 0x10000)


def test_a_group_answers_one_by_one() -> None:
    bench = IcmpBench()
    connection, collector, send = bench.session(IcmpAddress(BROADCAST, 5))
    seen: list[IPv4Address] = []
    collector.react = lambda _: seen.append(connection.responder)
    send.send(b"all")
    assert [neighbour for neighbour, _ in bench.link.sent] == [LIMITED]
    bench.tell(reply(b"all", 5))
    bench.tell(reply(b"all", 5), src=PEER + 1)
    assert seen == [PEER, PEER + 1]


def test_sessions_share_one_connection_of_ip_and_leave_none() -> None:
    bench = IcmpBench()
    sessions = [bench.session(IcmpAddress(PEER))[0] for _ in range(3)]
    assert bench.ip.query().connections == 1
    for session in sessions:
        bench.icmp.abort(session)
        bench.icmp.abort(session)
    assert bench.ip.query().connections == 0
    assert bench.icmp.query().sessions == 0
    with pytest.raises(InvalidConnection):
        bench.icmp.send(sessions[0])


def test_an_open_whose_handler_raises_leaves_nothing() -> None:
    bench = IcmpBench()

    def failing(connection: IcmpConnection) -> Collector:
        raise RuntimeError("the handler's own")

    with pytest.raises(RuntimeError, match="the handler's own"):
        bench.icmp.open(IcmpAddress(PEER, 7), failing)
    assert bench.icmp.query().sessions == 0
    assert bench.ip.query().connections == 0


def test_a_session_takes_over_where_the_peer_spoke_first() -> None:
    bench = IcmpBench()
    bench.tell(request())
    _, collector, _ = bench.session(IcmpAddress(PEER, 7))
    bench.tell(reply(b"mine"))
    bench.tell(request(b"yours"))
    assert collector.packets == [b"mine"]
    assert [message for _, message in bench.heard()] == [reply(b"ping", seq=1), reply(b"yours", seq=1)]


def test_a_report_reaches_the_session_that_it_is_about() -> None:
    bench = IcmpBench()
    _, collector, send = bench.session(IcmpAddress(FAR, 5))
    _, other, _ = bench.session(IcmpAddress(FAR, 6))
    send.send(b"data")
    ((_, packet),) = bench.link.sent
    bench.tell(Unreachable(code=1, quoted=packet), src=PEER)
    assert collector.events == [Report(Trouble.HOST_UNREACHABLE, b"data")]
    assert not other.heard
    bench.tell(Unreachable(code=1, quoted=packet[:24]), src=PEER)  # too little to know whose it was
    assert len(collector.events) == 1


def test_a_session_ends_with_the_address_that_it_is_from() -> None:
    bench = IcmpBench()
    connection, collector, _ = bench.session(IcmpAddress(PEER, 5))
    (address,) = bench.ip.query().interfaces[0].addresses
    bench.ip.control(RemoveAddress("ip0", address))
    (event,) = collector.events
    assert isinstance(event, Aborted)
    assert not connection.open
    assert bench.icmp.query().sessions == 0


def test_opening_needs_initialization() -> None:
    bench = IcmpBench()
    bench.icmp.finalize()
    with pytest.raises(NotInitialized):
        bench.session(IcmpAddress(PEER))
    with pytest.raises(NotInitialized):
        bench.icmp.listen(IcmpPattern(), lambda _: Collector())


# -- sessions that peers begin


def test_a_listener_has_the_requests_in_place_of_the_server() -> None:
    bench = IcmpBench()
    accepted: Acceptor[IcmpConnection] = Acceptor()
    listening = bench.icmp.listen(IcmpPattern(), accepted)
    bench.tell(request(b"one", seq=1))
    bench.tell(request(b"two", seq=2))
    ((connection, collector),) = accepted.accepted
    assert collector.packets == [b"one", b"two"]
    assert bench.heard() == []
    bench.icmp.send(connection).send(b"answer")
    assert [message for _, message in bench.heard()] == [reply(b"answer", seq=2)]
    listening.stop()
    bench.tell(request(b"three", ident=8))
    assert [message for _, message in bench.heard()] == [reply(b"three", ident=8, seq=1)]


def test_listening_to_one_host_leaves_the_others_to_the_server() -> None:
    bench = IcmpBench()
    accepted: Acceptor[IcmpConnection] = Acceptor()
    bench.icmp.listen(IcmpPattern(FAR), accepted)
    bench.tell(request(b"peer"))
    bench.tell(request(b"far"), src=FAR)
    assert [message for _, message in bench.heard()] == [reply(b"peer", seq=1)]
    assert accepted.accepted[0][1].packets == [b"far"]


def test_sessions_of_peers_are_bounded() -> None:
    bench, probe = IcmpBench(icmp_config=IcmpConfig(sessions=10)), Probe()
    bench.icmp.interpose(probe)
    accepted: Acceptor[IcmpConnection] = Acceptor()
    bench.icmp.listen(IcmpPattern(), accepted)
    for number in range(50):
        bench.tell(request(ident=number))
    info = bench.icmp.query()
    assert (info.sessions, info.forgotten) == (10, 40)
    assert [session.ends for session in probe.sessions] == [1] * 40 + [0] * 10
    connection, collector = accepted.accepted[0]
    assert collector.events == [Forgotten()]
    bench.icmp.send(connection).send(b"late")
    assert [message for _, message in bench.heard()] == [reply(b"late", ident=0, seq=1)]


def test_both_ends_may_use_one_identifier() -> None:
    bench = IcmpBench()
    accepted: Acceptor[IcmpConnection] = Acceptor()
    bench.icmp.listen(IcmpPattern(), accepted)
    _, collector, _ = bench.session(IcmpAddress(PEER, 7))
    bench.tell(request(b"theirs"))
    bench.tell(reply(b"ours"))
    assert collector.packets == [b"ours"]
    assert accepted.accepted[0][1].packets == [b"theirs"]


def test_finalizing_ends_all() -> None:
    bench = IcmpBench()
    collector = Collector()
    connection = bench.icmp.open(IcmpAddress(PEER), lambda _: collector)
    bench.icmp.finalize()
    assert not connection.open
    assert collector.events == [Closed()]
    assert bench.ip.query().connections == 0
    bench.tell(request())
    assert bench.dropped() == {"unknown_protocol": 1}
