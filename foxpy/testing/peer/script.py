"""Running a script."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from ipaddress import IPv4Address
from typing import Final, overload

from foxpy.layers.tcp import TcpConfig
from foxpy.protocol import Host
from foxpy.testing.peer.ends import PEER_PORT, Ground, over_ip
from foxpy.testing.peer.ladder import ScriptFailed
from foxpy.testing.peer.net import Net
from foxpy.testing.peer.peer import Peer

DEFAULT: Final = TcpConfig()
ISS: Final = 0xFFFF_F000
"""What the script calls 0 is this number on the wire: 4096 bytes on, it wraps."""


@overload
def scripted(
    config: TcpConfig = DEFAULT, *, listening: bool = True, iss: int = ISS, mtu: int = 1500, seed: int = 0
) -> AbstractContextManager[Peer[IPv4Address]]: ...


@overload
def scripted(
    config: TcpConfig = DEFAULT,
    *,
    over: Ground[Host],
    listening: bool = True,
    iss: int = ISS,
    mtu: int = 1500,
    seed: int = 0,
) -> AbstractContextManager[Peer[Host]]: ...


def scripted(
    config: TcpConfig = DEFAULT,
    *,
    over: Ground[Host] | None = None,
    listening: bool = True,
    iss: int = ISS,
    mtu: int = 1500,
    seed: int = 0,
) -> AbstractContextManager[Peer[IPv4Address]] | AbstractContextManager[Peer[Host]]:
    """A peer in front of a TCP with ``config``, over IPv4 unless ``over`` says otherwise; its application listens.

    Without an event loop, in virtual time that begins at 0, and the same in every run with the same ``seed``. ``iss``
    is the number that the script calls 0. The script must have expected every segment when the block ends, or
    ScriptFailed is raised; any other exception gets the ladder as a note.
    """
    if over is None:
        return _running(Net(over_ip, config, mtu, seed), listening, iss)
    return _running(Net(over, config, mtu, seed), listening, iss)


@contextmanager
def _running(net: Net[Host], listening: bool, iss: int) -> Iterator[Peer[Host]]:
    try:
        if listening:
            net.listen()
        peer = Peer(net, net.station(2), PEER_PORT, iss)
        net.clock.settle()
        try:
            yield peer
        except ScriptFailed:
            raise
        except Exception as error:
            error.add_note(f"the ladder so far:\n{net.ladder}")
            raise
        unexpected = net.unexpected()
        if unexpected:
            peer.fail("the script ends, and did not expect\n  " + "\n  ".join(unexpected[:10]))
    finally:
        net.end()
