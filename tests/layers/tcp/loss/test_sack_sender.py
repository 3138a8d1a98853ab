"""Loss recovery with SACK by the sender: RFC 2018, RFC 6675, RFC 6937, and blocks that lie."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.config import TcpConfig
from tests.support.tcp_sack import Flight

COUNTING = TcpConfig(rack=False, tail_loss_probe=False)
"""Losses are found by counting arrivals: RFC 6675."""


def test_three_segments_behind_a_gap_show_a_loss() -> None:
    """RFC 6675, section 5, step 2."""
    flight = Flight(10, COUNTING)
    flight.acks(0, (1, 2))
    flight.acks(0, (1, 3))
    flight.expects()
    flight.acks(0, (1, 4))
    flight.expects(0)
    assert flight.count("losses_by_sack") == 1
    assert flight.count("fast_retransmits") == 1
    assert flight.tcb.congestion.ssthresh == 5000


def test_three_ranges_show_a_loss() -> None:
    """IsLost: "DupThresh discontiguous SACKed sequences have arrived above"."""
    flight = Flight(10, COUNTING)
    flight.acks(0, (3, 4), (1, 2))
    flight.expects()
    flight.acks(0, (5, 6), (3, 4), (1, 2))
    flight.expects(0)


def test_limited_transmit_goes_by_the_pipe() -> None:
    """Step 3: what was SACKed has left the network, and makes room for new segments."""
    flight = Flight(10, COUNTING, waiting=5000)
    flight.acks(0, (1, 2))
    flight.expects(10)
    flight.acks(0, (1, 3))
    flight.expects(11)


def test_all_holes_are_sent_again_in_one_round_trip() -> None:
    """What NewReno takes as many round trips for as segments were lost; in the order of the stream, then what is new.

    RFC 6937: first no more than has arrived, and with progress up to twice that, until ssthresh is in the network."""
    flight = Flight(10, waiting=20_000)
    flight.acks(0, (9, 10), (5, 6), (3, 4), (1, 2))
    flight.expects(0, 2, 4, 6)
    flight.acks(2, (9, 10), (5, 6), (3, 4))
    flight.expects(7, 8)
    flight.acks(4, (9, 10), (5, 6))
    flight.expects(10)
    flight.acks(7, (9, 10))
    flight.acks(8, (9, 10))
    flight.acks(10)
    assert flight.count("fast_retransmits") == 1
    assert flight.count("retransmissions") == 6
    assert flight.count("retransmission_timeouts") == 0


def test_a_single_loss_ends_at_ssthresh() -> None:
    """RFC 6937: one segment for two that arrive, and not half a round trip of silence."""
    flight = Flight(10, waiting=30_000)
    flight.acks(0, (1, 4))
    flight.expects(0)
    out = []
    for last in range(5, 11):
        flight.acks(0, (1, last))
        out.append(len(flight.peer.sent))
        flight.peer.sent.clear()
    assert max(out) == 1
    assert 2 <= sum(out) <= 4
    flight.acks(10)
    assert flight.cwnd == flight.tcb.congestion.ssthresh == 5000
    assert not flight.tcb.recovery.recovering


def test_the_rescue_retransmission() -> None:
    """NextSeg, rule 4: once in a recovery, the last segment, where nothing else is left to send."""
    flight = Flight(10, COUNTING)
    flight.acks(0, (1, 4))
    flight.expects(0)
    flight.acks(0, (1, 8))
    flight.expects(9)
    flight.acks(0, (1, 9))
    flight.expects()


def test_what_is_missing_is_filled_before_new_data_can_be_sent() -> None:
    """NextSeg, rule 3: what is not known to be lost, below the highest octet SACKed."""
    flight = Flight(10, COUNTING)
    flight.acks(0, (1, 3), (4, 5))
    flight.expects(0)
    flight.acks(0, (1, 3), (4, 6))
    flight.peer.sent.clear()
    flight.acks(0, (1, 3), (4, 8))
    assert flight.count("retransmissions") >= 2
    assert flight.count("retransmission_timeouts") == 0


def test_what_was_sacked_is_not_sent_again_after_a_timeout() -> None:
    """RFC 2018, section 5.1 (the SACKed bits are not used where the peer has reneged, and else they are)."""
    flight = Flight(10, TcpConfig(frto=False))
    flight.acks(0, (1, 2), (4, 10))
    flight.peer.sent.clear()
    flight.advance(1.0)
    assert flight.count("retransmission_timeouts") >= 1
    flight.peer.sent.clear()
    flight.acks(2, (4, 10))
    flight.expects(2, 3)
    flight.acks(10)
    flight.expects()


def test_a_peer_that_reneged_is_sent_everything() -> None:
    """RFC 2018, section 8: the front of the queue was SACKed and is not acknowledged."""
    flight = Flight(4, TcpConfig(frto=False))
    flight.acks(0, (1, 4))
    flight.expects(0)
    flight.acks(1)  # and says no more of the others
    flight.advance(3.0)
    assert flight.count("reneged") == 1
    flight.peer.sent.clear()
    for number in (2, 3, 4):
        flight.acks(number)
    assert flight.tcb.snd.una == flight.tcb.snd.nxt
    assert flight.tcb.recovery.board.gone() == 0


def test_large_segments_are_sent_again_in_part() -> None:
    """Only the MSS that is missing, of 10,000 bytes that went down as one."""
    flight = Flight(1, age=0.0)
    end = flight.peer.end
    flight.acks(1)
    end.machine.offloaded(30_020, flight.peer.simulation.now)
    end.perform()
    end.send(bytes(10_000))
    (whole,) = flight.peer.sent
    assert len(whole.payload) == 10_000
    flight.peer.sent.clear()
    flight.advance(0.1)
    flight.acks(1, (4, 11))
    flight.acks(2, (4, 11))
    flight.acks(2, (4, 11))
    flight.advance(0.05)
    sent = [(flight.peer.relative(each.seq) - flight.first, len(each.payload)) for each in flight.peer.sent]
    assert sent == [(1000, 1000), (2000, 1000), (3000, 1000)]


# -- blocks that lie


@pytest.mark.parametrize(
    "block",
    [
        (9001, 9000),  # reversed
        (5001, 5001),  # empty
        (9001, 12_002),  # beyond SND.NXT
        (20_000, 30_000),
        (500, 2000),  # across SND.UNA
        (-100_000, -90_000),  # far below
        (1 << 31, (1 << 31) + 1),
    ],
)
def test_blocks_that_cannot_be_are_counted_and_ignored(block: tuple[int, int]) -> None:
    flight = Flight(10)
    flight.sends(flight.seq(0), [block])
    assert flight.count("bad_sacks") == 1
    assert flight.tcb.recovery.board.gone() == 0
    flight.advance(0.01)
    flight.acks(10)
    assert flight.tcb.snd.una == flight.tcb.snd.nxt


def test_blocks_of_a_peer_that_did_not_offer_sack_mean_nothing() -> None:
    flight = Flight(10, permitted=False)
    flight.acks(0, (1, 10))
    flight.expects()
    assert flight.tcb.recovery.board.sacked == 0
    assert flight.count("bad_sacks") == 0


def test_old_acknowledgements_tell_nothing() -> None:
    flight = Flight(10)
    flight.acks(5)
    flight.acks(3, (6, 8))
    assert flight.tcb.recovery.board.sacked == 0


def test_a_liar_that_takes_everything_back_loses_only_its_own_data() -> None:
    """All is SACKed, nothing is acknowledged: the timer sees to it."""
    flight = Flight(10)
    flight.acks(0, (0, 10))
    assert flight.tcb.recovery.board.sacked == 10_000
    flight.advance(2.0)
    assert flight.count("reneged") == 1
    assert flight.count("retransmission_timeouts") >= 1
    flight.acks(10)
    assert not flight.tcb.recovery.busy


def test_thousands_of_tiny_blocks_leave_a_short_queue() -> None:
    """SACK panic, SegmentSmack: each acknowledgement names other single bytes."""
    flight = Flight(1, age=0.0, window=65_535)
    flight.acks(1)
    end = flight.peer.end
    end.machine.offloaded(65_000, flight.peer.simulation.now)
    end.perform()
    flight.tcb.congestion.window = 200_000
    end.send(bytes(60_000))
    flight.peer.sent.clear()
    flight.advance(0.1)
    base = flight.seq(1)
    for start in range(0, 60_000, 60):
        blocks = [(base + start + each, base + start + each + 1) for each in (1, 17, 33, 49)]
        flight.sends(base, blocks)
        flight.peer.sent.clear()
    assert len(flight.tcb.snd.sent) <= 61
    assert flight.tcb.recovery.board.sacked == 0
    assert len(flight.tcb.recovery.board.ranges()) == 0


# -- the peer without SACK


def test_acknowledgements_without_loss_leave_the_scoreboard_alone() -> None:
    """The way of nearly all of them: one test, and nothing kept."""
    flight = Flight(10)
    board = flight.tcb.recovery.board
    for number in range(1, 11):
        flight.acks(number)
        assert not flight.tcb.recovery.busy
    assert not board.fresh
    assert board.idle()
