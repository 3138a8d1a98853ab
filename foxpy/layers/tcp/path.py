"""Segments between two hosts: what takes them off one path of the layer below, and what puts them on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic

from foxpy.checksum import fold
from foxpy.ecn import CE, ECT_0, NOT_ECT
from foxpy.errors import InvalidConnection, OpenFailed, PacketSize
from foxpy.layers.paths import SharedPath
from foxpy.layers.tcp.actions import SendSegment
from foxpy.layers.tcp.events import Dropped
from foxpy.layers.tcp.executor import Executor
from foxpy.layers.tcp.options import decode_untrusted, encode
from foxpy.layers.tcp.segment import Options, Segment, flag_names
from foxpy.layers.tcp.stateless import ACCEPT, RESET, listener, reset_for
from foxpy.layers.tcp.timestamps import SIZE
from foxpy.layers.tcp.wire import (
    CHECKSUM,
    Quote,
    TcpHeader,
    append_tcp,
    append_timestamps,
    fill_tcp,
    read_quote,
    read_tcp,
    read_timestamps,
    verify_tcp,
)
from foxpy.message import Writer
from foxpy.offload import Kind, Offload
from foxpy.protocol import Host, Path
from foxpy.status import Report, Status
from foxpy.wire import PacketError

if TYPE_CHECKING:
    from foxpy.layers.tcp.admission import Admission
    from foxpy.layers.tcp.layer import Tcp
    from foxpy.layers.tcp.listeners import TcpListeners

HEADER: Final = TcpHeader.MIN
"""Bytes of a header without options."""
ALIGNED: Final = b"\x01\x01\x08\x0a"
"""What an option area with timestamps alone begins with ([7323] appendix A)."""
LOOK_AFTER: Final = 64
"""Segments with text that go whole until it is looked whether the path below does something for them again."""


class TcpPath(SharedPath, Generic[Host]):
    """A path of the layer below, and the connections over it by their ports."""

    __slots__ = (
        "_area",
        "_arriving",
        "_capable",
        "_check",
        "_counters",
        "_fill",
        "_heard",
        "_marks",
        "_pseudo",
        "_task",
        "_unmarked",
        "admission",
        "connections",
        "ends",
        "largest",
        "layer",
        "listeners",
        "local",
        "lower",
        "peer",
        "sender",
        "watching",
    )

    ends: str
    """Both hosts, as people write them."""
    connections: dict[int, Executor[Host]]
    """By the peer's port and ours, 16 bits each."""
    largest: int
    """The largest segment, header included, that is cut below, as far as is known; 0: none is."""

    watching: bool
    """Some connection wants to know which segments were marked on their way (ECN)."""

    def __init__(self, layer: Tcp[Host], lower: Path[Host]) -> None:
        super().__init__(lower.answerable, layer.paths.settling)
        self.layer = layer
        self.admission: Admission[Host] = layer.admission
        self.listeners: TcpListeners[Host] = layer.listeners
        self.lower = lower
        self.sender = lower.sender
        self.peer = lower.peer
        self.local = lower.local
        self.ends = f"{lower.local} {lower.peer}"
        self.connections = {}
        self._pseudo = lower.pseudo
        self._counters = layer.counters
        self._check = layer.check
        self._fill = layer.checksums
        self._arriving = layer.runtime.arriving
        self._area = b""  # the option area that came last, and what it says: mostly it comes again
        self._heard = Options()
        self._task = Offload(Kind.TCP, CHECKSUM if layer.checksums else -1)
        self.largest = 0
        self.watching = False
        self._capable = False  # what is sent goes as ECT(0)
        self._marks = False  # whether checksums of segments that need no cutting are left to what is below
        self._unmarked = 0  # segments with text that were sent whole since it was looked whether they have to be

    # -- down: send

    def limit(self) -> int:
        """The largest segment, header included, that the path carries now."""
        return self.sender.limit()

    def look(self) -> None:
        """See anew what is done below: ``largest``."""
        offloads = self.sender.offloads()
        self._marks = offloads.checksums and offloads.saves
        self._unmarked = 0
        self.largest = offloads.largest if offloads.checksums else 0

    def transmit(self, key: int, action: SendSegment) -> None:
        """Send a segment between the ports in ``key``. Raises PacketSize, InvalidConnection, OpenFailed."""
        told = action.options
        options = b"" if told is None else told.encoded or _encoded(told)
        payload = action.payload
        length = len(payload)
        size = HEADER + len(options) + length
        sender = self.sender
        if action.capable is not self._capable:
            self._set_ecn(action.capable)
        cut = action.mss if length > action.mss else 0
        marked = cut > 0 or (self._marks and length > 0)
        if marked:
            task = self._task
            task.header = size - length
            task.segment = cut
            try:
                writer = sender.begin_offloaded(size, task)
            except PacketSize:
                # The way has changed, the neighbour is being asked for, or the path has shrunk.
                self._marks = marked = False
                self.largest = 0
                writer = sender.begin(size)
        else:
            if length:
                self._unmarked += 1
                if self._unmarked >= LOOK_AFTER:
                    self.look()
            writer = sender.begin(size)
        at = len(writer)
        append_tcp(
            writer,
            length,
            sport=key & 0xFFFF,
            dport=key >> 16,
            seq=action.seq,
            ack=action.ack,
            flags=action.flags,
            window=action.window,
            urgent=action.urgent,
            options=options,
        )
        if self._fill:
            seed = self._pseudo + size if self._pseudo else 0
            if marked:
                seed = fold(seed)
                writer[at + CHECKSUM] = seed >> 8
                writer[at + CHECKSUM + 1] = seed & 0xFF
            else:
                fill_tcp(writer, at, payload, seed)
        self._counters.segments_sent += 1
        sender.commit(writer, payload)

    def say(self, key: int, action: SendSegment) -> bool:
        """Send a segment of no connection. Whether it went; what did not is counted."""
        try:
            self.transmit(key, action)
        except (PacketSize, InvalidConnection, OpenFailed):
            self._counters.send_failures += 1
            return False
        return True

    def _set_ecn(self, capable: bool) -> None:
        """From now on send as ECT(0), or as not capable."""
        self._capable = capable
        field = self.lower.ecn
        if field is not None:
            field.sending = ECT_0 if capable else NOT_ECT

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        counters = self._counters
        counters.segments_received += 1
        try:
            sport, dport, seq, ack, header, flags, window, _, urgent = read_tcp(frame, start, end)
        except PacketError:
            counters.bad_headers += 1
            self.dropped("bad_headers", 0, end - start)
            self.let_go()
            return
        text = start + header
        if header < HEADER or text > end:
            counters.bad_headers += 1
            self.dropped("bad_headers", 0, end - start)
            self.let_go()
            return
        arriving = self._arriving
        if (
            self._check
            and (arriving.frame is not frame or arriving.start != start)
            and not verify_tcp(frame, start, end, self._pseudo + end - start if self._pseudo else 0)
        ):
            counters.checksum_errors += 1
            self.dropped("checksum_errors", 0, end - start)
            self.let_go()
            return
        options = None
        if header > HEADER:
            area = frame[start + HEADER : text]
            if area == self._area:
                options = self._heard
            else:
                try:
                    options = _decoded(area)
                except PacketError:
                    counters.bad_options += 1
                    self.dropped("bad_options", 0, end - start)
                    self.let_go()
                    return
                self._area = area
                self._heard = options
        segment = Segment(seq, ack, flags, window, urgent, frame, text, end, options)
        connection = self.connections.get(sport << 16 | dport)
        if connection is not None:
            if self.watching:
                field = self.lower.ecn
                segment.marked = field is not None and field.arrived(frame, start) == CE
            connection.arrives(segment)
            return
        self.of_nobody(segment, sport << 16 | dport)
        self.let_go()

    def dropped(self, counter: str, flags: int, length: int) -> None:
        """Tell the host's observer, if there is one, of a segment that reached no connection."""
        runtime = self.layer.runtime
        observer = runtime.observer
        if observer is not None:
            name = f"tcp {self.local} to {self.peer}"
            observer(
                Dropped(
                    time=round(runtime.now, 9),
                    connection=name,
                    counter=counter,
                    flags=flag_names(flags),
                    seq=None,
                    ack=None,
                    length=length,
                )
            )

    def of_nobody(self, segment: Segment, key: int, last: int | None = None) -> None:
        """``segment`` belongs to no connection: a listener's SYN, or one to be answered with a reset.

        ``last`` is the last sequence number of an earlier connection between the same ports.
        """
        if not self.answerable or not key >> 16 or not key & 0xFFFF:
            self._counters.not_answerable += 1  # MUST-57; port 0 names nobody
            self.dropped("not_answerable", segment.flags, segment.end - segment.start)
            return
        verdict = listener(segment)
        if verdict is ACCEPT and self._begin(segment, key, last):
            return
        if verdict is RESET and self.admission.resumed(self, key, segment):
            return
        self._counters.to_nobody += 1
        self.dropped("to_nobody", segment.flags, segment.end - segment.start)
        reset = reset_for(segment)
        if reset is not None:
            self.layer.reset_stranger(self, key, reset)

    def _begin(self, segment: Segment, key: int, last: int | None) -> bool:
        """Give ``segment``, a SYN, to whoever listens; False where nobody does."""
        accept = self.listeners.match(key & 0xFFFF, self.peer, self.local)
        if accept is None:
            return False
        admission = self.admission
        if last is None and admission.answered_by_cookie(self, key, segment):
            return True
        connection = admission.admit(self, key, accept, last)
        if connection is not None:
            connection.accept(segment, admission.fast_answer(connection, segment))
        return True

    def credible(self, report: Report) -> bool:
        """What was too big must be a segment in flight, and one larger than those that arrive ([5927] section 7.2)."""
        quoted = report.quoted
        if len(quoted) < Quote.MIN:
            return False
        ours, theirs, seq = read_quote(quoted, 0, len(quoted))
        connection = self.connections.get(theirs << 16 | ours)
        return connection is not None and connection.credible(report.limit, seq)

    def reported(self, report: Report) -> None:
        """Pass on a report to the connection whose segment it quotes (MUST-54), if the quote is credible ([5927])."""
        quoted = report.quoted
        if len(quoted) >= Quote.MIN:
            ours, theirs, seq = read_quote(quoted, 0, len(quoted))
            connection = self.connections.get(theirs << 16 | ours)
            if connection is not None and connection.reported(report, seq):
                return
        self._counters.foreign_reports += 1

    # -- close and abort

    def add(self, connection: Executor[Host]) -> None:
        """``connection`` is new."""
        self.connections[connection.key] = connection
        self.users += 1

    def remove(self, connection: Executor[Host]) -> None:
        """``connection`` is no more; ``let_go`` follows."""
        if self.connections.get(connection.key) is connection:
            del self.connections[connection.key]
            self.users -= 1
            self.admission.removed(connection)

    def renew(self, lower: Path[Host]) -> None:
        """``lower`` takes the place of the path that the layer below has forgotten."""
        self.lower.close()
        self.lower = lower
        self.sender = lower.sender
        self._set_ecn(self._capable)
        self.gone = False

    def give_back(self) -> None:
        self.layer.paths.drop(self, self.peer, self.local)
        self.lower.close()

    def end(self, event: Status) -> None:
        """All connections over it end, and their receivers hear ``event``."""
        for connection in list(self.connections.values()):
            connection.end(event)
        self.let_go()


def _encoded(options: Options) -> bytes:
    """``options`` as an option area, which is kept with them. Mostly they are timestamps alone."""
    tsval = options.tsval
    if tsval is None or options.sack or options.mss is not None or options.user_timeout:
        area = encode(options)
    else:
        writer = Writer()
        append_timestamps(writer, 0, value=tsval, echo=options.tsecr)
        area = bytes(writer)
    options.encoded = area
    return area


def _decoded(area: bytes) -> Options:
    """What ``area`` says. Raises PacketError."""
    if len(area) == SIZE and area.startswith(ALIGNED):
        tsval, tsecr = read_timestamps(area, 0, SIZE)
        return Options(tsval=tsval, tsecr=tsecr)
    return decode_untrusted(area, 0, len(area))
