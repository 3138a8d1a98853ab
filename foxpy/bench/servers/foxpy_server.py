"""The services on foxpy: ``python -m foxpy.bench.servers.foxpy_server DEVICE:INTERFACE ADDRESS/BITS [MODE [CONTROL]]``.

MODE may be empty or ``streams``, CONTROL names a congestion control, in place of the one that is chosen for
all.
Without ``streams`` they are written as layers are: receivers that TCP calls for what arrives, and that send from there.
With it those of TCP are a task for each connection, and trio streams.
"""

from __future__ import annotations

import hashlib
import sys
from functools import partial
from ipaddress import IPv4Address, IPv4Interface
from typing import Final, TypeAlias

import trio

from foxpy.addresses import Port
from foxpy.bench.congestion import OURS, chosen
from foxpy.bench.servers.datagrams import Bounce, Confirm
from foxpy.bench.servers.devices import device
from foxpy.bench.servers.stack import build
from foxpy.bench.servers.streams import STREAMS, closing
from foxpy.bench.services import ECHO, HASH, IP_ECHO, IP_SINK, PATTERN, SHORT, SINK, SOURCE
from foxpy.layers.ipv4 import IpPattern
from foxpy.layers.tcp import Tcp, TcpConfig, TcpConnection, TcpPattern
from foxpy.layers.udp import UdpPattern
from foxpy.protocol import Receiver
from foxpy.status import HalfClosed, Sendable, Status
from foxpy.streams import listen_tcp

Layer: TypeAlias = Tcp[IPv4Address]
Connection: TypeAlias = TcpConnection[IPv4Address]


# -- as layers are written


class Service(Receiver):
    """One connection's end. What cannot be sent yet waits here, and the peer with it."""

    def __init__(self, layer: Layer, connection: Connection) -> None:
        self.layer = layer
        self.connection = connection
        self.sender = layer.send(connection)

    def status(self, event: Status) -> None:
        if isinstance(event, HalfClosed):
            self.heard_all()
        elif isinstance(event, Sendable):
            self.sendable()

    def heard_all(self) -> None:
        """The peer sends no more."""
        self.connection.half_close()

    def sendable(self) -> None:
        """There is room again."""


class Echo(Service):
    """Keeps the window closed over what it could not send back yet."""

    def __init__(self, layer: Layer, connection: Connection) -> None:
        super().__init__(layer, connection)
        connection.hold()
        self.waiting = bytearray()
        self.ended = False

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        size = end - start
        if not self.waiting and self.sender.limit() >= size:
            self.sender.send(frame[start:end])
            self.connection.consumed(size)
        else:
            self.waiting += frame[start:end]
            self.sendable()

    def sendable(self) -> None:
        part = bytes(self.waiting[: self.sender.limit()])
        del self.waiting[: len(part)]
        self.sender.send(part)
        self.connection.consumed(len(part))
        if self.ended and not self.waiting:
            self.connection.half_close()

    def heard_all(self) -> None:
        if self.waiting:
            self.ended = True
        else:
            self.connection.half_close()


class Counted(Service):
    """Begins with an 8-byte count of the bytes that follow."""

    def __init__(self, layer: Layer, connection: Connection) -> None:
        super().__init__(layer, connection)
        self.count = b""
        self.left = 0

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        if len(self.count) < 8:
            taken = min(8 - len(self.count), end - start)
            self.count += frame[start : start + taken]
            start += taken
            if len(self.count) < 8:
                return
            self.left = int.from_bytes(self.count, "big")
        if end > start:
            self.take(frame, start, end)
            self.left -= end - start
        if self.left == 0:
            self.sender.send(self.answer())

    def take(self, frame: bytes, start: int, end: int) -> None:
        """Some of the bytes."""

    def answer(self) -> bytes:
        return self.count


class Sink(Counted):
    """Looks at none of them."""

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        left = self.left - end + start
        if left > 0:
            self.left = left
        else:
            super().deliver(frame, start, end)


class Hashing(Counted):
    def __init__(self, layer: Layer, connection: Connection) -> None:
        super().__init__(layer, connection)
        self.seen = hashlib.sha256()

    def take(self, frame: bytes, start: int, end: int) -> None:
        self.seen.update(frame[start:end])

    def answer(self) -> bytes:
        return self.seen.digest()


class Source(Counted):
    def __init__(self, layer: Layer, connection: Connection) -> None:
        super().__init__(layer, connection)
        self.at = 0

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self.count += frame[start:end]
        self.left = int.from_bytes(self.count, "big")
        if len(self.count) == 8:
            self.sendable()

    def sendable(self) -> None:
        while self.left and (room := self.sender.limit()):
            part = PATTERN[self.at : self.at + min(room, self.left)]
            self.sender.send(part)
            self.left -= len(part)
            self.at = (self.at + len(part)) % len(PATTERN)


UPCALLS: Final[dict[int, type[Service]]] = {ECHO: Echo, SHORT: Echo, SINK: Sink, HASH: Hashing, SOURCE: Source}


async def main(spec: str, address: str, mode: str = "", congestion: str = "") -> None:
    config = TcpConfig(congestion_control=congestion or OURS[chosen()])
    stack = build(device(spec), IPv4Interface(address), config)
    async with stack.running(), trio.open_nursery() as nursery:
        for number, service in UPCALLS.items():
            if mode == "streams":
                listener = listen_tcp(stack.tcp, Port(number))
                nursery.start_soon(trio.serve_listeners, closing(STREAMS[number]), [listener])
            else:
                stack.tcp.listen(TcpPattern(Port(number)), partial(service, stack.tcp))
        for number in (ECHO, SHORT):
            stack.udp.listen(UdpPattern(Port(number)), lambda it: Bounce(stack.udp.send(it)))
        stack.udp.listen(UdpPattern(Port(SINK)), lambda it: Confirm(stack.udp.send(it)))
        stack.ip.listen(IpPattern(IP_ECHO), lambda it: Bounce(stack.ip.send(it)))
        stack.ip.listen(IpPattern(IP_SINK), lambda it: Confirm(stack.ip.send(it)))
        print("ready", file=sys.stderr, flush=True)
        await trio.sleep_forever()


if __name__ == "__main__":
    trio.run(partial(main, *sys.argv[1:]))
