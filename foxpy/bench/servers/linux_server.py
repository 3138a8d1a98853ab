"""The services on Linux's own sockets: ``python -m foxpy.bench.servers.linux_server ADDRESS [MODE [CONTROL]]``.

MODE may be empty or ``streams``, CONTROL names a congestion control,
in place of the one that is chosen for all. Without ``streams`` the services are blocking
calls, a thread for each connection; with it those of TCP are the trio program that foxpy's streams are given as well.
"""

from __future__ import annotations

import hashlib
import socket
import sys
import threading
from functools import partial
from typing import Final

import trio

from foxpy.bench.congestion import use
from foxpy.bench.servers.streams import STREAMS, closing
from foxpy.bench.services import ECHO, HASH, IP_ECHO, IP_SINK, PATTERN, SHORT, SINK, SOURCE


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
    buffer = bytearray(1 << 17)
    while left:
        got = wire.recv_into(buffer, min(left, len(buffer)))
        if not got:
            return
        left -= got
    wire.sendall(count)


def hashing(wire: socket.socket) -> None:
    left = int.from_bytes(exactly(wire, 8), "big")
    seen = hashlib.sha256()
    while left and (part := wire.recv(min(left, 1 << 17))):
        seen.update(part)
        left -= len(part)
    wire.sendall(seen.digest())


def source(wire: socket.socket) -> None:
    whole, rest = divmod(int.from_bytes(exactly(wire, 8), "big"), len(PATTERN))
    for _ in range(whole):
        wire.sendall(PATTERN)
    wire.sendall(PATTERN[:rest])


SERVICES: Final = {ECHO: echo, SHORT: echo, SINK: sink, HASH: hashing, SOURCE: source}


def talk(wire: socket.socket, port: int) -> None:
    with wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        SERVICES[port](wire)


def listening(address: str, port: int, congestion: str) -> socket.socket:
    made = socket.create_server((address, port))
    use(made, congestion)
    return made


def serve(listening: socket.socket, port: int) -> None:
    while True:
        wire, _ = listening.accept()
        threading.Thread(target=talk, args=(wire, port), daemon=True).start()


def bounce(wire: socket.socket) -> None:
    raw = wire.type == socket.SOCK_RAW
    while True:
        data, peer = wire.recvfrom(65536)
        wire.sendto(data[(data[0] & 15) * 4 :] if raw else data, peer)


def confirm(wire: socket.socket) -> None:
    raw = wire.type == socket.SOCK_RAW
    portion, seen = b"", 0
    while True:
        data, peer = wire.recvfrom(65536)
        start = (data[0] & 15) * 4 if raw else 0
        word = data[start : start + 5]
        seen = seen + 1 if word == portion else 1
        portion = word
        if len(word) == 5 and seen == word[4]:
            wire.sendto(word, peer)


def serve_datagrams(address: str) -> None:
    made = [
        (socket.SOCK_DGRAM, 0, ECHO, bounce),
        (socket.SOCK_DGRAM, 0, SHORT, bounce),
        (socket.SOCK_DGRAM, 0, SINK, confirm),
        (socket.SOCK_RAW, IP_ECHO, 0, bounce),
        (socket.SOCK_RAW, IP_SINK, 0, confirm),
    ]
    for kind, protocol, port, service in made:
        wire = socket.socket(socket.AF_INET, kind, protocol)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        wire.bind((address, port))
        threading.Thread(target=service, args=(wire,), daemon=True).start()


async def serve_streams(address: str) -> None:
    async with trio.open_nursery() as nursery:
        for port, talk in STREAMS.items():
            nursery.start_soon(partial(trio.serve_tcp, closing(talk), port, host=address))


def main(address: str, mode: str = "", congestion: str = "") -> None:
    serve_datagrams(address)
    if mode == "streams":
        trio.run(serve_streams, address)
    ends = {port: listening(address, port, congestion) for port in SERVICES}  # all, before anybody is answered
    for port, end in ends.items():
        threading.Thread(target=serve, args=(end, port)).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
