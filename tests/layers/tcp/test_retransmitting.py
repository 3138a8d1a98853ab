"""Retransmission: RTO (RFC 6298), fast retransmit and NewReno (RFC 5681, 6582), R1 and R2 (RFC 9293, section 3.8.3)."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.rtt import RttEstimator
from foxpy.layers.tcp.segment import ACK
from foxpy.layers.tcp.states import Why
from tests.support.tcp_ladder import Ladder, established

# -- round trips


def test_the_first_sample() -> None:
    """RFC 6298 (2.1), (2.2)."""
    rtt = RttEstimator(1.0, 0.2, 60.0)
    assert rtt.rto == 1.0
    rtt.sample(0.5)
    assert (rtt.srtt, rtt.rttvar, rtt.rto) == (0.5, 0.25, 1.5)


def test_later_samples() -> None:
    """(2.3): RTTVAR first, from the old SRTT."""
    rtt = RttEstimator(1.0, 0.2, 60.0)
    rtt.sample(0.4)
    rtt.sample(0.8)
    assert rtt.rttvar == pytest.approx(0.75 * 0.2 + 0.25 * 0.4)
    assert rtt.srtt == pytest.approx(0.875 * 0.4 + 0.125 * 0.8)
    assert rtt.rto == pytest.approx(rtt.srtt + 4 * rtt.rttvar)


def test_the_rto_has_bounds() -> None:
    """(2.4), (2.5)."""
    rtt = RttEstimator(1.0, 0.2, 60.0)
    for _ in range(100):
        rtt.sample(0.001)
    assert rtt.rto == 0.2
    rtt.sample(500.0)
    assert rtt.rto == 60.0


def test_backing_off_lasts_until_the_next_sample() -> None:
    rtt = RttEstimator(1.0, 0.2, 60.0)
    rtt.sample(0.1)
    before = rtt.rto
    for _ in range(3):
        rtt.back_off()
    assert rtt.rto == pytest.approx(8 * before)
    rtt.sample(0.1)
    assert rtt.rto < 2 * before


def test_a_round_trip_of_nothing_counts() -> None:
    rtt = RttEstimator(1.0, 0.2, 60.0)
    rtt.sample(0.0)
    assert rtt.rto == 0.2
    assert rtt.srtt > 0


# -- time-outs


def flowing(config: TcpConfig | None = None, window: int = 60_000) -> Ladder:
    """Established, with a round trip of 0.1 s measured and one segment acknowledged; NewReno, which the RFCs are of."""
    peer = established(config or TcpConfig(congestion_control="newreno"), window=window)
    peer.end.send(bytes(1000))
    peer.expects(ACK)
    peer.advance(0.1)
    peer.sends(ACK)
    assert peer.end.machine.tcb.rtt.srtt > 0
    return peer


@pytest.mark.requirement("MUST-19")
def test_a_lost_segment_is_sent_again_with_doubled_timeouts() -> None:
    """(5.4) to (5.6)."""
    peer = flowing()
    rto = peer.end.machine.tcb.rtt.rto
    peer.end.send(b"lost")
    peer.expects(ACK, b"lost", seq=1001)
    start = peer.simulation.now
    times: list[float] = []
    while len(times) < 5:
        peer.advance(0.01)
        for _ in range(len(peer.sent)):
            peer.expects(ACK, b"lost", seq=1001)
            times.append(peer.simulation.now - start)
    expected = [rto * (2 ** (number + 1) - 1) for number in range(5)]
    assert times == pytest.approx(expected, abs=0.02)


def test_an_acknowledgement_restarts_the_timer() -> None:
    """(5.3)."""
    peer = flowing()
    rto = peer.end.machine.tcb.rtt.rto
    peer.end.send(bytes(2000))
    peer.advance(rto * 0.9)
    peer.sends(ACK, ack=2001)
    peer.sent.clear()
    peer.advance(peer.end.machine.tcb.rtt.rto * 0.9)
    peer.expects_nothing()
    peer.advance(peer.end.machine.tcb.rtt.rto * 0.2)
    peer.expects(ACK, seq=2001)


def test_when_everything_is_acknowledged_no_timer_runs() -> None:
    """(5.2); an idle connection has no tick."""
    peer = flowing()
    peer.advance(1)
    assert not peer.end.timers


@pytest.mark.requirement("MUST-18")
def test_an_ack_of_what_was_sent_twice_is_no_sample() -> None:
    """Karn's algorithm (MUST-18)."""
    peer = flowing()
    before = peer.end.machine.tcb.rtt.srtt
    peer.end.send(b"x")
    peer.advance(peer.end.machine.tcb.rtt.rto + 0.01)
    backed_off = peer.end.machine.tcb.rtt.rto
    peer.advance(5)
    peer.sends(ACK)
    assert peer.end.machine.tcb.rtt.srtt == before
    assert peer.end.machine.tcb.rtt.rto >= backed_off


