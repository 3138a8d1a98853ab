"""The executor of one connection: performs what its state machine queued. The one place where TCP has effects.

Everything that happens to a connection comes in here (calls, segments, timers), goes to the machine, and then the queue
of actions is emptied in order. An action may call the application, which may call back in: that only queues more.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Generic

from foxpy.addresses import Port
from foxpy.errors import (
    BrokenByPeer,
    InvalidConnection,
    OpenFailed,
    PacketSize,
    ProtocolError,
    Refused,
    TimedOut,
    Unreachable,
)
from foxpy.layers.tcp.actions import (
    CallAtEndOfBatch,
    CloseAcknowledged,
    Delete,
    Deliver,
    DeliveryTrouble,
    Finished,
    Opened,
    PeerClosed,
    Reopen,
    Room,
    Seldom,
    SendSegment,
    StartTimer,
    StopTimer,
    Timer,
    UrgentAhead,
)
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.connection import TcpConnection
from foxpy.layers.tcp.events import Observer
from foxpy.layers.tcp.fastopen import FastOpening
from foxpy.layers.tcp.info import TcpConnectionInfo, describe
from foxpy.layers.tcp.log import DecisionLog
from foxpy.layers.tcp.pathmtu import SMALLEST
from foxpy.layers.tcp.segment import Segment
from foxpy.layers.tcp.states import CLOSED, TIME_WAIT, State, Why
from foxpy.layers.tcp.table import Event
from foxpy.layers.tcp.transitions import Machine
from foxpy.protocol import Handler, Host, Receiver
from foxpy.runtime import Runtime
from foxpy.status import Aborted, Closed, HalfClosed, Report, Sendable, Stalled, Status, Trouble, Urgent
from foxpy.timers import Timer as RuntimeTimer
from foxpy.waiting import Waiter

if TYPE_CHECKING:
    from foxpy.layers.tcp.path import TcpPath

_HALF_CLOSED: Final = HalfClosed()
_CLOSED: Final = Closed()
"""Said to most; making one takes longer than saying it."""
HARD: Final = {Trouble.PORT_UNREACHABLE: Why.REFUSED, Trouble.PROTOCOL_UNREACHABLE: Why.REFUSED}
"""What ICMP says that ends an open (RFC 9293, section 3.9.2.2: codes 2 and 3; 4 is path MTU discovery)."""


class Executor(Generic[Host]):
    """One connection at work: its machine, its timers, its receiver, and who waits for it."""

    __deletable__ = ["connection"]  # noqa: RUF012  # so that the compiler lets it be deleted
    __slots__ = (
        "_closers",
        "_deleted",
        "_handler",
        "_opener",
        "_performing",
        "_reopen",
        "_runtime",
        "_timers",
        "_trouble",
        "closed",
        "connection",
        "established",
        "half_open",
        "key",
        "machine",
        "path",
        "receiver",
        "segments_received",
        "segments_sent",
    )

    closed: bool
    """The application closed or aborted it, or heard of its end: its senders are invalid."""
    established: bool
    """The handshake was completed."""
    half_open: bool
    """Begun by the peer, the handshake not complete."""

    def __init__(
        self,
        path: TcpPath[Host],
        key: int,
        config: TcpConfig,
        iss: int,
        offset: int,
        handler: Handler[TcpConnection[Host]],
    ) -> None:
        """``key`` is the peer's port and ours, 16 bits each; ``offset`` moves the timestamp clock."""
        layer = path.layer
        runtime = layer.runtime
        self.path = path
        self.key = key
        limit = path.limit()  # this finds the way, if there is one
        window = path.sender.offloads().window
        marking = path.lower.ecn is not None
        self.machine = Machine(config, layer.counters, iss, limit, runtime.now, None, window, offset, marking)
        self.connection: TcpConnection[Host] = TcpConnection(
            self, path.peer, Port(key >> 16), path.local, Port(key & 0xFFFF)
        )
        self.receiver: Receiver | None = None
        self.closed = False
        self.segments_sent = 0
        self.segments_received = 0
        self.established = False
        self.half_open = False
        self._runtime: Runtime = runtime
        self._handler: Handler[TcpConnection[Host]] | None = handler  # until it is called, as it may know of this
        self._opener: Waiter[TcpConnection[Host]] | None = None
        self._closers: list[Waiter[None]] = []
        self._timers: list[tuple[Timer, RuntimeTimer]] = []
        self._reopen: Reopen | None = None
        self._trouble: Trouble | None = None
        self._performing = False
        self._deleted = False
        if runtime.observer is not None:
            self.observe(runtime.observer)

    # -- what happens to it

    def open(self, waiter: Waiter[TcpConnection[Host]], early: bytes = b"", fast: FastOpening | None = None) -> None:
        """Active open; ``waiter`` hears the outcome. ``early`` is sent first of all, in the SYN if ``fast`` allows."""
        self._opener = waiter
        self.machine.open(self._runtime.now, early, fast)
        self.perform()

    def accept(self, segment: Segment, fast: FastOpening | None = None) -> None:
        """Passive open by ``segment``, a SYN; ``fast`` is what it has of Fast Open."""
        self.half_open = True
        self.segments_received += 1
        self.machine.accept(segment, self._runtime.now, fast)
        self._watch_for_marks()
        self.perform()

    def resume(self, syn: Segment, segment: Segment) -> None:
        """Passive open by ``segment``, which acknowledges a cookie; ``syn`` is what the cookie was for."""
        self.machine.resume(syn, self._runtime.now)
        self._watch_for_marks()
        self.arrives(segment)

    def arrives(self, segment: Segment) -> None:
        machine = self.machine
        self.segments_received += 1
        log = machine.tcb.log
        if log is None:
            machine.arrives(segment, self._runtime.now)
        else:
            log.arrives(segment)
            machine.arrives(segment, self._runtime.now)
            log.arrived()
        if not self._performing:
            self.perform()

    def send(self, data: bytes, *, urgent: bool = False, more: bool = False) -> None:
        """Raises InvalidConnection, PacketSize."""
        if self.closed:
            self.require_open()
        machine = self.machine
        machine.send(data, self._runtime.now, urgent=urgent, more=more)
        if machine.tcb.log is not None:
            machine.tcb.log.gave(len(data))
        if not self._performing:
            self.perform()

    def sendable(self) -> int:
        return 0 if self.closed else self.machine.sendable()

    def hold(self) -> None:
        self.machine.hold()

    def consumed(self, count: int) -> None:
        machine = self.machine
        if machine.tcb.log is not None:
            machine.tcb.log.consumes()
        machine.consumed(count)
        if machine.todo:
            self.perform()

    def half_close(self) -> None:
        if not self.closed:
            self.machine.half_close(self._runtime.now)
            self.perform()

    def close(self, waiter: Waiter[None]) -> None:
        """Close; ``waiter`` hears when all that was sent has arrived, or cannot arrive any more."""
        self.closed = True
        if self.machine.tcb.finished or self.fin_acknowledged():
            waiter.succeed(None)
        else:
            self._closers.append(waiter)
        self.machine.close(self._runtime.now)
        self.perform()

    def fin_acknowledged(self) -> bool:
        snd = self.machine.tcb.snd
        return snd.fin is not None and snd.una > snd.fin

    def abort(self) -> None:
        """End it now; its receiver hears nothing more."""
        self.closed = True
        self.receiver = None
        self._detach()
        self.machine.abort(self._runtime.now)
        self.perform()

    def end(self, event: Status) -> None:
        """The layer below is gone, or this one is finalized: end it without a word to the peer."""
        receiver, self.receiver = self.receiver, None
        told = self.machine.tcb.finished
        self.closed = True
        self._detach()
        self.machine.forget(self._runtime.now)
        self.perform()
        if receiver is not None and not told:
            receiver.status(event)

    def forget(self) -> None:
        """Drop it without a word: for room, or because its listener has gone."""
        self.closed = True
        self.machine.forget(self._runtime.now)
        self.perform()

    def configure(self, config: TcpConfig) -> None:
        self.machine.configure(config, self._runtime.now)
        self.perform()

    def credible(self, limit: int, seq: int) -> bool:
        """Whether it may be true that the path carries ``limit`` bytes of segment, as a report about ``seq`` says."""
        return self.machine.credible(limit, seq)

    def reported(self, report: Report, seq: int) -> bool:
        """The network could not carry a segment with number ``seq``. False where that was none of ours in flight."""
        machine = self.machine
        if not machine.concerns(seq):
            return False
        trouble = report.trouble
        now = self._runtime.now
        if trouble is Trouble.TOO_BIG:
            limit = min(self.path.limit(), max(report.limit, SMALLEST))  # whatever a forged report says
            if limit < machine.tcb.snd.limit:
                machine.path_limit(limit, now)
        else:
            self._trouble = trouble
            why = HARD.get(trouble)
            if why is None and machine.tcb.config.soft_errors_end_opens:
                why = Why.UNREACHABLE
            if why is None or not machine.unreachable(why, now):
                self._tell(Report(trouble, report.quoted[20:], max(0, report.limit - 20)))
        self.perform()
        return True

    def require_open(self) -> None:
        if self.closed:
            raise InvalidConnection(f"{self.name()} is closed")
        if self.machine.tcb.snd.fin_wanted:
            raise InvalidConnection(f"{self.name()}: this side said that it sends no more")

    def name(self) -> str:
        """As people write it, also when ``connection`` is gone."""
        path = self.path
        return f"tcp {path.local} port {self.key & 0xFFFF} to {path.peer} port {self.key >> 16}"

    # -- performing

    def perform(self) -> None:
        """Perform what is queued, and what that queues. Where it is being done already, returns at once."""
        if self._performing:
            return
        self._performing = True
        tcb = self.machine.tcb
        todo = tcb.todo
        done = 0
        try:
            while done < len(todo):
                action = todo[done]
                done += 1
                if tcb.log is not None:
                    tcb.log.performs(action)
                # Frequent ones first, and tested by isinstance, which takes a quarter of the time of a match.
                if isinstance(action, SendSegment):
                    self._transmit(action)
                elif isinstance(action, Deliver):
                    if self.receiver is not None:
                        self.receiver.deliver(action.frame, action.start, action.end)
                elif isinstance(action, StartTimer):
                    self._timer(action.timer).start_at(tcb.now + action.delay)
                elif isinstance(action, CallAtEndOfBatch):
                    self._runtime.at_end_of_batch(self._end_of_batch)
                elif isinstance(action, StopTimer):
                    self._timer(action.timer).stop()
                else:
                    self._do_seldom(action)
            if tcb.log is not None:
                tcb.log.settle()
        finally:
            del todo[:done]
            self._performing = False

    def _changed(self, event: Event, source: State, target: State) -> None:
        """The machine changed its state."""
        log = self.machine.tcb.log
        if log is not None:
            log.changed(event, source, target)

    def observe(self, observer: Observer | None) -> None:
        """Tell ``observer`` of every decision from now on; None: nobody."""
        machine = self.machine
        if observer is None:
            machine.tcb.log = machine.watcher = None
        else:
            machine.tcb.log = DecisionLog(str(self.connection), machine, self._runtime.scheduler.now, observer)
            machine.watcher = self._changed

    def _do_seldom(self, action: Seldom) -> None:
        match action:
            case Opened():
                self._opened()
            case PeerClosed():
                self._tell(_HALF_CLOSED)
            case Room(size=size):
                self._tell(Sendable(size))
            case UrgentAhead(size=size):
                self._tell(Urgent(size))
            case DeliveryTrouble(retransmissions=retransmissions):
                self.path.layer.suspect(self.path)
                self._tell(Stalled(retransmissions))
            case CloseAcknowledged():
                self._acknowledge_close()
            case Finished(why=why):
                self._finished(why)
            case Reopen():
                self._reopen = action
            case Delete():
                self._delete()

    def _transmit(self, action: SendSegment) -> None:
        path = self.path
        self.segments_sent += 1
        try:
            path.transmit(self.key, action)
        except PacketSize:
            # The path has shrunk below us; the segment is on the retransmission queue, and is cut up.
            path.layer.counters.send_failures += 1
            path.look()
            limit = path.limit()
            if limit < self.machine.tcb.snd.limit:
                self.machine.path_limit(limit, self._runtime.now)
        except (InvalidConnection, OpenFailed):
            path.layer.counters.send_failures += 1
        if path.largest != self.machine.tcb.snd.offloaded:
            self.machine.offloaded(path.largest, self._runtime.now)

    def _timer(self, timer: Timer) -> RuntimeTimer:
        """The runtime's timer for ``timer``; most connections only ever need one or two of the five."""
        for known, started in self._timers:
            if known is timer:
                return started
        made = self._runtime.timer(partial(self._due, timer))
        self._timers.append((timer, made))
        return made

    def _due(self, timer: Timer) -> None:
        log = self.machine.tcb.log
        if log is not None:
            log.fires(timer)
        self.machine.timeout(timer, self._runtime.now)
        self.perform()

    def _end_of_batch(self) -> None:
        self.machine.end_of_batch(self._runtime.now)
        if not self._performing:
            self.perform()

    def _tell(self, event: Status) -> None:
        if self.receiver is not None:
            self.receiver.status(event)

    def _watch_for_marks(self) -> None:
        """Have it seen whether segments come with the mark of congestion, if that was agreed on."""
        if self.machine.tcb.ecn is not None:
            self.path.watching = True

    def _opened(self) -> None:
        path = self.path
        admission = path.admission
        fast = self.machine.tcb.fast
        if fast is not None:
            if self.established:
                admission.confirmed(self)  # data came with the SYN; now the handshake is complete
                return
            if self._opener is not None:
                admission.fast_opened(self, fast)
        self._watch_for_marks()
        self.established = True
        self.half_open = False
        admission.opened(self)
        path.look()  # by now the way to the peer is known
        self.machine.offloaded(path.largest, self._runtime.now)
        handler, self._handler = self._handler, None
        assert handler is not None, "a connection opens once"
        self.receiver = path.layer.attach(self.connection, handler)
        if self.machine.tcb.finished:
            self.receiver = None  # its handler aborted it
        opener, self._opener = self._opener, None
        if opener is not None:
            opener.succeed(self.connection)

    def _acknowledge_close(self) -> None:
        closers, self._closers = self._closers, []
        for waiter in closers:
            waiter.succeed(None)

    def _finished(self, why: Why) -> None:
        if self._opener is not None:
            fast = self.machine.tcb.fast
            if fast is not None and why is Why.TIMED_OUT:
                fast.refused = True
                self.path.admission.fast_opened(self, fast)
            self._opener.fail(self._failure(why))
            self._opener = None
        self._acknowledge_close()
        self.closed = True
        if self.established:
            self.path.used()
        self._detach()
        receiver, self.receiver = self.receiver, None
        if receiver is not None:
            receiver.status(_CLOSED if why is CLOSED.why else Aborted(self._failure(why)))
        if self.machine.state is TIME_WAIT:
            self.path.admission.lingers(self)

    def _detach(self) -> None:
        if self.established and not self._deleted:  # else nobody was given it, or it was done when it was finished
            self.path.layer.detach(self.connection)

    def _failure(self, why: Why) -> ProtocolError:
        connection = self.name()
        match why:
            case Why.REFUSED:
                return Refused(f"{connection} was refused by the peer")
            case Why.RESET:
                return BrokenByPeer(f"{connection} was reset by the peer")
            case Why.UNREACHABLE:
                trouble = "" if self._trouble is None else f": {self._trouble.value}"
                return Unreachable(f"{connection} cannot reach the peer{trouble}")
            case Why.TIMED_OUT if self._trouble is not None and self._opener is not None:
                return Unreachable(f"{connection} got no answer; last, the network said: {self._trouble.value}")
            case Why.TIMED_OUT:
                return TimedOut(f"{connection} got no answer from the peer")
            case Why.NOT_OPENED | Why.CLOSED | Why.ABORTED | Why.SUPERSEDED:
                return OpenFailed(f"{connection} was ended on this side")

    def _delete(self) -> None:
        for _, timer in self._timers:
            timer.give_back()
        self._timers.clear()
        self.machine.tcb.log = None
        path = self.path
        path.remove(self)
        reopen, self._reopen = self._reopen, None
        if reopen is not None:
            path.of_nobody(reopen.segment, self.key, reopen.last)
        path.let_go()
        # Without what points back at it, it is free as soon as nobody has it, and not when the garbage collector comes
        # round: a flood of SYNs leaves thousands behind until then, and short connections keep the collector busy.
        self._deleted = True
        self.machine.watcher = None
        del self.connection

    # -- query

    def info(self) -> TcpConnectionInfo:
        """How it is now."""
        now = self._runtime.now
        return describe(str(self.connection), self.machine, now, self.segments_sent, self.segments_received)
