"""Was the timeout spurious? F-RTO ([5682]); and what is done when it, or anything else, tells that nothing was lost."""

from __future__ import annotations

from foxpy.layers.tcp.spurious import OFF, TRYING, WAITING, Doubt
from foxpy.layers.tcp.tcb import Tcb


def begin(tcb: Tcb) -> None:
    """Step 1: the timeout has sent the first segment again."""
    doubt = tcb.recovery.doubt
    doubt.frto = WAITING
    doubt.repeated_to = tcb.snd.sent[0].end


def advanced(tcb: Tcb, ack: int) -> bool:
    """Without SACK (section 2.1), SND.UNA moved to ``ack``. True where the timeout was spurious."""
    doubt = tcb.recovery.doubt
    if doubt.frto is TRYING:
        return True  # step 3b
    if doubt.frto is WAITING:
        _try(tcb, doubt, ack)
    return False


def duplicate(tcb: Tcb) -> None:
    """Without SACK, a duplicate ACK: steps 2a and 3a."""
    if tcb.recovery.doubt.frto is TRYING:
        _bound(tcb)
    tcb.recovery.doubt.frto = OFF


def selective(tcb: Tcb, ack: int, count: int) -> bool:
    """With SACK (section 3.1), SND.UNA moved by ``count`` to ``ack``. True where the timeout was spurious."""
    doubt = tcb.recovery.doubt
    if doubt.frto is WAITING and count:
        _try(tcb, doubt, ack)
    elif doubt.frto is TRYING:
        fresh = tcb.recovery.board.fresh
        if fresh and fresh[-1].end <= tcb.recovery.recover:
            return True  # step 3b: what was sent before the timeout has arrived
        doubt.frto = OFF  # step 3a
        _bound(tcb)
    return False


def _try(tcb: Tcb, doubt: Doubt, ack: int) -> None:
    """Step 2: send what is new and wait; or carry on as after any timeout, where that does not tell or cannot be done.

    A short segment might be held back by Nagle's algorithm, so that nothing went out at all.
    """
    snd = tcb.snd
    recovery = tcb.recovery
    room = min(snd.buffer.size, snd.wnd - (snd.nxt - ack))
    if ack >= recovery.recover or ack < doubt.repeated_to or room < snd.mss:
        doubt.frto = OFF  # 2a
    else:
        recovery.recover = snd.nxt
        doubt.frto = TRYING  # 2b


def _bound(tcb: Tcb) -> None:
    """Two round trips have passed since the timeout, after which any sender would have come to three segments."""
    if not tcb.congestion.own_recovery:
        tcb.congestion.window = 3 * tcb.snd.mss


def undo(tcb: Tcb) -> None:
    """What was taken for lost had only been late: carry on as if nothing had been."""
    recovery = tcb.recovery
    if tcb.log is not None:
        tcb.log.undone()
    if recovery.going_back:
        tcb.counters.spurious_timeouts += 1
    else:
        tcb.counters.spurious_recoveries += 1
    recovery.board.find_again()
    recovery.recovering = False
    recovery.going_back = False
    recovery.recover = tcb.snd.una
    recovery.doubt.over()
    tcb.congestion.undo()