@pytest.mark.requirement("MUST-20", "SHLD-9", "SHLD-10", "SHLD-11")
def test_trouble_is_told_at_r1_and_the_end_at_r2() -> None:
    """MUST-20, SHLD-9 to SHLD-11."""
    peer = flowing()
    peer.end.send(b"x")
    began = peer.simulation.now
    while not peer.end.troubles:
        peer.advance(0.1)
    assert peer.end.counters.retransmissions == 3
    while not peer.end.deleted:
        peer.advance(0.1)
    assert peer.end.finished is Why.TIMED_OUT
    assert peer.simulation.now - began == pytest.approx(120, abs=0.2)
    assert peer.end.troubles == [3]


@pytest.mark.requirement("MUST-21")
def test_r2_can_be_set_for_a_connection() -> None:
    """MUST-21."""
    peer = flowing()
    peer.end.machine.configure(TcpConfig(give_up_after=float("inf")), peer.simulation.now)
    peer.end.perform()
    peer.end.send(b"x")
    peer.advance(100_000)
    assert peer.state == "ESTABLISHED"
    assert not peer.end.finished


def test_after_a_timeout_everything_in_flight_goes_again_as_the_window_grows() -> None:
    peer = flowing()
    peer.end.send(bytes(6000))
    assert len(peer.sent) == 6
    peer.sent.clear()
    peer.advance(peer.end.machine.tcb.rtt.rto + 0.01)
    assert peer.end.machine.tcb.congestion.window == 1000
    peer.expects(ACK, seq=1001, length=1000)
    peer.expects_nothing()
    peer.sends(ACK, ack=2001)
    peer.expects(ACK, seq=2001)
    peer.expects(ACK, seq=3001)
    peer.expects_nothing()
    peer.sends(ACK, ack=7001)  # the peer had the others
    peer.expects_nothing()
    assert peer.end.machine.tcb.recovery.going_back is False


def test_new_data_waits_behind_what_is_sent_again() -> None:
    peer = flowing()
    peer.end.send(bytes(3000))
    peer.sent.clear()
    peer.advance(peer.end.machine.tcb.rtt.rto + 0.01)
    peer.expects(ACK, seq=1001)
    peer.end.send(b"new")
    peer.expects_nothing()
    peer.sends(ACK, ack=2001)
    peer.expects(ACK, seq=2001)
    peer.expects(ACK, seq=3001)
    peer.expects_nothing()
    peer.sends(ACK, ack=4001)
    peer.expects(ACK, b"new", seq=4001)


def test_ssthresh_is_not_halved_twice_for_one_loss() -> None:
    """RFC 5681, section 3.1."""
    peer = flowing()
    peer.end.send(bytes(8000))
    peer.advance(peer.end.machine.tcb.rtt.rto + 0.01)
    first = peer.end.machine.tcb.congestion.ssthresh
    assert first == 4000
    peer.advance(peer.end.machine.tcb.rtt.rto + 0.01)
    assert peer.end.machine.tcb.congestion.ssthresh == first


def test_a_partly_acknowledged_segment_is_cut() -> None:
    peer = flowing()
    peer.end.send(b"abcdef")
    peer.sent.clear()
    peer.sends(ACK, ack=1004)
    peer.advance(2)
    peer.expects(ACK, b"def", seq=1004)


# -- fast retransmit


def losing(segments: int = 10) -> Ladder:
    """``segments`` full segments are in flight, from number 1001 on."""
    peer = flowing()
    peer.end.send(bytes(1000 * segments))
    assert len(peer.sent) == segments
    peer.sent.clear()
    return peer


def duplicate(peer: Ladder, ack: int, times: int = 1) -> None:
    for _ in range(times):
        peer.sends(ACK, ack=ack)


