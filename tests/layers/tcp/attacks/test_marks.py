"""Forged congestion marks: who cannot acknowledge can neither slow a connection down nor hide that it should slow."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK, CWR, ECE, SYN, Options
from tests.support.tcp_ladder import Ladder

FORGED = (1 << 30, -(1 << 30), 2, 100_000)
"""Acknowledgements that a blind sender might try."""


def agreed() -> Ladder:
    """An open connection, of ours, with ECN."""
    peer = Ladder(TcpConfig(ecn="always"))
    peer.end.open()
    peer.expects(SYN | ECE | CWR)
    peer.sends(SYN | ACK | ECE, options=Options(mss=1000))
    peer.expects(ACK)
    return peer


def forges(peer: Ladder, flags: int, ack: int, marked: bool) -> None:
    """A segment with text in the window, and an acknowledgement that is none."""
    segment = peer.segment(flags, b"evil", seq=peer.seq, ack=ack)
    segment.marked = marked
    peer.gives(segment)
    peer.settle()
    peer.sent.clear()


@pytest.mark.parametrize("ack", FORGED)
def test_a_forged_mark_is_not_echoed(ack: int) -> None:
    peer = agreed()
    forges(peer, ACK, ack, marked=True)
    assert peer.end.counters.congestion_marks == 0
    peer.sends(ACK, b"honest")
    peer.advance(0.1)
    peer.expects(ACK)


@pytest.mark.parametrize("ack", FORGED)
def test_a_forged_cwr_does_not_silence_the_echo(ack: int) -> None:
    peer = agreed()
    honest = peer.segment(ACK, b"honest")
    honest.marked = True
    peer.gives(honest)
    peer.settle()
    peer.expects(ACK | ECE)
    forges(peer, ACK | CWR, ack, marked=False)
    peer.sends(ACK, b"more")
    peer.advance(0.1)
    peer.expects(ACK | ECE)


@pytest.mark.parametrize("ack", FORGED)
def test_a_forged_echo_does_not_slow_the_sender(ack: int) -> None:
    peer = agreed()
    peer.end.send(bytes(5000))
    window = peer.end.machine.tcb.congestion.window
    segment = peer.segment(ACK | ECE, seq=1, ack=ack + 5000)
    peer.gives(segment)
    peer.settle()
    assert peer.end.machine.tcb.congestion.window == window
    assert peer.end.counters.ecn_reductions == 0
