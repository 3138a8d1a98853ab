"""One connection of ``acknowledge``."""

from __future__ import annotations

from typing import Final

from foxpy.errors import BrokenByPeer, InvalidConnection, PacketSize, ProtocolError, TimedOut
from foxpy.layers.acknowledge.config import AcknowledgeConfig, AcknowledgeCounters
from foxpy.layers.acknowledge.incoming import Incoming, Verdict
from foxpy.layers.acknowledge.outgoing import Outgoing, Sent
from foxpy.layers.acknowledge.wire import (
    ACKNOWLEDGEMENT,
    DATA,
    RESET,
    Acknowledgement,
    Data,
    Reset,
    append_acknowledgement,
    append_data,
    append_reset,
    read_acknowledgement,
    read_data,
    read_header,
)
from foxpy.layers.epochs import drawn, following
from foxpy.layers.interposing import Headed
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.status import Aborted, Report, Sendable, Status
from foxpy.transfer import Connection
from foxpy.wire import PacketError

_MASK: Final = 0xFFFF_FFFF


class AcknowledgeSession(Headed):
    """Both directions of one connection, its timers, and what it sends when."""

    __slots__ = (
        "_at",
        "_connection",
        "_counters",
        "_direct",
        "_epoch",
        "_error",
        "_gap",
        "_incoming",
        "_outgoing",
        "_over",
        "_patience",
        "_queue",
        "_refused",
        "_runtime",
        "_timer",
    )

    def __init__(
        self, config: AcknowledgeConfig, counters: AcknowledgeCounters, connection: Connection, runtime: Runtime
    ) -> None:
        super().__init__(Data.MIN)
        self._counters = counters
        self._queue = config.queue
        self._patience = config.patience
        self._connection = connection
        self._runtime = runtime
        self._epoch = drawn(runtime.random)
        self._outgoing = Outgoing(config.window)
        self._incoming = Incoming()
        self._timer = runtime.timer(self._timed_out)
        self._gap = runtime.timer(self._gap_stays)
        self._error: str | None = None  # why this session ended the connection
        self._over = False
        self._refused = False  # whether somebody waits to hear Sendable
        # Of the packet begun: whether it can go at once, and where what has to be kept of it begins.
        self._direct = False
        self._at = 0

    # -- down: send

    def begin(self, size: int) -> Writer:
        if self._error is not None:
            raise InvalidConnection(f"{self._connection}: {self._error}")
        outgoing = self._outgoing
        self._direct = self._over or (outgoing.open and not outgoing.queue)
        if self._direct:
            writer = self.below.begin(size + Data.MIN)
            self._header(writer, size, outgoing.next)
            self._at = len(writer)
            return writer
        self.below.begin(0)  # raises InvalidConnection after a close
        limit = self.limit()
        if size > limit:
            reason = "the queue is full, wait for Sendable" if limit == 0 else f"at most {limit}"
            raise PacketSize(f"acknowledge: {size} bytes; {reason}", size, limit)
        self._at = 0
        return Writer()

    def commit(self, writer: Writer, payload: bytes) -> None:
        outgoing, counters = self._outgoing, self._counters
        if self._over:  # forgotten below: what acknowledges it will come to the connection after this one
            counters.sent += 1
            outgoing.next += 1
            self.below.commit(writer, payload)
            return
        packet = bytes(writer[self._at :]) + payload if len(writer) > self._at else payload
        if not self._direct:
            if len(outgoing.queue) >= self._queue:
                counters.overflowed += 1
                return
            counters.sent += 1
            outgoing.queue.append(packet)
            return
        counters.sent += 1
        outgoing.sent_new(packet, self._runtime.now)
        if not self._timer.running:
            self._timer.start(outgoing.timeout)
        self.below.commit(writer, payload)

    def limit(self) -> int:
        if self._error is not None:
            return 0
        if len(self._outgoing.queue) >= self._queue:
            self._refused = True
            return 0
        return super().limit()

    def _header(self, writer: Writer, size: int, number: int) -> None:
        outgoing = self._outgoing
        append_data(
            writer,
            size,
            epoch=self._epoch,
            number=number & _MASK,
            base=outgoing.base & _MASK,
            turn=outgoing.turn & _MASK,
            known=self._incoming.epoch,
        )

    def _transmit(self, number: int, packet: bytes, again: Sent | None) -> bool:
        """Send ``packet``, the first time or ``again``; whether the layer below took it."""
        outgoing = self._outgoing
        try:
            writer = self.below.begin(len(packet) + Data.MIN)
        except ProtocolError:  # it has no room now, or the path became too small: the timeout tries again
            return False
        self._header(writer, len(packet), number)
        if again is None:
            outgoing.sent_new(packet, self._runtime.now)
        else:
            outgoing.sent_again(again, self._runtime.now)
            self._counters.resent += 1
        self.below.commit(writer, packet)
        return True

    def _send_again(self, budget: int) -> None:
        """Send up to ``budget`` packets again that are known to be lost."""
        outgoing = self._outgoing
        while budget > 0:
            sent = outgoing.lost()
            if sent is None:
                return
            if not self._transmit(sent.number, sent.packet, sent):
                outgoing.not_sent(sent)
                return
            budget -= 1

    def _send_queued(self) -> None:
        """Send new packets as far as the window lets them out."""
        outgoing = self._outgoing
        while outgoing.queue and outgoing.open:
            packet = outgoing.queue.popleft()
            if not self._transmit(outgoing.next, packet, None):
                if not self._over:
                    outgoing.queue.appendleft(packet)
                return

    def _timed_out(self) -> None:
        outgoing = self._outgoing
        if not outgoing:
            return
        if not outgoing.waiting:  # the layer below had no room for the first of the queue
            self._send_queued()
        elif self._runtime.now - outgoing.progress >= self._patience - 1e-9:
            self._give_up(TimedOut(f"{self._connection}: the peer acknowledged nothing for {self._patience:g} s"))
            return
        else:
            self._counters.timeouts += 1
            outgoing.timed_out()
            self._send_again(1)
        if not self._over:
            self._watch()

    def _watch(self) -> None:
        """Run the timer for what has to be acknowledged, or sent."""
        outgoing = self._outgoing
        if not outgoing:
            self._timer.stop()
        elif outgoing.waiting:
            left = outgoing.progress + self._patience - self._runtime.now
            self._timer.start(min(outgoing.timeout, left))
        else:
            self._timer.start(outgoing.timeout)

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        if self._over:
            return
        data = acknowledgement = None
        try:
            length, kind, epoch = read_header(frame, start, end)
            stop = start + length if length <= end - start else start  # where it is cut short, nothing can be read
            if kind == DATA:
                data = read_data(frame, start, stop)
            elif kind == ACKNOWLEDGEMENT:
                acknowledgement = read_acknowledgement(frame, start, stop)
            elif kind != RESET or stop - start < Reset.MIN:
                self._counters.malformed += 1
                return
        except PacketError:
            self._counters.malformed += 1
            return
        if data is not None:
            self._data(epoch, *data, frame, start + Data.MIN, stop)
        elif acknowledgement is not None:
            selected = int.from_bytes(frame[start + Acknowledgement.MIN : stop], "little")
            self._acknowledged(epoch, *acknowledgement, selected)
        else:
            self._reset(epoch)

    def _data(
        self, epoch: int, number: int, base: int, turn: int, known: int, frame: bytes, start: int, end: int
    ) -> None:
        counters, incoming = self._counters, self._incoming
        before, former = incoming.expected, incoming.epoch
        verdict = incoming.arrive(epoch, number, base, turn)
        if verdict is Verdict.STALE:
            counters.stale += 1
        elif verdict is Verdict.STRANGE:
            counters.stale += 1
            self._send_reset(epoch)
        elif verdict is Verdict.BEYOND:
            counters.malformed += 1
        else:
            if former not in (0, epoch) and known != self._epoch and not self._outgoing.untouched:
                self._begin_again()
            # Before the delivery: whoever takes the packet may close the connection, and then it is too late.
            self._acknowledge()
            if self._over:  # the layer below failed in that
                return
            if not incoming.gap:
                self._gap.stop()
            elif not self._gap.running or incoming.expected != before:
                self._gap.start(1.25 * self._patience)
            if verdict is Verdict.DUPLICATE:
                counters.duplicates += 1
            else:
                counters.received += 1
                self.above.deliver(frame, start, end)

    def _begin_again(self) -> None:
        """The peer knows nothing of what was before: number from 0, and send again what it had not acknowledged.

        The layer below may forget a connection for room at any time, so this is no reason to end one.
        """
        outgoing = self._outgoing
        waiting, progress = outgoing.waiting, outgoing.progress
        self._counters.restarts += 1
        self._epoch = following(self._epoch)
        outgoing.begin_again()
        self._send_queued()
        if waiting:
            outgoing.progress = progress  # this was none: a peer that forgets again and again is given up in the end
        if not self._over:
            self._watch()

    def _acknowledge(self) -> None:
        incoming = self._incoming
        selected = incoming.selected()
        acknowledgement = Writer()
        append_acknowledgement(
            acknowledgement,
            len(selected),
            epoch=incoming.epoch,
            expected=incoming.expected & _MASK,
            heard=incoming.heard,
        )
        acknowledgement += selected
        if self._send(acknowledgement):
            self._counters.acknowledgements_sent += 1

    def _send_reset(self, epoch: int) -> None:
        reset = Writer()
        append_reset(reset, 0, epoch=epoch)
        self._send(reset)

    def _send(self, packet: Writer) -> bool:
        """Send what nobody waits for; whether the layer below took it."""
        try:
            self.below.send(bytes(packet))
        except ProtocolError:
            return False
        return True

    def _acknowledged(self, epoch: int, expected: int, heard: int, selected: int) -> None:
        counters, outgoing = self._counters, self._outgoing
        if epoch != self._epoch:
            counters.stale += 1
            return
        newly = outgoing.acknowledged(expected, heard, selected, self._runtime.now)
        if newly < 0:
            counters.malformed += 1
            return
        counters.acknowledgements_received += 1
        counters.acknowledged += newly
        # Two for one, as a slow start would: what is lost is often lost because there was too much of it.
        self._send_again(2 * newly + 1)
        self._send_queued()
        if self._over:
            return
        if newly or not self._timer.running:
            self._watch()
        if self._refused and 2 * len(outgoing.queue) <= self._queue:
            self._refused = False
            self.above.status(Sendable(self.limit()))

    # -- close and abort

    def _reset(self, epoch: int) -> None:
        if epoch == self._epoch:
            self._begin_again()
        elif epoch == self._incoming.epoch:
            self._abort(BrokenByPeer(f"{self._connection}: the peer gave up, it heard no acknowledgement"))
        else:
            self._counters.stale += 1

    def _gap_stays(self) -> None:
        """A packet has been missing for longer than the peer tries to send it. So the peer gave up, and its reset was
        lost: what came after the gap must not pass for all there was."""
        self._give_up(TimedOut(f"{self._connection}: a packet from the peer stayed out for good"))

    def _give_up(self, error: ProtocolError) -> None:
        self._send_reset(self._epoch)
        if not self._over:
            self._abort(error)

    def _abort(self, error: ProtocolError) -> None:
        self._counters.aborted += 1
        self._error = str(error)
        self.drop()
        self.above.status(Aborted(error))

    def end(self) -> None:
        self._over = True
        self._counters.undelivered += len(self._outgoing)
        self._outgoing.clear()
        self._timer.end()
        self._gap.end()

    def status(self, event: Status) -> None:
        if self._error is not None:
            return
        if isinstance(event, Sendable):
            self._send_again(1)
            self._send_queued()
        elif isinstance(event, Report) and not _quotes_data(event.quoted):
            return  # about an acknowledgement, of which the layer above knows nothing
        super().status(event)


def _quotes_data(quoted: bytes) -> bool:
    try:
        _, kind, _ = read_header(quoted, 0, len(quoted))
    except PacketError:
        return False
    return kind == DATA
