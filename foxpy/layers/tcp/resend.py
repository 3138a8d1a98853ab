"""What is sent again now: what is lost, as the window allows, and what [6675] adds where nothing else can be sent."""

from __future__ import annotations

from foxpy.layers.tcp import pacing
from foxpy.layers.tcp.emit import again, start_timer
from foxpy.layers.tcp.sent import find
from foxpy.layers.tcp.spurious import TRYING, WAITING
from foxpy.layers.tcp.tcb import Tcb


def resend_lost(tcb: Tcb) -> bool:
    """Send again what is lost, the earliest first. False where some of it must wait, and so must all that is new."""
    recovery = tcb.recovery
    board = recovery.board
    if not board.lost and not tcb.rcv.sack and not recovery.going_back:
        return True  # [6582]'s recovery sends what each acknowledgement names
    frto = recovery.doubt.frto
    if frto is not TRYING:  # which sends new segments instead ([5682] section 2.1, step 2b)
        snd = tcb.snd
        mss = snd.mss
        window = tcb.congestion.window
        paced = tcb.congestion.pacing_rate > 0.0
        left = pacing.paced(tcb, snd.nxt + window) - snd.nxt if paced else window
        index = board.next_lost()
        while index >= 0:
            sent = snd.sent[index]
            size = min(sent.end - sent.seq, mss)  # a large one goes in pieces
            pipe = snd.nxt - snd.una - board.gone()
            # a peer that took back some of its window must be asked whether it still does
            if pipe + size > window or (index and sent.seq + size > snd.una + snd.wnd) or frto is WAITING:
                return False
            if paced and left < size:
                pacing.start(tcb)
                return False
            left -= size
            again(tcb, index)
            if not index and tcb.rcv.sack:
                start_timer(tcb)  # it runs for the first segment, which goes only now ([6675] section 6)
            index = board.next_lost()
    recovery.inflation = board.gone()
    return True


def fill(tcb: Tcb) -> None:
    """Nothing is known to be lost, and nothing new can be sent: rules (3) and (4) of NextSeg ([6675] section 4).

    First what is missing below the highest octet SACKed; then, once in a recovery, the last segment: its
    acknowledgement tells what else is missing.
    """
    snd = tcb.snd
    recovery = tcb.recovery
    board = recovery.board
    queue = snd.sent
    highest = board.highest()
    if snd.nxt - snd.una - board.gone() + snd.mss > tcb.congestion.window:
        return
    index = board.first_original()
    if index >= 0 and queue[index].end <= highest:
        again(tcb, index)  # one each time, as it is counted in flight once, whether it was lost or not
    elif not recovery.rescued and queue[-1].end <= recovery.recover and not queue[-1].sacked:
        recovery.rescued = True
        repeat_last(tcb)


def repeat_last(tcb: Tcb) -> None:
    """Send the last segment of the queue once more: an MSS of it at most."""
    snd = tcb.snd
    last = snd.sent[-1]
    size = len(last.payload)
    if size > snd.mss:
        rest = size % snd.mss or snd.mss
        tcb.recovery.board.cut(find(snd.sent, last.seq), size - rest)
    again(tcb, len(snd.sent) - 1)
