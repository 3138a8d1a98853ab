"""This host's addresses: RFC 5227's probes, announcements and defence, with the RFC's times."""

from __future__ import annotations

import itertools
from ipaddress import IPv4Interface

import pytest
import trio

from foxpy.addresses import BROADCAST, MacAddress
from foxpy.devices.link import link
from foxpy.driver import running
from foxpy.errors import BadAddress
from foxpy.layers.arp import AddressConflict, AddressInUse, ArpConfig, ClaimEvent, Defence, arp
from foxpy.layers.arp.wire import REPLY, REQUEST
from foxpy.layers.ethernet import ethernet
from foxpy.status import Report
from tests.support.arp_bench import OURS, PEER, THEIRS, US, ArpBench, arp_bench
from tests.support.arp_station import ArpStation

OTHER = MacAddress.local(3)
PACKET = bytes(range(60))
WANTED = IPv4Interface("192.0.2.50/24")
HOST = WANTED.ip


def since(b: ArpBench, begun: float) -> list[float]:
    return [round(each.time - begun, 6) for each in b.station.requests(str(HOST))]


async def test_a_claim_is_announced_twice_and_used_at_once() -> None:
    async with arp_bench() as b:
        begun = trio.current_time()
        events: list[ClaimEvent] = []
        b.arp.claim(WANTED, events.append)
        assert events == [AddressInUse(HOST)]
        b.station.say(REQUEST, PEER, str(HOST))
        await trio.sleep(60)
        assert len(b.station.replies()) == 1
        assert since(b, begun) == [0, 2]  # ANNOUNCE_NUM, ANNOUNCE_INTERVAL
        for each in b.station.requests():
            assert (each.destination, each.hardware, each.sender) == (BROADCAST, OURS, str(HOST))
            assert each.target_hardware == MacAddress(bytes(6))


async def test_a_claim_may_be_probed_for() -> None:
    async with arp_bench() as b:
        begun = trio.current_time()
        events: list[tuple[float, ClaimEvent]] = []
        b.arp.claim(WANTED, lambda event: events.append((trio.current_time(), event)), probe=True)
        await trio.sleep(60)
        probes = [each for each in b.station.requests() if each.sender == "0.0.0.0"]
        first, second, third = (each.time - begun for each in probes)
        assert 0 <= first <= 1  # PROBE_WAIT
        assert 1 <= second - first <= 2  # PROBE_MIN, PROBE_MAX
        assert 1 <= third - second <= 2
        assert {(each.destination, each.target, each.hardware) for each in probes} == {(BROADCAST, str(HOST), OURS)}
        announced = [each.time - begun for each in b.station.requests() if each.sender == str(HOST)]
        assert announced == pytest.approx([third + 2, third + 4])  # ANNOUNCE_WAIT, ANNOUNCE_INTERVAL
        ((when, event),) = events
        assert when == pytest.approx(begun + third + 2)
        assert event == AddressInUse(HOST)


async def test_an_address_that_is_probed_for_is_not_used() -> None:
    async with arp_bench(ArpConfig(probe=True), claimed=False) as b:
        b.arp.claim(WANTED)
        _, send, collector = b.open()
        send(PACKET)
        b.station.say(REQUEST, PEER, str(HOST))
        await trio.sleep(2.9)
        assert b.station.replies() == []
        assert b.station.requests(PEER) == []
        assert [each.in_use for each in b.arp.query().claims()] == [False]
        b.station.answers[PEER] = THEIRS
        await trio.sleep(10)  # what waited for it goes when it is there
        assert len(b.station.packets) == 1
        assert collector.events == []
        assert [each.in_use for each in b.arp.query().claims()] == [True]


