"""Closing: from ESTABLISHED to CLOSED by every way there is (RFC 9293, sections 3.6 and 3.10.7.4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from foxpy.errors import InvalidConnection
from foxpy.layers.tcp.actions import Timer
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK, FIN, RST, SYN
from foxpy.layers.tcp.states import Why
from tests.support.tcp_ladder import (
    Ladder,
    close_wait,
    closing,
    established,
    fin_wait_1,
    fin_wait_2,
    last_ack,
    time_wait,
)

SYNCHRONIZED = [established, fin_wait_1, fin_wait_2, closing, time_wait, close_wait, last_ack]
Maker = Callable[[], Ladder]


@pytest.mark.requirement("MUST-13")
def test_normal_close() -> None:
    """Figure 12, the side that closes first."""
    peer = time_wait()
    assert peer.end.finished is Why.CLOSED
    assert peer.end.close_acknowledged
    peer.advance(59.9)
    assert peer.state == "TIME-WAIT"
    peer.advance(0.2)
    assert peer.state == "CLOSED"
    assert peer.end.deleted
    assert not peer.end.timers


def test_the_other_side_of_a_normal_close() -> None:
    peer = last_ack()
    peer.sends(ACK)
    assert peer.state == "CLOSED"
    assert peer.end.finished is Why.CLOSED
    assert peer.end.deleted


def test_simultaneous_close() -> None:
    """Figure 13."""
    peer = closing()
    assert peer.end.finished is None
    peer.sends(ACK)
    assert peer.state == "TIME-WAIT"
    assert peer.end.finished is Why.CLOSED


def test_fin_and_ack_of_ours_in_one_segment() -> None:
    peer = fin_wait_1()
    peer.sends(FIN | ACK)
    peer.expects(ACK, seq=2, ack=2)
    assert peer.state == "TIME-WAIT"


def test_the_fin_waits_behind_the_data() -> None:
    peer = established(window=2000)
    peer.end.send(bytes(2500))
    peer.end.half_close()
    peer.expects(ACK, seq=1, length=1000)
    peer.expects(ACK, seq=1001, length=1000)
    peer.expects_nothing()
    assert peer.state == "FIN-WAIT-1"
    peer.sends(ACK)
    peer.expects(ACK | FIN, seq=2001, length=500)
    peer.sends(ACK)
    assert peer.state == "FIN-WAIT-2"


def test_a_fin_that_does_not_fit_into_the_window_waits() -> None:
    """The FIN takes up a sequence number, and so room in the window."""
    peer = established(window=1000)
    peer.end.send(bytes(1000))
    peer.end.half_close()
    peer.expects(ACK, seq=1, length=1000)
    peer.expects_nothing()
    peer.sends(ACK)
    peer.expects(FIN | ACK, seq=1001)


def test_half_close_goes_on_receiving() -> None:
    """Section 3.6.1."""
    peer = fin_wait_2()
    peer.sends(ACK, b"still")
    peer.sends(ACK, b" here")
    assert peer.end.received == b"still here"
    peer.advance(600)
    assert peer.state == "FIN-WAIT-2"  # the application may want to read for ever


def test_close_wait_goes_on_sending() -> None:
    peer = close_wait()
    peer.end.send(b"still here")
    peer.expects(ACK, b"still here", seq=1, ack=2)


def test_a_fin_is_sent_again() -> None:
    peer = fin_wait_1()
    peer.advance(1)
    peer.expects(FIN | ACK, seq=1)
    peer.sends(ACK)
    assert peer.state == "FIN-WAIT-2"


@pytest.mark.parametrize("maker", [fin_wait_1, closing, last_ack])
def test_a_fin_that_nobody_acknowledges_is_given_up(maker: Maker) -> None:
    peer = maker()
    peer.advance(121)
    assert peer.end.finished is Why.TIMED_OUT
    assert peer.end.deleted


def test_close_in_fin_wait_2_has_an_end() -> None:
    """No RFC gives FIN-WAIT-2 one; here it ends for a connection that nobody owns any more."""
    peer = established()
    peer.end.close()
    peer.expects(FIN | ACK)
    peer.sends(ACK)
    assert peer.state == "FIN-WAIT-2"
    peer.advance(59)
    assert peer.state == "FIN-WAIT-2"
    peer.advance(2)
    peer.expects(RST | ACK)
    assert peer.end.deleted


def test_close_after_half_close_starts_that_end() -> None:
    peer = fin_wait_2()
    peer.advance(1000)
    peer.end.close()
    peer.expects_nothing()
    peer.sends(ACK, b"x")
    peer.advance(61)
    assert peer.end.deleted


def test_a_peer_that_goes_on_sending_puts_that_end_off() -> None:
    peer = established()
    peer.end.close()
    peer.expects(FIN | ACK)
    peer.sends(ACK)
    for _ in range(5):
        peer.advance(40)
        peer.sends(ACK, b"more")
    assert peer.state == "FIN-WAIT-2"
    assert peer.end.received == b"more" * 5
    peer.advance(61)
    assert peer.end.deleted


@pytest.mark.requirement("SHLD-3", "MAY-1")
def test_close_with_unread_data_resets() -> None:
    """SHLD-3; RFC 2525, section 2.17."""
    peer = established()
    peer.end.machine.hold()
    peer.sends(ACK, b"unread")
    peer.end.close()
    peer.expects(RST | ACK, seq=1)
    assert peer.end.finished is Why.ABORTED
    assert peer.end.deleted


@pytest.mark.parametrize("maker", [fin_wait_1, fin_wait_2])
def test_close_with_unread_data_resets_after_a_half_close(maker: Maker) -> None:
    peer = maker()
    peer.end.machine.hold()
    peer.sends(ACK, b"unread", ack=1 if maker is fin_wait_1 else None)
    peer.end.close()
    assert peer.end.finished is Why.ABORTED
    assert peer.sent[-1].flags == RST | ACK


@pytest.mark.parametrize("maker", [close_wait, last_ack, closing])
def test_close_with_unread_data_resets_after_the_peers_fin(maker: Maker) -> None:
    peer = maker()
    peer.end.machine.tcb.rcv.held = 1
    peer.end.close()
    peer.expects(RST | ACK)
    assert peer.end.finished is Why.ABORTED


@pytest.mark.requirement("SHLD-3", "MAY-1")
def test_data_after_a_close_resets_where_nobody_reads() -> None:
    peer = established()
    peer.end.machine.hold()
    peer.end.close()
    peer.expects(FIN | ACK)
    peer.sends(ACK, b"late")
    peer.expects(RST | ACK, seq=2)
    assert peer.end.finished is Why.ABORTED


def test_what_was_consumed_is_no_reason_to_reset() -> None:
    peer = established()
    peer.end.machine.hold()
    peer.sends(ACK, b"read")
    peer.end.consumed(4)
    peer.end.close()
    peer.expects(FIN | ACK)


@pytest.mark.parametrize("maker", [established, fin_wait_1, fin_wait_2, close_wait])
def test_abort_sends_a_reset(maker: Maker) -> None:
    """3.10.5."""
    peer = maker()
    peer.end.abort()
    peer.expects(RST | ACK, seq=peer.end.machine.tcb.snd.nxt - peer.iss)
    assert peer.end.deleted
    assert peer.end.finished is Why.ABORTED
    assert not peer.end.timers


@pytest.mark.parametrize("maker", [closing, last_ack, time_wait])
def test_abort_after_both_closed_sends_nothing(maker: Maker) -> None:
    peer = maker()
    peer.end.abort()
    peer.expects_nothing()
    assert peer.end.deleted


@pytest.mark.requirement("MUST-12")
@pytest.mark.parametrize("maker", [established, fin_wait_1, fin_wait_2, close_wait])
def test_a_reset_ends_the_connection(maker: Maker) -> None:
    peer = maker()
    peer.sends(RST)
    peer.expects_nothing()
    assert peer.end.finished is Why.RESET
    assert peer.end.deleted
    assert not peer.end.timers


@pytest.mark.requirement("SHLD-2")
def test_a_reset_may_bring_text() -> None:
    """SHLD-2: it says why, perhaps; the application does not get it."""
    peer = established()
    peer.sends(RST, b"out of memory")
    assert peer.end.finished is Why.RESET
    assert peer.end.received == b""


@pytest.mark.parametrize("maker", [closing, last_ack])
def test_a_reset_after_both_closed_is_an_end(maker: Maker) -> None:
    peer = maker()
    peer.sends(RST)
    assert peer.end.finished is Why.CLOSED
    assert peer.end.deleted


@pytest.mark.requirement("MUST-12")
def test_a_reset_in_last_ack_that_loses_data_is_told() -> None:
    """MUST-12."""
    peer = close_wait()
    peer.end.send(b"lost")
    peer.end.half_close()
    peer.sends(RST)
    assert peer.end.finished is Why.RESET


def test_a_reset_cuts_time_wait_short_unless_told_otherwise() -> None:
    """RFC 1337, hazard H1."""
    peer = time_wait()
    peer.sends(RST)
    assert peer.end.deleted
    peer = time_wait(TcpConfig(ignore_reset_in_time_wait=True))
    peer.sends(RST)
    assert peer.state == "TIME-WAIT"


@pytest.mark.requirement("MUST-13")
def test_the_peers_fin_again_restarts_time_wait() -> None:
    peer = time_wait()
    peer.advance(50)
    peer.sends(FIN | ACK, seq=1)
    peer.expects(ACK, seq=2, ack=2)
    peer.advance(50)
    assert peer.state == "TIME-WAIT"
    peer.advance(11)
    assert peer.end.deleted


def test_time_wait_runs_one_timer_only() -> None:
    peer = time_wait(TcpConfig(keepalive=10.0))
    assert set(peer.end.timers) <= {Timer.LINGER, Timer.DELAYED_ACK}


@pytest.mark.requirement("MAY-2")
def test_a_new_syn_ends_time_wait() -> None:
    """MAY-2."""
    peer = time_wait()
    peer.sends(SYN, seq=1000)
    assert peer.end.deleted
    assert len(peer.end.reopened) == 1
    assert peer.end.reopened[0].last == peer.end.machine.tcb.snd.nxt


@pytest.mark.requirement("MAY-2")
def test_an_old_syn_does_not_end_time_wait() -> None:
    peer = time_wait()
    peer.sends(SYN, seq=-1000)
    peer.expects(ACK, seq=2, ack=2)
    assert peer.state == "TIME-WAIT"


@pytest.mark.parametrize("maker", [fin_wait_1, fin_wait_2, closing, time_wait, last_ack])
def test_nothing_can_be_sent_after_a_close(maker: Maker) -> None:
    peer = maker()
    assert peer.end.machine.sendable() == 0
    with pytest.raises(InvalidConnection):
        peer.end.send(b"x")


@pytest.mark.parametrize("maker", [fin_wait_1, fin_wait_2, closing, time_wait, last_ack])
def test_closing_twice_is_harmless(maker: Maker) -> None:
    peer = maker()
    state = peer.state
    peer.end.half_close()
    peer.end.close()
    peer.end.close()
    peer.expects_nothing()
    assert peer.state == state


@pytest.mark.parametrize("maker", [close_wait, closing, last_ack, time_wait])
def test_text_after_the_peers_fin_is_ignored(maker: Maker) -> None:
    """3.10.7.4, seventh: "This should not occur"."""
    peer = maker()
    state = peer.state
    peer.sends(ACK, b"after the end", ack=1 if maker in (closing, last_ack) else None)
    assert peer.state == state
    assert peer.end.received == b""


@pytest.mark.parametrize("maker", SYNCHRONIZED)
def test_a_segment_without_ack_is_dropped(maker: Maker) -> None:
    """3.10.7.4, fifth."""
    peer = maker()
    state = peer.state
    peer.sends(0, b"x")
    assert peer.state == state
    assert peer.end.received == b""
    assert peer.end.counters.without_ack == 1


def test_a_closed_machine_ignores_everything() -> None:
    peer = established()
    peer.end.abort()
    peer.sent.clear()
    peer.sends(ACK, b"x")
    peer.sends(RST)
    for timer in Timer:
        peer.end.machine.timeout(timer, peer.simulation.now)
    peer.end.machine.end_of_batch(peer.simulation.now)
    peer.end.machine.abort(peer.simulation.now)
    peer.end.machine.forget(peer.simulation.now)
    assert not peer.end.machine.todo
    peer.expects_nothing()
