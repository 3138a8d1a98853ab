"""A micro-protocol that numbers packets: delivers them in order and once, whatever the lower protocol does to them.

What is lost stays lost: a packet that is missing is waited for, then passed over. ``acknowledge`` below brings back
what is lost; ``checksum`` below keeps damaged numbers out.
"""

from __future__ import annotations

from typing import Final, TypeVar

import attrs

from foxpy.interpose import Interposable, Session
from foxpy.layers.epochs import drawn, following
from foxpy.layers.interposing import Framing, Headed, counted
from foxpy.layers.sequence.order import Order, Verdict
from foxpy.layers.sequence.wire import Numbered, append_numbered, read_numbered
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.status import HalfClosed, Status
from foxpy.transfer import Connection
from foxpy.wire import PacketError

L = TypeVar("L", bound=Interposable)

# -- configuration

WINDOW: Final = 256
"""As far apart as ``acknowledge`` lets packets be."""
PATIENCE: Final = 60.0
"""Longer than ``acknowledge`` tries: above it, a packet is never passed over that may still come."""


class SequenceCounters:
    """Counted for every packet, so a plain object."""

    __slots__ = ("dropped", "duplicates", "malformed", "received", "sent", "skipped", "unusable")

    def __init__(self) -> None:
        self.sent = 0
        self.received = 0
        self.duplicates = 0
        self.skipped = 0
        self.malformed = 0
        self.unusable = 0
        self.dropped = 0


@attrs.frozen
class SequenceInfo:
    """The sequencing now, over all connections. Counts are packets."""

    sent: int
    received: int
    """Delivered, in their order."""
    duplicates: int
    """Dropped because their number was delivered or held already, or had been passed over."""
    skipped: int
    """Numbers passed over, because they did not come in time or too many came after them."""
    malformed: int
    """Dropped because they were shorter than a header, or than their length says."""
    unusable: int
    """Dropped because they came from before the peer's restart, or their number was out of all reach."""
    dropped: int
    """Held when the connection ended."""


# -- factory


def sequence(layer: L, *, window: int = WINDOW, patience: float | None = PATIENCE) -> L:
    """Number what passes through ``layer``, a protocol or a carrier, on connections opened from now on; gives it back.

    Packets that come early are held until what is missing before them comes, at most ``patience`` seconds (None: as
    long as it takes) and while fewer than ``window`` numbers are concerned. Both ends must have it. Above a path that
    loses packets for good, choose the patience that the application has. Where one end is restarted, the other one
    numbers from 0 again as soon as it hears of it; what it sent in between may be lost. Counters:
    ``interposed(layer, Sequence).info()``. Raises ValueError for a window outside 1..2**16 or a patience below 0.
    """
    return layer.interpose(Sequence(window, patience))


class Sequence(Framing):
    """Numbers packets on the way down, and puts them in order on the way up."""

    converses = True

    def __init__(self, window: int = WINDOW, patience: float | None = PATIENCE) -> None:
        if not 1 <= window <= 1 << 16:
            raise ValueError(f"window: {window} is outside 1..65536 packets")
        if patience is not None and not patience >= 0.0:
            raise ValueError(f"patience: {patience} s is below 0; None waits as long as it takes")
        self.window = window
        self.patience = patience
        self.counters = SequenceCounters()

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return _SequenceSession(self.window, self.patience, runtime, self.counters)

    # -- control and query

    def describe(self, frame: bytes, start: int, end: int) -> str:
        return str(Numbered.view(frame, start, end))

    def inside(self, frame: bytes, start: int, end: int) -> tuple[int, int]:
        return start + Numbered.MIN, start + Numbered.view(frame, start, end).length

    def info(self) -> SequenceInfo:
        return counted(SequenceInfo, self.counters)


class _SequenceSession(Headed):
    __slots__ = ("_counters", "_epoch", "_number", "_order", "_over", "_patience", "_runtime", "_timer")

    def __init__(self, window: int, patience: float | None, runtime: Runtime, counters: SequenceCounters) -> None:
        super().__init__(Numbered.MIN)
        self._counters = counters
        self._runtime = runtime
        self._patience = patience
        self._epoch = drawn(runtime.random)
        self._number = 0
        self._order = Order(window)
        self._over = False
        self._timer = runtime.timer(self._out_of_patience)

    # -- down: send

    def begin(self, size: int) -> Writer:
        writer = self.below.begin(size + Numbered.MIN)
        append_numbered(writer, size, epoch=self._epoch, known=self._order.epoch, number=self._number)
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        # Only now: a packet that was begun and never committed has used no number.
        self._number = (self._number + 1) & 0xFFFF_FFFF
        self._counters.sent += 1
        self.below.commit(writer, payload)

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        counters = self._counters
        try:
            length, epoch, known, number = read_numbered(frame, start, end)
        except PacketError:
            counters.malformed += 1
            return
        stop = start + length
        start += Numbered.MIN
        if not start <= stop <= end:
            counters.malformed += 1
            return
        order = self._order
        former = order.epoch
        verdict = order.arrive(epoch, number, frame, start, stop, self._runtime.now)
        if former != order.epoch and former and known != self._epoch:
            # The peer was restarted and would wait in vain for what its former self was sent.
            self._epoch = following(self._epoch)
            self._number = 0
        if verdict is Verdict.NEXT:
            counters.received += 1
            self.above.deliver(frame, start, stop)
        elif verdict is Verdict.TAKEN:
            self._deliver_due()
        elif verdict is Verdict.DUPLICATE:
            counters.duplicates += 1
        else:
            counters.unusable += 1

    def _deliver_due(self) -> None:
        order, counters = self._order, self._counters
        if order.skipped:
            counters.skipped += order.skipped
            order.skipped = 0
        due = order.due
        while due:
            frame, start, end, _ = due.popleft()
            counters.received += 1
            self.above.deliver(frame, start, end)
        self._watch()

    def _watch(self) -> None:
        """Have the timer run exactly while something is held."""
        if not self._order.held:
            self._timer.stop()
        elif not self._timer.running and self._patience is not None:
            oldest = self._order.oldest()
            if oldest is not None:
                self._timer.start(oldest[3] + self._patience - self._runtime.now)

    def _out_of_patience(self) -> None:
        oldest = self._order.oldest()
        if oldest is None or self._patience is None:
            return
        # The timer may have been started for a packet that has since been delivered.
        if oldest[3] + self._patience <= self._runtime.now + 1e-9:
            self._order.skip()
        self._deliver_due()

    def status(self, event: Status) -> None:
        if isinstance(event, HalfClosed):  # nothing more comes that could fill a gap
            while self._order.held:
                self._order.skip()
            self._deliver_due()
            if self._over:
                return
        super().status(event)

    # -- close and abort

    def end(self) -> None:
        self._over = True
        self._counters.dropped += len(self._order.held) + len(self._order.due)
        self._order.clear()
        self._timer.end()