@pytest.mark.parametrize(
    ("operation", "sender", "target"),
    [(REPLY, str(HOST), "0.0.0.0"), (REQUEST, str(HOST), PEER), (REQUEST, "0.0.0.0", str(HOST))],
    ids=["reply", "request", "probe"],
)
@pytest.mark.parametrize("after", [0.0, 2.5])
async def test_a_conflict_while_probing_ends_the_claim(operation: int, sender: str, target: str, after: float) -> None:
    async with arp_bench() as b:
        events: list[ClaimEvent] = []
        observed: list[object] = []
        b.arp.runtime.observer = observed.append
        b.arp.claim(WANTED, events.append, probe=True)
        await trio.sleep(after)
        b.station.say(operation, sender, target)
        await trio.sleep(0.1)
        b.station.forget()
        await trio.sleep(60)
        assert events == [AddressConflict(HOST, THEIRS, lost=True)]
        assert observed == events
        assert b.station.requests() == []
        assert [each.address for each in b.arp.query().claims()] == [IPv4Interface(f"{US}/24")]
        assert (b.arp.query().conflicts, b.arp.query().lost) == (1, 1)


async def test_its_own_probe_come_back_is_no_conflict() -> None:
    async with arp_bench() as b:
        events: list[ClaimEvent] = []
        b.arp.claim(WANTED, events.append, probe=True)
        await trio.sleep(2)
        b.station.say(REQUEST, "0.0.0.0", str(HOST), hardware=OURS)  # a repeater that sends everything back
        await trio.sleep(20)
        assert events == [AddressInUse(HOST)]
        assert b.arp.query().echoed == 1


async def test_another_hosts_probe_is_answered_by_the_owner() -> None:
    async with arp_bench() as b:
        b.station.say(REQUEST, "0.0.0.0", US)
        await trio.sleep(0.1)
        assert b.arp.query().conflicts == 0
        assert len(b.station.replies()) == 1


async def conflicts(b: ArpBench, *pauses: float) -> list[float]:
    """OTHER uses US, again after each of ``pauses``; when the defences were heard, from the first conflict on."""
    begun = trio.current_time()
    for pause in (0.0, *pauses):
        await trio.sleep(pause)
        b.station.say(REQUEST, US, PEER, hardware=OTHER, source=OTHER)
    await trio.sleep(0.1)
    return [round(each.time - begun, 6) for each in b.station.requests(US)]


async def test_an_address_is_defended_once_in_ten_seconds_and_kept() -> None:
    async with arp_bench(claimed=False) as b:
        events: list[ClaimEvent] = []
        b.arp.claim(IPv4Interface(f"{US}/24"), events.append)
        await trio.sleep(10)
        b.station.forget()
        assert await conflicts(b, 1, 1, 7.9, 0.2, 5) == [0, 10.1]
        told = AddressConflict(IPv4Interface(US).ip, OTHER, lost=False)
        assert events == [AddressInUse(told.address), told, told]
        info = b.arp.query()
        assert (info.conflicts, info.defended, info.lost) == (6, 2, 0)
        assert b.at(US) is None  # never learned as a neighbour
        b.station.say(REQUEST, PEER, US)
        await trio.sleep(0.1)
        assert len(b.station.replies()) == 1


async def test_an_address_may_be_defended_only_once() -> None:
    async with arp_bench(ArpConfig(defence=Defence.ONCE)) as b:
        assert await conflicts(b, 11, 1) == [0, 11]
        assert b.arp.query().claims() == ()
        b.station.say(REQUEST, PEER, US)
        await trio.sleep(0.1)
        assert b.station.replies() == []


async def test_an_address_may_be_given_up_at_once() -> None:
    async with arp_bench(ArpConfig(defence=Defence.ABANDON)) as b:
        assert await conflicts(b) == []
        assert b.arp.query().lost == 1


async def test_two_stubborn_hosts_do_not_fight_forever() -> None:
    async with arp_bench() as b:
        b.station.answers = {}
        for _ in range(200):  # the other side answers each defence with one of its own
            b.station.say(REQUEST, US, US, hardware=OTHER, source=OTHER)
            await trio.sleep(0.1)
        assert len(b.station.requests(US)) == 2  # in 20 seconds


async def test_after_ten_conflicts_one_attempt_a_minute() -> None:
    async with arp_bench() as b:
        begun = trio.current_time()
        attempts: list[float] = []
        lost: list[ClaimEvent] = []
        for n in range(100, 113):
            b.station.forget()
            wanted = IPv4Interface(f"192.0.2.{n}/24")
            b.arp.claim(wanted, lost.append, probe=True)
            while not b.station.heard:
                await trio.sleep(0.01)
            attempts.append(trio.current_time() - begun)
            b.station.say(REPLY, str(wanted.ip), "0.0.0.0")
            await trio.sleep(0.1)
        assert len(lost) == 13
        assert attempts[9] < 12
        assert all(later - earlier > 58 for earlier, later in itertools.pairwise(attempts[9:]))


