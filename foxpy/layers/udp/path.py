"""Datagrams between two hosts: what takes them off one path of the layer below, and what puts them on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic

from foxpy.addresses import Port
from foxpy.checksum import fold
from foxpy.errors import InvalidConnection, PacketSize
from foxpy.layers.paths import SharedPath
from foxpy.layers.udp.connection import UdpConnection
from foxpy.layers.udp.wire import CHECKSUM, HEADER, append_udp, fill_udp, read_udp, verify_udp
from foxpy.message import Writer
from foxpy.offload import Kind, Offload
from foxpy.protocol import Host, Path, Sender
from foxpy.status import Report, Status
from foxpy.wire import PacketError

if TYPE_CHECKING:
    from foxpy.layers.udp.layer import Udp

LARGEST: Final = 0xFFFF - HEADER
"""The most that the length field lets a datagram carry, in bytes."""
LOOK_AFTER: Final = 64
"""Datagrams that go whole until it is tried whether the layers below do something for them again."""
MOST: Final = 64
"""Datagrams that pass as one. Linux cuts no more (UDP_MAX_SEGMENTS), 128 since 6.9; of full size, 44 fit 64 KB."""


class UdpPath(SharedPath, Generic[Host]):
    """A path of the layer below, and the connections over it by their ports."""

    __slots__ = (
        "_arriving",
        "_check",
        "_counters",
        "_require",
        "connections",
        "layer",
        "local",
        "lower",
        "peer",
        "pseudo",
    )

    connections: dict[int, UdpConnection[Host]]
    """By the peer's port and ours, 16 bits each. One that was forgotten and can still send is not among them."""

    def __init__(self, layer: Udp[Host], lower: Path[Host]) -> None:
        super().__init__(lower.answerable, layer.paths.settling)
        self.layer = layer
        self.lower = lower
        self.peer = lower.peer
        self.local = lower.local
        self.pseudo = lower.pseudo
        self.connections = {}
        self._counters = layer.counters
        self._arriving = layer.runtime.arriving
        self._check = layer.check
        self._require = layer.config.require_checksums

    def enter(self, connection: UdpConnection[Host]) -> None:
        """``connection`` is new and has datagrams here from now on."""
        self.connections[connection.key] = connection
        self.users += 1

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        try:
            port, local_port, length, checksum = read_udp(frame, start, end)
        except PacketError:
            self._counters.malformed += 1
            self.let_go()
            return
        if length != end - start:
            if not HEADER <= length <= end - start:
                self._counters.malformed += 1
                self.let_go()
                return
            end = start + length  # what follows is padding of a link
        if checksum:
            arriving = self._arriving
            if (
                self._check
                and (arriving.frame is not frame or arriving.start != start)
                and not verify_udp(frame, start, end, self.seed(length))
            ):
                self._counters.checksum_errors += 1
                self.let_go()
                return
        elif self._require:
            self._counters.unchecked += 1
            self.let_go()
            return
        connection = self.connections.get(port << 16 | local_port)
        if connection is not None:
            connection.heard = True
        else:
            # A first datagram leaves ``heard`` alone: one datagram is what a stranger can afford.
            connection = None if self.gone else self.layer.begun(self, Port(port), Port(local_port))
            if connection is None:
                self.layer.reject(self, frame, start, end)
                self.let_go()
                return
        receiver = connection.receiver
        if receiver is not None:
            arriving = self._arriving
            if arriving.segment and arriving.frame is frame and arriving.start == start:
                self._deliver_each(connection, frame, start + HEADER, end, arriving.segment)
            else:
                self._counters.received += 1
                receiver.deliver(frame, start + HEADER, end)

    def _deliver_each(self, connection: UdpConnection[Host], frame: bytes, start: int, end: int, segment: int) -> None:
        """Datagrams that the link put together are datagrams still, each of ``segment`` bytes but for the last."""
        counters = self._counters
        for at in range(start, end, segment):
            receiver = connection.receiver  # a datagram may have made its receiver close the connection
            if receiver is None:
                return
            counters.received += 1
            receiver.deliver(frame, at, min(at + segment, end))

    def seed(self, length: int) -> int:
        """What a checksum begins with: the pseudo-header, with the length; nothing where the layer below has none."""
        return self.pseudo + length if self.pseudo else 0

    def reported(self, report: Report) -> None:
        """Pass on a report to the connection whose datagram it quotes (RFC 1122, section 4.1.3.3: MUST)."""
        quoted = report.quoted
        connection = None
        if len(quoted) >= HEADER:
            local_port, port, _, _ = read_udp(quoted, 0, len(quoted))
            connection = self.connections.get(port << 16 | local_port)
        if connection is None or connection.receiver is None:
            self._counters.foreign_reports += 1
            return
        limit = max(report.limit - HEADER, 0)
        connection.receiver.status(Report(report.trouble, quoted[HEADER:], limit))

    # -- close and abort

    def renew(self, lower: Path[Host]) -> None:
        """``lower`` takes the place of the path that the layer below has forgotten."""
        self.lower.close()
        self.lower = lower
        self.gone = False

    def give_back(self) -> None:
        self.layer.paths.drop(self, self.peer, self.local)
        self.lower.close()

    def end(self, event: Status) -> None:
        """All connections over it end, and their receivers hear ``event``."""
        for connection in list(self.connections.values()):
            receiver = connection.receiver
            self.layer.closed(connection)
            if receiver is not None:
                receiver.status(event)
        self.close()


