"""Pacing: sending at the rate that congestion control asks for, instead of a window at once.

As in Linux, about a millisecond's worth goes at a time (TSO autosizing): so the timer is not set for each segment, and
what is cut below stays large.
"""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp.actions import PACING, StartTimer
from foxpy.layers.tcp.tcb import Tcb

BURST: Final = 0.001
"""Seconds of the rate that may go at once."""
LATEST: Final = 0.004
"""Seconds by which a timer may be late, and what it should have sent goes with the rest: an event loop wakes up a
millisecond late, and a flow would get half of its rate."""


def due(tcb: Tcb) -> None:
    """The timer has gone off, if late, as it does: what had to wait for it is made up for until ``output`` is over."""
    snd = tcb.snd
    snd.pacing = False
    snd.overdue = True
    if snd.paced_until < tcb.now - LATEST:
        snd.paced_until = tcb.now - LATEST


def paced(tcb: Tcb, edge: int) -> int:
    """Up to where may be sent now, of what the windows allow up to ``edge``."""
    snd = tcb.snd
    late = tcb.now - snd.paced_until
    if late < -1e-6:  # what is left of rounding is no reason to set the timer once more
        return snd.nxt
    mss = snd.mss
    seconds = BURST
    if snd.overdue:
        seconds += late
    burst = int(tcb.congestion.pacing_rate * seconds)
    return min(edge, snd.nxt + max(burst - burst % mss, 2 * mss))


def sent(tcb: Tcb, size: int) -> None:
    """``size`` bytes have been sent at once: the next may go when they have had their time.

    Where there was nothing to send for a while, that time is taken off, up to half of it, as in Linux: so however long
    it was, what was saved up lets no burst out."""
    snd = tcb.snd
    length = min(size / tcb.congestion.pacing_rate, tcb.rtt.rto)  # whatever the rate, a flow goes on
    late = tcb.now - snd.paced_until
    snd.paced_until += length if late <= 0.0 or snd.overdue else late + length - min(late, length / 2)


def wake(tcb: Tcb, edge: int) -> None:
    """See to it that what pacing alone holds back goes in time; ``edge`` is that of the windows."""
    snd = tcb.snd
    size = snd.buffer.size
    if min(size, snd.mss) <= edge - snd.nxt and (tcb.now < snd.paced_until or size >= snd.mss):
        start(tcb)


def start(tcb: Tcb) -> None:
    """Go on when what was sent has had its time. Where it has had it already, only the burst was used up."""
    snd = tcb.snd
    if not snd.pacing:
        snd.pacing = True
        tcb.todo.append(StartTimer(PACING, max(snd.paced_until - tcb.now, 0.0)))
