"""The client in Python, where there is no C compiler: ``python -m foxpy.bench.client COMMAND ...`` as ``c/load.c``."""

from __future__ import annotations

import itertools
import json
import os
import socket
import statistics
import struct
import sys
import time
from collections.abc import Callable
from typing import Final, TypeAlias

from foxpy.bench.congestion import use
from foxpy.bench.services import pattern
from foxpy.bench.wires import exactly
from foxpy.checksum import fold, ones_sum

PATIENCE: Final = 20.0
SOON: Final = 0.5
TRIES: Final = 4
"""Portions to lose before the other end is held to be silent, however short the measurement is."""
BUFFER: Final = 1 << 17
ROOM: Final = 1 << 22

Told: TypeAlias = dict[str, float]


def stream(host: str, port: str) -> socket.socket:
    made = socket.create_connection((host, int(port)), PATIENCE)
    use(made)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def datagrams(kind: str, host: str, number: str) -> socket.socket:
    if kind == "udp":
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    else:
        made = socket.socket(socket.AF_INET, socket.SOCK_RAW, int(number))
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)
    made.settimeout(SOON)
    made.connect((host, int(number) if kind == "udp" else 0))
    return made


def payload(kind: str, packet: bytes) -> bytes:
    """A raw socket gives the IP header too."""
    return packet if kind == "udp" else packet[(packet[0] & 15) * 4 :]


def times(all_: list[float], lost: int) -> Told:
    if not all_:
        raise SystemExit("nothing came back")
    ordered = sorted(all_)
    return {"p50": statistics.median(ordered), "p99": ordered[int(len(ordered) * 0.99)], "count": len(all_),
            "lost": lost}  # fmt: skip


def end(wire: socket.socket) -> None:
    wire.shutdown(socket.SHUT_WR)
    while wire.recv(BUFFER):
        pass
    wire.close()


# -- TCP


def into(host: str, port: str, size: str) -> Told:
    data, left = pattern(BUFFER), int(size)
    wire = stream(host, port)
    began = time.perf_counter()
    wire.sendall(left.to_bytes(8, "big"))
    while left:
        part = min(left, BUFFER)
        wire.sendall(data[:part] if part < BUFFER else data)
        left -= part
    answer = exactly(wire, 8)
    took = time.perf_counter() - began
    if int.from_bytes(answer, "big") != int(size):
        raise SystemExit("the peer counted other bytes than it was sent")
    end(wire)
    return {"seconds": took}


def out_of(host: str, port: str, size: str) -> Told:
    buffer, left = bytearray(BUFFER), int(size)
    wire = stream(host, port)
    began = time.perf_counter()
    wire.sendall(left.to_bytes(8, "big"))
    while left:
        got = wire.recv_into(buffer, min(left, BUFFER))
        if not got:
            raise SystemExit("the peer closed too early")
        left -= got
    took = time.perf_counter() - began
    end(wire)
    return {"seconds": took}


def echo(host: str, port: str, size: str, seconds: str) -> Told:
    message, found = pattern(int(size)), []
    wire = stream(host, port)
    until = time.perf_counter() + float(seconds)
    after = 0.0
    while after < until:
        before = time.perf_counter()
        wire.sendall(message)
        answer = exactly(wire, len(message))
        after = time.perf_counter()
        if answer != message:
            raise SystemExit("the peer echoed other bytes than it was sent")
        found.append(after - before)
    end(wire)
    return times(found, 0)


def calls(host: str, port: str, seconds: str, sources: str) -> Told:
    began = after = time.perf_counter()
    count = 0
    for source in itertools.cycle(sources.split(",")):
        with socket.socket() as wire:
            wire.settimeout(PATIENCE)
            use(wire)
            wire.setsockopt(socket.IPPROTO_IP, socket.IP_BIND_ADDRESS_NO_PORT, 1)
            wire.bind((source, 0))
            wire.connect((host, int(port)))
            wire.sendall(b"x")
            exactly(wire, 1)
        count += 1
        after = time.perf_counter()
        if after > began + float(seconds):
            break
    return {"rate": count / (after - began), "count": count}


