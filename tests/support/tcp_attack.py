"""A connection under attack, and another one beside it that must not notice.

When the block ends, the host must be live: the bystander's connection still carries data both ways, new ones can be
opened, and the tables are no larger than what is open.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from foxpy.layers.tcp import TcpConfig
from foxpy.testing.peer import ACK, PSH, SYN, scripted
from tests.support.tcp_states import DEFAULT, MSS, Script

BYSTANDER: Final = 5001
NEWCOMER: Final = 5002


@contextmanager
def attacked(config: TcpConfig = DEFAULT) -> Iterator[tuple[Script, Script]]:
    """An established connection of the peer that is attacked or attacks, and the bystander's."""
    with scripted(config) as peer:
        bystander = peer.beside(BYSTANDER)
        for each in (peer, bystander):
            connect(each)
        yield peer, bystander
        peer.drain()
        carries_data(bystander)
        newcomer = peer.beside(NEWCOMER)
        connect(newcomer)
        carries_data(newcomer)
        peer.drain()


def connect(peer: Script) -> None:
    """A handshake that the peer begins, with an MSS and no other option."""
    peer.send(SYN, mss=MSS)
    peer.expect(SYN | ACK)
    peer.send(ACK)
    assert peer.state == "ESTABLISHED"


def carries_data(peer: Script) -> None:
    """``peer`` and its application hear each other."""
    peer.app.received = b""
    peer.send(ACK | PSH, b"ping")
    peer.app.expect(b"ping")
    peer.app.send(b"pong")
    assert b"".join(arrow.data for arrow in peer.drain()) == b"pong"  # and maybe an ACK of its own before it
    peer.send(ACK)
    peer.expect_nothing()
    assert peer.state == "ESTABLISHED"


def holds(peer: Script) -> tuple[int, int, int]:
    """How much the TCP under test has: connections, half open ones, paths."""
    info = peer.app.tcp.query()
    return info.connections, info.half_open, info.paths
