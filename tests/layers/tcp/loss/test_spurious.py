"""Retransmissions that were not needed: F-RTO (RFC 5682), Eifel detection (RFC 3522), DSACK (RFC 2883, 3708)."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.config import TcpConfig
from tests.support.tcp_sack import TRIP, Flight

PLAIN = TcpConfig(tail_loss_probe=False)


def timed_out(permitted: bool, waiting: int = 20_000, segments: int = 10, timestamps: bool = False) -> Flight:
    """The retransmission timer has gone off for a flight of ten."""
    flight = Flight(segments, PLAIN, waiting=waiting, permitted=permitted, timestamps=timestamps)
    flight.advance(flight.tcb.rtt.rto)
    assert flight.count("retransmission_timeouts") == 1
    flight.expects(0)
    return flight


@pytest.mark.parametrize("permitted", [False, True])
def test_a_spurious_timeout_is_found_and_undone(permitted: bool) -> None:
    """RFC 5682, steps 1, 2b and 3b: new segments instead of the old ones, and then what was sent before arrives."""
    flight = timed_out(permitted)
    assert flight.cwnd == 1000
    flight.acks(1)
    flight.expects(10, 11)
    flight.acks(2)
    assert flight.count("spurious_timeouts") == 1
    assert flight.cwnd >= 10_000
    assert not flight.tcb.recovery.going_back
    flight.peer.sent.clear()
    for number in range(3, 13):
        flight.acks(number)
    assert flight.count("retransmissions") == 1


@pytest.mark.parametrize("permitted", [False, True])
def test_a_real_timeout_is_mended_in_slow_start(permitted: bool) -> None:
    """Step 3a: the new segments make duplicate ACKs; the window is three segments at most."""
    flight = timed_out(permitted)
    flight.acks(1)
    flight.expects(10, 11)
    if permitted:
        flight.acks(1, (10, 11))
    else:
        flight.acks(1)
    assert flight.count("spurious_timeouts") == 0
    assert flight.cwnd <= 3000
    sent = [(flight.peer.relative(each.seq) - flight.first) // 1000 for each in flight.peer.sent]
    assert sent[0] == 1
    assert flight.tcb.recovery.going_back


def test_a_duplicate_ack_ends_it_without_sack() -> None:
    """Step 2a."""
    flight = timed_out(False)
    flight.acks(0)
    flight.acks(1)
    flight.expects(1, 2)


def test_with_sack_a_duplicate_does_not_end_it() -> None:
    """Section 3.1, step 2: "Stay in step 2 and wait for the next new acknowledgment"."""
    flight = timed_out(True)
    flight.acks(0, (3, 4))
    flight.expects()
    flight.acks(1, (3, 4))
    flight.expects(10, 11)
    flight.acks(1, (3, 5))
    assert flight.count("spurious_timeouts") == 1


@pytest.mark.parametrize("permitted", [False, True])
def test_without_new_data_it_is_a_timeout_like_any(permitted: bool) -> None:
    flight = timed_out(permitted, waiting=0)
    flight.acks(1)
    flight.expects(1, 2)


@pytest.mark.parametrize("permitted", [False, True])
def test_an_acknowledgement_of_everything_tells_nothing(permitted: bool) -> None:
    """Step 2a: "there is not enough evidence"."""
    flight = timed_out(permitted)
    flight.acks(10)
    assert flight.count("spurious_timeouts") == 0
    assert flight.cwnd <= 2000
    assert not flight.tcb.recovery.going_back


@pytest.mark.parametrize("permitted", [False, True])
def test_an_acknowledgement_of_part_of_the_segment_is_no_evidence(permitted: bool) -> None:
    """Section 2.2: "a malicious receiver acknowledging partial segments"."""
    flight = timed_out(permitted)
    flight.sends(flight.seq(0) + 500, [])
    sent = [(flight.peer.relative(each.seq) - flight.first) for each in flight.peer.sent]
    assert 10_000 not in sent
    flight.peer.sent.clear()
    flight.sends(flight.seq(0) + 700, [])
    assert flight.count("spurious_timeouts") == 0


def test_a_second_timeout_of_the_same_segment_begins_anew() -> None:
    """Step 1."""
    flight = timed_out(False)
    flight.advance(flight.tcb.rtt.rto + 0.01)
    flight.expects(0)
    flight.acks(1)
    flight.expects(10, 11)
    flight.acks(2)
    assert flight.count("spurious_timeouts") == 1


def test_it_can_be_turned_off() -> None:
    flight = Flight(10, TcpConfig(frto=False, tail_loss_probe=False), waiting=20_000)
    flight.advance(flight.tcb.rtt.rto)
    flight.expects(0)
    flight.acks(1)
    flight.expects(1, 2)


# -- RFC 3522


@pytest.mark.parametrize("permitted", [False, True])
def test_the_timestamp_of_the_original_shows_a_spurious_timeout(permitted: bool) -> None:
    """Section 3.2, step 5: the first acceptable ACK echoes what is older than the retransmission."""
    flight = timed_out(permitted, timestamps=True)
    flight.acks(1, echo=flight.began)
    assert flight.count("spurious_timeouts") == 1
    assert flight.cwnd >= 10_000
    flight.peer.sent.clear()
    flight.acks(10, echo=flight.began)
    assert flight.count("retransmissions") == 1


@pytest.mark.parametrize("permitted", [False, True])
def test_the_timestamp_of_the_retransmission_shows_a_loss(permitted: bool) -> None:
    flight = timed_out(permitted, timestamps=True)
    again = flight.peer.simulation.now
    flight.advance(TRIP)
    flight.acks(1, echo=again)
    assert flight.count("spurious_timeouts") == 0


def test_reordering_that_looked_like_a_loss_is_undone() -> None:
    """A fast retransmit; the original comes, with its own timestamp."""
    flight = Flight(10, PLAIN, timestamps=True, waiting=20_000)
    flight.acks(0, (1, 4), echo=flight.began)
    assert flight.count("fast_retransmits") == 1
    flight.advance(0.002)
    flight.acks(4, echo=flight.began)
    assert flight.count("spurious_recoveries") == 1
    assert flight.cwnd >= 10_000
    assert not flight.tcb.recovery.recovering


# -- DSACK


def test_dsacks_for_all_that_was_sent_again_undo_the_reduction() -> None:
    flight = Flight(10, PLAIN, waiting=20_000)
    flight.acks(0, (2, 7))
    assert flight.count("retransmissions") == 2
    assert flight.cwnd < 10_000
    flight.acks(7, dsack=(0, 2))
    assert flight.count("spurious_recoveries") == 1
    assert flight.cwnd >= 10_000


def test_dsacks_that_come_later_undo_it_too() -> None:
    """A round trip after the recovery is over, most often."""
    flight = Flight(10, PLAIN, waiting=20_000)
    flight.acks(0, (1, 4))
    flight.acks(10)
    reduced = flight.cwnd
    assert reduced < 10_000
    assert not flight.tcb.recovery.recovering
    flight.acks(10, dsack=(0, 1))
    assert flight.count("spurious_recoveries") == 1
    assert flight.cwnd >= 10_000


def test_a_dsack_for_one_of_two_proves_nothing() -> None:
    flight = Flight(10, PLAIN, waiting=20_000)
    flight.acks(0, (2, 7))
    assert flight.count("retransmissions") == 2
    flight.acks(7, dsack=(0, 1))
    assert flight.count("spurious_recoveries") == 0


@pytest.mark.parametrize("block", [(-100_000, -99_000), (-500, 1), (1, 1), (900, 100)])
def test_dsacks_that_cannot_be_undo_nothing(block: tuple[int, int]) -> None:
    flight = Flight(10, PLAIN, waiting=20_000)
    flight.acks(0, (1, 4))
    flight.acks(10)
    flight.sends(flight.seq(10), [block])
    assert flight.count("spurious_recoveries") == 0
