"""Pacing: sending at the rate that congestion control asks for, instead of a window at once.

As in Linux, about a millisecond's worth goes at a time (TSO autosizing): so the timer is not set for each segment, and
what is cut below stays large.
"""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp.actions import StartTimer, Timer
from foxpy.layers.tcp.tcb import Tcb

BURST: Final = 0.001
"""Seconds of the rate that may go at once."""


def paced(tcb: Tcb, edge: int) -> int:
    """Up to where may be sent now, of what the windows allow up to ``edge``."""
    snd = tcb.snd
    if tcb.now < snd.paced_until - 1e-6:  # what is left of rounding is no reason to set the timer once more
        return snd.nxt
    mss = snd.mss
    burst = int(tcb.congestion.pacing_rate * BURST)
    return min(edge, snd.nxt + max(burst - burst % mss, 2 * mss))


def sent(tcb: Tcb, size: int) -> None:
    """``size`` bytes have been sent at once: the next may go when they have had their time.

    What the timer was late is taken off, up to half of it, as in Linux: the flow is not the slower for it, and however
    long nothing was sent, what was saved up lets no burst out."""
    snd = tcb.snd
    length = min(size / tcb.congestion.pacing_rate, tcb.rtt.rto)  # whatever the rate, a flow goes on
    late = tcb.now - snd.paced_until
    snd.paced_until += length if late <= 0.0 else late + length - min(late, length / 2)


def wake(tcb: Tcb, edge: int) -> None:
    """See to it that what pacing alone holds back goes in time; ``edge`` is that of the windows."""
    snd = tcb.snd
    if not snd.pacing and min(snd.buffer.size, snd.mss) <= edge - snd.nxt and tcb.now < snd.paced_until:
        snd.pacing = True
        tcb.todo.append(StartTimer(Timer.PACING, snd.paced_until - tcb.now))
