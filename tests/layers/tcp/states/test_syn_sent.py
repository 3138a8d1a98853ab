"""SYN-SENT (RFC 9293 section 3.10.7.3)."""

from __future__ import annotations

import pytest

from foxpy.errors import Refused, TimedOut, Unreachable
from foxpy.layers.tcp import TcpConfig
from foxpy.status import HalfClosed, Trouble
from foxpy.testing.peer import ACK, FIN, PSH, RST, SYN, URG
from tests.support.tcp_states import syn_sent

# -- first, ACK


@pytest.mark.parametrize("flags", [ACK, SYN | ACK, FIN | ACK, ACK | PSH])
@pytest.mark.parametrize("ack", [0, -1, 2, 5000, 1 << 30])
def test_an_unacceptable_ack_is_reset_at_its_number(flags: int, ack: int) -> None:
    """SEG.ACK =< ISS, or SEG.ACK > SND.NXT: <SEQ=SEG.ACK><CTL=RST>; the open goes on."""
    with syn_sent() as peer:
        peer.send(flags, ack=ack)
        peer.expect(RST, seq=ack)
        assert peer.state == "SYN-SENT"
        assert peer.counters["bad_acknowledgements"] == 1


def test_an_acceptable_ack_without_syn_is_dropped() -> None:
    with syn_sent() as peer:
        peer.send(ACK, b"text", ack=1)
        peer.expect_nothing()
        assert peer.state == "SYN-SENT"


# -- second, RST


@pytest.mark.requirement("MUST-12")
@pytest.mark.parametrize("seq", [0, 5000, -5000])
def test_a_reset_of_our_syn_refuses(seq: int) -> None:
    with syn_sent() as peer:
        peer.send(RST | ACK, seq=seq)
        peer.expect_nothing(for_=300.0)
        assert isinstance(peer.app.failed, Refused)
        assert peer.state == "CLOSED"


@pytest.mark.parametrize("ack", [0, 2, -5, 1 << 30])
def test_a_reset_with_an_unacceptable_ack_is_dropped(ack: int) -> None:
    with syn_sent() as peer:
        peer.send(RST | ACK, ack=ack)
        peer.expect_nothing()
        assert peer.state == "SYN-SENT"
        assert peer.counters["bad_acknowledgements"] == 1


@pytest.mark.parametrize("flags", [RST, RST | SYN, RST | FIN])
def test_a_reset_without_ack_is_dropped(flags: int) -> None:
    with syn_sent() as peer:
        peer.send(flags)
        peer.expect_nothing()
        assert peer.state == "SYN-SENT"


# -- fourth, SYN


def test_our_syn_acknowledged_opens() -> None:
    """Figure 6."""
    with syn_sent() as peer:
        peer.send(SYN | ACK, seq=300, mss=1000)
        peer.expect(ACK, seq=1, ack=301)
        assert peer.state == "ESTABLISHED"
        assert peer.app.opened == 1


def test_text_and_fin_with_it_are_processed() -> None:
    with syn_sent() as peer:
        peer.send(SYN | ACK | FIN | PSH, b"hello")
        peer.expect(ACK, ack=7)
        peer.app.expect(b"hello")
        peer.app.expect_event(HalfClosed)
        assert peer.state == "CLOSE-WAIT"


def test_urgent_text_with_it() -> None:
    with syn_sent() as peer:
        peer.send(SYN | ACK | PSH, b"hello")
        peer.expect(ACK, ack=6)
        peer.app.expect(b"hello")


@pytest.mark.requirement("MUST-10")
def test_a_syn_alone_is_a_simultaneous_open() -> None:
    """Figure 7."""
    with syn_sent() as peer:
        peer.send(SYN, seq=300)
        peer.expect(SYN | ACK, seq=0, ack=301)
        assert peer.state == "SYN-RECEIVED"
        peer.send(SYN | ACK, seq=300)
        assert peer.state == "ESTABLISHED"
        assert peer.app.opened == 1
        peer.drain()  # a SYN,ACK may be acknowledged


