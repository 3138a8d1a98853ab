"""The client's end in Python: whether a server answers, and whether the bytes that arrive are those that were sent."""

from __future__ import annotations

import contextlib
import hashlib
import socket
from collections.abc import Iterator

from foxpy.bench.congestion import use
from foxpy.bench.services import ECHO, HASH, PATTERN, SOURCE, pattern
from foxpy.testing.namespaces import Namespace

PATIENCE = 60.0


@contextlib.contextmanager
def connected(place: Namespace, address: str, port: int, congestion: str = "") -> Iterator[socket.socket]:
    """A connection from ``place``, with the congestion control ``congestion`` or the chosen one.

    Both ends are over when the block ends: a stopped peer would leave segments to be sent again. Raises OSError."""
    with place.entered():
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with made:
        made.settimeout(PATIENCE)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        use(made, congestion)
        made.connect((address, port))
        yield made
        made.shutdown(socket.SHUT_WR)
        while made.recv(65536):
            pass


def exactly(wire: socket.socket, size: int) -> bytes:
    """Read ``size`` bytes. Raises EOFError where the peer closes before."""
    parts = []
    while size:
        part = wire.recv(min(size, 1 << 20))
        if not part:
            raise EOFError("the peer closed too early")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def answers(place: Namespace, address: str) -> None:
    """Raises OSError unless the server at ``address`` echoes."""
    with connected(place, address, ECHO) as wire:
        wire.sendall(b"?")
        exactly(wire, 1)


def hashed(place: Namespace, address: str, size: int, congestion: str = "") -> bytes:
    """Send ``size`` bytes; the SHA-256 that the server saw."""
    with connected(place, address, HASH, congestion) as wire:
        wire.sendall(size.to_bytes(8, "big"))
        whole, rest = divmod(size, len(PATTERN))
        for _ in range(whole):
            wire.sendall(PATTERN)
        wire.sendall(PATTERN[:rest])
        return exactly(wire, 32)


def fetched(place: Namespace, address: str, size: int, congestion: str = "") -> bytes:
    """Have ``size`` bytes sent; the SHA-256 of what came."""
    seen = hashlib.sha256()
    with connected(place, address, SOURCE, congestion) as wire:
        wire.sendall(size.to_bytes(8, "big"))
        while size:
            part = wire.recv(min(size, 1 << 20))
            if not part:
                raise EOFError(f"the peer closed with {size} bytes missing")
            seen.update(part)
            size -= len(part)
    return seen.digest()


def check(place: Namespace, address: str, name: str, size: int) -> None:
    """Not timed: what arrives is what was sent, both ways. Raises ValueError."""
    expected = hashlib.sha256(pattern(size)).digest()
    for way, found in (("into", hashed(place, address, size)), ("out of", fetched(place, address, size))):
        if found != expected:
            raise ValueError(f"{size} bytes {way} {name}: SHA-256 differs")