# -- packets


def answered(wire: socket.socket, message: bytes, wanted: Callable[[bytes], bool]) -> float | None:
    """Send ``message``; the seconds until what is wanted came, None where it did not."""
    before = time.perf_counter()
    wire.send(message)
    try:
        while not wanted(wire.recv(65536)):
            pass
    except TimeoutError:
        return None
    return time.perf_counter() - before


def repeated(wire: socket.socket, seconds: str, make: Callable[[int], tuple[bytes, Callable[[bytes], bool]]]) -> Told:
    found, lost = [], 0
    until = time.perf_counter() + float(seconds)
    for number in itertools.count(1):
        took = answered(wire, *make(number))
        if took is None:
            lost += 1
        else:
            found.append(took)
        if time.perf_counter() > until:
            break
    return times(found, lost)


def bounce(kind: str, host: str, number: str, size: str, seconds: str) -> Told:
    def make(turn: int) -> tuple[bytes, Callable[[bytes], bool]]:
        message = struct.pack("=I", turn)[: int(size)].ljust(int(size), b"\0")
        return message, lambda packet: payload(kind, packet)[: len(message)] == message

    return repeated(datagrams(kind, host, number), seconds, make)


def ping(host: str, size: str, seconds: str) -> Told:
    identifier, data = os.getpid() & 0xFFFF, bytes(at & 0xFF for at in range(int(size)))

    def make(turn: int) -> tuple[bytes, Callable[[bytes], bool]]:
        rest = struct.pack("!HH", identifier, turn & 0xFFFF) + data
        check = 0xFFFF ^ fold(ones_sum(b"\x08\0\0\0" + rest, 0, 4 + len(rest)))
        return struct.pack(
            "!BBH", 8, 0, check
        ) + rest, lambda packet: payload("ip", packet)[:1] == b"\0" and payload("ip", packet)[4:] == rest

    return repeated(datagrams("ip", host, "1"), seconds, make)


def flight(host: str, port: str, size: str, seconds: str, outstanding: str) -> Told:
    wire, message, count, lost = datagrams("udp", host, port), bytes(int(size)), 0, 0
    began = after = time.perf_counter()
    for _ in range(int(outstanding)):
        wire.send(message)
    while after < began + float(seconds):
        try:
            wire.recv(65536)
            count += 1
            wire.send(message)
        except TimeoutError:
            lost += int(outstanding)
            for _ in range(int(outstanding)):
                wire.send(message)
        after = time.perf_counter()
    if not count:
        raise SystemExit("nothing came back")
    return {"rate": count / (after - began), "count": count, "lost": lost}


def confirmed(kind: str, host: str, number: str, size: str, portion: str, seconds: str) -> Told:
    wire, length = datagrams(kind, host, number), int(size)
    packets, portions, lost = -(-int(portion) // length), 0, 0
    began = after = time.perf_counter()
    for turn in itertools.count(1):
        word = struct.pack("=IB", turn & 0xFFFFFFFF, packets)
        message = word.ljust(length, b"\0")
        for _ in range(packets - 1):
            wire.send(message)
        if answered(wire, message, lambda packet, word=word: payload(kind, packet)[:4] == word[:4]) is None:  # type: ignore[misc]  # word is bound here
            lost += 1
        else:
            portions += 1
        after = time.perf_counter()
        if after > began + float(seconds) and (portions or lost >= TRIES):
            break
    if not portions:
        raise SystemExit("nothing was confirmed")
    return {"rate": portions * packets * length / (after - began), "count": portions, "lost": lost}


COMMANDS: Final[dict[str, Callable[..., Told]]] = {
    "into": into,
    "out-of": out_of,
    "echo": echo,
    "calls": calls,
    "bounce": bounce,
    "ping": ping,
    "flight": flight,
    "confirmed": confirmed,
}


if __name__ == "__main__":
    try:
        print(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:])))
    except (OSError, EOFError) as failed:
        raise SystemExit(f"{sys.argv[1]}: {failed}") from failed
