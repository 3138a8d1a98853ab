"""The scripts of docs/peer.md."""

from __future__ import annotations

from foxpy.layers.tcp import TcpConfig
from foxpy.status import Closed, HalfClosed
from foxpy.testing.peer import ACK, FIN, PSH, RST, SYN, over_ethernet, scripted


def test_a_lost_segment_is_sent_again() -> None:
    with scripted(TcpConfig(min_rto=0.2)) as peer:
        peer.send(SYN, seq=100, mss=1460)
        peer.expect(SYN | ACK, ack=101)
        peer.send(ACK)

        peer.app.send(b"hello")
        peer.expect(ACK | PSH, b"hello")
        peer.expect(ACK | PSH, b"hello", seq=1, at=0.2)  # the same again, when the time is up
        peer.expect(ACK | PSH, b"hello", seq=1, at=0.4)  # MUST-19: exponential backoff
        peer.send(ACK)
        peer.expect_nothing(for_=10.0)


def test_the_application_opens_and_closes() -> None:
    with scripted(over=over_ethernet, listening=False) as peer:
        peer.app.open()
        peer.expect(SYN)
        peer.send(SYN | ACK, mss=1000)
        peer.expect(ACK)

        peer.send(ACK | PSH, b"bye")
        peer.send(FIN | ACK)
        peer.expect(ACK)
        peer.app.expect(b"bye")
        peer.app.expect_event(HalfClosed)
        assert peer.state == "CLOSE-WAIT"

        peer.app.close()
        peer.expect(FIN | ACK)
        peer.send(ACK)
        peer.app.expect_event(Closed)
        assert peer.state == "CLOSED"


def test_nobody_outside_can_reset_a_connection() -> None:
    with scripted() as peer:
        peer.send(SYN)
        peer.expect(SYN | ACK)
        peer.send(ACK)

        peer.forge(RST, seq=5000)  # in the window, and not the next number
        peer.expect(ACK)  # RFC 5961 section 3.2: a challenge
        peer.forge(RST, seq=-5000)
        peer.expect_nothing()
        assert peer.state == "ESTABLISHED"
        assert peer.counters["challenge_acks"] == 1
