"""SYN-RECEIVED, from LISTEN and from SYN-SENT (RFC 9293 section 3.10.7.4)."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import pytest

from foxpy.errors import OpenFailed, Refused
from foxpy.layers.tcp import TcpConfig
from foxpy.status import HalfClosed, Trouble
from foxpy.testing.peer import ACK, FIN, PSH, RST, SYN, URG
from tests.support.tcp_states import Enter, simultaneous, syn_received

BOTH: Final = pytest.mark.parametrize("enter", [syn_received, simultaneous])

# -- first, the sequence number


@BOTH
@pytest.mark.parametrize("seq", [-70_000, -9, 70_000, 1 << 30])
def test_what_is_not_acceptable_is_answered_with_an_ack(enter: Enter, seq: int) -> None:
    with enter() as peer:
        peer.send(ACK | PSH, b"text", seq=1 + seq)
        peer.expect(ACK, seq=1)
        assert peer.state == "SYN-RECEIVED"


def test_the_peers_syn_again_is_answered_again() -> None:
    """Our SYN,ACK was lost."""
    with syn_received() as peer:
        peer.send(SYN, seq=0, mss=1000)
        peer.expect(SYN | ACK, seq=0)
        peer.send(ACK)
        assert peer.state == "ESTABLISHED"


# -- second, RST


@pytest.mark.requirement("MUST-11")
def test_a_reset_returns_a_passive_open_to_listen() -> None:
    """The application hears nothing of it."""
    with syn_received() as peer:
        peer.send(RST)
        peer.expect_nothing(for_=300.0)
        assert peer.state == "LISTEN"
        assert (peer.app.opened, peer.app.failed, peer.app.events) == (0, None, [])


@pytest.mark.requirement("MUST-11", "MUST-12")
def test_a_reset_refuses_an_active_open() -> None:
    with simultaneous() as peer:
        peer.send(RST)
        peer.expect_nothing(for_=300.0)
        assert peer.state == "CLOSED"
        assert isinstance(peer.app.failed, Refused)


@BOTH
def test_a_reset_in_the_window_is_challenged(enter: Enter) -> None:
    with enter() as peer:
        peer.forge(RST, seq=1000)
        peer.expect(ACK)
        assert peer.state == "SYN-RECEIVED"


@BOTH
@pytest.mark.parametrize("seq", [0, -5, 70_000])
def test_a_reset_outside_of_the_window_is_dropped(enter: Enter, seq: int) -> None:
    with enter() as peer:
        peer.forge(RST, seq=seq)
        peer.expect_nothing()
        assert peer.state == "SYN-RECEIVED"


# -- fourth, SYN


@BOTH
@pytest.mark.parametrize("seq", [-300, 1, 500, 1 << 30])
def test_another_syn_is_challenged(enter: Enter, seq: int) -> None:
    with enter() as peer:
        peer.forge(SYN, seq=seq)
        peer.expect(ACK)
        assert peer.state == "SYN-RECEIVED"


# -- fifth, ACK


@BOTH
def test_without_ack_it_is_dropped(enter: Enter) -> None:
    with enter() as peer:
        peer.forge(FIN, b"text")
        peer.expect_nothing()
        assert peer.state == "SYN-RECEIVED"
        assert peer.counters["without_ack"] == 1


@BOTH
@pytest.mark.parametrize("ack", [0, -1, 2, 60_000, 1 << 30])
def test_an_unacceptable_ack_is_reset(enter: Enter, ack: int) -> None:
    """<SEQ=SEG.ACK><CTL=RST>; the handshake goes on."""
    with enter() as peer:
        peer.forge(ACK, ack=ack)
        peer.expect(RST, seq=ack)
        assert peer.state == "SYN-RECEIVED"
        assert peer.counters["bad_acknowledgements"] == 1


@BOTH
def test_the_ack_of_our_syn_opens(enter: Enter) -> None:
    with enter() as peer:
        peer.send(ACK)
        peer.expect_nothing()
        assert peer.state == "ESTABLISHED"
        assert peer.app.opened == 1


@BOTH
def test_text_may_come_with_it(enter: Enter) -> None:
    with enter() as peer:
        peer.send(ACK | PSH, b"at once")
        peer.app.expect(b"at once")
        peer.expect(ACK, at=(0.0, 0.04))


@BOTH
def test_text_that_comes_before_it_is_not_delivered(enter: Enter) -> None:
    with enter() as peer:
        peer.send(PSH, b"too early", seq=1)
        peer.drain()
        assert peer.app.opened == 0


@BOTH
def test_a_fin_may_come_with_it(enter: Enter) -> None:
    with enter() as peer:
        peer.send(FIN | ACK)
        peer.expect(ACK)
        peer.app.expect_event(HalfClosed)
        assert peer.state == "CLOSE-WAIT"


@pytest.mark.requirement("MUST-31", "MUST-32")
def test_urgent_text_may_come_with_it() -> None:
    with syn_received() as peer:
        peer.send(ACK | PSH | URG, b"now", urgent=3)
        assert [type(event).__name__ for event in peer.app.events] == ["Urgent"]
        peer.app.expect(b"now")
        peer.expect(ACK, at=(0.0, 0.04))


# -- calls


def test_what_is_sent_waits_for_the_handshake() -> None:
    with simultaneous() as peer:
        peer.app.send(b"early")
        peer.expect_nothing()
        peer.send(ACK)
        peer.expect(ACK | PSH, b"early")


def test_a_close_waits_for_the_handshake() -> None:
    """ "Queue for processing after entering ESTABLISHED state"."""
    with simultaneous() as peer:
        peer.app.half_close()
        peer.expect_nothing()
        peer.send(ACK)
        peer.expect(FIN | ACK)
        assert peer.state == "FIN-WAIT-1"


def test_abort_sends_a_reset() -> None:
    with simultaneous() as peer:
        peer.app.abort()
        peer.expect(RST | ACK)
        peer.expect_nothing(for_=300.0)
        assert peer.state == "CLOSED"


def test_a_second_open_is_refused() -> None:
    with syn_received() as peer:
        with pytest.raises(OpenFailed, match="exists already"):
            peer.app.open()
        assert peer.state == "SYN-RECEIVED"


def test_what_is_half_open_goes_with_its_listener() -> None:
    with syn_received() as peer:
        peer.stop()
        peer.send(ACK)
        peer.expect(RST, seq=1)
        assert peer.state == "CLOSED"


# -- time-outs and reports


@BOTH
@pytest.mark.requirement("MUST-19", "MUST-22", "MUST-23")
def test_a_syn_ack_is_sent_again_with_backoff_for_three_minutes(enter: Enter) -> None:
    with enter() as peer:
        sent = []
        while peer.state == "SYN-RECEIVED" and peer.now < 400:
            peer.wait(1.0)
            sent += peer.drain()
        assert 180 <= peer.now < 260
        assert all((arrow.flags, arrow.seq) == (SYN | ACK, 0) for arrow in sent)
        gaps = [later.at - earlier.at for earlier, later in pairwise(sent)]
        assert gaps == pytest.approx([min(60.0, gaps[0] * 2**power) for power in range(len(gaps))])
        assert peer.app.opened == 0


def test_a_hard_error_ends_it() -> None:
    with syn_received() as peer:
        peer.report(Trouble.PORT_UNREACHABLE, seq=0)
        assert peer.state == "LISTEN"


@BOTH
def test_a_soft_error_does_not(enter: Enter) -> None:
    with enter() as peer:
        peer.report(Trouble.HOST_UNREACHABLE, seq=0)
        assert peer.state == "SYN-RECEIVED"


def test_a_peer_that_never_answers_costs_no_more_than_the_backlog() -> None:
    with syn_received(TcpConfig(backlog=2)) as peer:
        for port in (4001, 4002, 4003):
            peer.beside(port).send(SYN)
            peer.beside(port).drain()
        assert peer.app.tcp.query().half_open <= 2
        peer.drain()
