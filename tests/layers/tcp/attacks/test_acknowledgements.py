"""Peers that lie with acknowledgements and windows: optimistic, divided and duplicate ACKs, shrinking windows."""

from __future__ import annotations

import random

import pytest

from foxpy.layers.tcp import TcpConfig
from foxpy.layers.tcp.congestion import ALGORITHMS
from foxpy.layers.tcp.wire import SackPermitted
from foxpy.testing.peer import ACK, SYN
from tests.support.tcp_attack import attacked
from tests.support.tcp_states import MSS, Script

DATA = bytes(200_000)
EVERY_ALGORITHM = pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name != "none"])
"""But for the one that does nothing, whose window is the peer's."""


def flight(peer: Script) -> int:
    """Bytes that the TCP under test has in flight to ``peer``."""
    info = next(each for each in peer.app.tcp.query().details() if each.name.endswith(f"port {peer.port}"))
    return info.snd_nxt - info.snd_una


def cwnd(peer: Script) -> int:
    info = next(each for each in peer.app.tcp.query().details() if each.name.endswith(f"port {peer.port}"))
    return info.cwnd


@pytest.mark.requirement("MAY-12")
@pytest.mark.parametrize("ahead", [1, 1000, 100_000, 1 << 30])
def test_what_was_not_sent_cannot_be_acknowledged(ahead: int) -> None:
    """The optimistic ACK beyond SND.NXT: it is answered, and opens no window."""
    with attacked() as (peer, _):
        peer.app.send(DATA)
        sent = peer.drain()
        window = cwnd(peer)
        for _ in range(100):
            peer.send(ACK, ack=peer.ack + ahead)
        answers = peer.drain()
        assert not any(arrow.data for arrow in answers)
        assert len(answers) == 10
        assert (cwnd(peer), flight(peer)) == (window, sum(len(arrow.data) for arrow in sent))


@EVERY_ALGORITHM
def test_dividing_an_acknowledgement_wins_nothing(algorithm: str) -> None:
    """The congestion window grows by the bytes that are acknowledged, not by the ACKs (RFC 3465, RFC 5681 3.1)."""
    with attacked(TcpConfig(congestion_control=algorithm)) as (peer, _):
        peer.app.send(DATA)
        peer.drain()
        before = cwnd(peer)
        first = peer.ack
        for ack in range(2, 1002):
            peer.send(ACK, ack=ack)
        peer.drain()
        assert cwnd(peer) - before <= 1000
        assert peer.ack - first <= 2000


@EVERY_ALGORITHM
def test_forged_duplicates_do_not_flood(algorithm: str) -> None:
    """Each duplicate says that a segment has left the network; no more can have left than were in it."""
    with attacked(TcpConfig(congestion_control=algorithm)) as (peer, _):
        peer.app.send(DATA)
        sent = sum(len(arrow.data) for arrow in peer.drain())
        for _ in range(5000):
            peer.send(ACK, ack=1)
        more = sum(len(arrow.data) for arrow in peer.drain())
        assert more <= 2 * sent + 4 * MSS
        assert flight(peer) <= peer.window


def test_selective_acknowledgements_that_never_become_real_do_not_flood() -> None:
    """Everything is said to have arrived but the first: what is sent beyond stays within the window, and ends."""
    with attacked() as (peer, _):
        liar = peer.beside(6000)
        liar.send(SYN, mss=MSS, options=[SackPermitted()])
        liar.expect(SYN | ACK)
        liar.send(ACK)
        liar.app.send(DATA)
        for _ in range(2000):
            liar.drain()
            if liar.ack > 1001:
                liar.forge(ACK, ack=1, sack=[(1001, liar.ack)])
            assert flight(liar) <= liar.window
            liar.wait(0.01)
        liar.app.abort()
        liar.drain()


def test_acknowledging_all_that_is_in_flight_keeps_to_the_window() -> None:
    """An optimistic peer that lies within what was sent gets the data at its own window's pace, and no faster."""
    with attacked() as (peer, _):
        peer.app.send(DATA)
        peer.window = 8000
        for _ in range(200):
            peer.drain()
            peer.send(ACK)
            assert flight(peer) <= 8000
        assert peer.state == "ESTABLISHED"


@pytest.mark.requirement("MUST-34")
@EVERY_ALGORITHM
def test_windows_that_shrink_and_jump_do_no_harm(algorithm: str) -> None:
    generator = random.Random(11)
    with attacked(TcpConfig(congestion_control=algorithm)) as (peer, _):
        peer.app.send(DATA)
        for _ in range(3000):
            came = peer.drain()
            assert len(came) < 200
            peer.send(ACK, window=generator.choice((0, 1, 2, 47, 536, 5000, 60_000)))
            peer.wait(generator.choice((0.0, 0.001, 0.3)))
            if peer.app.tcp.query().details()[0].unsent == 0:
                break
        assert peer.state == "ESTABLISHED"


@pytest.mark.requirement("MUST-38")
def test_a_window_of_one_byte_does_not_make_segments_of_one_byte() -> None:
    """The silly window, asked for on purpose: a segment comes when the override timer says so, and not for each ACK."""
    with attacked() as (peer, _):
        peer.window = 1
        peer.send(ACK)
        peer.app.send(DATA)
        start = peer.now
        count = 0
        for _ in range(500):
            count += len(peer.drain())
            peer.send(ACK)
            peer.wait(0.01)
        count += len(peer.drain())
        assert count <= 5 * (peer.now - start) + 20


@pytest.mark.requirement("MUST-37")
def test_a_window_that_is_never_opened_costs_a_probe_a_minute() -> None:
    """Sockstress: it may stay so for ever (MUST-37); it takes what one connection may take."""
    with attacked() as (peer, _):
        peer.window = 0
        peer.send(ACK)
        peer.app.send(DATA)
        probes = 0
        for _ in range(3600):
            peer.wait(1.0)
            came = peer.drain()
            probes += len(came)
            if came:
                peer.forge(ACK, ack=1)
        assert peer.state == "ESTABLISHED"
        assert 50 <= probes <= 90
        peer.app.abort()
        peer.drain()
