"""Timestamps under attack: what a forger cannot know, and what must not be poisoned (RFC 7323 sections 5.3 and 7)."""

from __future__ import annotations

import random

import pytest

from foxpy.layers.tcp.wire import NoOperation, Timestamps
from foxpy.testing.peer import ACK, ANY, PSH, RST, SYN
from tests.support.tcp_attack import attacked
from tests.support.tcp_states import Script

MASK = 0xFFFF_FFFF
START = 1_000_000


def stamped(value: int, echo: int) -> list[NoOperation | Timestamps]:
    """The option as all senders lay it out."""
    return [NoOperation(), NoOperation(), Timestamps(value=value & MASK, echo=echo & MASK)]


def connect_with_timestamps(peer: Script) -> int:
    """A handshake in which both agree on timestamps; the value that ours had."""
    peer.send(SYN, mss=1000, options=stamped(START, 0))
    answer = peer.expect(SYN | ACK)
    (ours,) = [each for each in answer.options if isinstance(each, Timestamps)]
    assert ours.echo == START
    peer.send(ACK, options=stamped(START, ours.value))
    assert peer.state == "ESTABLISHED"
    return ours.value


def hears(peer: Script, value: int, echo: int) -> None:
    """What ``peer`` sends with the timestamp ``value`` is delivered and acknowledged."""
    peer.app.received = b""
    peer.send(ACK | PSH, b"honest", options=stamped(value, echo))
    peer.app.expect(b"honest")
    peer.wait(0.1)
    peer.drain()


def test_text_without_a_timestamp_is_not_taken() -> None:
    with attacked() as (peer, _):
        other = peer.beside(6000)
        ours = connect_with_timestamps(other)
        for seq in range(1, 1000, 50):
            other.forge(ACK | PSH, b"evil", seq=seq)
        assert other.app.received == b""
        assert peer.counters["without_timestamps"] == 20
        hears(other, START + 1, ours)


@pytest.mark.parametrize("behind", [1, 1000, (1 << 31) - 1])
def test_text_of_an_older_time_is_not_taken(behind: int) -> None:
    """PAWS: a segment of an earlier turn of the sequence numbers, or one that was recorded."""
    with attacked() as (peer, _):
        other = peer.beside(6000)
        ours = connect_with_timestamps(other)
        other.forge(ACK | PSH, b"evil", seq=1, options=stamped(START - behind, ours))
        other.expect(ACK, options=ANY)
        assert other.app.received == b""
        assert peer.counters["old_timestamps"] == 1
        hears(other, START, ours)


def test_the_clock_cannot_be_moved_from_outside_of_the_window() -> None:
    """Else one forged segment of the far future would make every honest one too old."""
    generator = random.Random(1)
    with attacked() as (peer, _):
        other = peer.beside(6000)
        ours = connect_with_timestamps(other)
        for _ in range(500):
            seq = generator.choice((-70_000, -5, 70_000, 1 << 30, 65_537))
            other.forge(ACK | PSH, b"evil", seq=seq, options=stamped(START + (1 << 30), ours))
        other.drain()
        hears(other, START + 1, ours)


def test_the_clock_cannot_be_moved_with_a_wrong_acknowledgement() -> None:
    """The right sequence number is not enough: RFC 5961 looks at the ACK as well, before the timestamp is kept."""
    with attacked() as (peer, _):
        other = peer.beside(6000)
        ours = connect_with_timestamps(other)
        for ahead in range(1, 100):
            other.forge(ACK | PSH, b"evil", seq=1, ack=1000 * ahead, options=stamped(START + (1 << 30), ours))
        other.drain()
        assert other.app.received == b""
        hears(other, START + 1, ours)


@pytest.mark.parametrize("value", [None, START - 1000, START + (1 << 30)])
def test_a_reset_is_judged_by_its_number_alone(value: int | None) -> None:
    with attacked() as (peer, _):
        other = peer.beside(6000)
        ours = connect_with_timestamps(other)
        options = [] if value is None else stamped(value, ours)
        other.forge(RST, seq=2, options=options)
        other.expect(ACK, options=ANY)
        other.forge(RST, seq=1, options=options)
        assert other.state == "LISTEN"


def test_echoes_that_lie_do_not_stop_the_clock() -> None:
    """A peer that echoes what was never sent makes round trips of any length: time-outs stay within their bounds."""
    generator = random.Random(2)
    with attacked() as (peer, _):
        other = peer.beside(6000)
        ours = connect_with_timestamps(other)
        for number in range(200):
            other.app.send(b"x" * 100)
            other.drain()
            echo = generator.choice((0, 1, ours, ours - 100_000, ours + 100_000, generator.getrandbits(32)))
            other.send(ACK, options=stamped(START + number, echo))
            details = next(each for each in peer.app.tcp.query().details() if each.name.endswith("port 6000"))
            assert 0.0 <= details.srtt < 100.0
            assert 0.2 <= details.rto <= 60.0
            other.wait(0.01)
        other.drain()
        assert other.state == "ESTABLISHED"


def test_our_timestamps_of_two_peers_are_unrelated() -> None:
    """RFC 7323 section 7.1: their offset differs, so that nobody learns from his how long this host has run."""
    with attacked() as (peer, _):
        values = [connect_with_timestamps(peer.beside(port)) for port in range(6000, 6050)]
        assert len(set(values)) == len(values)
        assert max(values) - min(values) > 1 << 30
