"""Reckons the account of one connection from its log, second by second.

At each instant one thing kept the next byte back, and the log says which (``limited``, ``recovery``, the handshake).
Only a retransmission timeout is known when it is over: all the time since anything was last heard or sent was spent
on it.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence

from foxpy.decisions.account import FAILURES, Account, Repair, RoundTrips, SlowStart, Spent, Wait
from foxpy.decisions.rates import Arrived, best_rate
from foxpy.layers.tcp.actions import Timer
from foxpy.layers.tcp.events import (
    Acked,
    Agreed,
    Began,
    Cause,
    Change,
    Delivered,
    Dropped,
    Early,
    Given,
    Limit,
    Limited,
    Lost,
    Marked,
    RecoveryChanged,
    Rule,
    Sent,
    Side,
    StateChanged,
    TcpEvent,
    TimerFired,
)
from foxpy.layers.tcp.states import Why


def account(events: Sequence[TcpEvent]) -> Account:
    """The account of one connection's ``events``. Raises ValueError where there are none."""
    if not events:
        raise ValueError("there are no events")
    return _Accountant(events).account()


def _end(events: Sequence[TcpEvent]) -> float:
    """When the transfer was over: what follows is closing, and lingering."""
    text_end = max(
        (event.seq + event.length for event in events if isinstance(event, Sent) and event.length), default=0
    )
    end = None
    for event in events:
        if (
            (isinstance(event, Acked) and event.length and event.ack - event.length < text_end)
            or isinstance(event, Delivered)
            or (isinstance(event, StateChanged) and event.why in FAILURES)
        ):
            end = event.time
    return events[-1].time if end is None else end


