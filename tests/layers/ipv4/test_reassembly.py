"""Fragments: any order makes the datagram, and nothing dishonest does (RFC 815, 1122, 1858, 3128; cf. RFC 5722)."""

from __future__ import annotations

import random
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.ipv4 import IpConfig, IpPattern
from foxpy.layers.ipv4.fragments import cut
from foxpy.layers.ipv4.reassembly import DATAGRAM_COST, Reassembly
from foxpy.layers.ipv4.wire import IPv4
from foxpy.protocol import Receiver
from foxpy.runtime import Runtime, Scheduler
from tests.support.ip_bench import FAR, PROTOCOL, IpBench, datagram

DATA = random.Random(7).randbytes(64)
TCP = 6


def pieces(data: bytes, size: int, ident: int = 1) -> list[bytes]:
    return [
        datagram(data[offset:end], ident=ident, more=end < len(data), offset=offset)
        for offset, end in cut(len(data), size, size)
    ]


def said(*packets: bytes, config: IpConfig | None = None) -> tuple[IpBench, list[bytes]]:
    """What is delivered when ``packets`` arrive one after the other."""
    bench = IpBench(config=config)
    accepted = [bench.listen(), bench.listen(TCP)]
    for packet in packets:
        bench.say(packet)
    return bench, [data for each in accepted for _, collector in each.accepted for data in collector.packets]


@pytest.mark.requirement("1122-3.2.1.4-reassembly", "1122-3.3.2-reassembly")
@given(st.binary(min_size=9, max_size=2000), st.integers(1, 40).map(lambda n: 8 * n), st.randoms(use_true_random=False))
def test_any_order_makes_the_datagram(data: bytes, size: int, order: random.Random) -> None:
    packets = pieces(data, size)
    order.shuffle(packets)
    bench, got = said(*packets)
    assert got == [data]
    fragments = bench.ip.query().fragments
    assert (fragments.waiting, fragments.memory) == (0, 0)
    assert bench.dropped() == {}


@given(st.integers(1, 70000), st.integers(8, 1480), st.integers(8, 1480))
def test_cutting_leaves_nothing_out(size: int, first: int, others: int) -> None:
    cuts = list(cut(size, first, others))
    assert [start for start, _ in cuts] == [0, *[end for _, end in cuts[:-1]]]
    assert cuts[-1][1] == size
    assert all(start % 8 == 0 for start, _ in cuts)
    assert all(end - start <= room for (start, end), room in zip(cuts, [first, *[others] * len(cuts)], strict=False))


@pytest.mark.requirement("1122-3.3.2-576", "1122-3.3.2-emtu-r", "1122-3.3.2-mms-r")
def test_the_largest_datagram() -> None:
    data = random.Random(1).randbytes(65515)
    bench, got = said(*pieces(data, 1480))
    assert got == [data]
    assert bench.ip.query().largest_received == len(data)


def test_the_datagram_is_delivered_with_the_header_of_its_first_fragment() -> None:
    bench = IpBench()
    headers: list[IPv4] = []

    class Whole(Receiver):
        def deliver(self, frame: bytes, start: int, end: int) -> None:
            headers.append(IPv4.parse(frame[start - 20 : end]))

    bench.ip.listen(IpPattern(PROTOCOL), lambda _: Whole())
    bench.say(datagram(DATA[32:], ident=5, ttl=9, offset=32))
    bench.say(datagram(DATA[:32], ident=5, ttl=7, dscp=10, more=True))
    (header,) = headers
    assert (header.ident, header.ttl, header.dscp, header.mf, header.frag) == (5, 7, 10, False, 0)
    assert bytes(header.body) == DATA


