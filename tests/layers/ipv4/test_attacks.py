"""IPv4 under attack: the faults behind FragmentSmack, teardrop, ping of death, Ripple20 and URGENT/11.

After each, the host still takes what honest peers send, and what was kept for the attacker goes away.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from typing import Final

import pytest

from foxpy.layers.ipv4 import IpConfig
from tests.support.icmp_bench import IcmpBench
from tests.support.ip_bench import FAR, PEER, PROTOCOL, US, IpBench, datagram

BYSTANDER: Final = IPv4Address("192.0.2.77")
SMALL: Final = IpConfig(reassembly_datagrams=50, reassembly_memory=200_000, reassembly_memory_per_source=50_000)


@contextmanager
def attacked(config: IpConfig = SMALL) -> Iterator[IpBench]:
    """An IP host; at the end, a datagram in two fragments of a bystander still arrives, and all else is forgotten."""
    bench = IpBench(config=config)
    accepted = bench.listen()
    yield bench
    evil = [packet for _, collector in accepted.accepted for packet in collector.packets]
    assert evil == []
    for offset in (8, 0):
        bench.say(datagram(b"honest, ", src=BYSTANDER, ident=7, more=offset == 0, offset=offset))
    connection, collector = accepted.accepted[-1]
    assert connection.peer == BYSTANDER
    assert collector.packets == [b"honest, honest, "]
    bench.run(120.0)
    fragments = bench.ip.query().fragments
    assert (fragments.waiting, fragments.memory) == (0, 0)


def bounded(bench: IpBench) -> None:
    """What is kept for reassembly is within the settings, but for the one datagram that is being looked at."""
    fragments = bench.ip.query().fragments
    assert fragments.waiting <= SMALL.reassembly_datagrams
    assert fragments.memory <= SMALL.reassembly_memory


# -- fragments


def test_tiny_fragments_with_holes() -> None:
    """FragmentSmack (CVE-2018-5391): each costs its bookkeeping, which counts against the limit of its source."""
    with attacked() as bench:
        for number in range(8000):
            bench.say(datagram(bytes(8), ident=number % 3, more=True, offset=16 * (number % 4000)))
            bounded(bench)
        assert bench.ip.query().fragments.memory <= SMALL.reassembly_memory_per_source


def test_first_fragments_from_everywhere() -> None:
    generator = random.Random(1)
    with attacked() as bench:
        for _ in range(5000):
            source = IPv4Address(f"198.51.100.{generator.randrange(1, 255)}")
            bench.say(datagram(bytes(1480), src=source, ident=generator.getrandbits(16), more=True))
            bounded(bench)
        assert bench.ip.query().fragments.crowded_out > 4000


def test_last_fragments_alone() -> None:
    """The Rose attack: first and last, and never what is between."""
    with attacked() as bench:
        for ident in range(2000):
            bench.say(datagram(bytes(8), ident=ident, more=True))
            bench.say(datagram(bytes(8), ident=ident, offset=64_800))
            bounded(bench)


@pytest.mark.parametrize(
    "second",
    [
        pytest.param((40, b"overlaps the end"), id="teardrop"),
        pytest.param((16, b"in there"), id="within"),
        pytest.param((0, bytes(56)), id="newtear"),
    ],
)
def test_fragments_that_overlap(second: tuple[int, bytes]) -> None:
    offset, data = second
    with attacked() as bench:
        bench.say(datagram(bytes(range(48)), more=True))
        bench.say(datagram(data, more=True, offset=offset))
        bench.say(datagram(bytes(8), offset=48))
        assert bench.ip.query().fragments.overlaps == 1


@pytest.mark.parametrize("size", [1480, 8, 7, 600])
def test_a_datagram_beyond_65535_bytes(size: int) -> None:
    """The ping of death."""
    with attacked() as bench:
        for offset in range(0, 64_000, 1480):
            bench.say(datagram(bytes(1480), more=True, offset=offset))
        bench.say(datagram(bytes(size), offset=65_528))
        assert bench.ip.query().fragments.refused == 1


def test_the_same_fragment_over_and_over() -> None:
    """jolt2: one that is beyond the largest datagram, and one that is just within."""
    with attacked() as bench:
        for _ in range(5000):
            bench.say(datagram(bytes(24), offset=65_504))
            bench.say(datagram(bytes(24), offset=65_488))
        fragments = bench.ip.query().fragments
        assert (fragments.refused, fragments.waiting) == (5000, 1)


@pytest.mark.parametrize("more", [True, False])
def test_fragments_of_nothing(more: bool) -> None:
    """CVE-2020-11898 and its like: lengths below zero come of them."""
    with attacked() as bench:
        for offset in (8, 16, 65_528):
            bench.say(datagram(b"", more=more, offset=offset))
        assert bench.ip.query().fragments.waiting == 0
        assert bench.dropped() == {"fragments_refused": 3}


# -- headers and options


def test_lengths_that_lie() -> None:
    """Ripple20 (CVE-2020-11896, -11899): a total length, and a header's, other than what is there."""
    generator = random.Random(2)
    with attacked() as bench:
        honest_one = bytearray(datagram(bytes(40)))
        for _ in range(3000):
            packet = bytearray(honest_one)
            packet[0] = 0x40 | generator.randrange(16)
            packet[2:4] = generator.choice((0, 19, 20, 21, 59, 61, 65_535, generator.getrandbits(16))).to_bytes(
                2, "big"
            )
            bench.say(bytes(packet[: generator.randrange(61)]))
        assert bench.ip.query().packets_delivered == 0
        assert bench.ip.query().packets_discarded == 3000


