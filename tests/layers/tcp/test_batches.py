"""What a batch of segments makes room for is sent at its end, as one; losses are answered as their signs come."""

from __future__ import annotations

import attrs
import pytest

from foxpy.layers.tcp import TcpConfig
from foxpy.layers.tcp.segment import ACK, FIN
from tests.support.tcp_ladder import Ladder, established

EACH = TcpConfig(ack_per_batch=False)
NEWRENO = TcpConfig(congestion_control="newreno")


def sending(config: TcpConfig | None = None, size: int = 100_000) -> Ladder:
    """Ten segments are on their way, the peer's window is wide, the link below cuts."""
    peer = established(config)
    peer.end.machine.offloaded(65515, 0.0)
    peer.end.send(bytes(size))
    peer.expects(ACK, seq=1, length=10_000)
    peer.expects_nothing()
    return peer


def test_acknowledgements_of_one_batch_send_one_large_segment() -> None:
    peer = sending()
    for ack in (2001, 4001, 6001, 8001):
        peer.gives(peer.segment(ACK, ack=ack))
        peer.expects_nothing()
    peer.settle()
    peer.expects(ACK, seq=10_001, length=16_000)  # slow start: what was acknowledged, twice
    peer.expects_nothing()


def test_without_batches_each_acknowledgement_sends() -> None:
    peer = sending(EACH)
    for ack in (2001, 4001):
        peer.gives(peer.segment(ACK, ack=ack))
        peer.expects(ACK, length=4000)
    peer.settle()
    peer.expects_nothing()


def test_what_came_in_the_batch_is_acknowledged_by_what_goes() -> None:
    peer = sending()
    for ack in (2001, 4001):
        peer.gives(peer.segment(ACK, bytes(1000), ack=ack))
    peer.settle()
    peer.expects(ACK, ack=2001, length=8000)
    peer.expects_nothing()
    peer.advance(0.1)  # nor does a delayed acknowledgement follow
    peer.expects_nothing()


def test_the_window_of_the_last_counts() -> None:
    peer = sending()
    peer.gives(peer.segment(ACK, ack=4001, window=60_000))
    peer.gives(peer.segment(ACK, ack=6001, window=4000))
    peer.settle()
    peer.expects_nothing()
    peer.sends(ACK, ack=10_001, window=4000)
    peer.expects(ACK, seq=10_001, length=4000)


def test_a_window_that_opens_is_used_at_once() -> None:
    peer = sending()
    peer.sends(ACK, ack=10_001, window=0)
    peer.expects_nothing()
    peer.sends(ACK, ack=10_001, window=9000)
    peer.expects(ACK, seq=10_001, length=9000)


def test_duplicates_are_answered_one_by_one() -> None:
    """RFC 5681, section 3.2: a new segment for each of the first two, and the third sends the lost one again."""
    peer = sending()
    peer.gives(peer.segment(ACK, ack=1))
    peer.expects(ACK, seq=10_001, length=1000)
    peer.gives(peer.segment(ACK, ack=1))
    peer.expects(ACK, seq=11_001, length=1000)
    peer.gives(peer.segment(ACK, ack=1))
    peer.expects(ACK, seq=1, length=1000)
    assert peer.end.machine.tcb.congestion.ssthresh == 7000  # of what was on its way before limited transmit


def test_room_that_waits_for_the_end_is_used_before_a_loss_is_weighed() -> None:
    peer = sending()
    peer.gives(peer.segment(ACK, ack=2001))
    peer.expects_nothing()
    peer.gives(peer.segment(ACK, ack=2001))
    peer.expects(ACK, seq=10_001, length=5000)  # four by slow start, one by limited transmit
    peer.settle()
    peer.expects_nothing()


def test_a_fin_that_the_room_allows_goes_with_it() -> None:
    peer = sending(size=14_000)
    peer.end.half_close()
    for ack in (2001, 4001):
        peer.gives(peer.segment(ACK, ack=ack))
    peer.settle()
    peer.expects(FIN | ACK, seq=10_001, length=4000)
    peer.expects_nothing()


@pytest.mark.parametrize("config", [NEWRENO, attrs.evolve(NEWRENO, ack_per_batch=False)])
def test_congestion_avoidance_grows_alike(config: TcpConfig) -> None:
    """RFC 5681, section 3.1: by one segment for a window's worth, however the acknowledgements come."""
    peer = sending(config)
    congestion = peer.end.machine.tcb.congestion
    congestion.ssthresh = congestion.window
    for ack in range(1001, 10_002, 1000):
        peer.gives(peer.segment(ACK, ack=ack))
    assert congestion.window == 11_000
    peer.settle()
    assert sum(len(sent.payload) for sent in peer.sent) == 11_000


def test_a_window_that_does_not_limit_does_not_grow() -> None:
    """The bytes that a batch freed are not in flight for ever: here nothing waits to take their place."""
    peer = sending(size=10_000)
    congestion = peer.end.machine.tcb.congestion
    congestion.ssthresh = congestion.window = 40_000
    for ack in range(1001, 10_002, 1000):
        peer.sends(ACK, ack=ack)
    for _ in range(10):
        peer.end.send(bytes(10_000))
        peer.sends(ACK)
    assert congestion.window == 40_000


def test_a_connection_that_ends_within_the_batch_sends_nothing_more() -> None:
    peer = sending()
    peer.gives(peer.segment(ACK, ack=2001))
    peer.end.abort()
    peer.sent.clear()
    peer.settle()
    peer.expects_nothing()
