"""RFC 5961: a peer who cannot see the connection can neither reset it nor put data into it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK, FIN, PSH, RST, SYN, URG
from tests.support.tcp_ladder import Ladder, close_wait, established, fin_wait_1, fin_wait_2, last_ack

Maker = Callable[[], Ladder]
STATES = [established, fin_wait_1, fin_wait_2, close_wait, last_ack]


@pytest.mark.parametrize("maker", STATES)
def test_a_reset_outside_of_the_window_is_dropped(maker: Maker) -> None:
    """Section 3.2, case 1."""
    peer = maker()
    state = peer.state
    window = peer.end.machine.tcb.rcv.edge - peer.end.machine.tcb.rcv.nxt
    for seq in (peer.seq - 1, peer.seq + window, peer.seq + (1 << 30)):
        peer.sends(RST, seq=seq)
    peer.expects_nothing()
    assert peer.state == state


@pytest.mark.parametrize("maker", STATES)
def test_a_reset_inside_of_the_window_is_challenged(maker: Maker) -> None:
    """Section 3.2, case 3."""
    peer = maker()
    state = peer.state
    peer.sends(RST, seq=peer.seq + 1)
    peer.expects(ACK, ack=peer.seq)
    assert peer.state == state
    peer.sends(RST)
    assert peer.end.deleted


@pytest.mark.parametrize("maker", STATES)
@pytest.mark.parametrize("offset", [-100, 0, 100, 1 << 30])
def test_a_syn_is_challenged_whatever_its_number(maker: Maker, offset: int) -> None:
    """Section 4.2."""
    peer = maker()
    state = peer.state
    peer.sends(SYN, seq=peer.seq + offset)
    peer.expects(ACK, ack=peer.seq)
    assert peer.state == state


@pytest.mark.requirement("MAY-12")
@pytest.mark.parametrize("offset", [1, 1 << 29, -(1 << 20)])
def test_data_with_an_ack_out_of_range_is_not_taken(offset: int) -> None:
    """Section 5.2: SND.UNA - MAX.SND.WND =< SEG.ACK =< SND.NXT."""
    peer = established()
    peer.sends(ACK, b"injected", seq=1, ack=1 + offset)
    peer.expects(ACK, seq=1, ack=1)
    assert peer.end.received == b""


def test_data_with_an_old_ack_is_taken() -> None:
    peer = established()
    peer.end.send(bytes(1000))
    peer.expects(ACK)
    peer.sends(ACK)
    peer.sends(ACK, b"late", ack=1)
    assert peer.end.received == b"late"


def test_challenges_are_limited() -> None:
    """Section 7: here 3 in 5 s."""
    peer = established(TcpConfig(challenge_limit=3))
    for _ in range(10):
        peer.sends(SYN, seq=50)
    assert len(peer.sent) == 3
    assert peer.end.counters.challenge_acks == 3
    assert peer.end.counters.challenges_withheld == 7
    peer.advance(5)
    peer.sent.clear()
    peer.sends(SYN, seq=50)
    peer.expects(ACK)


@pytest.mark.requirement("MUST-66")
def test_a_reset_is_processed_though_the_window_is_zero() -> None:
    """MUST-66."""
    peer = established(TcpConfig(receive_buffer=1000))
    peer.end.machine.hold()
    peer.sends(ACK | PSH, bytes(1000))
    peer.advance(1)
    peer.expects(ACK, window=0)
    peer.sends(RST)
    assert peer.end.deleted


@pytest.mark.requirement("MUST-66")
def test_acks_and_urgent_pointers_are_processed_though_the_window_is_zero() -> None:
    """MUST-66, and "special allowance should be made to accept valid ACKs, URGs and RSTs"."""
    peer = established(TcpConfig(receive_buffer=1000))
    peer.end.machine.hold()
    peer.end.send(b"x")
    peer.expects(ACK)
    peer.sends(ACK, bytes(1000), ack=1)
    peer.advance(1)
    peer.expects(ACK, window=0)
    peer.sends(ACK | URG, b"beyond", urgent=10)
    peer.expects(ACK, ack=1001, window=0)
    assert peer.end.machine.tcb.snd.una - peer.iss == 2
    assert peer.end.urgent == [10]
    assert len(peer.end.received) == 1000


@pytest.mark.parametrize("flags", range(64))
@pytest.mark.parametrize("seq", [-1, 0, 1, 2, 60000, 70000])
def test_no_combination_of_flags_harms(flags: int, seq: int) -> None:
    """Whatever a stranger sends with a wrong acknowledgement, data and state stay."""
    peer = established()
    peer.sends(flags, b"xyz", seq=seq, ack=900_000)
    if flags & RST and seq == 1:
        assert peer.end.deleted
    else:
        assert peer.state == "ESTABLISHED"
    assert peer.end.received == b""
    assert not peer.end.peer_closed


def test_a_blind_fin_does_not_close() -> None:
    peer = established()
    peer.sends(FIN | ACK, seq=5000, ack=99_999)
    assert peer.state == "ESTABLISHED"
    assert not peer.end.machine.tcb.rcv.reassembly
