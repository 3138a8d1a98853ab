"""The peer: what a script has it send, and what the script expects to come."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Final, Generic, Never

from foxpy.addresses import Port
from foxpy.layers.tcp.segment import ACK, FIN, SYN
from foxpy.layers.tcp.wire import verify_tcp
from foxpy.protocol import Host
from foxpy.status import Report, Trouble
from foxpy.testing.peer.app import App
from foxpy.testing.peer.arrow import ANY, Arrow, Demand, Option, Wanted
from foxpy.testing.peer.ends import PEER_PORT
from foxpy.testing.peer.ladder import ScriptFailed
from foxpy.testing.peer.net import Net, Station
from foxpy.testing.peer.numbers import Numbers
from foxpy.wire import PacketError

EXACTLY: Final = 1e-6
"""Seconds by which an arrow may miss its time: floating point, and nothing else, makes any difference here."""


class Peer(Generic[Host]):
    """One port of one station, which speaks TCP as the script says.

    It keeps two numbers, which are what a peer in good order uses next: ``seq`` and ``ack``. Numbers are relative to
    ``iss`` of this side and to the SYN of the other; both go beyond 32 bits where the real ones wrap.
    """

    def __init__(self, net: Net[Host], station: Station[Host], port: Port, iss: int) -> None:
        self._net = net
        self._station = station
        self.host = station.host
        self.port = port
        self._numbers = Numbers(iss)
        self.seq = 0
        """What is sent next, unless the script says otherwise."""
        self.ack = 0
        """What has come in sequence, and the script has expected."""
        self.window = 60_000
        """The window field of what is sent, unless the script says otherwise."""
        self.waiting: deque[Arrow] = deque()
        """What came and the script has not looked at."""
        self.app: App[Host] = App(net.tcp, self)
        """The application above the other end of the connection with this peer."""
        self._begun = False
        station.peers[port] = self

    @property
    def iss(self) -> int:
        """The real number of what the script calls 0."""
        return self._numbers.ours

    @property
    def their_iss(self) -> int | None:
        """The real number of the other side's SYN, once one came."""
        return self._numbers.theirs

    # -- to the TCP under test

    def send(
        self,
        flags: int,
        data: bytes = b"",
        *,
        seq: int | None = None,
        ack: int | None = None,
        window: int | None = None,
        urgent: int = 0,
        mss: int | None = None,
        scale: int | None = None,
        sack: Iterable[tuple[int, int]] = (),
        options: Iterable[Option] = (),
    ) -> None:
        """Send a segment; everything that it causes at once has happened when this returns.

        ``seq`` and ``ack`` are those of a peer in good order unless given. What is sent there moves ``self.seq`` on;
        what the script gives another number does not. ``mss``, ``scale`` and ``sack``, whose blocks are of the other
        side's numbers, are options, in front of ``options``.
        """
        at = self.seq if seq is None else seq
        length = len(data) + (flags & FIN) + ((flags & SYN) >> 1)
        if at == self.seq or not self._begun:
            self.seq = at + length
        self._begun = True
        arrow = self._arrow(flags, data, at, ack, window, urgent, self._numbers.options(mss, scale, sack, options))
        self._transmit("peer", arrow)

    def forge(
        self,
        flags: int,
        data: bytes = b"",
        *,
        seq: int | None = None,
        ack: int | None = None,
        window: int | None = None,
        urgent: int = 0,
        sack: Iterable[tuple[int, int]] = (),
        options: Iterable[Option] = (),
    ) -> None:
        """Send what somebody else sends under this peer's address: as ``send``, and the peer knows nothing of it."""
        at = self.seq if seq is None else seq
        arrow = self._arrow(flags, data, at, ack, window, urgent, self._numbers.options(None, None, sack, options))
        self._transmit("forged", arrow)

    def send_bytes(self, segment: bytes) -> None:
        """Send ``segment`` as it is, however wrong it may be."""
        self.note(f"peer sends {segment[:60].hex(' ', 2)}")
        self._station.path.sender.send(segment)
        self.settle()

    def segment(
        self,
        flags: int,
        data: bytes = b"",
        *,
        seq: int | None = None,
        ack: int | None = None,
        window: int | None = None,
        urgent: int = 0,
        option_bytes: bytes = b"",
        checksum: bool = True,
    ) -> bytes:
        """The bytes of a segment, for ``send_bytes``; with an option area of any bytes (a multiple of four of them),
        and no good ``checksum`` unless wanted."""
        arrow = self._arrow(flags, data, self.seq if seq is None else seq, ack, window, urgent, ())
        pseudo = self._station.path.pseudo if checksum else None
        return self._numbers.segment(arrow, self.port, pseudo, option_bytes)

    def report(self, trouble: Trouble, *, seq: int, limit: int = 0) -> None:
        """The network says that it could not carry the other side's segment of number ``seq``; for TOO_BIG, that it
        carries ``limit`` bytes of segment. The TCP under test hears it as its layer below would tell it."""
        self.note(f"network: {trouble.value}, of seq={seq}")
        quoted = self._numbers.quoted(seq, self.port)
        for path in self._net.tcp.paths.all():
            if path.peer == self.host:
                path.status(Report(trouble, quoted, limit))
        self.settle()

    # -- from it

    def expect(
        self,
        flags: int,
        data: Wanted[bytes] = b"",
        *,
        seq: Wanted[int] | None = None,
        ack: Wanted[int] | None = None,
        length: int | None = None,
        window: Wanted[int] = ANY,
        urgent: Wanted[int] = 0,
        options: Wanted[Iterable[Option]] | None = None,
        mss: int | None = None,
        scale: int | None = None,
        sack: Iterable[tuple[int, int]] | None = None,
        ignoring: int = 0,
        at: float | tuple[float, float] | None = None,
    ) -> Arrow:
        """The next segment that comes, which must be this one. Raises ScriptFailed.

        All flags are compared but those in ``ignoring``. Unless given, ``seq`` is the next in sequence, ``ack`` all
        that the peer has sent, the data what ``data`` says: none. ``length`` stands for data of any bytes. A SYN may
        have any options, others have none, unless they are given, or ``sack`` is: the blocks. ANY is any.

        It has come already or comes at once, unless ``at`` says when, in seconds from now: then exactly, or between
        the two, and time passes until then.
        """
        demand = self._demand(flags, data, seq, ack, length, window, urgent, options, mss, scale, sack, ignoring)
        start = self._net.clock.now
        low, high = (0.0, 0.0) if at is None else at if isinstance(at, tuple) else (at, at)
        self._net.clock.advance(start + high + EXACTLY, lambda: bool(self.waiting))
        if not self.waiting:
            within = f" within {high:g} s" if high else ""
            self.fail(f"expected  {demand}\nnothing came{within}")
        came = self.waiting.popleft()
        differences = demand.differences(came)
        if at is not None and not start + low - EXACTLY <= came.at <= start + high + EXACTLY:
            wanted = f"at {low:g} s" if low == high else f"between {low:g} and {high:g} s"
            differences.append(f"its time {came.at - start:g} s from here, not {wanted}")
        if differences:
            self.fail(f"expected  {demand}\ncame      {came}\nwrong:    {'; '.join(differences)}")
        self.ack = max(self.ack, came.seq + came.length)
        return came

    def expect_nothing(self, *, for_: float = 0.0) -> None:
        """Nothing has come that was not expected, and nothing comes for so many seconds. Raises ScriptFailed."""
        clock = self._net.clock
        start = clock.now
        clock.advance(start + for_, lambda: bool(self.waiting))
        if self.waiting:
            came = self.waiting[0]
            self.fail(f"expected nothing for {for_:g} s\ncame      {came}, {came.at - start:g} s from here")

    def drain(self) -> list[Arrow]:
        """All that came and was not looked at, whatever it is: for floods, where the script means to count."""
        came = list(self.waiting)
        self.waiting.clear()
        self.ack = max([self.ack, *(arrow.seq + arrow.length for arrow in came)])
        return came

    # -- time

    @property
    def now(self) -> float:
        """Seconds since the script began."""
        return self._net.clock.now

    def wait(self, seconds: float) -> None:
        """Let time pass. What comes meanwhile waits to be expected."""
        self._net.clock.advance(self._net.clock.now + seconds, lambda: False)

    def settle(self) -> None:
        """Let happen what happens now."""
        self._net.clock.settle()

    # -- others, and other connections

    def beside(self, port: int, iss: int | None = None) -> Peer[Host]:
        """Another peer on the same station, at ``port``: the one that is there, or a new one."""
        return self._station.peers.get(port) or Peer(
            self._net, self._station, Port(port), self.iss if iss is None else iss
        )

    def elsewhere(self, number: int, port: int = PEER_PORT) -> Peer[Host]:
        """A peer on station ``number`` of the same segment: 1 is the TCP's own, 2 the first peer's."""
        station = self._net.station(number)
        return station.peers.get(port) or Peer(self._net, station, Port(port), self.iss)

    def leave(self) -> None:
        """Its station, with all peers on it, is gone from the segment."""
        self._net.leave(self._station)

    def anew(self, iss: int | None = None) -> None:
        """Forget the numbers of a connection that is over: what comes next begins another between the same ports."""
        self._numbers = Numbers(self.iss if iss is None else iss)
        self.seq = self.ack = 0
        self._begun = False

    # -- what is known of the TCP under test

    def listen(self) -> None:
        """The application listens, to every peer."""
        self.note("listen")
        self._net.listen()

    def stop(self) -> None:
        """The application listens no more."""
        self.note("stop listening")
        self._net.stop()

    @property
    def state(self) -> str:
        """The state of the connection with this peer as RFC 9293 writes it; LISTEN or CLOSED where there is none."""
        executor = self._net.executor(self)
        if executor is None:
            return "LISTEN" if self._net.listening else "CLOSED"
        return executor.info().state

    @property
    def counters(self) -> Mapping[str, int]:
        """What the TCP under test has counted."""
        return self.app.tcp.query().counters

    # -- inside

    def note(self, text: str) -> None:
        """Write ``text`` on the ladder, as something that the application or the network did."""
        self._net.ladder.note(self.now, "tcp | app", text)

    def fail(self, text: str) -> Never:
        """Raises ScriptFailed with ``text`` and the ladder so far."""
        raise ScriptFailed(f"{text}\nthe ladder so far:\n{self._net.ladder}")

    def arrives(self, frame: bytes, start: int, end: int) -> None:
        """A segment of the TCP under test came; every one must be well formed."""
        segment = frame[start:end]
        pseudo = self._station.path.pseudo
        try:
            arrow = self._numbers.arrow(segment, self.now, self.ack, self.seq)
        except PacketError as error:
            self.fail(f"the TCP sent a segment that is none: {error}\n{segment.hex(' ', 2)}")
        if self._net.ends.checksums and not verify_tcp(frame, start, end, pseudo + end - start if pseudo else 0):
            self.fail(f"the TCP sent a segment whose checksum is wrong: {segment.hex(' ', 2)}")
        self._net.ladder.arrow(f"{self._name('peer')} <-- tcp", arrow)
        self.waiting.append(arrow)

    def _name(self, who: str) -> str:
        return who if self.port == PEER_PORT else f"{who}:{self.port}"

    def _arrow(
        self,
        flags: int,
        data: bytes,
        seq: int,
        ack: int | None,
        window: int | None,
        urgent: int,
        options: tuple[Option, ...],
    ) -> Arrow:
        if ack is None:
            ack = self.ack if flags & ACK else 0
        return Arrow(
            at=self.now,
            flags=flags,
            seq=seq,
            ack=ack,
            window=self.window if window is None else window,
            urgent=urgent,
            options=options,
            data=data,
            sack=self._numbers.sacked(options, self.ack),
        )

    def _transmit(self, who: str, arrow: Arrow) -> None:
        self._net.ladder.arrow(f"{self._name(who)} --> tcp", arrow)
        path = self._station.path
        path.sender.send(self._numbers.segment(arrow, self.port, path.pseudo))
        self.settle()

    def _demand(
        self,
        flags: int,
        data: Wanted[bytes],
        seq: Wanted[int] | None,
        ack: Wanted[int] | None,
        length: int | None,
        window: Wanted[int],
        urgent: Wanted[int],
        options: Wanted[Iterable[Option]] | None,
        mss: int | None,
        scale: int | None,
        sack: Iterable[tuple[int, int]] | None,
        ignoring: int,
    ) -> Demand:
        if ack is None:
            ack = self.seq if flags & ACK else ANY
        if length is not None:
            data = ANY
        wanted_options: Wanted[tuple[Option, ...]] = ANY
        if options is None:
            wanted_options = ANY if flags & SYN or sack is not None else ()
        elif options is not ANY:
            wanted_options = tuple(options)
        return Demand(
            flags=flags,
            ignoring=ignoring,
            seq=self.ack if seq is None else seq,
            ack=ack,
            data=data,
            length=ANY if length is None else length,
            window=window,
            urgent=urgent,
            options=wanted_options,
            mss=mss,
            scale=scale,
            sack=None if sack is None else tuple(sack),
        )
