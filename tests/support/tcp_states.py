"""A scripted peer in front of a TCP in each of the states of RFC 9293, each reached as the RFC's figures show.

The peer announces an MSS of 1000 and offers nothing else, so that segments after the SYN have no options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from ipaddress import IPv4Address
from typing import Final, TypeAlias

from foxpy.layers.tcp import TcpConfig
from foxpy.testing.peer import ACK, FIN, SYN, Peer, scripted

Script: TypeAlias = Peer[IPv4Address]
Enter: TypeAlias = Callable[..., AbstractContextManager[Script]]

DEFAULT: Final = TcpConfig()
MSS: Final = 1000


@contextmanager
def listen(config: TcpConfig = DEFAULT) -> Iterator[Script]:
    """The application listens."""
    with scripted(config) as peer:
        assert peer.state == "LISTEN"
        yield peer


@contextmanager
def closed(config: TcpConfig = DEFAULT) -> Iterator[Script]:
    """There is no connection, and nobody listens."""
    with scripted(config, listening=False) as peer:
        assert peer.state == "CLOSED"
        yield peer


@contextmanager
def syn_sent(config: TcpConfig = DEFAULT) -> Iterator[Script]:
    """The application opened."""
    with scripted(config, listening=False) as peer:
        peer.app.open()
        peer.expect(SYN)
        assert peer.state == "SYN-SENT"
        yield peer


@contextmanager
def syn_received(config: TcpConfig = DEFAULT) -> Iterator[Script]:
    """A listener got a SYN."""
    with scripted(config) as peer:
        peer.send(SYN, mss=MSS)
        peer.expect(SYN | ACK)
        assert peer.state == "SYN-RECEIVED"
        yield peer


@contextmanager
def simultaneous(config: TcpConfig = DEFAULT) -> Iterator[Script]:
    """SYN-RECEIVED from SYN-SENT: both sides opened at once (figure 7 of RFC 9293)."""
    with syn_sent(config) as peer:
        peer.send(SYN, mss=MSS)
        peer.expect(SYN | ACK, seq=0)
        assert peer.state == "SYN-RECEIVED"
        yield peer


@contextmanager
def established(config: TcpConfig = DEFAULT) -> Iterator[Script]:
    """Open, begun by the peer."""
    with syn_received(config) as peer:
        peer.send(ACK)
        assert peer.state == "ESTABLISHED"
        assert peer.app.opened == 1
        yield peer


@contextmanager
def fin_wait_1(config: TcpConfig = DEFAULT) -> Iterator[Script]:
    """The application closed; its FIN, number 1, is not acknowledged."""
    with established(config) as peer:
        peer.app.half_close()
        peer.expect(FIN | ACK)
        assert peer.state == "FIN-WAIT-1"
        yield peer


@contextmanager
def fin_wait_2(config: TcpConfig = DEFAULT) -> Iterator[Script]:
    """The application closed, and its FIN is acknowledged."""
    with fin_wait_1(config) as peer:
        peer.send(ACK)
        assert peer.state == "FIN-WAIT-2"
        yield peer


@contextmanager
def closing(config: TcpConfig = DEFAULT) -> Iterator[Script]:
    """Both closed at once (figure 13); the application's FIN, number 1, is not acknowledged."""
    with fin_wait_1(config) as peer:
        peer.send(FIN | ACK, ack=1)
        peer.expect(ACK)
        assert peer.state == "CLOSING"
        yield peer


@contextmanager
def time_wait(config: TcpConfig = DEFAULT) -> Iterator[Script]:
    """Closed both ways, the application first (figure 12)."""
    with fin_wait_2(config) as peer:
        peer.send(FIN | ACK)
        peer.expect(ACK)
        assert peer.state == "TIME-WAIT"
        yield peer


@contextmanager
def close_wait(config: TcpConfig = DEFAULT) -> Iterator[Script]:
    """The peer closed."""
    with established(config) as peer:
        peer.send(FIN | ACK)
        peer.expect(ACK)
        assert peer.state == "CLOSE-WAIT"
        yield peer


@contextmanager
def last_ack(config: TcpConfig = DEFAULT) -> Iterator[Script]:
    """The peer closed, then the application; its FIN, number 1, is not acknowledged."""
    with close_wait(config) as peer:
        peer.app.half_close()
        peer.expect(FIN | ACK)
        assert peer.state == "LAST-ACK"
        yield peer
