"""Floods (SYN, Naptha, Sockstress): every table is bounded, what is open goes on, and what was made goes away."""

from __future__ import annotations

import random

import pytest

from foxpy.errors import OpenFailed
from foxpy.layers.tcp import TcpConfig
from foxpy.testing.peer import ACK, FIN, PSH, RST, SYN
from tests.support.tcp_attack import attacked, carries_data, connect, holds

FLOOD = 2000


def test_a_flood_of_syns_from_one_host() -> None:
    with attacked(TcpConfig(backlog=50)) as (peer, bystander):
        for port in range(10_000, 10_000 + FLOOD):
            other = peer.beside(port)
            other.send(SYN)
            other.drain()
        connections, half_open, paths = holds(peer)
        assert half_open <= 50
        assert connections <= 52
        assert paths == 1
        carries_data(bystander)
        peer.wait(400.0)
        for port in range(10_000, 10_000 + FLOOD):
            peer.beside(port).drain()
        assert holds(peer) == (2, 0, 1)


def test_a_flood_of_syns_from_many_hosts() -> None:
    with attacked(TcpConfig(backlog=20)) as (peer, bystander):
        for number in range(10, 110):
            other = peer.elsewhere(number)
            other.send(SYN)
            other.drain()
            other.leave()
        connections, half_open, paths = holds(peer)
        assert half_open <= 20
        assert connections <= 22
        assert paths <= 21
        carries_data(bystander)
        peer.wait(400.0)
        assert holds(peer) == (2, 0, 1)


def test_guessed_cookies_open_nothing() -> None:
    """Beyond the backlog SYNs are answered and not remembered: an ACK must hold the number that was in the answer."""
    generator = random.Random(1)
    with attacked(TcpConfig(backlog=1, resets_per_second=10_000)) as (peer, _):
        for port in (6000, 6001, 6002):
            peer.beside(port).send(SYN, mss=1000)
            peer.beside(port).expect(SYN | ACK)
        assert peer.app.tcp.query().half_open == 1
        for number in range(FLOOD):
            guess = peer.beside(10_000 + number)
            guess.send(ACK, seq=generator.getrandbits(32), ack=generator.getrandbits(32))
            assert [arrow.flags for arrow in guess.drain()] == [RST]
        honest = peer.beside(6002)
        honest.send(ACK)
        assert honest.state == "ESTABLISHED"
        carries_data(honest)
        assert holds(peer)[0] == 4


def test_a_flood_of_every_kind_of_segment_to_nobody_keeps_nothing() -> None:
    with attacked(TcpConfig(resets_per_second=100)) as (peer, _):
        before = holds(peer)
        for flags in range(64):
            if flags & (SYN | ACK | RST) == SYN:
                continue
            for port in range(10_000, 10_020):
                other = peer.beside(port)
                other.send(flags, b"x")
                other.drain()
        assert holds(peer) == before
        assert peer.counters["resets_sent"] <= 101


def test_connections_are_bounded_and_those_there_are_go_on() -> None:
    """Naptha: handshakes that are completed and left alone. Memory is bounded; the operator sets the number."""
    with attacked(TcpConfig(connections=20)) as (peer, bystander):
        for port in range(10_000, 10_050):
            other = peer.beside(port)
            other.send(SYN)
            if any(arrow.flags == SYN | ACK for arrow in other.drain()):
                other.send(ACK)
        assert holds(peer)[0] == 20
        assert peer.counters["refused"] == 32
        carries_data(bystander)
        with pytest.raises(OpenFailed, match="20 connections"):
            peer.beside(20_000).app.open()
        for port in range(10_000, 10_018):
            peer.beside(port).send(RST)
        assert holds(peer)[0] == 2


def test_connections_that_linger_are_bounded() -> None:
    with attacked(TcpConfig(time_waits=10)) as (peer, bystander):
        for port in range(10_000, 10_100):
            other = peer.beside(port)
            connect(other)
            other.app.half_close()
            other.expect(FIN | ACK)
            other.send(FIN | ACK)
            other.expect(ACK)
        assert peer.app.tcp.query().time_wait == 10
        assert peer.counters["time_waits_cut"] == 90
        carries_data(bystander)


def test_peers_that_never_close_do_not_hold_what_nobody_owns() -> None:
    """FIN-WAIT-2 for ever, which RFC 9293 allows: here it has an end once the application let go."""
    with attacked() as (peer, _):
        for port in range(10_000, 10_100):
            other = peer.beside(port)
            connect(other)
            other.app.close()
            other.expect(FIN | ACK)
            other.send(ACK)
        assert holds(peer)[0] == 102
        peer.wait(61.0)
        for port in range(10_000, 10_100):
            assert [arrow.flags for arrow in peer.beside(port).drain()] == [RST | ACK]
        assert holds(peer)[0] == 2


def test_peers_that_never_read_hold_no_more_than_the_send_buffer() -> None:
    with attacked(TcpConfig(send_buffer=10_000)) as (peer, _):
        for port in range(10_000, 10_050):
            other = peer.beside(port)
            other.window = 0
            other.send(SYN, mss=1000)
            other.expect(SYN | ACK)
            other.send(ACK)
            other.app.send(bytes(10_000))
        assert all(each.unsent <= 10_000 for each in peer.app.tcp.query().details())
        for port in range(10_000, 10_050):
            peer.beside(port).app.abort()
            peer.beside(port).drain()
        assert holds(peer)[0] == 2


def test_the_same_segment_over_and_over() -> None:
    """Text once more is answered, as its acknowledgement may be lost; never with more than one segment each."""
    with attacked() as (peer, _):
        peer.send(ACK | PSH, b"once")
        peer.wait(0.1)
        peer.drain()
        for _ in range(FLOOD):
            peer.forge(ACK | PSH, b"once", seq=1)
        came = peer.drain()
        assert len(came) <= FLOOD
        assert not any(arrow.data for arrow in came)
        assert peer.app.received == b"once"
