"""FIN-WAIT-2: our FIN is acknowledged, the peer has not closed (RFC 9293 section 3.10.7.4)."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest

from foxpy.errors import InvalidConnection
from foxpy.layers.tcp import TcpConfig
from foxpy.status import Aborted, Closed, HalfClosed, Urgent
from foxpy.testing.peer import ACK, ANY, FIN, PSH, RST, SYN, URG
from tests.support.tcp_states import DEFAULT, Script, established, fin_wait_2
from tests.support.tcp_synchronized import Synchronized


class TestFinWait2(Synchronized):
    """What every synchronized state does."""

    def enter(self, config: TcpConfig = DEFAULT) -> AbstractContextManager[Script]:
        return fin_wait_2(config)


def test_a_fin_leads_to_time_wait() -> None:
    """Figure 12."""
    with fin_wait_2() as peer:
        peer.send(FIN | ACK)
        peer.expect(ACK)
        assert peer.state == "TIME-WAIT"
        assert peer.app.events == [HalfClosed(), Closed()]


def test_text_with_the_fin_is_delivered() -> None:
    with fin_wait_2() as peer:
        peer.send(FIN | ACK | PSH, b"bye")
        peer.app.expect(b"bye")
        peer.expect(ACK)
        assert peer.state == "TIME-WAIT"


def test_text_is_still_delivered() -> None:
    with fin_wait_2() as peer:
        peer.send(ACK | PSH, b"still here")
        peer.app.expect(b"still here")
        peer.expect(ACK, at=(0.0, 0.04))
        assert peer.state == "FIN-WAIT-2"


def test_a_fin_ahead_of_its_turn_waits() -> None:
    with fin_wait_2() as peer:
        peer.forge(FIN | ACK, seq=4)
        peer.expect(ACK, ack=1, options=ANY)
        assert peer.state == "FIN-WAIT-2"
        peer.forge(ACK | PSH, b"one", seq=1)
        peer.expect(ACK, ack=5)
        assert peer.state == "TIME-WAIT"


@pytest.mark.requirement("MUST-32")
def test_urgent_text_is_told_of() -> None:
    with fin_wait_2() as peer:
        peer.send(ACK | PSH | URG, b"x", urgent=5)
        peer.app.expect_event(Urgent)
        peer.expect(ACK, at=(0.0, 0.04))


@pytest.mark.requirement("MUST-12")
def test_the_application_hears_of_a_reset() -> None:
    with fin_wait_2() as peer:
        peer.send(RST)
        peer.app.expect_event(Aborted)


@pytest.mark.parametrize("ahead", [0, 500, 1 << 30])
def test_a_syn_is_challenged(ahead: int) -> None:
    with fin_wait_2() as peer:
        peer.forge(SYN, seq=peer.seq + ahead)
        peer.expect(ACK)
        assert peer.state == "FIN-WAIT-2"


# -- time


def test_an_application_may_read_for_ever() -> None:
    with fin_wait_2() as peer:
        peer.expect_nothing(for_=100_000.0)
        assert peer.state == "FIN-WAIT-2"


def test_what_nobody_owns_ends() -> None:
    with established() as peer:
        peer.app.close()
        peer.expect(FIN | ACK)
        peer.send(ACK)
        assert peer.app.close_acknowledged
        peer.expect(RST | ACK, at=60.0)
        assert peer.state == "LISTEN"


# -- calls


def test_send_is_an_error() -> None:
    with fin_wait_2() as peer, pytest.raises(InvalidConnection):
        peer.app.send(b"x")


def test_closing_again_is_harmless() -> None:
    with fin_wait_2() as peer:
        peer.app.half_close()
        peer.app.close()
        peer.expect_nothing()
        assert peer.app.close_acknowledged
        assert peer.state == "FIN-WAIT-2"


@pytest.mark.requirement("SHLD-3")
def test_close_with_what_was_not_read_resets() -> None:
    with fin_wait_2() as peer:
        peer.app.hold()
        peer.send(ACK | PSH, b"unread")
        peer.app.close()
        peer.expect(RST | ACK)
        assert peer.state == "LISTEN"


@pytest.mark.requirement("MAY-1", "SHLD-3")
def test_text_that_comes_after_a_close_resets_where_nobody_reads() -> None:
    with established() as peer:
        peer.app.hold()
        peer.app.close()
        peer.expect(FIN | ACK)
        peer.send(ACK)
        peer.send(ACK | PSH, b"too late")
        peer.expect(RST | ACK, ack=ANY)
        assert peer.state == "LISTEN"


def test_abort_resets() -> None:
    with fin_wait_2() as peer:
        peer.app.abort()
        peer.expect(RST | ACK)
        peer.expect_nothing(for_=300.0)
        assert peer.state == "LISTEN"
