"""What a plot of one connection shows, as series of numbers: times in seconds since it began, sizes in bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from foxpy.decisions.rates import Arrived, rates
from foxpy.layers.tcp.events import (
    Acked,
    Began,
    Cause,
    Change,
    CongestionChanged,
    Delivered,
    Early,
    Lost,
    RecoveryChanged,
    Rule,
    Sent,
    StateChanged,
    TcpEvent,
)


@attrs.define
class Line:
    """Values over time; a value holds until the next one."""

    times: list[float] = attrs.Factory(list)
    values: list[float] = attrs.Factory(list)

    def add(self, time: float, value: float) -> None:
        self.times.append(time)
        self.values.append(value)


@attrs.define
class Bars:
    """Ranges of sequence numbers, each at its time; ranges that meet at one time are one."""

    times: list[float] = attrs.Factory(list)
    starts: list[float] = attrs.Factory(list)
    ends: list[float] = attrs.Factory(list)

    def add(self, time: float, start: int, end: int) -> None:
        if self.times and self.times[-1] == time and self.ends[-1] == start:
            self.ends[-1] = end
            return
        self.times.append(time)
        self.starts.append(start)
        self.ends.append(end)


@attrs.define
class Series:
    """Of the direction in which more was sent."""

    connection: str
    sender: bool
    new: Bars = attrs.Factory(Bars)
    """Sent for the first time; where this side receives, delivered."""
    again: Bars = attrs.Factory(Bars)
    ahead: Bars = attrs.Factory(Bars)
    """What arrived behind a gap: by SACK blocks, or here."""
    acked: Line = attrs.Factory(Line)
    edge: Line = attrs.Factory(Line)
    """The right edge of the receive window."""
    cwnd: Line = attrs.Factory(Line)
    ssthresh: Line = attrs.Factory(Line)
    flight: Line = attrs.Factory(Line)
    samples: Line = attrs.Factory(Line)
    srtt: Line = attrs.Factory(Line)
    rto: Line = attrs.Factory(Line)
    rate: Line = attrs.Factory(Line)
    """Bytes a second that arrived, over a smoothed round trip."""
    repairs: list[tuple[float, float]] = attrs.Factory(list)
    """From when to when losses were being repaired."""
    timeouts: list[float] = attrs.Factory(list)
    """When the retransmission timer told of a loss."""


def series(events: Sequence[TcpEvent], since: float | None = None, until: float | None = None) -> Series:
    """The series of one connection's ``events`` between two times. Raises ValueError where there are none."""
    if not events:
        raise ValueError("there are no events")
    zero = events[0].time
    sent = sum(event.length for event in events if isinstance(event, Sent) and event.cause is Cause.NEW)
    received = sum(event.length for event in events if isinstance(event, Delivered))
    drawer = _Collector(events[0].connection, sent >= received)
    end = zero
    for event in events:
        time = event.time - zero
        if until is not None and time > until:
            break
        end = event.time
        drawer.shown = since is None or time >= since
        drawer.takes(time, event)
    drawer.finishes(end - zero, since)
    return drawer.found


class _Collector:
    def __init__(self, connection: str, sender: bool) -> None:
        self.found = Series(connection, sender)
        self.shown = True
        self.arrived = Arrived()
        self.arrivals: list[tuple[float, int]] = []
        self.expected = 1
        self.highest = 0
        self.repair: float | None = None
        self.least_trip = 0.0

    def takes(self, time: float, event: TcpEvent) -> None:
        match event:
            case Began():
                self.expected = max(1, event.rcv_nxt)
            case Sent():
                self.sends(time, event)
            case Acked():
                self.hears(time, event)
            case CongestionChanged():
                self.windows(time, event.cwnd, event.ssthresh)
            case RecoveryChanged():
                self.repairs(time, event)
            case Lost(rule=Rule.TIMEOUT) if self.shown:
                self.found.timeouts.append(time)
            case Early() if self.shown and not self.found.sender:
                self.found.ahead.add(time, event.seq, event.seq + event.length)
            case Delivered():
                self.delivers(time, event)
            case StateChanged(target="CLOSED"):
                self.ends_repair(time)

    def sends(self, time: float, event: Sent) -> None:
        found = self.found
        end = event.seq + event.length
        highest, self.highest = self.highest, max(self.highest, end)
        if not self.shown:
            return
        if not found.sender:
            if event.ack:
                found.acked.add(time, event.ack)
                found.edge.add(time, event.ack + event.window)
        elif event.length:
            bars = found.new if end > highest else found.again
            bars.add(time, event.seq, end)

    def hears(self, time: float, event: Acked) -> None:
        found = self.found
        newly = self.arrived.newly(event)
        if event.rtt is not None:
            self.least_trip = min(self.least_trip or event.rtt, event.rtt)
        if found.sender:
            self.arrivals.append((time, newly))
        if not self.shown:
            return
        if found.sender:
            found.acked.add(time, event.ack)
            found.edge.add(time, event.ack + event.rwnd)
            for start, end in self.arrived.fresh:
                found.ahead.add(time, start, end)
        self.windows(time, event.cwnd, event.ssthresh)
        found.flight.add(time, event.flight)
        if event.rtt is not None:
            found.samples.add(time, event.rtt)
        if event.srtt:
            found.srtt.add(time, event.srtt)
            found.rto.add(time, event.rto)

    def windows(self, time: float, cwnd: int, ssthresh: int | None) -> None:
        if self.shown:
            self.found.cwnd.add(time, cwnd)
            if ssthresh is not None:
                self.found.ssthresh.add(time, ssthresh)

    def delivers(self, time: float, event: Delivered) -> None:
        start = self.expected
        self.expected += event.length
        if not self.found.sender:
            self.arrivals.append((time, event.length))
            if self.shown:
                self.found.new.add(time, start, self.expected)

    def repairs(self, time: float, event: RecoveryChanged) -> None:
        if event.change is Change.ENTERED:
            self.repair = time
        else:
            self.ends_repair(time)

    def ends_repair(self, time: float) -> None:
        if self.repair is not None:
            self.found.repairs.append((self.repair, time))
            self.repair = None

    def finishes(self, time: float, since: float | None) -> None:
        self.ends_repair(time)
        found = self.found
        found.repairs = [each for each in found.repairs if since is None or each[1] >= since]
        for at, rate in rates(self.arrivals, max(self.least_trip, 0.01)):
            if since is None or at >= since:
                found.rate.add(at, rate)


def spread(bars: Bars) -> tuple[list[float], list[float]]:
    """``bars`` as one line with gaps in it, which takes a tenth of the room that as many lines take."""
    gap = float("nan")
    times = [value for time in bars.times for value in (time, time, gap)]
    numbers = [value for pair in zip(bars.starts, bars.ends, strict=True) for value in (*pair, gap)]
    return times, numbers


def largest(lines: Iterable[Line]) -> float:
    """The largest value in any of ``lines``; 0 where there is none."""
    return max((value for line in lines for value in line.values), default=0.0)
