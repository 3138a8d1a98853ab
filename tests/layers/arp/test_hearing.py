"""What ARP makes of the packets that it hears: RFC 826's reception, and what forgers get."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import BROADCAST, MacAddress
from foxpy.layers.arp import ArpConfig, NeighbourState
from foxpy.layers.arp.wire import REPLY, REQUEST
from foxpy.testing import virtual
from tests.support.arp_bench import OURS, PEER, THEIRS, US, ArpBench, arp_bench

OTHER = MacAddress.local(3)
PACKET = bytes(range(60))
GOOD = bytes.fromhex("0001 0800 06 04 0001 020000000002 c0000202 000000000000 c0000201")
"""A request of THEIRS, PEER, for US."""


async def test_a_request_for_us_is_answered_to_its_sender_alone() -> None:
    async with arp_bench() as b:
        b.station.say(REQUEST, PEER, US)
        await trio.sleep(0.1)
        (reply,) = b.station.heard
        assert reply.operation == REPLY
        assert (reply.destination, reply.hardware, reply.sender) == (THEIRS, OURS, US)
        assert (reply.target_hardware, reply.target) == (THEIRS, PEER)


async def test_who_asks_for_us_is_learned_but_not_believed_for_long() -> None:
    async with arp_bench() as b:
        b.station.say(REQUEST, PEER, US)
        await trio.sleep(0.1)
        assert b.state() is NeighbourState.STALE
        _, send, _ = b.open()
        send(PACKET)
        await trio.sleep(0.1)
        assert [(to, data) for _, to, data in b.station.packets] == [(THEIRS, PACKET)]
        assert b.station.requests() == []
        await trio.sleep(5)
        assert [each.destination for each in b.station.requests()] == [THEIRS]


async def test_a_request_for_others_is_neither_answered_nor_learned() -> None:
    async with arp_bench() as b:
        b.station.say(REQUEST, PEER, "192.0.2.77")
        await trio.sleep(0.1)
        assert b.station.heard == []
        assert b.arp.query().neighbours() == ()


async def test_a_probe_is_answered_and_teaches_nothing() -> None:
    async with arp_bench() as b:
        b.station.say(REQUEST, "0.0.0.0", US)  # RFC 5227, 2.5
        await trio.sleep(0.1)
        (reply,) = b.station.heard
        assert (reply.destination, reply.sender, reply.target) == (THEIRS, US, "0.0.0.0")
        assert b.arp.query().neighbours() == ()


async def test_a_reply_that_nobody_asked_for_makes_no_entry() -> None:
    async with arp_bench() as b:
        b.station.say(REPLY, PEER, US, to=OURS)
        await trio.sleep(0.1)
        info = b.arp.query()
        assert info.neighbours() == ()
        assert info.unsolicited == 1


async def known(b: ArpBench) -> None:
    """PEER is at THEIRS, asked and answered a while ago."""
    b.station.answers[PEER] = THEIRS
    _, send, _ = b.open()
    send(PACKET)
    await trio.sleep(5)
    assert b.at() == THEIRS
    b.station.answers.clear()


@pytest.mark.parametrize(
    ("operation", "target"), [(REQUEST, US), (REQUEST, PEER), (REQUEST, "192.0.2.77"), (REPLY, US), (REPLY, PEER)]
)
@pytest.mark.parametrize("accept", [True, False])
async def test_an_entry_changes_unasked_only_where_that_is_allowed(operation: int, target: str, accept: bool) -> None:
    async with arp_bench(ArpConfig(accept_updates=accept)) as b:
        await known(b)
        b.station.say(operation, PEER, target, hardware=OTHER, source=OTHER)
        await trio.sleep(0.1)
        assert b.at() == (OTHER if accept else THEIRS)
        assert b.state() is (NeighbourState.STALE if accept else NeighbourState.REACHABLE)  # to be polled when used
        assert b.arp.query().updates_refused == (0 if accept else 1)


async def test_the_first_of_several_answers_stands() -> None:
    async with arp_bench() as b:
        _, send, _ = b.open()
        send(PACKET)
        await trio.sleep(0.1)
        b.station.say(REPLY, PEER, US, to=OURS)
        b.station.say(REPLY, PEER, US, to=OURS, hardware=OTHER, source=OTHER)
        await trio.sleep(0.1)
        assert b.at() == THEIRS
        assert b.arp.query().updates_refused == 1


async def test_an_answer_is_one_while_its_request_is_fresh() -> None:
    async with arp_bench(ArpConfig(accept_updates=False)) as b:
        await known(b)
        b.station.say(REPLY, PEER, US, to=OURS)
        await trio.sleep(60)
        assert b.state() is NeighbourState.STALE  # what came unasked confirmed nothing
        b.station.say(REPLY, PEER, US, to=OURS)
        await trio.sleep(0.1)
        assert b.state() is NeighbourState.STALE


async def test_what_is_overheard_ends_the_waiting_and_the_answer_confirms_it() -> None:
    async with arp_bench() as b:
        _, send, _ = b.open()
        send(PACKET)
        b.station.say(REQUEST, PEER, PEER)  # an announcement
        await trio.sleep(0.1)
        assert len(b.station.packets) == 1
        assert b.state() is NeighbourState.DELAY
        b.station.say(REPLY, PEER, US, to=OURS)
        await trio.sleep(0.1)
        assert b.state() is NeighbourState.REACHABLE


async def test_a_neighbour_that_moves_is_sent_to_where_it_is() -> None:
    async with arp_bench() as b:
        b.station.answers[PEER] = THEIRS
        _, send, _ = b.open()
        send(PACKET)
        await trio.sleep(5)
        b.station.say(REQUEST, PEER, PEER, hardware=OTHER, source=OTHER)
        await trio.sleep(0.1)
        send(PACKET)
        await trio.sleep(0.1)
        assert [to for _, to, _ in b.station.packets] == [THEIRS, OTHER]
        for station in (THEIRS, OTHER, THEIRS, OTHER):  # to and fro leaves no paths behind
            b.station.say(REQUEST, PEER, PEER, hardware=station, source=station)
            await trio.sleep(2)
            assert set(b.arp._stations._open) == {BROADCAST, station}


async def test_a_question_is_believed_where_nothing_is_known_even_without_updates() -> None:
    async with arp_bench(ArpConfig(accept_updates=False)) as b:
        _, send, _ = b.open()
        send(PACKET)
        await trio.sleep(0.1)
        b.station.say(REQUEST, PEER, PEER)
        await trio.sleep(0.1)
        assert b.at() is None
        b.station.say(REQUEST, PEER, US)
        await trio.sleep(0.1)
        assert [to for _, to, _ in b.station.packets] == [THEIRS]


async def test_an_answer_to_another_host_confirms_nothing() -> None:
    async with arp_bench() as b:
        _, send, _ = b.open()
        send(PACKET)
        await trio.sleep(0.1)
        b.station.say(REPLY, PEER, "192.0.2.77", target_hardware=OTHER)
        await trio.sleep(0.1)
        assert b.state() is NeighbourState.DELAY


async def test_both_addresses_of_the_smallest_network_are_hosts() -> None:
    async with arp_bench(claimed=False) as b:
        b.arp.claim(IPv4Interface("192.0.2.2/31"))  # RFC 3021
        b.station.say(REQUEST, "192.0.2.3", "192.0.2.2")
        await trio.sleep(0.1)
        assert b.at("192.0.2.3") == THEIRS


# -- hostile input


@pytest.mark.parametrize(
    ("counter", "payload"),
    [
        ("truncated", b""),
        ("truncated", GOOD[:27]),
        ("foreign", b"\0\6" + GOOD[2:]),  # IEEE 802 hardware
        ("foreign", GOOD[:2] + b"\x86\xdd" + GOOD[4:]),
        ("foreign", GOOD[:4] + b"\7" + GOOD[5:]),
        ("foreign", GOOD[:5] + b"\x10" + GOOD[6:]),
        ("unknown_operation", GOOD[:6] + b"\0\0" + GOOD[8:]),
        ("unknown_operation", GOOD[:6] + b"\0\3" + GOOD[8:]),
        ("station_invalid", GOOD[:8] + BROADCAST.packed + GOOD[14:]),
        ("station_invalid", GOOD[:8] + b"\1\0\x5e\0\0\1" + GOOD[14:]),
        ("station_invalid", GOOD[:8] + bytes(6) + GOOD[14:]),
        ("sender_invalid", GOOD[:7] + b"\2" + GOOD[8:14] + bytes(4) + GOOD[18:]),
        ("sender_invalid", GOOD[:14] + bytes((127, 0, 0, 1)) + GOOD[18:]),
        ("sender_invalid", GOOD[:14] + bytes((224, 0, 0, 1)) + GOOD[18:]),
        ("sender_invalid", GOOD[:14] + b"\xff\xff\xff\xff" + GOOD[18:]),
        ("sender_invalid", GOOD[:14] + bytes((192, 0, 2, 255)) + GOOD[18:]),  # the broadcast of our network
        ("sender_invalid", GOOD[:14] + bytes((0, 1, 2, 3)) + GOOD[18:]),
        ("echoed", GOOD[:8] + OURS.packed + bytes((192, 0, 2, 1)) + GOOD[18:]),
        ("echoed", GOOD[:8] + OURS.packed + bytes(4) + GOOD[18:]),
        ("spoofed", GOOD[:8] + OURS.packed + GOOD[14:]),
    ],
)
async def test_what_is_wrong_is_dropped_under_a_name(counter: str, payload: bytes) -> None:
    # Frames without padding: the medium delivers what it is given, and a short packet is seen as one.
    async with arp_bench() as b:
        b.station.frame(0x0806, payload)
        await trio.sleep(0.1)
        info = b.arp.query()
        assert getattr(info, counter) == 1
        assert info.received == 1
        assert info.neighbours() == ()
        assert b.station.heard == []
        assert info.conflicts == 0


async def test_padding_is_no_part_of_a_packet() -> None:
    async with arp_bench() as b:
        b.station.frame(0x0806, GOOD + bytes(18))
        await trio.sleep(0.1)
        assert len(b.station.replies()) == 1


@pytest.mark.parametrize("accept", [True, False])
async def test_a_sender_that_is_not_the_station(accept: bool) -> None:
    async with arp_bench(ArpConfig(accept_relayed=accept)) as b:
        b.station.say(REQUEST, PEER, US, hardware=OTHER)
        await trio.sleep(0.1)
        assert b.at() == (OTHER if accept else None)
        assert b.arp.query().relayed == 1
        assert [each.destination for each in b.station.heard] == ([OTHER] if accept else [])


async def test_replies_are_bounded() -> None:
    async with arp_bench(ArpConfig(reply_rate=20)) as b:
        for _ in range(100):
            b.station.say(REQUEST, PEER, US)
        await trio.sleep(0.1)
        assert len(b.station.replies()) == 20
        assert b.arp.query().replies_limited == 80
        await trio.sleep(1)
        b.station.say(REQUEST, PEER, US)
        await trio.sleep(0.1)
        assert len(b.station.replies()) == 21


async def test_strangers_in_masses_push_out_nobody_in_use() -> None:
    async with arp_bench(ArpConfig(neighbours=256)) as b:
        b.arp.claim(IPv4Interface("10.0.0.1/8"))
        await known(b)
        random = b.arp.runtime.random
        senders = {random.getrandbits(23) | 0x0A000002 for _ in range(100_000)}
        for number, sender in enumerate(senders):
            b.station.say(REQUEST, str(IPv4Address(sender)), "10.0.0.1", hardware=MacAddress.local(number | 1 << 32))
            if number % 1000 == 999:
                b.station.forget()
                await trio.sleep(0.01)
        await trio.sleep(0.1)
        info = b.arp.query()
        assert info.received > len(senders) > 95_000
        assert len(info.neighbours()) == 256
        assert info.evicted == len(senders) - 255
        assert b.at() == THEIRS
        assert len(b.arp.runtime.scheduler.timers._heap) < 3000  # stopped timers do not pile up


@given(st.lists(st.one_of(st.binary(max_size=64), st.binary(max_size=20).map(lambda tail: GOOD[:-20] + tail))))
def test_no_bytes_raise(payloads: list[bytes]) -> None:
    async def feed() -> None:
        async with arp_bench(ArpConfig(neighbours=8)) as b:
            for payload in payloads:
                b.station.frame(0x0806, payload)
            await trio.sleep(60)
            assert b.arp.query().received == len(payloads)
            assert len(b.arp.query().neighbours()) <= 8
            b.station.forget()
            b.station.say(REQUEST, "192.0.2.200", US, hardware=OTHER, source=OTHER)
            await trio.sleep(0.1)
            assert len(b.station.replies()) == 1  # it still works

    virtual(feed)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([REQUEST, REPLY]),
            st.sampled_from([PEER, US, "0.0.0.0", "192.0.2.3", "192.0.2.255"]),
            st.sampled_from([PEER, US, "0.0.0.0", "192.0.2.3"]),
            st.sampled_from([THEIRS, OTHER, OURS]),
            st.sampled_from([0.0, 0.3, 1.0, 7.0, 60.0]),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_any_talk_leaves_a_working_cache(talk: list[tuple[int, str, str, MacAddress, float, bool]]) -> None:
    async def listen() -> None:
        async with arp_bench() as b:
            _, send, _ = b.open()
            for operation, sender, target, hardware, pause, sending in talk:
                b.station.say(operation, sender, target, hardware=hardware, source=THEIRS)
                await trio.sleep(pause)
                if sending:
                    send(PACKET)
            await trio.sleep(700)
            assert b.at() in (THEIRS, OTHER, None)
            b.station.answers[PEER] = THEIRS
            before = len(b.station.packets)
            send(PACKET)
            await trio.sleep(30)  # where it was believed elsewhere, polls find that out
            send(PACKET)
            await trio.sleep(0.1)
            assert [to for _, to, _ in b.station.packets[before:]][-1] == THEIRS
            assert b.state() in (NeighbourState.REACHABLE, NeighbourState.DELAY)

    virtual(listen)