def test_a_datagram_within_a_datagram() -> None:
    """Ripple20 (CVE-2020-11896): nobody here takes IP in IP, fragmented or not."""
    inner = datagram(bytes(40), src=FAR)
    with attacked() as bench:
        bench.say(datagram(inner, protocol=4))
        bench.say(datagram(inner[:32], protocol=4, more=True, ident=3))
        bench.say(datagram(inner[32:], protocol=4, offset=32, ident=3))
        assert bench.dropped() == {"unknown_protocol": 2}


def test_option_areas_of_any_bytes() -> None:
    """URGENT/11 (CVE-2019-12256), AMNESIA:33 (CVE-2020-17445): lengths of 0, routes longer than their option."""
    generator = random.Random(3)
    with attacked() as bench:
        for _ in range(3000):
            area = bytearray(generator.randbytes(4 * generator.randrange(1, 11)))
            area[0] = generator.choice((0, 1, 7, 68, 131, 137, 148, 130, 30))
            area[1] = generator.choice((0, 1, 2, 3, 4, 39, 40, 41, 255))
            bench.say(datagram(b"", protocol=99, options=bytes(area)))
        assert bench.ip.query().packets_delivered == 0


@pytest.mark.parametrize("kind", [131, 137])
def test_source_routes_are_not_copied_into_what_answers_them(kind: int) -> None:
    """URGENT/11 (CVE-2019-12256): many, one after the other, overran the buffer of the ICMP error."""
    bench = IcmpBench()
    area = bytes([kind, 3, 0xFF]) * 13 + b"\x00"
    for ident in range(100):
        bench.say(datagram(b"data", options=area, ident=ident))
    answers = bench.link.take()
    assert 1 <= len(answers) <= 6  # a host's limit of errors
    assert all(len(answer.body) <= 576 - 20 and not answer.options for answer in answers)


def test_options_in_fragments_that_change() -> None:
    """Only the first fragment's count; the others' may be anything that is well formed."""
    with attacked() as bench:
        for options in (b"", b"\x94\x04\x00\x00", b"\x83\x03\xff\x00", b"\x07\x04\x05\x00"):
            bench.say(datagram(bytes(8), more=True, ident=5, options=options))
            bench.say(datagram(bytes(8), more=True, ident=5, offset=32, options=options))
        bounded(bench)


@pytest.mark.parametrize("source", ["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.255", str(US)])
def test_sources_that_are_no_peers(source: str) -> None:
    """What is answered to them comes back, or goes to everybody (LAND, smurf, fraggle)."""
    bench = IcmpBench()
    for protocol in (1, 6, 17, PROTOCOL):
        bench.say(datagram(b"\x08\x00\xf7\xff" + bytes(40), src=IPv4Address(source), protocol=protocol))
        bench.say(datagram(bytes(8), src=IPv4Address(source), protocol=protocol, more=True))
    assert bench.link.sent == []
    assert bench.ip.query().fragments.waiting == 0
    assert bench.dropped() == {"bad_source": 8}


def test_the_identification_towards_one_host_tells_nothing_of_another() -> None:
    """An idle scan counts what a host sends to others."""

    def idents(busy: bool) -> list[int]:
        bench = IpBench()
        _, _, sender = bench.open(PEER)
        _, _, other = bench.open(FAR)
        found = []
        for _ in range(20):
            sender.send(bytes(3000))
            found.append(bench.link.take()[0].ident)
            if busy:
                other.send(bytes(3000))
                bench.link.take()
        return found

    assert idents(busy=False) == idents(busy=True)
