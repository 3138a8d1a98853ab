"""RACK-TLP at work in a connection: RFC 8985."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.repair import PROBE, REORDERING, TIMEOUT
from tests.support.tcp_sack import TRIP, Flight


def test_dup_thresh_begins_recovery_at_once() -> None:
    """Section 6.2, step 4: as long as no reordering has been seen."""
    flight = Flight(10)
    flight.acks(0, (1, 4))
    flight.expects(0)
    assert flight.count("losses_by_rack") == 1


def test_two_arrivals_are_enough_when_the_reordering_window_has_passed() -> None:
    """The reordering timer: a quarter of the least round trip."""
    flight = Flight(4)
    flight.acks(0, (1, 3))
    flight.expects()
    assert flight.tcb.recovery.running == REORDERING
    flight.advance(TRIP / 4 - 0.001)
    flight.expects()
    flight.advance(0.002)
    flight.expects(0)
    assert flight.count("retransmission_timeouts") == 0
    assert flight.count("fast_retransmits") == 1


def test_what_comes_within_the_reordering_window_is_not_sent_again() -> None:
    flight = Flight(4)
    flight.acks(0, (1, 3))
    flight.advance(TRIP / 8)
    flight.acks(3)
    flight.advance(0.05)
    flight.expects()
    assert flight.count("losses_by_rack") == 0
    assert flight.tcb.recovery.rack.reordering


def test_reordering_makes_dup_thresh_no_sign_of_loss() -> None:
    flight = Flight(9)
    flight.acks(0, (1, 2))
    flight.acks(2)
    flight.acks(2, (3, 8))
    flight.expects()
    flight.advance(TRIP / 4 + 0.001)
    flight.expects(2)


def test_a_lost_retransmission_is_sent_again_without_a_timeout() -> None:
    """Section 9.1, example 2."""
    flight = Flight(10, waiting=10_000)
    flight.acks(0, (1, 10))
    assert 0 in [(flight.peer.relative(each.seq) - flight.first) // flight.size for each in flight.peer.sent]
    flight.peer.sent.clear()
    flight.advance(TRIP)
    new = flight.tcb.snd.nxt
    flight.acks(0, (1, 11))
    sent = [(flight.peer.relative(each.seq) - flight.first) // flight.size for each in flight.peer.sent]
    assert sent[0] == 0
    assert flight.tcb.snd.nxt >= new
    assert flight.count("retransmission_timeouts") == 0
    assert flight.count("fast_retransmits") == 1  # the same recovery


def test_dsacks_widen_the_reordering_window() -> None:
    """Step 4: (N + 1) * min_RTT / 4."""
    flight = Flight(4)
    flight.acks(0, (1, 3))
    flight.advance(TRIP / 4 + 0.001)
    flight.expects(0)
    flight.acks(3, dsack=(0, 1))
    assert flight.count("dsacks") == 1
    flight.acks(4)
    tcb = flight.tcb
    window = tcb.recovery.rack.window(tcb.recovery.board, False, 1000, tcb.rtt, flight.peer.simulation.now)
    assert window == pytest.approx(2 * tcb.rtt.lowest(flight.peer.simulation.now) / 4)


# -- tail loss probes


def test_a_probe_goes_out_after_two_round_trips() -> None:
    """Section 7.2: PTO is 2 * SRTT where more than one segment is in flight; the last segment once more."""
    flight = Flight(3, age=0.0)
    assert flight.tcb.recovery.running == PROBE
    flight.advance(2 * TRIP - 0.002)
    flight.expects()
    flight.advance(0.01)
    flight.expects(2)
    assert flight.count("tail_probes") == 1
    assert flight.count("retransmission_timeouts") == 0
    assert flight.tcb.recovery.running == TIMEOUT


def test_a_single_segment_waits_for_delayed_acknowledgements() -> None:
    """TLP.max_ack_delay; and never longer than the RTO."""
    flight = Flight(1, age=0.0)
    rto = flight.tcb.rtt.rto
    flight.advance(rto - 0.002)
    flight.expects()
    flight.advance(0.004)
    flight.expects(0)
    assert flight.count("tail_probes") == 1
    assert flight.count("retransmission_timeouts") == 0


def test_new_data_is_the_better_probe() -> None:
    """Section 7.3: beyond the congestion window, by one segment."""
    flight = Flight(10, waiting=3000, age=0.0)
    flight.advance(2 * TRIP + 0.01)
    flight.expects(10)
    assert flight.count("retransmissions") == 0
    assert flight.count("tail_probes") == 1


def test_a_loss_at_the_end_is_mended_by_what_the_probe_brings() -> None:
    """Section 7.4.1: its SACK shows the others lost, without a timeout."""
    flight = Flight(5, age=0.0)
    flight.advance(2 * TRIP + 0.01)
    flight.expects(4)
    flight.advance(TRIP)
    flight.acks(2, (4, 5))
    flight.expects(2, 3)
    flight.advance(TRIP)
    flight.acks(5)
    assert flight.count("retransmission_timeouts") == 0


def test_a_flight_that_follows_an_empty_one_gets_its_probe() -> None:
    """The timer that ran for what waited does not stand in the way."""
    flight = Flight(10, waiting=1000, age=TRIP)
    flight.peer.window = 10_000
    flight.acks(10)
    flight.expects(10)
    assert flight.tcb.recovery.running == PROBE


def test_there_is_one_probe_and_then_the_timer() -> None:
    """ "Sender MUST ... proceed to re-arm the RTO timer"."""
    flight = Flight(3, TcpConfig(frto=False), age=0.0)
    flight.advance(2 * TRIP + 0.01)
    flight.expects(2)
    flight.advance(flight.tcb.rtt.rto)
    assert flight.count("tail_probes") == 1
    assert flight.count("retransmission_timeouts") == 1
    flight.expects(0)


def test_the_next_probe_needs_a_round_trip() -> None:
    """Condition 2: probes must not keep the round trip from being measured."""
    flight = Flight(2, age=0.0)
    flight.advance(2 * TRIP + 0.01)
    flight.expects(1)
    flight.advance(0.02)
    flight.acks(1)  # the first, which was sent once: measured
    flight.acks(2, dsack=(1, 2))
    flight.peer.end.send(bytes(2000))
    flight.peer.sent.clear()
    assert flight.tcb.recovery.running == PROBE


def test_a_probe_that_repaired_a_loss_reduces_the_window() -> None:
    """Section 7.4.2: an acknowledgement beyond the probe, and no DSACK before it."""
    flight = Flight(10, age=0.0)
    flight.advance(2 * TRIP + 0.01)
    flight.expects(9)
    flight.acks(10)
    assert flight.count("tail_losses") == 0  # that may still be the original
    before = flight.cwnd
    flight.peer.end.send(bytes(1000))
    flight.advance(TRIP)
    flight.acks(11)
    assert flight.count("tail_losses") == 1
    assert flight.cwnd < before


@pytest.mark.parametrize("case", ["DSACK", "duplicate"])
def test_a_probe_that_was_not_needed(case: str) -> None:
    """Cases 1 and 2: both the original and the probe arrived."""
    flight = Flight(10, age=0.0)
    flight.advance(2 * TRIP + 0.01)
    flight.expects(9)
    flight.acks(10)
    flight.peer.end.send(bytes(1000))
    if case == "DSACK":
        flight.acks(10, dsack=(9, 10))
    else:
        flight.acks(10)
    before = flight.cwnd
    flight.advance(TRIP)
    flight.acks(11)
    assert flight.count("tail_losses") == 0
    assert flight.cwnd >= before


def test_probes_can_be_turned_off() -> None:
    flight = Flight(3, TcpConfig(tail_loss_probe=False), age=0.0)
    assert flight.tcb.recovery.running == TIMEOUT
    flight.advance(2 * TRIP + 0.001)
    assert flight.count("tail_probes") == 0


def test_a_closed_window_gets_no_loss_probe_but_a_window_probe() -> None:
    flight = Flight(2, age=0.0)
    flight.peer.window = 0
    flight.acks(2)
    flight.peer.end.send(bytes(500))
    flight.advance(3.0)
    assert flight.count("tail_probes") == 0
    assert flight.count("window_probes") >= 1


def test_an_idle_connection_has_no_timer_that_is_wanted() -> None:
    flight = Flight(2, age=0.0)
    flight.advance(TRIP)
    flight.acks(2)
    flight.advance(10.0)
    flight.expects()
    assert not flight.tcb.timer_running


# -- timeouts


def test_a_timeout_takes_the_first_and_what_is_old_for_lost() -> None:
    """Section 6.3: not what was sent less than a round trip before."""
    flight = Flight(3, TcpConfig(frto=False, tail_loss_probe=False), age=0.0)
    flight.advance(flight.tcb.rtt.rto - 0.02)
    flight.peer.end.send(bytes(2000))
    flight.peer.sent.clear()
    flight.advance(0.03)
    assert flight.count("retransmission_timeouts") == 1
    flight.expects(0)
    assert [sent.lost for sent in flight.tcb.snd.sent] == [False, True, True, False, False]


def test_a_timeout_does_not_take_what_waits_behind_a_gap_for_what_the_path_carries() -> None:
    """ssthresh goes by what was in the network, not by all that had been sent and was SACKed."""
    flight = Flight(10, TcpConfig(frto=False), waiting=60_000)
    for last in range(2, 11):
        flight.acks(0, (1, last))
    for last in range(11, 24):
        flight.acks(0, (1, last))
    before = flight.tcb.congestion.ssthresh
    flight.advance(3.0)
    assert flight.count("retransmission_timeouts") >= 1
    assert flight.tcb.congestion.ssthresh <= max(before, 2000)