class UdpSender(Sender, Generic[Host]):
    """Sends datagrams of one connection; leaves their checksums to what is below, where that fills them in."""

    __slots__ = (
        "_at",
        "_connection",
        "_counters",
        "_local_port",
        "_lower",
        "_marked",
        "_marks",
        "_path",
        "_port",
        "_task",
        "_whole",
    )

    def __init__(self, connection: UdpConnection[Host]) -> None:
        path = connection.path
        self._connection = connection
        self._path = path
        self._lower = path.lower.sender  # what took the packet that is begun
        self._counters = path.layer.counters
        self._port = connection.port
        self._local_port = connection.local_port
        self._at = 0
        self._task = Offload(Kind.UDP, CHECKSUM)
        self._marked = False  # whether the packet that is begun leaves its checksum to what is below
        self._marks = False  # whether it was found to be worth while
        self._whole = 0  # so many datagrams more go without asking what is done below

    def begin(self, size: int) -> Writer:
        if not self._connection.open:
            raise InvalidConnection(f"{self._connection} is closed")
        if size > LARGEST:
            raise PacketSize(f"{self._connection}: {size} bytes, at most {self.limit()}", size, self.limit())
        lower = self._lower = self._path.lower.sender  # another one where the path was forgotten and came again
        writer = None
        if self._whole:
            self._whole -= 1
        elif self._connection.checksums and (self._marks or self._look()):
            writer = self._begin_marked(size, 0)
        if writer is None:
            self._marked = False
            try:
                writer = lower.begin(HEADER + size)
            except PacketSize:
                limit = self.limit()
                raise PacketSize(f"{self._connection}: {size} bytes, at most {limit}", size, limit) from None
        self._at = len(writer)
        append_udp(writer, size, sport=self._local_port, dport=self._port)
        return writer

    def _look(self) -> bool:
        """See whether leaving checksums to what is below is worth while."""
        offloads = self._lower.offloads()
        self._marks = offloads.checksums and offloads.saves
        if not self._marks:
            self._whole = LOOK_AFTER
        return self._marks

    def _begin_marked(self, size: int, segment: int) -> Writer | None:
        """Begin a datagram that is finished below; None where that is not done, or not for this size."""
        task = self._task
        task.header = HEADER
        task.segment = segment
        try:
            writer = self._lower.begin_offloaded(HEADER + size, task)
        except PacketSize:
            self._marks = False
            self._whole = LOOK_AFTER
            return None
        self._marked = True
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        if self._connection.checksums:
            at = self._at
            header = len(writer) - at  # with those of layers above
            seed = self._path.seed(header + len(payload))
            if self._marked:
                seed = fold(seed)
                writer[at + CHECKSUM] = seed >> 8
                writer[at + CHECKSUM + 1] = seed & 0xFF
                self._task.header = header
            else:
                fill_udp(writer, at, payload, seed)
        self._counters.sent += 1
        self._lower.commit(writer, payload)

    def send_many(self, payload: bytes, segment: int) -> None:
        """As ``Sender.send_many``: up to 64 KB and 64 datagrams pass the layers below as one, where those allow it."""
        if segment < 1:
            raise ValueError(f"{self._connection}: datagrams of {segment} bytes")
        at = 0
        while len(payload) - at > segment and self._connection.checksums and self._connection.open:
            lower = self._lower = self._path.lower.sender
            offloads = lower.offloads()
            count = min(MOST, (offloads.largest - HEADER) // segment) if offloads.checksums else 0
            if count < 2:
                break
            part = payload[at : at + count * segment]
            writer = self._begin_marked(len(part), segment)
            if writer is None:
                break
            self._at = len(writer)
            append_udp(writer, len(part), sport=self._local_port, dport=self._port)
            self._counters.sent += (len(part) - 1) // segment  # and one more
            self.commit(writer, part)
            at += len(part)
        for start in range(at, len(payload), segment):
            self.send(payload[start : start + segment])

    def limit(self) -> int:
        return min(self._path.lower.sender.limit() - HEADER, LARGEST)


class UnansweringSender(Sender, Generic[Host]):
    """Stands where there is nobody to send to: datagrams that came to a group are answered from an address of ours."""

    __slots__ = ("_connection",)

    def __init__(self, connection: UdpConnection[Host]) -> None:
        self._connection = connection

    def begin(self, size: int) -> Writer:
        """Raises InvalidConnection."""
        raise InvalidConnection(f"{self._connection} cannot be answered as it is; open a connection to its peer")

    def commit(self, writer: Writer, payload: bytes) -> None:
        """Raises InvalidConnection."""
        self.begin(len(payload))

    def limit(self) -> int:
        return 0