@pytest.mark.parametrize("flags", [0, FIN, PSH, URG, FIN | URG])
def test_neither_syn_nor_rst_is_dropped(flags: int) -> None:
    """Fifth."""
    with syn_sent() as peer:
        peer.send(flags, b"text")
        peer.expect_nothing()
        assert peer.state == "SYN-SENT"


def test_an_old_duplicate_of_their_syn_ack_is_survived() -> None:
    """Figure 9, the side that opened: the answer to it is a reset, and the handshake goes on."""
    with syn_sent() as peer:
        peer.forge(SYN | ACK, seq=90, ack=-2000)
        peer.expect(RST, seq=-2000)
        peer.send(SYN | ACK, seq=100)
        peer.expect(ACK, seq=1, ack=101)


# -- calls


def test_what_is_sent_waits_for_the_handshake() -> None:
    with syn_sent() as peer:
        peer.app.send(b"early")
        peer.expect_nothing()
        peer.send(SYN | ACK)
        peer.expect(ACK | PSH, b"early")


def test_close_deletes() -> None:
    with syn_sent() as peer:
        peer.app.half_close()
        peer.expect_nothing(for_=300.0)
        assert peer.state == "CLOSED"
        assert peer.app.failed is not None


def test_abort_deletes_and_sends_nothing() -> None:
    with syn_sent() as peer:
        peer.app.abort()
        peer.expect_nothing(for_=300.0)
        assert peer.state == "CLOSED"


def test_listening_meanwhile_changes_nothing() -> None:
    with syn_sent() as peer:
        peer.listen()
        peer.send(SYN | ACK)
        peer.expect(ACK)
        assert peer.state == "ESTABLISHED"


# -- time-outs and reports


@pytest.mark.requirement("MUST-19", "MUST-22", "MUST-23")
def test_a_syn_is_sent_again_with_backoff_for_three_minutes() -> None:
    with syn_sent() as peer:
        for delay in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0):
            peer.expect(SYN, seq=0, at=delay)
        assert peer.now < 180
        peer.wait(179.9 - peer.now)
        assert peer.state == "SYN-SENT"
        peer.wait(70)
        peer.drain()
        assert peer.state == "CLOSED"
        assert isinstance(peer.app.failed, TimedOut)


@pytest.mark.requirement("MUST-56", "SHLD-25")
@pytest.mark.parametrize("trouble", [Trouble.NETWORK_UNREACHABLE, Trouble.HOST_UNREACHABLE, Trouble.TIME_EXCEEDED])
def test_a_soft_error_does_not_end_the_open(trouble: Trouble) -> None:
    with syn_sent() as peer:
        peer.report(trouble, seq=0)
        assert peer.state == "SYN-SENT"
        peer.send(SYN | ACK)
        peer.expect(ACK)


def test_a_soft_error_ends_the_open_where_chosen() -> None:
    with syn_sent(TcpConfig(soft_errors_end_opens=True)) as peer:
        peer.report(Trouble.HOST_UNREACHABLE, seq=0)
        assert isinstance(peer.app.failed, Unreachable)


@pytest.mark.parametrize("trouble", [Trouble.PORT_UNREACHABLE, Trouble.PROTOCOL_UNREACHABLE])
def test_a_hard_error_ends_the_open(trouble: Trouble) -> None:
    with syn_sent() as peer:
        peer.report(trouble, seq=0)
        peer.expect_nothing(for_=300.0)
        assert isinstance(peer.app.failed, Refused)
        assert peer.state == "CLOSED"


@pytest.mark.parametrize("seq", [-1, 1, 5000])
def test_a_forged_error_is_nobodys(seq: int) -> None:
    with syn_sent() as peer:
        peer.report(Trouble.PORT_UNREACHABLE, seq=seq)
        assert peer.state == "SYN-SENT"
        assert peer.counters["foreign_reports"] == 1
