"""Blind attacks: who cannot see a connection can neither reset it, nor put data into it, nor close it (RFC 5961)."""

from __future__ import annotations

import random

import pytest

from foxpy.testing.peer import ACK, FIN, PSH, RST, SYN, URG
from tests.support.tcp_attack import attacked, carries_data

WINDOW = 65535


def test_a_reset_in_every_window_resets_nothing() -> None:
    """What "Slipping in the Window" needed: one RST for each window's worth of sequence numbers."""
    with attacked() as (peer, _):
        for seq in range(2, 1 << 32, WINDOW):
            peer.forge(RST, seq=seq)
        challenges = peer.drain()
        assert len(challenges) <= 10
        assert peer.state == "ESTABLISHED"
        assert peer.counters["resets_received"] == 0
        assert peer.counters["out_of_window"] > 65_000


def test_a_peer_that_did_restart_can_still_say_so() -> None:
    """The challenge names the number that a reset must have: whoever gets it can send that one."""
    with attacked() as (peer, _):
        peer.forge(RST, seq=5000)
        challenge = peer.expect(ACK)
        peer.send(RST, seq=challenge.ack)
        assert peer.state == "LISTEN"


def test_syns_in_every_window_reset_nothing() -> None:
    with attacked() as (peer, _):
        for seq in range(0, 1 << 32, WINDOW * 8):
            peer.forge(SYN, seq=seq)
        assert len(peer.drain()) <= 10
        assert peer.state == "ESTABLISHED"


@pytest.mark.requirement("MAY-12")
@pytest.mark.parametrize("flags", [ACK | PSH, ACK | PSH | FIN, ACK | PSH | URG])
def test_data_with_guessed_acknowledgements_is_not_taken(flags: int) -> None:
    """Sequence numbers are right here, which is the best that a guess can do; acknowledgements are anywhere."""
    generator = random.Random(5)
    with attacked() as (peer, _):
        for _ in range(2000):
            ack = generator.randrange(2, (1 << 32) - 65_536)
            peer.forge(flags, b"evil", seq=peer.seq, ack=ack)
        assert peer.app.received == b""
        assert peer.app.events == []
        assert peer.state == "ESTABLISHED"
        assert peer.counters["bad_acknowledgements"] == 2000
        assert len(peer.drain()) == 10
        carries_data(peer)


def test_what_was_injected_ahead_of_its_turn_is_not_held() -> None:
    with attacked() as (peer, _):
        for seq in range(100, 60_000, 100):
            peer.forge(ACK | PSH, b"evil", seq=seq, ack=1 << 30)
        assert peer.app.tcp.query().details()[0].out_of_order == 0


@pytest.mark.parametrize("flags", range(64))
def test_no_combination_of_flags_does_harm(flags: int) -> None:
    """But for the reset of the exact number, which is as good as a guess can be."""
    with attacked() as (peer, _):
        for seq in (-70_000, -1, 0, 2, 1000, 65_535, 66_000, 1 << 30):
            peer.forge(flags, b"xyz", seq=peer.seq + (seq or 1), ack=1 << 30, urgent=9)
        assert peer.state == "ESTABLISHED"
        assert peer.app.received == b""
        assert peer.app.events == []


@pytest.mark.parametrize("kind", [RST, RST | ACK])
def test_a_handshake_cannot_be_refused_blindly(kind: int) -> None:
    """SYN-SENT: a reset must acknowledge our SYN, whose number nobody outside knows."""
    generator = random.Random(6)
    with attacked() as (peer, _):
        opener = peer.beside(6000)
        opener.app.open()
        opener.expect(SYN)
        for _ in range(2000):
            opener.forge(kind, seq=generator.getrandbits(32), ack=generator.randrange(2, 1 << 32))
        opener.send(SYN | ACK)
        opener.expect(ACK)
        assert opener.state == "ESTABLISHED"
