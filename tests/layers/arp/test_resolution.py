"""Finding out where a neighbour is, and noticing when it is there no more."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface

import pytest
import trio

from foxpy.addresses import BROADCAST, MacAddress
from foxpy.errors import BadAddress, InvalidConnection, OpenFailed, PacketSize
from foxpy.layers.arp import (
    AddNeighbour,
    ArpAddress,
    ArpConfig,
    Confirm,
    Flush,
    NeighbourState,
    RemoveNeighbour,
    Suspect,
)
from foxpy.layers.arp.wire import REPLY, REQUEST
from foxpy.protocol import Receiver
from foxpy.status import Report, Status, Trouble
from tests.support.arp_bench import OURS, PEER, THEIRS, US, ArpBench, arp_bench

OTHER = MacAddress.local(3)
PACKET = bytes(range(60))


@pytest.mark.requirement("1122-2.3.2.2-save", "1122-2.4-unreachable")
async def test_the_first_packet_asks_and_waits() -> None:
    async with arp_bench() as b:
        b.station.answers[PEER] = THEIRS
        _, send, _ = b.open()
        assert b.station.heard == []  # opening asks nothing
        send(PACKET)
        await trio.sleep(0.1)
        request = b.station.requests()[0]
        assert (request.destination, request.hardware, request.sender) == (BROADCAST, OURS, US)
        assert (request.target_hardware, request.target) == (MacAddress(bytes(6)), PEER)
        assert [(to, data) for _, to, data in b.station.packets] == [(THEIRS, PACKET)]
        assert b.state() is NeighbourState.REACHABLE
        send(PACKET)  # straight to the station now
        await trio.sleep(0.1)
        assert len(b.station.packets) == 2
        assert len(b.station.requests()) == 1
        assert b.arp.query().packets_waited == 1


async def test_packets_that_wait_keep_their_order() -> None:
    async with arp_bench() as b:
        _, send, _ = b.open()
        packets = [bytes([i]) * 60 for i in range(10)]
        for packet in packets:
            send(packet)
        await trio.sleep(0.5)
        assert b.station.packets == []
        assert len(b.station.requests()) == 1
        b.station.say(REPLY, PEER, US, to=OURS)
        await trio.sleep(0.1)
        assert [data for _, _, data in b.station.packets] == packets


@pytest.mark.requirement("1122-2.3.2.2-save")
async def test_the_oldest_packet_makes_room() -> None:
    async with arp_bench(ArpConfig(queue=3)) as b:
        _, send, _ = b.open()
        for i in range(5):
            send(bytes([i]) * 60)
        b.station.say(REPLY, PEER, US, to=OURS)
        await trio.sleep(0.1)
        assert [data[0] for _, _, data in b.station.packets] == [2, 3, 4]
        assert b.arp.query().packets_overflowed == 2


async def test_bytes_that_wait_are_bounded_over_all_neighbours() -> None:
    async with arp_bench(ArpConfig(queue_bytes=250)) as b:
        senders = [b.open(f"192.0.2.{n}")[1] for n in range(10, 15)]
        for send in senders:
            send(bytes(100))
        waiting = [each.waiting for each in b.arp.query().neighbours()]
        assert waiting == [1, 1, 0, 0, 0]
        assert b.arp.query().packets_overflowed == 3
        await trio.sleep(5)  # and what failed counts no more
        senders[4](bytes(100))
        assert b.arp.query().neighbours()[4].waiting == 1


async def test_three_requests_a_second_apart_then_unreachable() -> None:
    async with arp_bench() as b:
        _, send, collector = b.open()
        begun = trio.current_time()
        send(PACKET)
        send(PACKET[::-1])
        await trio.sleep(2.9)
        assert collector.events == []
        await trio.sleep(0.2)
        assert [round(each.time - begun, 6) for each in b.station.requests()] == [0, 1, 2]
        assert collector.events == [
            Report(Trouble.HOST_UNREACHABLE, PACKET),
            Report(Trouble.HOST_UNREACHABLE, PACKET[::-1]),
        ]
        assert b.state() is NeighbourState.FAILED
        info = b.arp.query()
        assert (info.failed, info.packets_failed) == (1, 2)
        await trio.sleep(60)
        assert len(b.station.requests()) == 3  # nobody asks for nothing
        b.station.answers[PEER] = THEIRS
        send(PACKET)  # a new packet tries again
        await trio.sleep(0.1)
        assert [data for _, _, data in b.station.packets] == [PACKET]


async def test_the_quotation_is_the_beginning_of_the_packet() -> None:
    async with arp_bench() as b:
        _, send, collector = b.open()
        send(bytes(range(256)) * 5)
        await trio.sleep(4)
        (report,) = collector.events
        assert isinstance(report, Report)
        assert report.quoted == (bytes(range(256)) * 3)[:548]  # as much as an ICMP error may (RFC 1812)


async def test_who_closed_is_not_told_and_its_packets_still_go() -> None:
    async with arp_bench() as b:
        connection, send, collector = b.open()
        send(PACKET)
        b.arp.abort(connection)
        with pytest.raises(InvalidConnection):
            send(PACKET)
        before = b.ethernet.query().connections
        b.station.say(REPLY, PEER, US, to=OURS)
        await trio.sleep(0.1)
        assert [data for _, _, data in b.station.packets] == [PACKET]
        assert b.ethernet.query().connections == before + 1  # the station's replies came; no path is kept to it
        other, send, collector = b.open("192.0.2.9")
        send(PACKET)
        b.arp.abort(other)
        await trio.sleep(5)
        assert collector.events == []


class Stubborn(Receiver):
    """Sends again whenever it is told that a packet could not go, and then gives up."""

    def __init__(self, b: ArpBench) -> None:
        self.bench = b
        self.told: list[float] = []
        self.connection = b.arp.open(ArpAddress(IPv4Address(PEER)), lambda _: self)

    def send(self) -> None:
        self.bench.arp.send(self.connection).send(PACKET)

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        raise AssertionError("nothing is sent to us")

    def status(self, event: Status) -> None:
        assert isinstance(event, Report)
        self.told.append(trio.current_time())
        if len(self.told) < 3:
            self.send()
        else:
            self.bench.arp.abort(self.connection)


async def test_who_is_told_may_send_again_and_close() -> None:
    async with arp_bench() as b:
        begun = trio.current_time()
        stubborn = [Stubborn(b) for _ in range(2)]
        for each in stubborn:
            each.send()
        await trio.sleep(60)
        assert [round(time - begun, 6) for time in stubborn[0].told] == [3, 6, 9]
        assert stubborn[1].told == stubborn[0].told
        assert len(b.station.requests()) == 9
        assert b.arp.query().neighbours()[0].connections == 0


@pytest.mark.requirement("1122-2.3.2.1-floods")
async def test_requests_for_one_neighbour_are_a_second_apart_whatever_happens() -> None:
    async with arp_bench() as b:
        for _ in range(20):  # RFC 1122, 2.3.2.1: given up and begun again, over and over
            connection, send, _ = b.open()
            send(PACKET)
            b.arp.abort(connection)
            await trio.sleep(0.25)
        times = [each.time for each in b.station.requests()]
        assert all(later - earlier >= 0.999 for earlier, later in itertools.pairwise(times))


@pytest.mark.requirement("1122-2.3.2.1-floods")
async def test_requests_are_bounded_over_all_neighbours() -> None:
    async with arp_bench(ArpConfig(request_rate=10)) as b:
        for n in range(10, 60):
            b.open(f"192.0.2.{n}")[1](PACKET)
        await trio.sleep(0.5)
        assert len(b.station.requests()) == 10
        assert b.arp.query().requests_limited == 40


async def test_nothing_is_asked_without_an_address() -> None:
    async with arp_bench(claimed=False) as b:
        _, send, collector = b.open()
        send(PACKET)
        await trio.sleep(5)
        assert b.station.heard == []
        assert collector.events == [Report(Trouble.HOST_UNREACHABLE, PACKET)]
        assert b.arp.query().unaddressed == 3


async def test_a_request_bears_the_address_on_the_neighbours_network() -> None:
    async with arp_bench() as b:
        b.arp.claim(IPv4Interface("198.51.100.7/24"))
        b.station.forget()
        for address in ("198.51.100.9", "203.0.113.5"):
            b.open(address)[1](PACKET)
        await trio.sleep(0.1)
        assert [each.sender for each in b.station.requests("198.51.100.9")] == ["198.51.100.7"]
        assert [each.sender for each in b.station.requests("203.0.113.5")] == [US]  # the first, where none is nearer


async def test_too_large_a_packet_is_refused_before_it_waits() -> None:
    async with arp_bench() as b:
        connection, send, _ = b.open()
        sender = b.arp.send(connection)
        assert sender.limit() == 1500
        with pytest.raises(PacketSize) as caught:
            send(bytes(1501))
        assert (caught.value.size, caught.value.limit) == (1501, 1500)


async def test_an_answer_between_begin_and_commit_loses_nothing() -> None:
    async with arp_bench() as b:
        connection, _, _ = b.open()
        sender = b.arp.send(connection)
        writer = sender.begin(len(PACKET))
        writer += PACKET[:20]
        b.station.say(REQUEST, PEER, US)  # teaches where it is
        await trio.sleep(0.1)
        assert b.state() is NeighbourState.STALE
        sender.commit(writer, PACKET[20:])
        assert b.state() is NeighbourState.DELAY
        await trio.sleep(0.1)
        assert [(to, data) for _, to, data in b.station.packets] == [(THEIRS, PACKET)]


# -- the cache's timeouts (RFC 4861, section 7.3.3, as Linux has them)


async def reachable(b: ArpBench) -> Callable[[bytes], None]:
    b.station.answers[PEER] = THEIRS
    _, send, _ = b.open()
    send(PACKET)
    await trio.sleep(0.1)
    assert b.state() is NeighbourState.REACHABLE
    b.station.forget()
    return send


@pytest.mark.requirement("1122-2.3.2.1-flush", "1122-3.3.1.4-ping", "1122-3.3.1.4-traffic", "1122-3.3.1.4-forever")
async def test_an_unused_entry_goes_stale_and_nobody_is_asked() -> None:
    async with arp_bench() as b:
        await reachable(b)
        await trio.sleep(14)
        assert b.state() is NeighbourState.REACHABLE  # half of 30 s at least
        await trio.sleep(32)
        assert b.state() is NeighbourState.STALE  # one and a half at most
        await trio.sleep(3600)
        assert b.station.requests() == []


@pytest.mark.requirement("1122-2.3.2.1-time-out")
async def test_how_long_an_answer_is_believed_can_be_chosen() -> None:
    async with arp_bench(ArpConfig(reachable_time=200.0)) as b:
        await reachable(b)
        await trio.sleep(99)
        assert b.state() is NeighbourState.REACHABLE
        await trio.sleep(202)
        assert b.state() is NeighbourState.STALE


@pytest.mark.requirement("1122-3.3.1.4-traffic")
async def test_a_stale_entry_that_is_used_is_polled_and_refreshed() -> None:
    async with arp_bench() as b:
        send = await reachable(b)
        await trio.sleep(60)
        used = trio.current_time()
        send(PACKET)
        await trio.sleep(0.1)
        assert len(b.station.packets) == 1  # it goes at once, to where it went before
        assert b.state() is NeighbourState.DELAY
        await trio.sleep(5)
        (request,) = b.station.requests()
        assert request.destination == THEIRS  # unicast
        assert round(request.time - used, 6) == 5
        assert b.state() is NeighbourState.REACHABLE


@pytest.mark.requirement("1122-2.3.2.1-flush", "1122-3.3.1.4-dead", "1122-3.3.1.4-forever")
async def test_a_station_that_is_gone_is_polled_thrice_then_searched_for() -> None:
    async with arp_bench() as b:
        send = await reachable(b)
        await trio.sleep(60)
        del b.station.answers[PEER]
        used = trio.current_time()
        send(PACKET)
        await trio.sleep(7.5)
        assert b.state() is NeighbourState.PROBE
        await trio.sleep(1)
        assert [(round(each.time - used, 6), each.destination) for each in b.station.requests()] == [
            (5, THEIRS),
            (6, THEIRS),
            (7, THEIRS),
        ]
        assert b.state() is NeighbourState.FAILED
        b.station.answers[PEER] = OTHER  # it has a new card
        send(PACKET)
        await trio.sleep(0.1)
        assert b.station.requests()[-1].destination == BROADCAST
        assert b.station.packets[-1][1] == OTHER


@pytest.mark.requirement("1122-3.3.1.4-no-sign", "1122-3.3.1.4-advice")
async def test_a_layer_above_confirms_instead_of_a_poll() -> None:
    async with arp_bench() as b:
        send = await reachable(b)
        await trio.sleep(60)
        send(PACKET)
        b.arp.control(Confirm(IPv4Address(PEER)))
        await trio.sleep(10)
        assert b.station.requests() == []
        assert b.state() is NeighbourState.REACHABLE


@pytest.mark.requirement("1122-3.3.1.4-advice")
async def test_a_layer_above_has_doubts() -> None:
    async with arp_bench() as b:
        await reachable(b)
        await trio.sleep(5)
        b.arp.control(Suspect(IPv4Address(PEER)))
        assert b.state() is NeighbourState.PROBE
        await trio.sleep(0.1)
        assert [each.destination for each in b.station.requests()] == [THEIRS]
        assert b.state() is NeighbourState.REACHABLE


async def test_doubts_make_no_flood() -> None:
    async with arp_bench() as b:
        await reachable(b)
        await trio.sleep(5)
        begun = trio.current_time()
        for _ in range(48):
            b.arp.control(Suspect(IPv4Address(PEER)))
            await trio.sleep(0.1)
        assert [round(each.time - begun, 3) for each in b.station.requests()] == [0, 1, 2, 3, 4]
        await trio.sleep(1)
        assert b.state() is NeighbourState.REACHABLE


async def test_advice_about_strangers_does_nothing() -> None:
    async with arp_bench() as b:
        b.arp.control(Confirm(IPv4Address(PEER)))
        b.arp.control(Suspect(IPv4Address(PEER)))
        b.arp.control(RemoveNeighbour(IPv4Address(PEER)))
        assert b.arp.query().neighbours() == ()


async def test_what_nobody_has_open_is_forgotten() -> None:
    async with arp_bench() as b:
        b.station.say(REQUEST, PEER, US)
        await trio.sleep(0.1)
        assert b.state() is NeighbourState.STALE
        await trio.sleep(599)
        assert b.at() == THEIRS
        await trio.sleep(2)
        assert b.state() is None
        connection, send, _ = b.open()
        send(PACKET)
        await trio.sleep(5)
        b.arp.abort(connection)
        assert b.state() is NeighbourState.FAILED
        await trio.sleep(601)
        assert b.state() is None


async def test_what_was_open_for_long_is_forgotten_later() -> None:
    async with arp_bench() as b:
        b.station.answers[PEER] = THEIRS
        connection, send, _ = b.open()
        send(PACKET)
        await trio.sleep(2000)
        assert b.state() is NeighbourState.STALE
        b.arp.abort(connection)
        await trio.sleep(599)
        assert b.state() is NeighbourState.STALE
        await trio.sleep(2)
        assert b.state() is None


async def test_the_entry_longest_without_news_makes_room() -> None:
    async with arp_bench(ArpConfig(neighbours=2)) as b:
        for address in ("192.0.2.10", "192.0.2.11"):
            b.station.say(REQUEST, address, US)
        b.station.say(REQUEST, "192.0.2.10", US, hardware=OTHER, source=OTHER)  # news
        b.station.say(REQUEST, "192.0.2.12", US)
        await trio.sleep(0.1)
        assert [str(each.address) for each in b.arp.query().neighbours()] == ["192.0.2.10", "192.0.2.12"]


@pytest.mark.requirement("1122-3.3.1.4-ping")
async def test_an_idle_stack_has_no_timer() -> None:
    async with arp_bench() as b:
        await reachable(b)
        await trio.sleep(2000)
        assert b.arp.runtime.scheduler.timers.running() == 0


# -- control


async def test_a_static_neighbour_needs_no_answer_and_takes_none() -> None:
    async with arp_bench() as b:
        _, send, _ = b.open()
        b.arp.control(AddNeighbour(IPv4Address(PEER), OTHER))
        send(PACKET)
        b.station.say(REQUEST, PEER, US)
        b.station.say(REPLY, PEER, US, to=OURS)
        await trio.sleep(0.1)
        send(PACKET)
        await trio.sleep(3600)
        send(PACKET)
        await trio.sleep(1)
        assert [to for _, to, _ in b.station.packets] == [OTHER] * 3
        assert b.state() is NeighbourState.PERMANENT
        assert b.arp.query().updates_refused == 2
        b.arp.control(Flush())
        assert b.state() is NeighbourState.PERMANENT
        b.arp.control(RemoveNeighbour(IPv4Address(PEER)))
        b.station.answers[PEER] = THEIRS
        send(PACKET)
        await trio.sleep(0.1)
        assert b.station.packets[-1][1] == THEIRS


async def test_a_static_neighbour_frees_what_waits_for_it() -> None:
    async with arp_bench() as b:
        _, send, _ = b.open()
        send(PACKET)
        b.arp.control(AddNeighbour(IPv4Address(PEER), OTHER))
        await trio.sleep(0.1)
        assert [(to, data) for _, to, data in b.station.packets] == [(OTHER, PACKET)]


@pytest.mark.parametrize("station", [BROADCAST, MacAddress.parse("01:00:5e:00:00:01"), OURS])
async def test_a_static_neighbour_is_one_other_station(station: MacAddress) -> None:
    async with arp_bench() as b:
        with pytest.raises(ValueError, match="not one other station"):
            b.arp.control(AddNeighbour(IPv4Address(PEER), station))


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", US])
async def test_a_static_neighbour_has_an_address_of_its_own(address: str) -> None:
    async with arp_bench() as b:
        with pytest.raises(BadAddress):
            b.arp.control(AddNeighbour(IPv4Address(address), THEIRS))


async def test_flush_asks_anew() -> None:
    async with arp_bench() as b:
        send = await reachable(b)
        await trio.sleep(2)
        b.arp.control(Flush())
        assert b.at() is None
        send(PACKET)
        await trio.sleep(0.1)
        assert len(b.station.requests(PEER)) == 1
        assert len(b.station.packets) == 1


async def test_a_full_cache_of_open_neighbours_refuses_one_more() -> None:
    async with arp_bench(ArpConfig(neighbours=3)) as b:
        connections = [b.open(f"192.0.2.{n}")[0] for n in (10, 11, 12)]
        with pytest.raises(OpenFailed, match="all 3 entries"):
            b.open("192.0.2.13")
        b.station.say(REQUEST, PEER, US)  # a stranger gets an answer, but no entry
        await trio.sleep(0.1)
        assert len(b.station.replies()) == 1
        assert b.state() is None
        assert b.arp.query().table_full == 1
        b.arp.abort(connections[0])
        b.open("192.0.2.13")
        assert b.arp.query().evicted == 1


async def test_connections_to_one_neighbour_share_its_entry() -> None:
    async with arp_bench() as b:
        _, first, one = b.open()
        second_connection, second, two = b.open()
        first(PACKET)
        second(PACKET[::-1])
        assert len(b.arp.query().neighbours()) == 1
        await trio.sleep(4)
        assert one.events == [Report(Trouble.HOST_UNREACHABLE, PACKET)]
        assert two.events == [Report(Trouble.HOST_UNREACHABLE, PACKET[::-1])]
        b.station.answers[PEER] = THEIRS
        first(PACKET)
        await trio.sleep(0.1)
        b.arp.abort(second_connection)
        first(PACKET)
        await trio.sleep(0.1)
        assert len(b.station.packets) == 2


async def test_neighbours_at_one_station_share_its_path() -> None:
    async with arp_bench() as b:
        b.station.answers = {PEER: THEIRS, "192.0.2.3": THEIRS}
        one_connection, one, _ = b.open()
        _, two, _ = b.open("192.0.2.3")
        one(PACKET)
        two(PACKET[::-1])
        await trio.sleep(0.1)
        b.arp.abort(one_connection)
        two(PACKET[::-1])
        await trio.sleep(0.1)
        assert [data for _, _, data in b.station.packets] == [PACKET, PACKET[::-1], PACKET[::-1]]
