"""The machine: user calls, timers, segments; and every change of state.

Rule 1: the state is assigned in this file only, in ``Machine._become``, and as ``table.py`` allows. Rule 2: nothing is
done here. What is to be done is queued in ``todo``; whoever calls a method performs the actions afterwards.

RFC 9293 section 3.10 gives the events and its order; the calls are 3.10.1 to 3.10.5, the time-outs 3.10.8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, assert_never

from foxpy.errors import InvalidConnection, PacketSize
from foxpy.layers.tcp import afterwards, arrives, carrying, handshake, pacing, retransmit
from foxpy.layers.tcp.actions import (
    CLOSE_ACKNOWLEDGED,
    DELETE,
    KEEPALIVE,
    LINGER,
    RETRANSMISSION,
    Action,
    Finished,
    StartTimer,
    StopTimer,
    Timer,
)
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.congestion.base import UNLIMITED, Start, initial_window
from foxpy.layers.tcp.counters import Counters
from foxpy.layers.tcp.emit import acknowledge, keepalive, reset, syn, syn_by_cookie, syn_with_data
from foxpy.layers.tcp.fastopen import FastOpening
from foxpy.layers.tcp.segment import ACK, SYN, Segment
from foxpy.layers.tcp.send import output
from foxpy.layers.tcp.states import (
    CLOSED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    SYN_SENT,
    TIME_WAIT,
    UNOPENED,
    Closed,
    CloseWait,
    Closing,
    Established,
    FinWait1,
    FinWait2,
    LastAck,
    State,
    SynReceived,
    SynSent,
    TimeWait,
    Why,
)
from foxpy.layers.tcp.table import Event
from foxpy.layers.tcp.tcb import Tcb
from foxpy.layers.tcp.usertimeout import idle_before_probes
from foxpy.layers.tcp.window import update_due

# What happens to every connection: looking a member up in its enumeration takes longer than the change itself.
_SEGMENT: Final = Event.SEGMENT
_PASSIVE_OPEN: Final = Event.PASSIVE_OPEN
_CLOSE: Final = Event.CLOSE

Watcher = Callable[[Event, State, State], None]
"""Told of each change of state: the event, the state before, the state after."""


class Machine:
    """One connection as a pure state machine: no clock, no network, no event loop.

    ``now`` is the time of the event in seconds of any clock that does not go back. Actions are in ``todo`` afterwards.
    """

    __slots__ = ("state", "tcb", "todo", "watcher")

    state: State
    todo: list[Action]
    watcher: Watcher | None
    """Told of every change of the state."""

    def __init__(
        self,
        config: TcpConfig,
        counters: Counters,
        iss: int,
        limit: int,
        now: float,
        watcher: Watcher | None = None,
        window: int | None = None,
        offset: int = 0,
        marking: bool = False,
    ) -> None:
        """A closed connection with its initial sequence number; ``limit`` is the largest segment that the path carries,
        header included, and must leave room for text. ``window``: bytes that may be on their way to this host without
        overrunning a queue below, None where nobody knows. ``offset`` moves its timestamp clock. ``marking``: the
        path has an ECN field."""
        self.tcb = Tcb(config, counters, iss, limit, now, window, offset, marking)
        self.todo = self.tcb.todo
        self.state = UNOPENED
        self.watcher = watcher

    # -- 3.10.1 OPEN

    def open(self, now: float, early: bytes = b"", fast: FastOpening | None = None) -> None:
        """Active open: send a SYN. Once.

        ``early`` is what is sent first of all; in the SYN already, where ``fast`` has a cookie for that."""
        tcb = self.tcb
        tcb.now = now
        tcb.counters.active_opens += 1
        tcb.fast = fast
        if early:
            tcb.snd.buffer.put(early)
        if early and fast is not None and fast.cookie:
            tcb.counters.fast_opens_sent += 1
            syn_with_data(tcb, fast)
        else:
            syn(tcb)
        self._become(Event.ACTIVE_OPEN, SYN_SENT)

    def accept(self, segment: Segment, now: float, fast: FastOpening | None = None) -> None:
        """Passive open: a listener was sent ``segment``, a SYN; answer it. Once. ``fast``: what it has of Fast Open."""
        tcb = self.tcb
        tcb.now = now
        tcb.fast = fast
        tcb.counters.passive_opens += 1
        target = handshake.accept(tcb, segment)
        syn(tcb, SYN | ACK)
        self._become(_PASSIVE_OPEN, target)

    def resume(self, segment: Segment, now: float) -> None:
        """``accept`` for a SYN that was answered with a cookie, which has come back; ``arrives`` takes what brought it.
        Once."""
        tcb = self.tcb
        tcb.now = now
        tcb.counters.passive_opens += 1
        target = handshake.accept(tcb, segment)
        syn_by_cookie(tcb)
        self._become(_PASSIVE_OPEN, target)

    # -- 3.10.2 SEND, and the part of 3.10.3 RECEIVE that is left where data is delivered by upcall

    def send(self, data: bytes, now: float, *, urgent: bool = False, more: bool = False) -> None:
        """Queue ``data``, which is kept, not copied, and send what may go now; with ``more`` wait for the next call.

        ``urgent`` marks it, and what was queued before it, as urgent data (MUST-30). Raises PacketSize where it does
        not fit into ``sendable()``, InvalidConnection where this side was closed or the connection is gone.
        """
        tcb = self.tcb
        snd = tcb.snd
        room = snd.capacity - snd.buffer.size - snd.nxt + snd.una
        match self.state:
            case Established() | CloseWait():
                opened = True
            case SynSent() | SynReceived():
                opened = tcb.fast is not None and tcb.fast.accepted
                room += 1  # the SYN in flight is no text
            case FinWait1() | FinWait2() | Closing() | LastAck() | TimeWait() | Closed():
                raise InvalidConnection("the connection is closing or closed: nothing can be sent on it any more")
            case _:
                assert_never(self.state)
        if snd.fin_wanted:
            raise InvalidConnection("this side of the connection was closed: nothing can be sent on it any more")
        if len(data) >= room:
            snd.starved = True
            if len(data) > room:
                raise PacketSize(f"{len(data)} bytes do not fit: the send buffer has room for {room}", len(data), room)
        if data:
            if tcb.delivery is not None and not snd.buffer.size:
                pipe = snd.nxt - snd.una - tcb.recovery.inflation
                if pipe < tcb.congestion.window:
                    tcb.delivery.limit(pipe)
            snd.buffer.put(data)
            if urgent:
                snd.up = snd.nxt + snd.buffer.size
        if opened and not more:
            tcb.now = now
            output(tcb)

    def sendable(self) -> int:
        """How many bytes ``send`` takes now. After 0, a ``Room`` action tells when half of the buffer is free."""
        match self.state:
            case Established() | CloseWait() | SynSent() | SynReceived():
                if self.tcb.snd.fin_wanted:
                    return 0
                snd = self.tcb.snd
                room = max(0, snd.capacity - snd.pending())
                if not room:
                    snd.starved = True
                return room
            case FinWait1() | FinWait2() | Closing() | LastAck() | TimeWait() | Closed():
                return 0
            case _:
                assert_never(self.state)

    def hold(self) -> None:
        """From now on, what is delivered counts as consumed only when ``consumed`` says so: the window may close."""
        self.tcb.rcv.holding = True

    def consumed(self, count: int) -> None:
        """The application is done with ``count`` delivered bytes; tells the peer of the room where that is due."""
        tcb = self.tcb
        rcv = tcb.rcv
        rcv.held = max(0, rcv.held - count)
        match self.state:
            case Established() | FinWait1() | FinWait2():
                if update_due(rcv):
                    acknowledge(tcb)
            case SynSent() | SynReceived() | CloseWait() | Closing() | LastAck() | TimeWait() | Closed():
                return  # nothing more can come
            case _:
                assert_never(self.state)

    # -- 3.10.4 CLOSE

    def half_close(self, now: float) -> None:
        """CLOSE as the RFC has it: a FIN follows what was sent; what the peer sends is still delivered.

        Harmless where this side was closed before."""
        tcb = self.tcb
        tcb.now = now
        match self.state:
            case SynSent():
                self._become(Event.CLOSE, Closed(Why.ABORTED))
            case SynReceived():
                tcb.snd.fin_wanted = True  # queued "for processing after entering ESTABLISHED state"
            case Established():
                tcb.snd.fin_wanted = True
                self._become(_CLOSE, FIN_WAIT_1)
                output(tcb)
            case CloseWait():
                tcb.snd.fin_wanted = True
                self._become(_CLOSE, LAST_ACK)
                output(tcb)
            case FinWait1() | FinWait2() | Closing() | LastAck() | TimeWait() | Closed():
                return
            case _:
                assert_never(self.state)

    def close(self, now: float) -> None:
        """The application lets go: ``half_close``, and no state is kept for ever that waits for the peer.

        What arrives still is delivered. But an application that holds what it is given (``hold``) reads no more of it
        (MAY-1): data not consumed by then, or arriving later, makes this a reset, as it is lost (SHLD-3).
        """
        tcb = self.tcb
        tcb.now = now
        if tcb.orphaned:
            return
        tcb.orphaned = True
        tcb.rcv.shut = tcb.rcv.holding
        match self.state:
            case Established() | FinWait1() | FinWait2() | CloseWait() | Closing() | LastAck():
                if tcb.rcv.held:
                    reset(tcb)
                    self._become(Event.CLOSE, Closed(Why.ABORTED))
                    return
                if self.state is FIN_WAIT_2:
                    self._linger(tcb.config.fin_wait_2)
            case SynSent() | SynReceived() | TimeWait() | Closed():
                pass
            case _:
                assert_never(self.state)
        self.half_close(now)

    # -- 3.10.5 ABORT

    def abort(self, now: float) -> None:
        """End the connection now; tell the peer with a reset where it would otherwise wait."""
        tcb = self.tcb
        tcb.now = now
        match self.state:
            case SynReceived() | Established() | FinWait1() | FinWait2() | CloseWait():
                reset(tcb)
            case SynSent() | Closing() | LastAck() | TimeWait():
                pass
            case Closed():
                return
            case _:
                assert_never(self.state)
        self._become(Event.ABORT, Closed(Why.ABORTED))

    def forget(self, now: float) -> None:
        """``abort`` without a word to the peer, who may never have asked: for what a flood of SYNs leaves behind."""
        if not isinstance(self.state, Closed):
            self.tcb.now = now
            self._become(Event.ABORT, Closed(Why.ABORTED))

    # -- 3.10.7 SEGMENT ARRIVES

    def arrives(self, segment: Segment, now: float) -> None:
        """Take in a segment; the machine owns it from here."""
        tcb = self.tcb
        tcb.now = now
        state = arrives.segment_arrives(tcb, self.state, segment)
        if state is not self.state:
            self._become(_SEGMENT, state)

    def end_of_batch(self, now: float) -> None:
        """The segments at hand have been taken in: use the room they made, acknowledge them (MUST-58, MUST-59)."""
        tcb = self.tcb
        if not isinstance(self.state, Closed):
            tcb.now = now
            afterwards.end_of_batch(tcb)

    # -- 3.10.8 time-outs

    def timeout(self, timer: Timer, now: float) -> None:
        """A timer that a ``StartTimer`` action started went off."""
        tcb = self.tcb
        tcb.now = now
        if isinstance(self.state, Closed):
            return
        match timer:
            case Timer.RETRANSMISSION:
                if tcb.timer_running and not retransmit.expired(tcb):
                    self._become(Event.TIMEOUT, Closed(Why.TIMED_OUT))
            case Timer.DELAYED_ACK:
                tcb.rcv.delayed = False
                if tcb.rcv.unacked:
                    tcb.counters.delayed_acks += 1
                    acknowledge(tcb)
            case Timer.KEEPALIVE:
                self._keepalive()
            case Timer.PACING:
                pacing.due(tcb)
                output(tcb)
                tcb.snd.overdue = False
            case Timer.LINGER:
                if self.state is TIME_WAIT:
                    self._become(Event.TIMEOUT, CLOSED)
                elif self.state is FIN_WAIT_2:
                    self._nobody_closes()
            case _:
                assert_never(timer)

    def _nobody_closes(self) -> None:
        """We closed and let go, the peer does not close: wait while it sends, then end it."""
        tcb = self.tcb
        left = tcb.heard + tcb.config.fin_wait_2 - tcb.now
        if left > 1e-6:
            self._linger(left)
        else:
            reset(tcb)
            self._become(Event.TIMEOUT, Closed(Why.TIMED_OUT))

    def _keepalive(self) -> None:
        """[9293] section 3.8.4: probe only when idle (MUST-26); give up only after many probes (MUST-29)."""
        tcb = self.tcb
        config = tcb.config
        if config.keepalive is None or self.state is TIME_WAIT:
            return
        idle = tcb.now - tcb.heard
        wanted = idle_before_probes(tcb, config.keepalive)
        if tcb.snd.sent or tcb.snd.waiting() or idle < wanted:
            self.todo.append(StartTimer(KEEPALIVE, max(wanted - idle, config.keepalive_interval)))
        elif tcb.keepalives >= config.keepalive_probes:
            reset(tcb)
            self._become(Event.TIMEOUT, Closed(Why.TIMED_OUT))
        else:
            tcb.keepalives += 1
            keepalive(tcb)
            self.todo.append(StartTimer(KEEPALIVE, config.keepalive_interval))

    # -- ICMP ([9293] section 3.9.2.2), the path below, and settings

    def concerns(self, seq: int) -> bool:
        """Whether an ICMP error quoting ``seq`` is about something in flight; else it is stale or forged ([5927])."""
        return not isinstance(self.state, Closed) and carrying.concerned(self.tcb, seq)

    def credible(self, limit: int, seq: int) -> bool:
        """Whether a report may be true that the path carries ``limit`` bytes of segment, and that number ``seq`` was in
        one too large for it ([5927] section 7.2)."""
        return self.concerns(seq) and carrying.credible(self.tcb, limit, seq)

    def unreachable(self, why: Why, now: float) -> bool:
        """A hard error: it ends an open that is not complete (SHLD-26). Whether it did.

        A synchronized connection takes it as a soft one, as it may be forged ([5461] section 4, [5927] section 5.2).
        """
        match self.state:
            case SynSent() | SynReceived():
                self.tcb.now = now
                self._become(Event.UNREACHABLE, Closed(why))
                return True
            case Established() | FinWait1() | FinWait2() | CloseWait() | Closing() | LastAck() | TimeWait() | Closed():
                return False
            case _:
                assert_never(self.state)

    def path_limit(self, limit: int, now: float) -> None:
        """The path below carries ``limit`` bytes of segment now."""
        tcb = self.tcb
        before = tcb.snd.mss
        carrying.limited(tcb, limit)
        if tcb.snd.mss < before:
            self._send_pieces(tcb.snd.mss, now)

    def offloaded(self, largest: int, now: float) -> None:
        """The path below cuts segments of up to ``largest`` bytes, header included, from now on; 0: none."""
        tcb = self.tcb
        snd = tcb.snd
        snd.offloaded = largest
        tcb.fit(snd.limit)
        self._send_pieces(snd.large or snd.mss, now)

    def _send_pieces(self, most: int, now: float) -> None:
        """Send again at once what is in flight with more than ``most`` bytes of text, unless it went with the SYN: then
        it goes again by itself when that is acknowledged."""
        if not isinstance(self.state, (SynSent, SynReceived)):
            self.tcb.now = now
            carrying.send_pieces(self.tcb, most)

    def configure(self, config: TcpConfig, now: float) -> None:
        """Use ``config`` from now on; what was agreed when the connection was opened stays."""
        tcb = self.tcb
        had = tcb.config.keepalive
        tcb.announcing = config.user_timeout is not None and config.user_timeout != tcb.config.user_timeout
        control = tcb.config.congestion_control
        tcb.config = config
        tcb.now = now
        match self.state:
            case Closed() | SynSent() | SynReceived() | TimeWait():
                return
            case Established() | FinWait1() | FinWait2() | CloseWait() | Closing() | LastAck():
                if config.keepalive != had:
                    self.todo.append(
                        StopTimer(KEEPALIVE) if config.keepalive is None else StartTimer(KEEPALIVE, config.keepalive)
                    )
                if config.congestion_control != control:
                    self._change_congestion_control()
                output(tcb)  # Nagle's algorithm may have been turned off
            case _:
                assert_never(self.state)

    def _change_congestion_control(self) -> None:
        """Let the new one begin where the old one stands; at the initial window where that had no limit."""
        tcb = self.tcb
        mss = tcb.snd.mss
        before = tcb.congestion
        window = before.window if before.window < UNLIMITED else initial_window(tcb.config.initial_window, mss)
        start = Start(mss, window, tcb.now, tcb.rtt.srtt, before.ssthresh, tcb.snd.iss)
        tcb.control(start)

    # -- the one place where the state changes

    def _become(self, event: Event, target: State) -> None:
        source = self.state
        self.state = target
        if self.watcher is not None:
            self.watcher(event, source, target)
        tcb = self.tcb
        match target:
            case Closed(why=why):
                self._finish(why)
                tcb.snd.buffer.clear()
                tcb.snd.sent.clear()
                tcb.rcv.reassembly = None
                self.todo.append(DELETE)
            case TimeWait():
                self._finish(CLOSED.why)
                tcb.timer_running = False
                self.todo.append(StopTimer(RETRANSMISSION))
                self.todo.append(StopTimer(KEEPALIVE))
                self._linger(2 * tcb.config.msl)  # MUST-13
            case FinWait2():
                self.todo.append(CLOSE_ACKNOWLEDGED)
                if tcb.orphaned:
                    self._linger(tcb.config.fin_wait_2)
            case SynSent() | SynReceived() | Established() | FinWait1() | CloseWait() | Closing() | LastAck():
                pass
            case _:
                assert_never(target)

    def _linger(self, delay: float) -> None:
        self.todo.append(StartTimer(LINGER, delay))

    def _finish(self, why: Why) -> None:
        """Tell the application, once, how it ended (MUST-12)."""
        if not self.tcb.finished:
            self.tcb.finished = True
            self.todo.append(Finished(why))
