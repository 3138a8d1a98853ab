"""The decision log of one connection: looks on while its machine works, and tells an observer.

Most decisions are seen from outside: the executor says what comes in (calls, segments, timers) and which actions go
out, and what changed in the control block in between is found by looking. Only why something counts as lost is told by
the machine itself (``lost``). Without an observer there is no log, and each of these places costs one test for None.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from foxpy.layers.tcp.actions import Action, Deliver, SendSegment, StartTimer, StopTimer, Timer
from foxpy.layers.tcp.counters import DROPS
from foxpy.layers.tcp.events import (
    Acked,
    Agreed,
    Began,
    Cause,
    Change,
    CongestionChanged,
    Delivered,
    Dropped,
    Early,
    Given,
    Limit,
    Limited,
    Lost,
    Marked,
    Observer,
    Purpose,
    RecoveryChanged,
    Rule,
    Sent,
    Side,
    SizeChanged,
    StateChanged,
    TimerFired,
    TimerSet,
    TimerStopped,
    WindowChanged,
)
from foxpy.layers.tcp.limiting import algorithm, limited_by, threshold
from foxpy.layers.tcp.repair import PROBE, REORDERING, TIMEOUT
from foxpy.layers.tcp.segment import ACK, FIN, RST, SYN, Segment, flag_names
from foxpy.layers.tcp.sequence import unwrap
from foxpy.layers.tcp.states import Closed, State, SynReceived, SynSent, name
from foxpy.layers.tcp.table import Event
from foxpy.layers.tcp.transitions import Machine

REPAIRED: Final = (Rule.DUPLICATES, Rule.PARTIAL, Rule.RACK, Rule.SACK, Rule.TIMEOUT)
"""Rules that tell of congestion, and begin a recovery."""
PURPOSES: Final = {
    TIMEOUT: Purpose.TIMEOUT,
    PROBE: Purpose.TAIL_PROBE,
    REORDERING: Purpose.REORDERING,
}


class DecisionLog:
    """Tells ``observer`` what ``machine`` decides. The executor calls it around everything that happens."""

    def __init__(self, connection: str, machine: Machine, clock: Callable[[], float], observer: Observer) -> None:
        self._connection = connection
        self._machine = machine
        self._tcb = tcb = machine.tcb
        self._clock = clock
        self._observer = observer
        self._cause: Cause | None = None
        """Why the next acknowledgement is sent, where it is not for a segment that came."""
        self._rule: Rule = Rule.TIMEOUT
        self._began_by: Rule | None = None  # the recovery that is under way
        self._point = 0
        self._highest = tcb.snd.nxt
        self._duplicates = 0
        self._arriving = (0, 0, 0, 0)  # una, samples, rwnd, early bytes: before the segment at hand
        self._counted = (0, 0, 0)  # challenges, marks, reductions for marks: before it
        self._segment = (0, 0, 0, 0)  # its seq, ack, flags and text, as they came
        self._sacked: tuple[tuple[int, int], ...] = ()
        self._drops: list[int] = []
        self._offered = tcb.rcv.edge - tcb.rcv.nxt
        self._rwnd = tcb.snd.wnd
        self._mss = 0 if isinstance(machine.state, Closed | SynSent | SynReceived) else tcb.snd.mss  # 0: not agreed on
        self._cwnd = tcb.congestion.window
        self._ssthresh = tcb.congestion.ssthresh
        self._rate = tcb.congestion.pacing_rate
        self._limit: Limit | None = None
        config = tcb.config
        observer(
            Began(
                time=self._now(),
                connection=connection,
                state=name(machine.state),
                snd_nxt=tcb.snd.nxt - tcb.snd.iss,
                rcv_nxt=tcb.rcv.nxt - tcb.rcv.irs,
                algorithm=algorithm(config),
                send_buffer=tcb.snd.capacity,
                receive_buffer=tcb.rcv.buffer,
                nagle=config.nagle,
                ack_delay=config.ack_delay,
                min_rto=config.min_rto,
            )
        )

    def _now(self) -> float:
        return round(self._clock(), 9)

    # -- what comes in

    def gave(self, length: int) -> None:
        """The application gave ``length`` bytes, which the machine has taken."""
        self._cause = None
        snd = self._tcb.snd
        self._observer(
            Given(
                time=self._now(),
                connection=self._connection,
                length=length,
                unsent=snd.buffer.size,
                room=max(0, snd.capacity - snd.pending()),
            )
        )

    def consumes(self) -> None:
        """The application is about to consume what it held."""
        self._cause = Cause.WINDOW_UPDATE

    def fires(self, timer: Timer) -> None:
        """``timer`` went off; the machine has not been told yet."""
        tcb = self._tcb
        in_vain = False
        self._cause = None
        if timer is Timer.RETRANSMISSION:
            in_vain = not tcb.timer_running
            if tcb.recovery.running == PROBE and tcb.snd.sent and not in_vain:
                self._cause = Cause.TAIL_PROBE
            elif tcb.snd.wnd == 0 and not isinstance(self._machine.state, SynSent | SynReceived):
                self._cause = Cause.WINDOW_PROBE
        elif timer is Timer.DELAYED_ACK:
            in_vain = not tcb.rcv.unacked
            self._cause = Cause.DELAYED
        elif timer is Timer.KEEPALIVE:
            self._cause = Cause.KEEPALIVE
        self._observer(
            TimerFired(
                time=self._now(),
                connection=self._connection,
                timer=timer,
                purpose=self._purpose(timer),
                in_vain=in_vain,
            )
        )

    def _purpose(self, timer: Timer) -> Purpose | None:
        return PURPOSES[self._tcb.recovery.running] if timer is Timer.RETRANSMISSION else None

    def arrives(self, segment: Segment) -> None:
        """``segment`` is about to be given to the machine, which may change it."""
        tcb = self._tcb
        counters = tcb.counters
        self._cause = None
        self._segment = (segment.seq, segment.ack, segment.flags, segment.end - segment.start)
        self._sacked = () if segment.options is None else segment.options.sack
        self._arriving = (tcb.snd.una, tcb.rtt.samples, tcb.snd.wnd, tcb.rcv.early())
        self._counted = (counters.challenge_acks, counters.congestion_marks, counters.ecn_reductions)
        self._drops = [getattr(counters, counter) for counter in DROPS]

    def arrived(self) -> None:
        """The machine has taken in the segment."""
        tcb = self._tcb
        snd = tcb.snd
        seq, ack, flags, text = self._segment
        una, samples, rwnd, early = self._arriving
        challenges, marks, reductions = self._counted
        if tcb.counters.challenge_acks > challenges:
            self._cause = Cause.CHALLENGE
        dropped = False
        for counter, before in zip(DROPS, self._drops, strict=True):
            if getattr(tcb.counters, counter) > before:
                dropped = True
                self._drop(counter, seq, ack, flags, text)
        if snd.una > una:
            self._duplicates = 0
            self._acked(snd.una - una, samples)
            if self._began_by is not None and not (tcb.recovery.recovering or tcb.recovery.going_back):
                self._left(self._began_by)
        elif not dropped and flags & ACK and unwrap(ack, una) == una:
            if snd.nxt > una and not text and not flags & FIN and snd.wnd == rwnd and rwnd:
                self._duplicates += 1
                self._acked(0, samples)
            elif snd.wnd != rwnd or self._sacked:
                self._acked(0, samples)
        if tcb.counters.congestion_marks > marks:
            self._marked(Side.OURS)
        if tcb.counters.ecn_reductions > reductions:
            self._marked(Side.THEIRS)
        if text and tcb.rcv.early() > early:
            self._observer(
                Early(
                    time=self._now(),
                    connection=self._connection,
                    seq=unwrap(seq, tcb.rcv.nxt) - tcb.rcv.irs,
                    length=text,
                    waiting=tcb.rcv.early(),
                )
            )

    def _marked(self, side: Side) -> None:
        congestion = self._tcb.congestion
        self._observer(
            Marked(
                time=self._now(),
                connection=self._connection,
                side=side,
                cwnd=congestion.window,
                ssthresh=threshold(congestion.ssthresh),
            )
        )

    def _drop(self, counter: str, seq: int, ack: int, flags: int, text: int) -> None:
        tcb = self._tcb
        self._observer(
            Dropped(
                time=self._now(),
                connection=self._connection,
                counter=counter,
                flags=flag_names(flags),
                seq=unwrap(seq, tcb.rcv.nxt) - tcb.rcv.irs,
                ack=self._ours(ack) if flags & ACK else None,
                length=text,
            )
        )

    def _acked(self, length: int, samples: int) -> None:
        tcb = self._tcb
        snd, rtt = tcb.snd, tcb.rtt
        self._observer(
            Acked(
                time=self._now(),
                connection=self._connection,
                ack=snd.una - snd.iss,
                length=length,
                duplicates=self._duplicates,
                sacked=tuple((self._ours(left), self._ours(right)) for left, right in self._sacked),
                rtt=round(rtt.latest, 9) if rtt.samples > samples else None,
                srtt=round(rtt.srtt, 9),
                rttvar=round(rtt.rttvar, 9),
                rto=round(rtt.rto, 9),
                cwnd=tcb.congestion.window,
                ssthresh=threshold(tcb.congestion.ssthresh),
                flight=snd.nxt - snd.una - tcb.recovery.gone(),
                rwnd=snd.wnd,
            )
        )

    def _ours(self, number: int) -> int:
        """``number``, a sequence number of ours from the wire, relative."""
        snd = self._tcb.snd
        return unwrap(number, snd.una) - snd.iss

    # -- what the machine says

    def changed(self, event: Event, source: State, target: State) -> None:
        """The state changed. (The executor's watcher; the machine has assigned it already.)"""
        why = target.why if isinstance(target, Closed) else None
        self._observer(
            StateChanged(
                time=self._now(),
                connection=self._connection,
                source=name(source),
                target=name(target),
                by=event,
                why=why,
            )
        )
        if isinstance(source, SynSent | SynReceived) and not isinstance(target, SynReceived | Closed):
            tcb = self._tcb
            self._mss = tcb.snd.mss
            self._observer(
                Agreed(
                    time=self._now(),
                    connection=self._connection,
                    options=", ".join(tcb.agreed()),
                    mss=tcb.snd.mss,
                    send_shift=tcb.snd.shift,
                    receive_shift=tcb.rcv.shift,
                    receive_buffer=tcb.rcv.buffer,
                )
            )

    def lost(self, rule: Rule, seq: int, end: int) -> None:
        """``seq`` to ``end``, unwrapped, count as lost by ``rule``; called before anything is sent again for it."""
        self._rule = rule
        snd = self._tcb.snd
        self._observer(
            Lost(time=self._now(), connection=self._connection, rule=rule, seq=seq - snd.iss, end=end - snd.iss)
        )
        if rule not in REPAIRED or isinstance(self._machine.state, SynSent | SynReceived):
            return
        if self._began_by is not None and (rule is not Rule.TIMEOUT or self._began_by is Rule.TIMEOUT):
            return
        if self._began_by is not None:
            self._left(self._began_by)  # the timer takes over from fast recovery
        self._began_by = rule
        self._point = snd.nxt
        self._recovery(Change.ENTERED, rule)

    def undone(self) -> None:
        """What was taken for lost was not: the recovery that is under way, if one is, ends as if it had not been."""
        if self._began_by is not None:
            self._recovery(Change.UNDONE, self._began_by)
            self._began_by = None

    def _left(self, rule: Rule) -> None:
        self._recovery(Change.LEFT, rule)
        self._began_by = None

    def _recovery(self, change: Change, rule: Rule) -> None:
        congestion = self._tcb.congestion
        self._observer(
            RecoveryChanged(
                time=self._now(),
                connection=self._connection,
                change=change,
                rule=rule,
                point=self._point - self._tcb.snd.iss,
                cwnd=congestion.window,
                ssthresh=threshold(congestion.ssthresh),
            )
        )

    # -- what goes out

    def performs(self, action: Action) -> None:
        """The executor is about to perform ``action``."""
        self.settle()
        if isinstance(action, SendSegment):
            self._sends(action)
        elif isinstance(action, Deliver):
            self._observer(
                Delivered(
                    time=self._now(),
                    connection=self._connection,
                    length=action.end - action.start,
                    held=self._tcb.rcv.held,
                )
            )
        elif isinstance(action, StartTimer):
            delay = round(action.delay, 9)
            self._observer(
                TimerSet(
                    time=self._now(),
                    connection=self._connection,
                    timer=action.timer,
                    purpose=self._purpose(action.timer),
                    delay=delay,
                )
            )
        elif isinstance(action, StopTimer):
            self._observer(TimerStopped(time=self._now(), connection=self._connection, timer=action.timer))

    def _sends(self, action: SendSegment) -> None:
        tcb = self._tcb
        snd, rcv = tcb.snd, tcb.rcv
        flags = action.flags
        seq = unwrap(action.seq, snd.nxt)
        length = len(action.payload)
        end = seq + length + (flags & FIN) + ((flags & SYN) >> 1)
        rule = None
        if flags & RST:
            cause = Cause.RESET
        elif end > seq:
            if self._cause is Cause.WINDOW_PROBE or self._cause is Cause.TAIL_PROBE:
                cause, self._cause = self._cause, None
            elif end > self._highest:
                cause = Cause.OPENING if flags & SYN else Cause.NEW
            else:
                cause = Cause.RESENT
                rule = self._rule
            self._highest = max(self._highest, end)
        else:
            cause = self._cause or Cause.ACKNOWLEDGEMENT
            self._cause = None
        window = action.window if flags & SYN else action.window << rcv.shift
        now = self._now()
        self._observer(
            Sent(
                time=now,
                connection=self._connection,
                seq=seq - snd.iss,
                length=length,
                flags=flag_names(flags),
                ack=unwrap(action.ack, rcv.nxt) - rcv.irs if flags & ACK else 0,
                window=window,
                cause=cause,
                rule=rule,
            )
        )
        if window != self._offered and not flags & RST:
            self._window(Side.OURS, self._offered, window)
            self._offered = window

    def _window(self, side: Side, before: int, after: int) -> None:
        self._observer(
            WindowChanged(time=self._now(), connection=self._connection, side=side, before=before, after=after)
        )

    # -- what is found by looking

    def settle(self) -> None:
        """Look at the control block, and tell what is not as it was."""
        tcb = self._tcb
        congestion = tcb.congestion
        if tcb.snd.wnd != self._rwnd:
            self._window(Side.THEIRS, self._rwnd, tcb.snd.wnd)
            self._rwnd = tcb.snd.wnd
        now = congestion.window, congestion.ssthresh, congestion.pacing_rate
        if now != (self._cwnd, self._ssthresh, self._rate):
            before = self._cwnd
            self._cwnd, self._ssthresh, self._rate = now
            self._observer(
                CongestionChanged(
                    time=self._now(),
                    connection=self._connection,
                    before=before,
                    cwnd=self._cwnd,
                    ssthresh=threshold(self._ssthresh),
                    rate=round(self._rate, 3),
                )
            )
        if tcb.snd.mss != self._mss and self._mss:
            before, self._mss = self._mss, tcb.snd.mss
            self._observer(SizeChanged(time=self._now(), connection=self._connection, before=before, after=self._mss))
        limit = limited_by(self._machine)
        if limit is not None and limit is not self._limit:
            self._limit = limit
            snd = tcb.snd
            self._observer(
                Limited(
                    time=self._now(),
                    connection=self._connection,
                    by=limit,
                    unsent=snd.buffer.size,
                    flight=snd.nxt - snd.una - tcb.recovery.gone(),
                    cwnd=self._cwnd,
                    rwnd=self._rwnd,
                )
            )
