"""FIN-WAIT-1: the application closed, its FIN is not acknowledged (RFC 9293 section 3.10.7.4)."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest

from foxpy.errors import InvalidConnection, TimedOut
from foxpy.layers.tcp import TcpConfig
from foxpy.status import Aborted, Closed, HalfClosed, Urgent
from foxpy.testing.peer import ACK, ANY, FIN, PSH, RST, SYN, URG
from tests.support.tcp_states import DEFAULT, Script, established, fin_wait_1
from tests.support.tcp_synchronized import Synchronized


class TestFinWait1(Synchronized):
    """What every synchronized state does."""

    in_flight = True

    def enter(self, config: TcpConfig = DEFAULT) -> AbstractContextManager[Script]:
        return fin_wait_1(config)


def test_the_ack_of_our_fin() -> None:
    with fin_wait_1() as peer:
        peer.send(ACK)
        peer.expect_nothing()
        assert peer.state == "FIN-WAIT-2"


def test_an_ack_of_what_was_before_the_fin() -> None:
    with established() as peer:
        peer.app.send(b"x")
        peer.expect(ACK | PSH, b"x")
        peer.app.half_close()
        peer.expect(FIN | ACK)
        peer.send(ACK, ack=2)
        assert peer.state == "FIN-WAIT-1"
        peer.send(ACK)
        assert peer.state == "FIN-WAIT-2"


def test_a_fin_without_the_ack_of_ours() -> None:
    """Figure 13."""
    with fin_wait_1() as peer:
        peer.send(FIN | ACK, ack=1)
        peer.expect(ACK)
        peer.app.expect_event(HalfClosed)
        assert peer.state == "CLOSING"


def test_a_fin_with_the_ack_of_ours() -> None:
    with fin_wait_1() as peer:
        peer.send(FIN | ACK)
        peer.expect(ACK)
        assert peer.state == "TIME-WAIT"
        assert peer.app.events == [HalfClosed(), Closed()]


def test_text_is_still_delivered() -> None:
    with fin_wait_1() as peer:
        peer.send(ACK | PSH, b"still here", ack=1)
        peer.app.expect(b"still here")
        peer.expect(ACK, at=(0.0, 0.04))
        assert peer.state == "FIN-WAIT-1"


def test_text_ahead_of_its_turn_waits() -> None:
    with fin_wait_1() as peer:
        peer.forge(ACK | PSH, b"two", seq=4, ack=1)
        peer.expect(ACK, ack=1, options=ANY)
        peer.forge(ACK | PSH, b"one", seq=1, ack=1)
        peer.expect(ACK, ack=7)
        peer.app.expect(b"onetwo")


@pytest.mark.requirement("MUST-32")
def test_urgent_text_is_told_of() -> None:
    with fin_wait_1() as peer:
        peer.send(ACK | PSH | URG, b"x", ack=1, urgent=5)
        peer.app.expect_event(Urgent)
        peer.expect(ACK, at=(0.0, 0.04))


@pytest.mark.requirement("MUST-19")
def test_the_fin_is_sent_again_and_given_up_at_last() -> None:
    with fin_wait_1() as peer:
        peer.expect(FIN | ACK, seq=1, at=0.2)
        peer.expect(FIN | ACK, seq=1, at=0.4)
        peer.expect(FIN | ACK, seq=1, at=0.8)
        peer.wait(300.0)
        peer.drain()
        assert peer.state == "LISTEN"
        assert isinstance(peer.app.error, TimedOut)


@pytest.mark.requirement("MUST-12")
def test_the_application_hears_of_a_reset() -> None:
    with fin_wait_1() as peer:
        peer.send(RST)
        peer.app.expect_event(Aborted)


@pytest.mark.parametrize("ahead", [0, 500, 1 << 30])
def test_a_syn_is_challenged(ahead: int) -> None:
    with fin_wait_1() as peer:
        peer.forge(SYN, seq=peer.seq + ahead)
        peer.expect(ACK)
        assert peer.state == "FIN-WAIT-1"


# -- calls


def test_send_is_an_error() -> None:
    """ "connection closing"."""
    with fin_wait_1() as peer, pytest.raises(InvalidConnection):
        peer.app.send(b"x")


def test_closing_again_is_harmless() -> None:
    with fin_wait_1() as peer:
        peer.app.half_close()
        peer.app.close()
        peer.expect_nothing()
        peer.send(ACK)
        assert peer.app.close_acknowledged


@pytest.mark.requirement("SHLD-3")
def test_close_with_what_was_not_read_resets() -> None:
    with fin_wait_1() as peer:
        peer.app.hold()
        peer.send(ACK | PSH, b"unread", ack=1)
        peer.app.close()
        peer.expect(RST | ACK)
        assert peer.state == "LISTEN"


def test_abort_resets() -> None:
    with fin_wait_1() as peer:
        peer.app.abort()
        peer.expect(RST | ACK)
        peer.expect_nothing(for_=300.0)
        assert peer.state == "LISTEN"