class _Accountant:
    """Goes through the events once, and keeps what matters for the time that passes to the next one."""

    def __init__(self, events: Sequence[TcpEvent]) -> None:
        self.events = events
        self.began = events[0].time
        self.ended = _end(events)
        self.last_given = max((event.time for event in events if isinstance(event, Given)), default=self.began)
        sent = sum(event.length for event in events if isinstance(event, Sent) and event.cause is Cause.NEW)
        self.received = sum(event.length for event in events if isinstance(event, Delivered))
        self.sender = sent >= self.received
        self.open = False
        self.limit: Limit | None = None
        self.rule: Rule | None = None  # of the recovery under way
        self.flight = self.cwnd = self.rwnd = 0
        self.ssthresh: int | None = None
        self.offered = 0
        self.mss = 536
        self.expected = 1  # the next number that is to be delivered
        self.early: list[tuple[int, int]] = []
        self.spent: defaultdict[Spent, float] = defaultdict(float)
        self.since: defaultdict[Spent, float] = defaultdict(float)  # anything was last heard or sent
        self.slow_start_end: tuple[float, int, str] | None = None
        self.opened_at: float | None = None
        self.lost: Counter[Rule] = Counter()
        self.timeouts: list[Wait] = []
        self.repairs: list[Repair] = []
        self.repair_began = 0.0
        self.samples: list[float] = []
        self.arrivals: list[tuple[float, int]] = []
        self.arrived = Arrived()
        self.sacks = False
        self.syns = self.marks = self.resent = self.resent_bytes = 0
        self.window_probes = self.tail_probes = self.delayed = 0
        self.sent = 0
        self.largest_cwnd = self.largest_rwnd = self.largest_flight = self.capacity = 0
        self.ack_delay = 0.0
        self.algorithm = ""
        self.whole = False
        self.failed: Why | None = None
        self.dropped: Counter[str] = Counter()

    def account(self) -> Account:
        time = self.began
        for event in self.events:
            if event.time > time and time < self.ended:
                self.since[self.spends(time)] += min(event.time, self.ended) - time
            time = max(time, event.time)
            self.takes(event)
        self.settle()
        if self.rule is not None:
            self.repairs.append(Repair(rule=self.rule, began=self.repair_began, ended=time, undone=False))
        samples = self.samples
        median = statistics.median(samples) if samples else 0.0
        trips = (
            RoundTrips(count=len(samples), least=min(samples), median=median, most=max(samples)) if samples else None
        )
        return Account(
            connection=self.events[0].connection,
            sender=self.sender,
            algorithm=self.algorithm,
            whole=self.whole,
            failed=self.failed,
            began=self.began,
            ended=self.ended,
            sent=self.sent,
            received=self.received,
            spent={
                spent: seconds
                for spent, seconds in sorted(self.spent.items(), key=lambda item: -item[1])
                if seconds > 0
            },
            syns=self.syns,
            slow_start=self.first_slow_start(),
            lost=dict(self.lost),
            resent=self.resent,
            resent_bytes=self.resent_bytes,
            marks=self.marks,
            timeouts=self.timeouts,
            repairs=self.repairs,
            round_trips=trips,
            best_rate=best_rate(self.arrivals, median),
            largest_cwnd=self.largest_cwnd,
            largest_rwnd=self.largest_rwnd,
            largest_flight=self.largest_flight,
            capacity=self.capacity,
            window_probes=self.window_probes,
            tail_probes=self.tail_probes,
            delayed_acks=self.delayed,
            ack_delay=self.ack_delay,
            dropped=dict(self.dropped),
        )

    def first_slow_start(self) -> SlowStart | None:
        if self.opened_at is None or not self.sender or self.largest_cwnd == 0:
            return None
        ended, window, by = self.slow_start_end or (self.ended, self.cwnd, "end")
        return SlowStart(lasted=max(0.0, ended - self.opened_at), window=window, ended_by=by)

    # -- what time goes into

    def settle(self) -> None:
        """Something was heard or sent: the time before was spent as it seemed."""
        for spent, seconds in self.since.items():
            self.spent[spent] += seconds
        self.since.clear()

    def was_silence(self, before: Spent) -> float:
        """The time since anything was heard or sent was spent waiting for ``before``; how long that was."""
        waited = sum(self.since.values())
        self.since.clear()
        if waited:
            self.spent[before] += waited
        return waited

    def spends(self, time: float) -> Spent:
        """What the time from ``time`` on goes into, as far as is known."""
        if not self.open:
            return Spent.HANDSHAKE
        return self.sending(time) if self.sender else self.receiving()

    def sending(self, time: float) -> Spent:
        if self.rule is not None:
            return Spent.REPAIR
        match self.limit:
            case Limit.PEER:
                return Spent.PEER if self.rwnd else Spent.CLOSED
            case Limit.CONGESTION | None:
                return Spent.SLOW_START if self.slow() else Spent.CONGESTION
            case Limit.SEND_BUFFER:
                return Spent.SEND_BUFFER
            case Limit.NAGLE:
                return Spent.NAGLE
            case Limit.PACING:
                return Spent.PACING
            case Limit.REPAIR:
                return Spent.REPAIR
            case Limit.APPLICATION:
                return Spent.LAST if self.flight and time >= self.last_given else Spent.APPLICATION

    def slow(self) -> bool:
        return self.ssthresh is None or self.cwnd < self.ssthresh

    def receiving(self) -> Spent:
        if self.early:
            return Spent.GAP
        return Spent.OUR_WINDOW if self.offered < self.mss else Spent.PEER_SENDS

    # -- events

    def takes(self, event: TcpEvent) -> None:
        match event:
            case Began():
                self.algorithm, self.ack_delay, self.capacity = event.algorithm, event.ack_delay, event.send_buffer
                self.whole = event.state == "CLOSED"
                self.open = not self.whole and not event.state.startswith("SYN-")
                self.opened_at = event.time if self.open else None
                self.expected = max(1, event.rcv_nxt)
            case StateChanged():
                self.changes(event)
            case Agreed():
                self.mss, self.sacks = event.mss, "SACK" in event.options
            case Given():
                self.capacity = max(self.capacity, event.room)
            case Sent():
                self.sends(event)
            case Acked():
                self.hears(event)
            case Lost():
                self.loses(event)
            case Marked():
                self.marked(event)
            case RecoveryChanged():
                self.repairs_change(event)
            case Limited():
                self.limit, self.flight = event.by, event.flight
                self.cwnd, self.rwnd = event.cwnd, event.rwnd
            case TimerFired():
                self.delayed += event.timer is Timer.DELAYED_ACK and not event.in_vain
            case Early():
                self.early.append((event.seq, event.seq + event.length))
                self.settle()
            case Delivered():
                self.expected += event.length
                self.early = [each for each in self.early if each[1] > self.expected]
                if not self.sender:
                    self.arrivals.append((event.time, event.length))
                self.settle()
            case Dropped():
                self.dropped[event.counter] += 1

    def changes(self, event: StateChanged) -> None:
        if event.source.startswith("SYN-") and event.target != "CLOSED" and not event.target.startswith("SYN-"):
            self.settle()
            self.open, self.opened_at = True, event.time
        if event.why in FAILURES:
            self.failed = event.why

    def sends(self, event: Sent) -> None:
        self.offered = event.window
        self.syns += "SYN" in event.flags
        self.window_probes += event.cause is Cause.WINDOW_PROBE
        if event.cause is Cause.TAIL_PROBE:
            self.tail_probes += 1
            self.was_silence(Spent.TAIL_PROBE)
        if event.cause is Cause.RESENT and self.open:
            self.resent += 1
            self.resent_bytes += event.length
        if event.length:
            self.flight = max(self.flight, 1)
            self.settle()

    def hears(self, event: Acked) -> None:
        self.settle()
        self.cwnd, self.ssthresh, self.flight, self.rwnd = event.cwnd, event.ssthresh, event.flight, event.rwnd
        self.largest_cwnd = max(self.largest_cwnd, event.cwnd)
        self.largest_rwnd = max(self.largest_rwnd, event.rwnd)
        self.largest_flight = max(self.largest_flight, event.flight + event.length)
        if event.rtt is not None:
            self.samples.append(event.rtt)
        newly = self.arrived.newly(event)
        if event.time <= self.ended and self.open:
            self.sent += event.length
            if self.sender and (self.sacks or self.rule is None):
                self.arrivals.append((event.time, newly))
        if not self.slow():
            self.slow_start_ends(event.time, "threshold")

    def marked(self, event: Marked) -> None:
        if event.side is Side.THEIRS:
            self.marks += 1
            self.slow_start_ends(event.time, "mark")

    def slow_start_ends(self, time: float, by: str) -> None:
        if self.slow_start_end is None:
            self.slow_start_end = time, self.cwnd, by

    def loses(self, event: Lost) -> None:
        if not self.open:
            return
        self.lost[event.rule] += 1
        if event.rule is Rule.TIMEOUT and event.time <= self.ended:
            self.timeouts.append(Wait(time=event.time, waited=self.was_silence(Spent.TIMEOUT)))

    def repairs_change(self, event: RecoveryChanged) -> None:
        if event.change is Change.ENTERED:
            self.slow_start_ends(event.time, "loss")
            self.rule, self.repair_began = event.rule, event.time
        elif self.rule is not None:
            undone = event.change is Change.UNDONE
            self.repairs.append(Repair(rule=self.rule, began=self.repair_began, ended=event.time, undone=undone))
            self.rule = None