def test_three_duplicates_retransmit() -> None:
    """RFC 5681, section 3.2."""
    peer = losing()
    duplicate(peer, 1001, 2)
    peer.expects_nothing()
    duplicate(peer, 1001)
    peer.expects(ACK, seq=1001, length=1000)
    peer.expects_nothing()
    tcb = peer.end.machine.tcb
    assert tcb.congestion.ssthresh == 5000
    assert tcb.congestion.window == 5000
    assert tcb.recovery.inflation == 3000
    assert peer.end.counters.fast_retransmits == 1


def test_two_duplicates_let_new_segments_out() -> None:
    """Limited transmit: RFC 5681 section 3.2 step 1, RFC 3042."""
    peer = losing()
    peer.end.send(bytes(4000))
    peer.expects_nothing()
    duplicate(peer, 1001)
    peer.expects(ACK, seq=11_001)
    duplicate(peer, 1001)
    peer.expects(ACK, seq=12_001)
    peer.expects_nothing()


def test_further_duplicates_inflate_the_window() -> None:
    """Step 4."""
    peer = losing()
    peer.end.send(bytes(5000))
    peer.sent.clear()
    duplicate(peer, 1001, 3)
    peer.sent.clear()
    duplicate(peer, 1001, 4)
    assert peer.end.machine.tcb.congestion.window == 5000
    assert peer.end.machine.tcb.recovery.inflation == 7000
    duplicate(peer, 1001)
    peer.expects(ACK, seq=13_001)  # two by limited transmit, then: 5000 + 8000 - 12,000 in flight
    peer.expects_nothing()


def test_a_full_ack_ends_the_recovery() -> None:
    """RFC 6582, section 3.2, step 3."""
    peer = losing()
    duplicate(peer, 1001, 3)
    peer.sent.clear()
    peer.sends(ACK, ack=11_001)
    tcb = peer.end.machine.tcb
    assert not tcb.recovery.recovering
    assert tcb.recovery.inflation == 0
    assert tcb.congestion.window == 2000  # min(ssthresh, max(FlightSize, SMSS) + SMSS), nothing being in flight
    assert tcb.congestion.ssthresh == 5000


def test_a_partial_ack_retransmits_the_next_hole() -> None:
    peer = losing()
    duplicate(peer, 1001, 3)
    peer.expects(ACK, seq=1001)
    peer.sends(ACK, ack=4001)
    peer.expects(ACK, seq=4001, length=1000)
    peer.sends(ACK, ack=7001)
    peer.expects(ACK, seq=7001, length=1000)
    peer.sends(ACK, ack=11_001)
    assert not peer.end.machine.tcb.recovery.recovering
    assert peer.end.counters.fast_retransmits == 1
    assert peer.end.machine.tcb.congestion.ssthresh == 5000  # one loss event, one halving


def test_only_the_first_partial_ack_restarts_the_timer() -> None:
    """RFC 6582, section 3.2: "For the first partial ACK ... also reset the retransmit timer"."""
    peer = losing()
    duplicate(peer, 1001, 3)
    timer = dict(peer.end.timers)
    peer.advance(0.05)
    peer.sends(ACK, ack=3001)
    first = dict(peer.end.timers)
    assert first != timer
    peer.advance(0.05)
    peer.sends(ACK, ack=5001)
    assert peer.end.timers == first


def test_duplicates_after_a_timeout_do_not_retransmit() -> None:
    """RFC 6582, section 3.2, steps 2 and 4: ``recover`` guards against our own repetitions."""
    peer = losing()
    peer.advance(peer.end.machine.tcb.rtt.rto + 0.01)
    peer.sent.clear()
    peer.sends(ACK, ack=8001)
    peer.sent.clear()
    duplicate(peer, 8001, 5)
    assert peer.end.counters.fast_retransmits == 0


@pytest.mark.parametrize("spoil", ["data", "window", "ack", "fin"])
def test_what_is_no_duplicate_ack(spoil: str) -> None:
    """RFC 5681, section 2: no data, no SYN or FIN, the same window, the greatest acknowledgement."""
    peer = losing()
    for number in range(5):
        if spoil == "data":
            peer.sends(ACK, b"x", ack=1001)
        elif spoil == "window":
            peer.sends(ACK, ack=1001, window=50_000 - number)
        elif spoil == "ack":
            peer.sends(ACK, ack=1)
        else:
            peer.sends(ACK | 1, ack=1001, seq=5000 + number)
    assert peer.end.counters.fast_retransmits == 0