async def test_disclaimed_is_silent() -> None:
    async with arp_bench() as b:
        b.arp.claim(WANTED)
        b.arp.disclaim(WANTED)
        b.arp.disclaim(WANTED)
        b.station.say(REQUEST, PEER, str(HOST))
        await trio.sleep(30)
        assert b.station.replies() == []
        assert len(b.station.requests(str(HOST))) == 1  # the first announcement had gone


async def test_claiming_twice_says_nothing_more() -> None:
    async with arp_bench() as b:
        b.arp.claim(IPv4Interface(f"{US}/24"))
        await trio.sleep(30)
        assert b.station.heard == []


async def test_who_was_told_of_a_conflict_may_claim_another() -> None:
    async with arp_bench(ArpConfig(defence=Defence.ABANDON)) as b:

        def another(event: ClaimEvent) -> None:
            if isinstance(event, AddressConflict):
                b.arp.claim(WANTED)

        b.arp.disclaim(IPv4Interface(f"{US}/24"))
        b.arp.claim(IPv4Interface(f"{US}/24"), another)
        await trio.sleep(10)
        b.station.forget()
        await conflicts(b)
        assert [each.address for each in b.arp.query().claims()] == [WANTED]
        assert len(b.station.requests(str(HOST))) == 1


@pytest.mark.parametrize("text", ["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"])
async def test_an_address_that_no_host_has_is_not_claimed(text: str) -> None:
    async with arp_bench() as b:
        with pytest.raises(BadAddress):
            b.arp.claim(IPv4Interface(text))


async def test_an_address_claimed_after_it_was_opened_is_not_asked_for() -> None:
    async with arp_bench() as b:
        _, send, collector = b.open(str(HOST))
        b.arp.claim(WANTED)
        await trio.sleep(10)
        b.station.forget()
        send(PACKET)
        await trio.sleep(5)
        assert b.station.heard == []
        assert [type(event) for event in collector.events] == [Report]


async def test_two_hosts_with_one_address_both_notice_and_do_not_fight() -> None:
    segment = link()
    station = ArpStation(segment, THEIRS)
    events: list[list[ClaimEvent]] = [[], []]
    layers = []
    for number, told in enumerate(events):
        eth = ethernet(segment.attach(), MacAddress.local(10 + number))
        layers.append(arp(eth.carrier(0x0806), eth.carrier(0x0800)))
        layers[-1].claim(WANTED, told.append)
    async with running(*layers):
        await trio.sleep(600)
    for number, told in enumerate(events):
        assert told[:2] == [AddressInUse(HOST), AddressConflict(HOST, MacAddress.local(11 - number), lost=False)]
    # Two announcements of each, and one defence of each, as the second announcements come within 10 seconds
    assert len(station.requests(str(HOST))) == 6


async def test_of_two_hosts_that_probe_at_once_none_takes_the_address_by_surprise() -> None:
    segment = link()
    ArpStation(segment, THEIRS)
    events: list[list[ClaimEvent]] = [[], []]
    layers = []
    for number, told in enumerate(events):
        eth = ethernet(segment.attach(), MacAddress.local(10 + number))
        layers.append(arp(eth.carrier(0x0806), eth.carrier(0x0800), config=ArpConfig(probe=True)))
        layers[-1].claim(WANTED, told.append)
    async with running(*layers):
        await trio.sleep(600)
    # The first to probe makes the other give up (RFC 5227, 2.1.1), and has the address then
    assert sorted(len(told) for told in events) == [1, 1]
    assert {type(told[0]) for told in events} == {AddressInUse, AddressConflict}


async def test_what_is_claimed_before_the_start_is_announced_at_each_start() -> None:
    segment = link()
    station = ArpStation(segment, THEIRS)
    eth = ethernet(segment.attach(), OURS)
    layer = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    layer.claim(WANTED)
    for _ in range(2):
        station.forget()
        async with running(layer):
            await trio.sleep(10)
            assert len(station.requests(str(HOST))) == 2
        assert layer.runtime.scheduler.timers.running() == 0
