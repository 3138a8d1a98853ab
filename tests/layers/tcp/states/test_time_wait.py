"""TIME-WAIT: closed both ways, and lingering (RFC 9293 sections 3.6.1 and 3.10.7.4)."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest

from foxpy.errors import InvalidConnection
from foxpy.layers.tcp import TcpConfig
from foxpy.status import Closed, HalfClosed
from foxpy.testing.peer import ACK, ANY, FIN, PSH, RST, SYN, URG
from tests.support.tcp_states import DEFAULT, Script, time_wait
from tests.support.tcp_synchronized import Synchronized


class TestTimeWait(Synchronized):
    """What every synchronized state does."""

    def enter(self, config: TcpConfig = DEFAULT) -> AbstractContextManager[Script]:
        return time_wait(config)


@pytest.mark.requirement("MUST-13")
@pytest.mark.parametrize("msl", [30.0, 120.0])
def test_it_lasts_for_two_msl(msl: float) -> None:
    with time_wait(TcpConfig(msl=msl)) as peer:
        peer.expect_nothing(for_=2 * msl - 0.1)
        assert peer.state == "TIME-WAIT"
        peer.expect_nothing(for_=0.2)
        assert peer.state == "LISTEN"
        assert peer.app.events == [HalfClosed(), Closed()]


@pytest.mark.requirement("MUST-13")
def test_the_peers_fin_again_is_acknowledged_and_restarts_it() -> None:
    with time_wait() as peer:
        peer.wait(50.0)
        peer.send(FIN | ACK, seq=peer.seq - 1)
        peer.expect(ACK)
        peer.wait(50.0)
        assert peer.state == "TIME-WAIT"
        peer.wait(11.0)
        assert peer.state == "LISTEN"


@pytest.mark.parametrize("flags", [ACK | PSH, FIN | ACK, FIN | ACK | URG | PSH])
def test_text_urg_and_fin_are_ignored(flags: int) -> None:
    with time_wait() as peer:
        peer.forge(flags, b"after the end", urgent=3 if flags & URG else 0)
        peer.drain()
        assert peer.state == "TIME-WAIT"
        assert peer.app.received == b""
        assert peer.app.events == [HalfClosed(), Closed()]


# -- SYN


@pytest.mark.requirement("MAY-2")
@pytest.mark.parametrize("ahead", [0, 1, 64_000, 1 << 30])
def test_a_syn_above_the_old_numbers_begins_a_new_connection(ahead: int) -> None:
    """With an ISS above our old numbers."""
    with time_wait() as peer:
        old = (peer.their_iss or 0) + peer.ack
        iss = peer.iss + peer.seq + ahead
        peer.anew(iss & 0xFFFF_FFFF)
        peer.send(SYN, mss=1000)
        peer.expect(SYN | ACK)
        assert peer.state == "SYN-RECEIVED"
        assert peer.their_iss is not None
        assert 0 < (peer.their_iss - old) & 0xFFFF_FFFF < 1 << 31
        peer.send(ACK)
        assert peer.app.opened == 2


@pytest.mark.requirement("MAY-2")
@pytest.mark.parametrize("behind", [1, 64_000, 1 << 30])
def test_a_syn_of_old_numbers_does_not(behind: int) -> None:
    with time_wait() as peer:
        peer.forge(SYN, seq=peer.seq - behind)
        peer.expect(ACK)
        assert peer.state == "TIME-WAIT"


def test_a_new_syn_finds_nobody_where_nobody_listens() -> None:
    with time_wait() as peer:
        peer.stop()
        peer.send(SYN, seq=peer.seq + 1000)
        peer.expect(RST | ACK, seq=ANY, ack=peer.seq + 1001)
        assert peer.state == "CLOSED"


# -- RST


def test_a_reset_ends_it_unless_chosen_otherwise() -> None:
    """RFC 1337, which is a choice; it changes nothing for the application."""
    with time_wait() as peer:
        peer.send(RST)
        assert peer.state == "LISTEN"
        assert peer.app.events == [HalfClosed(), Closed()]
    with time_wait(TcpConfig(ignore_reset_in_time_wait=True)) as peer:
        peer.send(RST)
        peer.expect_nothing()
        assert peer.state == "TIME-WAIT"


# -- calls


def test_send_is_an_error() -> None:
    with time_wait() as peer, pytest.raises(InvalidConnection):
        peer.app.send(b"x")


def test_closing_again_is_harmless() -> None:
    with time_wait() as peer:
        peer.app.half_close()
        peer.app.close()
        peer.expect_nothing()
        assert peer.state == "TIME-WAIT"


def test_abort_sends_nothing() -> None:
    with time_wait() as peer:
        peer.app.abort()
        peer.expect_nothing(for_=300.0)
        assert peer.state == "LISTEN"


def test_how_many_linger_is_bounded() -> None:
    with time_wait(TcpConfig(time_waits=3)) as peer:
        for port in range(5000, 5010):
            other = peer.beside(port)
            other.send(SYN)
            other.expect(SYN | ACK)
            other.send(ACK)
            other.app.half_close()
            other.expect(FIN | ACK)
            other.send(FIN | ACK)
            other.expect(ACK)
        assert peer.app.tcp.query().time_wait == 3
        assert peer.counters["time_waits_cut"] == 8
        assert peer.state == "LISTEN"
