"""What limits a connection, read off its control block: for the decision log (``log.py``)."""

from __future__ import annotations

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.congestion.base import UNLIMITED
from foxpy.layers.tcp.events import Limit
from foxpy.layers.tcp.states import Closed, SynReceived, SynSent
from foxpy.layers.tcp.transitions import Machine


def limited_by(machine: Machine) -> Limit | None:
    """What keeps the next byte from being sent; None where there is no telling, or nothing will ever be."""
    tcb = machine.tcb
    snd = tcb.snd
    if tcb.rcv.batch_waiting or isinstance(machine.state, Closed | SynSent | SynReceived):
        return None  # at the end of the batch it is decided
    if tcb.recovery.lost():
        return Limit.REPAIR
    unsent = snd.buffer.size
    if not unsent:
        return Limit.SEND_BUFFER if snd.starved and snd.nxt > snd.una else Limit.APPLICATION
    congestion = tcb.congestion.window + tcb.recovery.inflation
    if min(snd.wnd, congestion) - (snd.nxt - snd.una) < min(unsent, snd.mss):
        return Limit.PEER if snd.wnd <= congestion else Limit.CONGESTION
    if snd.pacing:
        return Limit.PACING
    return Limit.NAGLE if unsent < snd.mss else None


def algorithm(config: TcpConfig) -> str:
    """The name of the congestion control that is chosen."""
    chosen = config.congestion_control
    return chosen if isinstance(chosen, str) else str(getattr(chosen, "__name__", type(chosen).__name__))


def threshold(ssthresh: int) -> int | None:
    """The threshold, or None while there is none."""
    return ssthresh if ssthresh < UNLIMITED else None
