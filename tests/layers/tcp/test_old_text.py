"""A peer that did not hear our acknowledgements sends old text again, and must hear them then (RFC 9293, 3.10.7.4)."""

from __future__ import annotations

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK
from tests.support.tcp_ladder import established


def test_text_that_comes_again_is_always_acknowledged() -> None:
    """However often: a peer that must send a whole flight again depends on every one of these."""
    peer = established(TcpConfig(challenge_limit=3))
    for _ in range(20):
        peer.sends(ACK, bytes(1000))
    peer.sent.clear()
    for _ in range(10):
        peer.sends(ACK, bytes(1000), seq=1)
    assert len(peer.sent) == 10
    assert {segment.ack - peer.sent[0].ack for segment in peer.sent} == {0}
    assert peer.end.counters.duplicate_segments == 10
    assert peer.end.counters.challenge_acks == 0


def test_what_carries_no_text_is_answered_within_limits() -> None:
    """Two peers that both believe the other's numbers to be wrong must not go on for ever."""
    peer = established(TcpConfig(challenge_limit=3))
    peer.sends(ACK, bytes(1000))
    peer.sent.clear()
    for _ in range(10):
        peer.sends(ACK, seq=1)
    assert len(peer.sent) == 3
