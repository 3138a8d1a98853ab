"""Opening: CLOSED, SYN-SENT and SYN-RECEIVED (RFC 9293, sections 3.5 and 3.10.7.1 to 3.10.7.4)."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK, FIN, RST, SYN, Options, Segment
from foxpy.layers.tcp.sequence import MASK
from foxpy.layers.tcp.stateless import Verdict, listener, reset_for
from foxpy.layers.tcp.states import Why
from tests.support.tcp_ladder import Ladder, established, syn_received, syn_sent

# -- no connection


def segment(flags: int, seq: int = 100, ack: int = 200, data: bytes = b"") -> Segment:
    return Segment(seq, ack, flags, 1000, 0, data, 0, len(data))


def test_closed_answers_an_ack_with_a_reset_at_its_number() -> None:
    reset = reset_for(segment(ACK))
    assert reset is not None
    assert (reset.flags, reset.seq) == (RST, 200)


def test_closed_answers_a_syn_with_a_reset_that_acknowledges_it() -> None:
    reset = reset_for(segment(SYN, seq=MASK, data=b"abc"))
    assert reset is not None
    assert (reset.flags, reset.seq, reset.ack) == (RST | ACK, 0, 3)


def test_a_fin_counts_in_what_the_reset_acknowledges() -> None:
    reset = reset_for(segment(FIN))
    assert reset is not None
    assert reset.ack == 101


@pytest.mark.parametrize("flags", [RST, RST | ACK, RST | SYN])
def test_a_reset_is_never_answered(flags: int) -> None:
    assert reset_for(segment(flags)) is None
    assert listener(segment(flags)) is Verdict.IGNORE


@pytest.mark.parametrize(
    ("flags", "verdict"),
    [
        (SYN, Verdict.ACCEPT),
        (SYN | FIN, Verdict.ACCEPT),
        (ACK, Verdict.RESET),
        (SYN | ACK, Verdict.RESET),
        (FIN, Verdict.IGNORE),
        (0, Verdict.IGNORE),
    ],
)
def test_a_listener_checks_rst_then_ack_then_syn(flags: int, verdict: Verdict) -> None:
    assert listener(segment(flags)) is verdict


# -- active open


@pytest.mark.requirement("MUST-14", "MUST-67", "SHLD-5", "MAY-3")
def test_active_open() -> None:
    """Figure 6 of RFC 9293."""
    peer = Ladder()
    peer.end.open()
    syn = peer.expects(SYN, seq=0, window=0xFFFF)
    assert syn.options is not None
    assert syn.options.mss == 1000
    assert syn.options.window_scale == 8
    assert peer.state == "SYN-SENT"
    peer.sends(SYN | ACK, options=Options(mss=700))
    peer.expects(ACK, seq=1, ack=1)
    assert peer.state == "ESTABLISHED"
    assert peer.end.opened


@pytest.mark.requirement("MUST-14", "MUST-65", "MAY-3")
def test_the_mss_is_on_syns_alone() -> None:
    """MUST-65; MAY-3: on each of them, the one that answers a SYN too."""
    peer = Ladder()
    peer.sends(SYN)
    syn_ack = peer.expects(SYN | ACK)
    assert syn_ack.options is not None
    assert syn_ack.options.mss == 1000
    peer.sends(ACK, b"question")
    peer.end.send(b"answer")
    peer.end.half_close()
    peer.advance(10)
    assert len(peer.sent) > 2
    assert all(sent.options is None or sent.options.mss is None for sent in peer.sent)


@pytest.mark.requirement("MUST-15")
def test_the_default_mss_is_536() -> None:
    """MUST-15."""
    peer = syn_sent()
    peer.sends(SYN | ACK)
    peer.expects(ACK)
    peer.end.send(bytes(2000))
    peer.expects(ACK, length=536)


@pytest.mark.requirement("MUST-14", "MUST-16")
@pytest.mark.parametrize(("announced", "limit", "effective"), [(1460, 1020, 1000), (700, 1020, 700), (1, 1020, 48)])
def test_the_effective_mss_is_the_smaller(announced: int, limit: int, effective: int) -> None:
    """MUST-16; and a hostile MSS of 1 counts as 48."""
    peer = established(mss=announced, limit=limit)
    peer.end.send(bytes(3000))
    peer.expects(ACK, length=effective)


def test_a_syn_with_an_unacceptable_ack_is_reset() -> None:
    """3.10.7.3, first."""
    for ack in (0, 2, -1):
        peer = syn_sent()
        peer.sends(SYN | ACK, ack=ack)
        peer.expects(RST, seq=ack)
        assert peer.state == "SYN-SENT"


def test_a_reset_with_an_unacceptable_ack_is_dropped() -> None:
    peer = syn_sent()
    peer.sends(RST | ACK, ack=2)
    peer.sends(RST)
    peer.expects_nothing()
    assert peer.state == "SYN-SENT"


def test_a_reset_of_our_syn_refuses() -> None:
    peer = syn_sent()
    peer.sends(RST | ACK, ack=1)
    peer.expects_nothing()
    assert peer.end.finished is Why.REFUSED
    assert peer.end.deleted


def test_an_ack_without_syn_is_dropped_in_syn_sent() -> None:
    """3.10.7.3, fifth."""
    peer = syn_sent()
    peer.sends(ACK, ack=1)
    peer.expects_nothing()
    assert peer.state == "SYN-SENT"


def test_text_with_the_syn_ack_is_delivered() -> None:
    peer = syn_sent()
    peer.sends(SYN | ACK, b"hello", options=Options(mss=1000))
    peer.expects(ACK, seq=1, ack=6)
    assert peer.end.received == b"hello"


def test_fin_with_the_syn_ack_closes() -> None:
    peer = syn_sent()
    peer.sends(SYN | ACK | FIN, b"bye")
    peer.expects(ACK, seq=1, ack=5)
    assert peer.end.received == b"bye"
    assert peer.state == "CLOSE-WAIT"


def test_data_queued_in_syn_sent_goes_once_established() -> None:
    peer = syn_sent()
    peer.end.send(b"early")
    peer.expects_nothing()
    peer.sends(SYN | ACK)
    peer.expects(ACK, b"early", seq=1, ack=1)
    peer.expects_nothing()


@pytest.mark.requirement("MUST-22", "MUST-23", "SHLD-9")
def test_syn_is_sent_again_for_three_minutes() -> None:
    """MUST-23; RFC 6298: 1 s, doubled up to 60 s."""
    peer = syn_sent()
    times = []
    while not peer.end.deleted:
        peer.advance(0.5)
        times += [peer.simulation.now for _ in range(len(peer.sent))]
        peer.sent.clear()
    assert times == [1, 3, 7, 15, 31, 63, 123]
    assert peer.simulation.now == 180
    assert peer.end.finished is Why.TIMED_OUT
    assert peer.end.troubles == [3]  # SHLD-9: also for SYNs


def test_a_lost_syn_begins_with_one_segment_and_three_seconds() -> None:
    """RFC 5681 section 3.1, RFC 6298 (5.7)."""
    peer = syn_sent()
    peer.advance(1)
    peer.expects(SYN)
    peer.sends(SYN | ACK, options=Options(mss=1000))
    peer.expects(ACK)
    peer.end.send(bytes(3000))
    peer.expects(ACK, length=1000)
    peer.expects_nothing()
    peer.advance(2.9)
    peer.expects_nothing()
    peer.advance(0.1)
    peer.expects(ACK, length=1000, seq=1)


def test_closing_in_syn_sent_deletes() -> None:
    peer = syn_sent()
    peer.end.close()
    peer.expects_nothing()
    assert peer.end.deleted
    assert peer.end.finished is Why.ABORTED


def test_aborting_in_syn_sent_deletes_without_a_reset() -> None:
    peer = syn_sent()
    peer.end.abort()
    peer.expects_nothing()
    assert peer.end.deleted


@pytest.mark.parametrize("opened", [syn_sent, syn_received])
def test_a_hard_error_ends_an_open(opened: object) -> None:
    """SHLD-26."""
    peer = syn_sent() if opened is syn_sent else syn_received()
    assert peer.end.machine.concerns(peer.iss)
    assert not peer.end.machine.concerns(peer.iss + 1)
    assert peer.end.machine.unreachable(Why.REFUSED, peer.simulation.now)
    peer.end.perform()
    assert peer.end.finished is Why.REFUSED
    assert peer.end.deleted


def test_no_error_ends_an_established_connection() -> None:
    peer = established()
    assert not peer.end.machine.unreachable(Why.REFUSED, peer.simulation.now)
    assert peer.state == "ESTABLISHED"


# -- passive open


def test_passive_open() -> None:
    peer = syn_received()
    assert not peer.end.opened
    peer.sends(ACK)
    peer.expects_nothing()
    assert peer.state == "ESTABLISHED"
    assert peer.end.opened


def test_the_first_data_may_come_with_the_ack() -> None:
    peer = syn_received()
    peer.sends(ACK, b"GET /")
    assert peer.state == "ESTABLISHED"
    assert peer.end.received == b"GET /"


def test_text_and_fin_with_the_syn_wait_for_established() -> None:
    """3.10.7.2: "any other control or text should be queued for processing later"."""
    peer = Ladder()
    peer.sends(SYN | FIN, b"hello")
    peer.expects(SYN | ACK, ack=1)
    assert peer.end.received == b""
    peer.sends(ACK)
    assert peer.end.received == b"hello"
    peer.expects(ACK, ack=7)
    assert peer.state == "CLOSE-WAIT"


@pytest.mark.parametrize("ack", [0, 2, -5])
def test_an_unacceptable_ack_in_syn_received_is_reset(ack: int) -> None:
    """3.10.7.4, fifth; the connection waits on."""
    peer = syn_received()
    peer.sends(ACK, ack=ack)
    peer.expects(RST, seq=ack)
    assert peer.state == "SYN-RECEIVED"


@pytest.mark.requirement("MUST-11")
def test_a_reset_returns_a_passive_open_to_listen() -> None:
    peer = syn_received()
    peer.sends(RST)
    peer.expects_nothing()
    assert peer.end.deleted
    assert not peer.end.opened


def test_a_repeated_syn_is_answered_with_the_syn_ack() -> None:
    peer = syn_received()
    peer.sends(SYN, seq=0)
    peer.expects(SYN | ACK, seq=0, ack=1)
    assert peer.state == "SYN-RECEIVED"


def test_another_syn_is_challenged() -> None:
    """RFC 5961, section 4."""
    peer = syn_received()
    peer.sends(SYN, seq=500)
    peer.expects(ACK, seq=1, ack=1)
    assert peer.state == "SYN-RECEIVED"


@pytest.mark.requirement("MUST-22")
def test_syn_ack_is_sent_again_and_given_up() -> None:
    peer = syn_received()
    peer.advance(1)
    peer.expects(SYN | ACK, seq=0, ack=1)
    peer.advance(200)
    assert peer.end.deleted
    assert peer.end.finished is Why.TIMED_OUT


def test_aborting_in_syn_received_resets() -> None:
    peer = syn_received()
    peer.end.abort()
    peer.expects(RST | ACK, seq=1)
    assert peer.end.deleted


def test_a_half_open_connection_is_forgotten_without_a_word() -> None:
    peer = syn_received()
    peer.end.machine.forget(peer.simulation.now)
    peer.end.perform()
    peer.expects_nothing()
    assert peer.end.deleted


def test_a_close_in_syn_received_waits_for_established() -> None:
    """3.10.4; only a simultaneous open can be closed there, as a listener gives nothing up before it is open."""
    peer = syn_sent()
    peer.sends(SYN)
    peer.expects(SYN | ACK)
    peer.end.send(b"last")
    peer.end.half_close()
    assert peer.state == "SYN-RECEIVED"
    assert peer.end.machine.sendable() == 0
    peer.expects_nothing()
    peer.sends(ACK, ack=1)
    peer.expects(ACK | FIN, b"last")
    assert peer.state == "FIN-WAIT-1"


# -- simultaneous open


@pytest.mark.requirement("MUST-10")
def test_simultaneous_open() -> None:
    """Figure 7 of RFC 9293 (MUST-10)."""
    peer = syn_sent()
    peer.sends(SYN, options=Options(mss=1000, window_scale=7))
    syn_ack = peer.expects(SYN | ACK, seq=0, ack=1)
    assert syn_ack.options is not None
    assert syn_ack.options.window_scale == 8
    assert peer.state == "SYN-RECEIVED"
    peer.sends(SYN | ACK, seq=0, ack=1, window=30000, options=Options(mss=1000, window_scale=7))
    assert peer.state == "ESTABLISHED"
    assert peer.end.opened
    assert peer.end.machine.tcb.snd.wnd <= 30000  # a SYN's window is not scaled


@pytest.mark.requirement("MUST-11")
def test_a_reset_in_a_simultaneous_open_refuses() -> None:
    """MUST-11: it remembers that it came from SYN-SENT."""
    peer = syn_sent()
    peer.sends(SYN)
    peer.expects(SYN | ACK)
    peer.sends(RST)
    assert peer.end.finished is Why.REFUSED


# -- window scaling (RFC 7323)


def test_both_windows_are_scaled_when_both_offer_it() -> None:
    peer = established(scale=3)
    peer.sends(ACK, b"x", window=1000)
    assert peer.end.machine.tcb.snd.wnd == 8000
    peer.advance(1)
    peer.expects(ACK, window=0x10000 >> 8)  # what the SYN offered, rounded up


def test_no_window_is_scaled_when_the_peer_offers_none() -> None:
    peer = established()
    peer.sends(ACK, b"x", window=1000)
    assert peer.end.machine.tcb.snd.wnd == 1000
    peer.advance(1)
    peer.expects(ACK, window=0xFFFF - 1)


def test_scaling_is_answered_only_where_it_was_offered() -> None:
    peer = Ladder()
    peer.sends(SYN, options=Options(mss=1000))
    syn_ack = peer.expects(SYN | ACK)
    assert syn_ack.options is not None
    assert syn_ack.options.window_scale is None


def test_scaling_can_be_turned_off() -> None:
    peer = Ladder(TcpConfig(window_scaling=False))
    peer.sends(SYN, options=Options(mss=1000, window_scale=7))
    syn_ack = peer.expects(SYN | ACK)
    assert syn_ack.options is not None
    assert syn_ack.options.window_scale is None
    assert peer.end.machine.tcb.snd.shift == 0


def test_a_shift_above_14_counts_as_14() -> None:
    peer = established(scale=200)
    assert peer.end.machine.tcb.snd.shift == 14
