"""The services on PyTCP: ``python -O pytcp_server.py TAP ADDRESS/PREFIX``, where PyTCP is installed and foxpy is not.

PyTCP is run here as its users run it, through its own socket interface. With ``-O`` and no log channels it logs
nothing. IPv6 is off, as everywhere in the benchmarks.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from typing import Protocol

PATTERN = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(2048))


class Socket(Protocol):
    """What is used of PyTCP's sockets."""

    def recv(self, size: int | None = None) -> bytes: ...

    def send(self, data: bytes) -> int: ...

    def close(self) -> None: ...


class Wire:
    """One connection."""

    def __init__(self, wire: Socket) -> None:
        self.wire = wire

    def exactly(self, size: int) -> bytes:
        parts = []
        while size and (part := self.wire.recv(size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def echo(wire: Wire) -> None:
    while part := wire.wire.recv():
        wire.wire.send(part)


def sink(wire: Wire) -> None:
    count = wire.exactly(8)
    left = int.from_bytes(count, "big")
    while left and (part := wire.wire.recv()):
        left -= len(part)
    wire.wire.send(count)


def hashing(wire: Wire) -> None:
    left = int.from_bytes(wire.exactly(8), "big")
    seen = hashlib.sha256()
    while left and (part := wire.wire.recv()):
        seen.update(part)
        left -= len(part)
    wire.wire.send(seen.digest())


def source(wire: Wire) -> None:
    whole, rest = divmod(int.from_bytes(wire.exactly(8), "big"), len(PATTERN))
    for _ in range(whole):
        wire.wire.send(PATTERN)
    wire.wire.send(PATTERN[:rest])


SERVICES = {7: echo, 8: echo, 9: sink, 10: hashing, 19: source}


def talk(wire: Wire, port: int) -> None:
    SERVICES[port](wire)
    wire.wire.close()


def serve(address: str, port: int) -> None:
    from pytcp.lib import socket  # type: ignore[import-not-found]  # only in the environment made for it

    listening = socket.socket(family=socket.AF_INET4, type=socket.SOCK_STREAM)
    listening.bind((address, port))
    listening.listen()
    while True:
        wire, _ = listening.accept()
        threading.Thread(target=talk, args=(Wire(wire), port), daemon=True).start()


def main(device: str, address: str) -> None:
    from pytcp import TcpIpStack, config  # type: ignore[import-not-found]  # only in the environment made for it

    config.LOG_CHANEL = set()
    stack = TcpIpStack(interface=device, mac_address="02:00:00:77:77:77", ip4_address=address)
    config.IP6_SUPPORT = False
    stack.start()
    for port in SERVICES:
        threading.Thread(target=serve, args=(address.partition("/")[0], port)).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
