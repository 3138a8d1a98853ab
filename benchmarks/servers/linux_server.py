"""The services of the rig on Linux's own sockets: ``python -O linux_server.py ADDRESS [streams]``.

Without ``streams`` they are blocking calls, a thread for each connection; with it they are those of ``services.py``, on
trio.
"""

from __future__ import annotations

import hashlib
import socket
import sys
import threading
from functools import partial

import trio
from services import PATTERN, STREAMS, closing


def exactly(wire: socket.socket, size: int) -> bytes:
    parts = []
    while size and (part := wire.recv(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def echo(wire: socket.socket) -> None:
    while part := wire.recv(65536):
        wire.sendall(part)


def sink(wire: socket.socket) -> None:
    count = exactly(wire, 8)
    left = int.from_bytes(count, "big")
    buffer = bytearray(1 << 20)
    while left:
        got = wire.recv_into(buffer, min(left, len(buffer)))
        if not got:
            return
        left -= got
    wire.sendall(count)


def hashing(wire: socket.socket) -> None:
    left = int.from_bytes(exactly(wire, 8), "big")
    seen = hashlib.sha256()
    while left and (part := wire.recv(min(left, 1 << 20))):
        seen.update(part)
        left -= len(part)
    wire.sendall(seen.digest())


def source(wire: socket.socket) -> None:
    whole, rest = divmod(int.from_bytes(exactly(wire, 8), "big"), len(PATTERN))
    for _ in range(whole):
        wire.sendall(PATTERN)
    wire.sendall(PATTERN[:rest])


SERVICES = {7: echo, 9: sink, 10: hashing, 19: source}


def talk(wire: socket.socket, port: int) -> None:
    with wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        SERVICES[port](wire)


def serve(address: str, port: int) -> None:
    listening = socket.create_server((address, port))
    while True:
        wire, _ = listening.accept()
        threading.Thread(target=talk, args=(wire, port), daemon=True).start()


async def serve_streams(address: str) -> None:
    async with trio.open_nursery() as nursery:
        for port, talk in STREAMS.items():
            nursery.start_soon(partial(trio.serve_tcp, closing(talk), port, host=address))


def main(address: str, mode: str = "") -> None:
    if mode == "streams":
        trio.run(serve_streams, address)
    for port in SERVICES:
        threading.Thread(target=serve, args=(address, port)).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