@pytest.mark.parametrize(("first", "second", "whole"), [(2, 3, 3), (3, 2, 3), (2, 2, 2), (0, 3, 0), (1, 3, 3)])
def test_a_mark_of_congestion_on_any_fragment_is_on_the_datagram(first: int, second: int, whole: int) -> None:
    """RFC 3168, section 5.3; but what was never capable does not become so."""
    bench = IpBench()
    found: list[int] = []

    class Whole(Receiver):
        def deliver(self, frame: bytes, start: int, end: int) -> None:
            found.append(frame[start - 19] & 3)

    bench.ip.listen(IpPattern(PROTOCOL), lambda _: Whole())
    bench.say(datagram(DATA[:32], ident=5, ecn=first, more=True))
    bench.say(datagram(DATA[32:], ident=5, ecn=second, offset=32))
    assert found == [whole]


def test_a_fragment_that_comes_twice_is_no_overlap() -> None:
    first, second, last = pieces(DATA, 24)
    assert said(first, first, second, second, last)[1] == [DATA]


def test_fragments_of_different_datagrams_are_kept_apart() -> None:
    one, two = pieces(DATA, 32, ident=1), pieces(DATA[::-1], 32, ident=2)
    _, got = said(one[0], two[1], two[0], one[1])
    assert got == [DATA[::-1], DATA]
    other = datagram(DATA[32:], offset=32, src=FAR)
    assert said(one[0], other)[1] == []


@pytest.mark.parametrize(
    ("offset", "end", "more"),
    [(0, 24, True), (8, 40, True), (16, 24, True), (24, 56, True), (0, 64, True), (40, 48, False), (56, 72, False)],
)
def test_an_overlap_spoils_the_datagram_and_what_is_still_to_come(offset: int, end: int, more: bool) -> None:
    first, second, last = pieces(DATA, 24)
    evil = datagram(bytes(end - offset), more=more, offset=offset)
    bench, got = said(first, last, evil, second, evil, first, second, last)
    assert got == []
    assert bench.dropped() == {"fragments_overlapping": 1}
    assert bench.ip.query().fragments.memory == DATAGRAM_COST
    bench.run(31)
    assert bench.ip.query().fragments.waiting == 0
    assert bench.dropped() == {"fragments_overlapping": 1}


def test_the_same_place_with_other_bytes_is_an_overlap() -> None:
    first, second, last = pieces(DATA, 24)
    bench, got = said(first, datagram(bytes(24), more=True), second, last)
    assert got == []
    assert bench.dropped() == {"fragments_overlapping": 1}


def test_a_second_end_is_an_overlap() -> None:
    first, _, last = pieces(DATA, 24)
    bench, got = said(first, last, datagram(DATA[48:], more=True, offset=48), pieces(DATA, 24)[1])
    assert got == []
    assert bench.dropped() == {"fragments_overlapping": 1}


@pytest.mark.parametrize(
    "packet",
    [
        datagram(DATA[:20], more=True),  # not a multiple of 8, and not the last
        datagram(b"", more=True),
        datagram(b"", offset=8),
        datagram(bytes(64), offset=65528),  # ends beyond the largest datagram: the ping of death
        datagram(bytes(8), offset=65512),
        datagram(bytes(8), protocol=TCP, more=True),  # RFC 1858: a TCP header that hides its flags
        datagram(bytes(8), protocol=TCP, more=True, offset=8),  # RFC 3128
    ],
)
def test_fragments_that_cannot_be_right_are_refused(packet: bytes) -> None:
    bench, got = said(packet)
    assert got == []
    assert bench.dropped() == {"fragments_refused": 1}
    assert bench.ip.query().fragments.waiting == 0


def test_tcp_in_honest_fragments_is_taken() -> None:
    packets = [datagram(DATA[:16], protocol=TCP, more=True), datagram(DATA[16:], protocol=TCP, offset=16)]
    assert said(*packets)[1] == [DATA]


def test_a_first_header_that_makes_it_too_large_is_refused() -> None:
    data = bytes(65512)
    later = pieces(data, 1480)[1:]
    bench, got = said(*later, datagram(data[:1480], more=True, options=b"\x01\x01\x01\x00"))
    assert got == []
    assert bench.dropped() == {"fragments_refused": 1}