def test_with_nothing_in_flight_there_are_no_duplicates() -> None:
    peer = flowing()
    duplicate(peer, 1001, 10)
    peer.expects_nothing()
    assert peer.end.machine.tcb.recovery.duplicates == 0


# -- the congestion window


def test_the_initial_window_is_ten_segments() -> None:
    """RFC 6928."""
    peer = established()
    peer.end.send(bytes(20_000))
    assert len(peer.sent) == 10


@pytest.mark.requirement("MUST-19")
def test_slow_start_doubles() -> None:
    peer = established()
    peer.end.send(bytes(60_000))
    peer.sent.clear()
    peer.sends(ACK, ack=10_001)
    assert peer.end.machine.tcb.congestion.window == 20_000
    assert len(peer.sent) == 20


def test_the_window_restarts_after_an_idle_time() -> None:
    """RFC 5681, section 4.1."""
    peer = flowing()
    for _ in range(6):
        peer.end.send(bytes(40_000))
        while peer.end.machine.tcb.snd.una < peer.end.machine.tcb.snd.nxt:
            peer.sends(ACK)
        peer.sent.clear()
    assert peer.end.machine.tcb.congestion.window > 20_000
    peer.advance(5)
    peer.end.send(bytes(40_000))
    assert len(peer.sent) == 10


def test_no_control_never_limits() -> None:
    peer = established(TcpConfig(congestion_control="none"), window=60_000)
    peer.end.send(bytes(100_000))
    assert len(peer.sent) == 60
    peer.sent.clear()
    duplicate(peer, 1, 3)
    assert peer.end.counters.fast_retransmits == 1
    peer.sends(ACK, ack=5001)
    peer.advance(3)
    peer.sends(ACK, ack=60_001)
    assert peer.end.machine.tcb.congestion.window > 1 << 30


# -- keep-alive


@pytest.mark.requirement("MUST-25", "MUST-28")
def test_keepalive_is_off_by_default() -> None:
    """MUST-25."""
    peer = established()
    peer.advance(100_000)
    peer.expects_nothing()
    assert not peer.end.timers


@pytest.mark.requirement("MAY-5", "MUST-26", "MUST-27", "SHLD-12")
def test_keepalive_probes_an_idle_peer() -> None:
    """MUST-26, SHLD-12: SEG.SEQ = SND.NXT-1 and no data."""
    peer = established(TcpConfig(keepalive=7200.0))
    peer.advance(7199)
    peer.expects_nothing()
    peer.advance(2)
    peer.expects(ACK, seq=0, ack=1, length=0)
    peer.sends(ACK)
    peer.advance(7100)
    peer.expects_nothing()
    peer.advance(102)
    peer.expects(ACK, seq=0)


@pytest.mark.requirement("MUST-26", "MUST-27")
def test_keepalive_waits_while_something_comes() -> None:
    peer = established(TcpConfig(keepalive=100.0))
    for _ in range(10):
        peer.advance(90)
        peer.sends(ACK, b"x")
        peer.advance(1)
    assert peer.end.counters.keepalive_probes == 0


@pytest.mark.requirement("MUST-29")
def test_keepalive_gives_up_after_nine_probes() -> None:
    """MUST-29: not for one lost answer."""
    peer = established(TcpConfig(keepalive=1000.0))
    peer.advance(1000 + 8 * 75 + 1)
    assert peer.end.counters.keepalive_probes == 9
    assert peer.state == "ESTABLISHED"
    peer.advance(75)
    assert peer.end.finished is Why.TIMED_OUT


@pytest.mark.requirement("MUST-24")
def test_keepalive_can_be_turned_on_and_off() -> None:
    """MUST-24."""
    peer = established()
    peer.end.machine.configure(TcpConfig(keepalive=10.0), peer.simulation.now)
    peer.end.perform()
    peer.advance(11)
    peer.expects(ACK, seq=0)
    peer.end.machine.configure(TcpConfig(), peer.simulation.now)
    peer.end.perform()
    peer.advance(10_000)
    peer.expects_nothing()


@pytest.mark.requirement("MUST-26")
def test_keepalive_leaves_unacknowledged_data_to_retransmission() -> None:
    peer = established(TcpConfig(keepalive=5.0, give_up_after=100.0))
    peer.end.send(b"x")
    peer.advance(99)
    assert peer.end.counters.keepalive_probes == 0
