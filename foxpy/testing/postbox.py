"""A small whole protocol that keeps the contract: something to try interposers, and the conformance kit itself, on.

A box has a number; a line joins two boxes under a topic. A frame is three bytes (from, to, topic) and the packet. It is
for tests: its tables are not bounded, as those of a protocol for real networks are.
"""

from __future__ import annotations

import attrs

from foxpy.demux import Listeners
from foxpy.devices.device import WIRE, Device, EthernetFrames, WireConnection
from foxpy.devices.link import link
from foxpy.errors import BadAddress, InvalidConnection, OpenFailed, PacketSize
from foxpy.message import Writer
from foxpy.protocol import Connection, Connectionless, Handler, Listening, Receiver, Sender
from foxpy.status import Closed, Status
from foxpy.testing.pair import ProtocolPair
from foxpy.waiting import first

HEADER = 3


@attrs.frozen
class Box:
    """A topic at a box."""

    number: int
    topic: int


@attrs.frozen
class Topic:
    """A topic from any box."""

    number: int


class Line(Connection):
    """An open line."""

    def __init__(self, peer: Box) -> None:
        super().__init__()
        self.peer = peer
        self.open = True
        self.receiver: Receiver | None = None


@attrs.frozen
class PostInfo:
    """What a box counted."""

    sent: int
    received: int
    dropped: int


class PostSender(Sender):
    """Sends on a line."""

    def __init__(self, box: Postbox, line: Line, lower: Sender) -> None:
        self.box = box
        self.line = line
        self.lower = lower

    def begin(self, size: int) -> Writer:
        if not self.line.open:
            raise InvalidConnection("the line is closed")
        if size > self.limit():
            raise PacketSize(f"{size} bytes, at most {self.limit()}", size, self.limit())
        writer = self.lower.begin(size + HEADER)
        writer += bytes((self.box.number, self.line.peer.number, self.line.peer.topic))
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        self.box.sent += 1
        self.lower.commit(writer, payload)

    def limit(self) -> int:
        return self.lower.limit() - HEADER


class Postbox(Connectionless[Box, Topic, Line, object, PostInfo], Receiver):
    """Packets between boxes."""

    def __init__(self, device: Device[EthernetFrames], number: int) -> None:
        super().__init__(device.runtime)
        self.device = device
        self.number = number
        self.lines: dict[Box, Line] = {}
        self.listeners: Listeners[Topic, Line] = Listeners()
        self.wire: WireConnection | None = None
        self.sent = self.received = self.dropped = 0

    # -- lifecycle

    def acquire(self) -> None:
        self.device.initialize()
        self.wire = self.device.open(WIRE, lambda _: self)

    def release(self) -> None:
        for line in list(self.lines.values()):
            self.end(line, Closed())
        self.listeners.clear()
        if self.wire is not None:
            self.device.abort(self.wire)
        self.device.finalize()

    # -- active open

    def open(self, address: Box, handler: Handler[Line]) -> Line:
        self.require_initialized()
        if not 0 <= address.topic <= 255:
            raise BadAddress(f"topic {address.topic}")
        if address in self.lines:
            raise OpenFailed("the line is open already")
        return self.begin_line(address, handler)

    def begin_line(self, peer: Box, handler: Handler[Line]) -> Line:
        line = self.lines[peer] = Line(peer)
        receiver = self.attach(line, handler)
        if line.open:
            line.receiver = receiver
        return line

    # -- passive open

    def listen(self, pattern: Topic, accept: Handler[Line]) -> Listening:
        self.require_initialized()
        if not 0 <= pattern.number <= 255:
            raise BadAddress(f"topic {pattern.number}")
        return self.listeners.listen(pattern, accept)

    async def passive_open(self, pattern: Topic, handler: Handler[Line]) -> tuple[Line, Box]:
        line = await first(self, pattern, handler)
        return line, line.peer

    # -- down: send

    def stage(self, connection: Line) -> Sender:
        if not connection.open or self.wire is None:
            raise InvalidConnection("the line is closed")
        return PostSender(self, connection, self.device.send(self.wire))

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        if end - start < HEADER or frame[start + 1] != self.number:
            self.dropped += 1
            return
        peer = Box(frame[start], frame[start + 2])
        line = self.lines.get(peer)
        if line is None:
            accept = self.listeners.match([Topic(peer.topic)])
            if accept is None:
                self.dropped += 1
                return
            line = self.begin_line(peer, accept)
        self.received += 1
        self.hand_over(line, frame, start + HEADER, end)

    def hand_over(self, line: Line, frame: bytes, start: int, end: int) -> None:
        if line.receiver is not None:
            line.receiver.deliver(frame, start, end)

    # -- close and abort

    def end(self, line: Line, event: Status) -> None:
        receiver = line.receiver
        self.abort(line)
        if receiver is not None:
            receiver.status(event)

    def abort(self, connection: Line) -> None:
        if connection.open:
            connection.open = False
            connection.receiver = None
            del self.lines[connection.peer]
            self.detach(connection)

    # -- control and query

    def control(self, request: object) -> None:
        """It takes no requests."""

    def query(self) -> PostInfo:
        return PostInfo(self.sent, self.received, self.dropped)


def postbox_pair(kind: type[Postbox] = Postbox) -> ProtocolPair[Box, Topic, Line]:
    """Two boxes of a ``kind`` on a link."""
    segment = link(mtu=1000)
    devices = segment.attach(), segment.attach()
    left, right = kind(devices[0], 1), kind(devices[1], 2)
    return ProtocolPair(
        left,
        right,
        Box(1, 9),
        Box(2, 9),
        Topic(9),
        right_device=devices[1],
        bad_addresses=(Box(1, 256),),
        bad_patterns=(Topic(-1),),
    )
