"""LAST-ACK: the peer closed, then the application; our FIN is not acknowledged (RFC 9293 section 3.10.7.4)."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest

from foxpy.errors import InvalidConnection, TimedOut
from foxpy.layers.tcp import TcpConfig
from foxpy.status import Aborted, Closed, HalfClosed
from foxpy.testing.peer import ACK, FIN, PSH, RST, SYN, URG
from tests.support.tcp_states import DEFAULT, Script, close_wait, last_ack
from tests.support.tcp_synchronized import Synchronized


class TestLastAck(Synchronized):
    """What every synchronized state does."""

    in_flight = True

    def enter(self, config: TcpConfig = DEFAULT) -> AbstractContextManager[Script]:
        return last_ack(config)


def test_the_ack_of_our_fin() -> None:
    with last_ack() as peer:
        peer.send(ACK)
        peer.expect_nothing(for_=300.0)
        assert peer.state == "LISTEN"
        assert peer.app.events == [HalfClosed(), Closed()]


@pytest.mark.parametrize("flags", [ACK | PSH, FIN | ACK, FIN | ACK | URG | PSH])
def test_text_urg_and_fin_are_ignored(flags: int) -> None:
    with last_ack() as peer:
        peer.forge(flags, b"after the end", ack=1, urgent=3 if flags & URG else 0)
        peer.drain()
        assert peer.state == "LAST-ACK"
        assert peer.app.received == b""
        assert peer.app.events == [HalfClosed()]


def test_the_fin_again_is_acknowledged_again() -> None:
    with last_ack() as peer:
        peer.send(FIN | ACK, seq=peer.seq - 1, ack=1)
        peer.expect(ACK)
        assert peer.state == "LAST-ACK"


@pytest.mark.parametrize("ahead", [0, 500, 1 << 30])
def test_a_syn_is_challenged(ahead: int) -> None:
    with last_ack() as peer:
        peer.forge(SYN, seq=peer.seq + ahead)
        peer.expect(ACK)
        assert peer.state == "LAST-ACK"


def test_a_reset_is_an_end_in_good_order() -> None:
    with last_ack() as peer:
        peer.send(RST)
        assert peer.app.events == [HalfClosed(), Closed()]


@pytest.mark.requirement("MUST-12")
def test_a_reset_that_loses_text_is_told() -> None:
    with close_wait() as peer:
        peer.app.send(b"lost")
        peer.expect(ACK | PSH, b"lost")
        peer.app.half_close()
        peer.expect(FIN | ACK)
        peer.send(RST)
        assert isinstance(peer.app.events[-1], Aborted)


@pytest.mark.requirement("MUST-19")
def test_the_fin_is_sent_again_and_given_up_at_last() -> None:
    with last_ack() as peer:
        peer.expect(FIN | ACK, seq=1, at=0.2)
        peer.expect(FIN | ACK, seq=1, at=0.4)
        peer.wait(300.0)
        peer.drain()
        assert peer.state == "LISTEN"
        assert isinstance(peer.app.error, TimedOut)


# -- calls


def test_send_is_an_error() -> None:
    with last_ack() as peer, pytest.raises(InvalidConnection):
        peer.app.send(b"x")


def test_closing_again_is_harmless() -> None:
    with last_ack() as peer:
        peer.app.half_close()
        peer.app.close()
        peer.expect_nothing()
        assert peer.state == "LAST-ACK"


def test_abort_sends_nothing() -> None:
    with last_ack() as peer:
        peer.app.abort()
        peer.expect_nothing(for_=300.0)
        assert peer.state == "LISTEN"