@pytest.mark.requirement("1122-3.3.2-fixed")
def test_the_rest_is_waited_for_so_long_and_no_longer() -> None:
    first, second, last = pieces(DATA, 24)
    bench, _ = said(first)
    bench.run(20)
    bench.say(second)
    bench.run(9.9)
    assert bench.ip.query().fragments.waiting == 1
    bench.run(0.2)
    bench.say(last)
    fragments = bench.ip.query().fragments
    assert (fragments.timed_out, fragments.waiting) == (1, 1)
    bench.run(31)
    assert bench.scheduler.timers.running() == 0
    assert bench.ip.query().fragments.memory == 0


def test_each_datagram_has_its_own_time() -> None:
    bench, _ = said(pieces(DATA, 24, ident=1)[0])
    bench.run(10)
    bench.say(pieces(DATA, 24, ident=2)[0])
    bench.run(21)
    assert (bench.ip.query().fragments.timed_out, bench.ip.query().fragments.waiting) == (1, 1)
    bench.run(10)
    assert (bench.ip.query().fragments.timed_out, bench.ip.query().fragments.waiting) == (2, 0)
    assert bench.scheduler.timers.running() == 0


def test_fragments_of_impossible_sources_are_not_kept() -> None:
    bench, _ = said(datagram(DATA[:24], src=IPv4Address("224.0.0.1"), more=True))
    assert bench.dropped() == {"bad_source": 1}
    assert bench.ip.query().fragments.received == 0


def test_finalizing_forgets_all() -> None:
    bench, _ = said(pieces(DATA, 24)[0])
    bench.ip.finalize()
    assert bench.scheduler.timers.running() == 0
    assert bench.ip.query().fragments.memory == 0


# -- bounds


def reassembly(*, limit: int = 100, memory: int = 100_000, source_memory: int = 20_000) -> tuple[Reassembly, Scheduler]:
    scheduler = Scheduler(lambda: 0.0)
    return Reassembly(Runtime(scheduler, 1), 30.0, limit, memory, source_memory, lambda _: None), scheduler


@given(st.integers(0, 1 << 32), st.integers(1, 4))
def test_memory_is_bounded_under_random_fragments(seed: int, sources: int) -> None:
    generator = random.Random(seed)
    table, _ = reassembly(limit=20)
    for _ in range(400):
        source, ident = generator.randrange(sources), generator.randrange(20)
        size = 8 * generator.randrange(1, 100)
        offset = 8 * generator.randrange(400)
        table.add((source, 1, 17, ident), bytes(20), bytes(size), offset, generator.random() < 0.9)
        assert len(table) <= 20
        assert table.memory <= 100_000
    table.clear()
    assert table.memory == 0


def test_one_source_cannot_crowd_out_another() -> None:
    table, _ = reassembly()
    table.add((1, 9, 17, 1), bytes(20), bytes(8), 0, True)
    for ident in range(1000):
        table.add((2, 9, 17, ident), bytes(20), bytes(1000), 0, True)
        assert table.memory <= 22_000
    assert table.counters.crowded_out > 900
    assert table.add((1, 9, 17, 1), bytes(20), bytes(8), 8, False) == (bytes(20), bytes(16))


def test_the_oldest_goes_first() -> None:
    table, _ = reassembly(limit=2)
    for ident in range(3):
        table.add((1, 9, 17, ident), bytes(20), bytes(8), 0, True)
    assert table.counters.crowded_out == 1
    assert table.add((1, 9, 17, 2), bytes(20), bytes(8), 8, False) is not None
    assert table.add((1, 9, 17, 0), bytes(20), bytes(8), 8, False) is None


def test_small_pieces_cost_what_they_take() -> None:
    table, _ = reassembly()
    for number in range(8000):
        table.add((1, 9, 17, 1), bytes(20), bytes(8), 16 * (number % 4000), True)
        assert table.memory <= 20_500
