"""Two TCPs over Ethernet in memory and virtual time, and strangers who send segments made by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import trio

from foxpy.addresses import MacAddress, Port
from foxpy.devices.device import EthernetFrames
from foxpy.devices.link import Segment, link
from foxpy.driver import running
from foxpy.errors import PacketSize
from foxpy.interpose import Interposer, Session
from foxpy.layers.ethernet import ethernet
from foxpy.layers.tcp import Tcp, TcpAddress, TcpConfig, TcpConnection, TcpPattern, tcp
from foxpy.layers.tcp.options import decode_untrusted, encode
from foxpy.layers.tcp.segment import Options
from foxpy.layers.tcp.wire import append_tcp, fill_tcp, read_tcp
from foxpy.message import Writer
from foxpy.protocol import Connection as LowerConnection
from foxpy.protocol import Path, Receiver, Sender
from foxpy.runtime import Runtime
from foxpy.testing.collector import Acceptor, Collector
from foxpy.testing.network import virtual

LEFT, RIGHT, NOBODY = MacAddress.local(1), MacAddress.local(2), MacAddress.local(99)
TYPE: Final = 0x88B5
PORT: Final = Port(7)

Mac: TypeAlias = MacAddress
Connection: TypeAlias = TcpConnection[Mac]


class Stranger(Receiver):
    """A station without TCP: it sends segments made by hand to right, and keeps what comes back."""

    def __init__(self, segment: Segment[EthernetFrames], address: Mac) -> None:
        self.ethernet = ethernet(segment.attach(), address)
        self.ethernet.initialize()
        self.path: Path[Mac] = self.ethernet.carrier(TYPE).open(RIGHT, lambda _: self)
        self.heard: list[tuple[int, int, int]] = []
        """Flags, sequence and acknowledgement numbers."""
        self.options: list[Options] = []
        """The options of each of those."""

    def sends(
        self,
        flags: int,
        *,
        seq: int = 0,
        ack: int = 0,
        port: int = 1000,
        to: int = PORT,
        data: bytes = b"",
        options: Options | None = None,
    ) -> None:
        area = b"" if options is None else encode(options)
        writer = self.path.sender.begin(20 + len(area) + len(data))
        at = len(writer)
        append_tcp(writer, len(data), sport=port, dport=to, seq=seq, ack=ack, flags=flags, window=1000, options=area)
        fill_tcp(writer, at, data, 0)
        self.path.sender.commit(writer, data)

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        _, _, seq, ack, header, flags, *_ = read_tcp(frame, start, end)
        self.heard.append((flags, seq, ack))
        self.options.append(decode_untrusted(frame, start + 20, start + header))

    def leaves(self) -> None:
        """It is gone from the segment."""
        self.ethernet.finalize()


class Narrowing(Interposer):
    """A path that carries ``limit`` bytes, whatever it did before."""

    def __init__(self) -> None:
        self.limit = 1400

    def session(self, connection: LowerConnection, runtime: Runtime) -> Session:
        return _Narrow(self)


class _Narrow(Session):
    def __init__(self, narrowing: Narrowing) -> None:
        self._narrowing = narrowing

    def sender(self, below: Sender) -> Sender:
        return _NarrowSender(self._narrowing, below)

    def receiver(self, above: Receiver) -> Receiver:
        return above


class _NarrowSender(Sender):
    def __init__(self, narrowing: Narrowing, below: Sender) -> None:
        self._narrowing = narrowing
        self._below = below

    def begin(self, size: int) -> Writer:
        if size > self._narrowing.limit:
            raise PacketSize("narrow", size, self._narrowing.limit)
        return self._below.begin(size)

    def commit(self, writer: Writer, payload: bytes) -> None:
        self._below.commit(writer, payload)

    def limit(self) -> int:
        return self._narrowing.limit


class Net:
    """Left and right, running; and a third station that sends what it likes."""

    def __init__(self, left: TcpConfig, right: TcpConfig, checksums: bool) -> None:
        segment = link()
        self.scheduler = segment.scheduler
        self.narrowing = Narrowing()
        """What left's segments pass: a path whose size can be changed."""
        carrier = ethernet(segment.attach(), LEFT).carrier(TYPE).interpose(self.narrowing)
        self.left = tcp(carrier, config=left, checksums=checksums)
        self.right = tcp(ethernet(segment.attach(), RIGHT).carrier(TYPE), config=right, checksums=checksums)
        self._segment = segment

    def stranger(self, number: int = 3) -> Stranger:
        """Another station, which sends what it likes."""
        return Stranger(self._segment, MacAddress.local(number))

    async def connect(self, port: Port = PORT) -> tuple[Connection, Collector, Connection, Collector]:
        """Both ends of a new connection: left opened it, right listened."""
        acceptor: Acceptor[Connection] = Acceptor()
        listening = self.right.listen(TcpPattern(port), acceptor)
        collector = Collector()
        connection = await self.left.active_open(TcpAddress(RIGHT, port), lambda _: collector)
        await trio.sleep(0.01)
        listening.stop()
        accepted, theirs = acceptor.accepted[0]
        return connection, collector, accepted, theirs


def net(
    test: Callable[[Net], Awaitable[None]],
    *,
    left: TcpConfig | None = None,
    right: TcpConfig | None = None,
    checksums: bool = True,
) -> None:
    """Run ``test`` on a network, in virtual time."""

    async def run() -> None:
        made = Net(left or TcpConfig(), right or TcpConfig(), checksums)
        async with running(made.left, made.right):
            await test(made)

    virtual(run)


def assert_left_nothing(protocol: Tcp[Mac]) -> None:
    """``protocol`` has neither connections nor paths."""
    info = protocol.query()
    assert (info.connections, info.half_open, info.time_wait, info.paths) == (0, 0, 0, 0)


def assert_nothing_left(net: Net) -> None:
    """Neither side has anything, and no timer runs."""
    assert_left_nothing(net.left)
    assert_left_nothing(net.right)
    assert net.scheduler.timers.running() == 0
