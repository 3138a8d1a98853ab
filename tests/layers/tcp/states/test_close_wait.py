"""CLOSE-WAIT: the peer closed, the application has not (RFC 9293 section 3.10.7.4)."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest

from foxpy.layers.tcp import TcpConfig
from foxpy.status import Aborted, HalfClosed
from foxpy.testing.peer import ACK, FIN, PSH, RST, SYN, URG
from tests.support.tcp_states import DEFAULT, Script, close_wait
from tests.support.tcp_synchronized import Synchronized


class TestCloseWait(Synchronized):
    """What every synchronized state does."""

    def enter(self, config: TcpConfig = DEFAULT) -> AbstractContextManager[Script]:
        return close_wait(config)


def test_text_can_still_be_sent() -> None:
    with close_wait() as peer:
        peer.app.send(b"still here")
        peer.expect(ACK | PSH, b"still here")
        peer.send(ACK)
        peer.expect_nothing(for_=300.0)
        assert peer.state == "CLOSE-WAIT"


@pytest.mark.parametrize("flags", [ACK | PSH, FIN | ACK, FIN | ACK | URG | PSH])
def test_text_urg_and_fin_are_ignored(flags: int) -> None:
    """ "This should not occur since a FIN has been received from the remote side"."""
    with close_wait() as peer:
        peer.forge(flags, b"after the end", urgent=3 if flags & URG else 0)
        peer.drain()
        assert peer.state == "CLOSE-WAIT"
        assert peer.app.events == [HalfClosed()]
        assert peer.app.received == b""


def test_the_fin_again_is_acknowledged_again() -> None:
    with close_wait() as peer:
        peer.send(FIN | ACK, seq=peer.seq - 1)
        peer.expect(ACK)
        assert peer.state == "CLOSE-WAIT"
        assert peer.app.events == [HalfClosed()]


@pytest.mark.parametrize("ahead", [0, 500, 1 << 30])
def test_a_syn_is_challenged(ahead: int) -> None:
    with close_wait() as peer:
        peer.forge(SYN, seq=peer.seq + ahead)
        peer.expect(ACK)
        assert peer.state == "CLOSE-WAIT"


@pytest.mark.requirement("MUST-12")
def test_the_application_hears_of_a_reset() -> None:
    with close_wait() as peer:
        peer.app.expect_event(HalfClosed)
        peer.send(RST)
        peer.app.expect_event(Aborted)


def test_it_lasts_until_the_application_closes() -> None:
    with close_wait() as peer:
        peer.expect_nothing(for_=100_000.0)
        assert peer.state == "CLOSE-WAIT"


# -- calls


def test_half_close_sends_a_fin() -> None:
    with close_wait() as peer:
        peer.app.half_close()
        peer.expect(FIN | ACK)
        assert peer.state == "LAST-ACK"


def test_close_sends_a_fin_behind_what_waits() -> None:
    with close_wait() as peer:
        peer.send(ACK, window=5)
        peer.app.send(b"ten bytes.")
        peer.drain()
        peer.app.close()
        assert peer.state == "LAST-ACK"
        peer.wait(10.0)
        assert not any(arrow.flags & FIN for arrow in peer.drain())
        peer.window = 60_000
        peer.send(ACK)
        came = peer.drain()
        assert came[-1].flags & FIN
        assert came[-1].seq + len(came[-1].data) == 11


def test_abort_resets() -> None:
    with close_wait() as peer:
        peer.app.abort()
        peer.expect(RST | ACK)
        peer.expect_nothing(for_=300.0)
        assert peer.state == "LISTEN"
