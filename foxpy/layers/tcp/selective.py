"""Acknowledgements of a peer that has SACK, while something is missing or sent twice.

[8985] for what is lost, or [6675] where that is chosen; [6937] for how fast it is mended; [2883], [3522] and [5682] for
finding out that it was not lost. What a plain acknowledgement does, with nothing on the scoreboard, is in
``recovery.py``.
"""

from __future__ import annotations

import math

from foxpy.layers.tcp import frto
from foxpy.layers.tcp.actions import RETRANSMISSION, StartTimer
from foxpy.layers.tcp.emit import again, start_timer, stop_timer
from foxpy.layers.tcp.events import Rule
from foxpy.layers.tcp.repair import REORDERING, TIMEOUT
from foxpy.layers.tcp.resend import repeat_last
from foxpy.layers.tcp.room import make_room
from foxpy.layers.tcp.sequence import unwrap
from foxpy.layers.tcp.spurious import OFF
from foxpy.layers.tcp.tcb import Tcb
from foxpy.layers.tcp.timestamps import TICKS


def heard(tcb: Tcb, ack: int, blocks: tuple[tuple[int, int], ...], duplicate: bool) -> None:
    """SND.UNA =< ``ack`` =< SND.NXT, with ``blocks`` as on the wire; ``duplicate`` as [5681] section 2 defines it."""
    snd = tcb.snd
    recovery = tcb.recovery
    board = recovery.board
    fresh = board.fresh
    fresh.clear()
    now = tcb.now
    una = snd.una
    count = ack - una
    flight = snd.nxt - una + snd.freed
    snd.freed += count
    losses = board.losses
    oldest = snd.sent[0].at if snd.sent else now
    snd.una = ack
    delivered = 0
    if count:
        recovery.stalled = None
        recovery.advanced = now
        delivered = board.acknowledged(ack)
    numbered = len(fresh)
    dsack = -1
    undone = False
    repairing = recovery.recovering or recovery.going_back
    slow = recovery.going_back
    if blocks:
        known, left, dsack = _read(tcb, ack, una, blocks)
        if dsack >= 0:
            tcb.counters.dsacks += 1
            undone = recovery.doubt.duplicate(left, dsack)
            recovery.rack.duplicate(ack, snd.nxt)
        for begin, end in known:
            delivered += board.block(begin, end, snd.mss)
    before = math.inf
    if tcb.stamps is not None:
        before = tcb.stamps.sent_before(now)
    recovery.rack.delivered(fresh, numbered, una, now, tcb.rtt.lowest(now), before)
    _measure(tcb, numbered, oldest)
    if recovery.tail.acknowledged(ack, dsack, duplicate and not blocks) and not recovery.recovering:
        tcb.counters.tail_losses += 1
        if tcb.log is not None:
            tcb.log.lost(Rule.PROBE, una, ack)
        tcb.congestion.loss(min(flight, tcb.congestion.window), snd.mss, now)
        tcb.reduced()
    if repairing:
        if undone or (count and recovery.doubt.echoed(before)) or frto.selective(tcb, ack, count):
            frto.undo(tcb)
        elif ack >= recovery.recover:
            _recovered(tcb)
    elif undone:
        frto.undo(tcb)
    wait = find_lost(tcb)
    lost = board.losses - losses
    grown = count
    if slow:
        # A segment for each ACK that moves on: what is acknowledged now may have left the network long ago.
        grown = min(delivered, snd.mss) if count else 0
    elif repairing:
        grown = delivered  # what was SACKed has been counted
    _tell(tcb, grown, delivered, flight, lost, count > 0)
    recovery.settle()
    fresh.clear()
    recovery.inflation = board.gone()
    _set_timer(tcb, wait, count > 0)
    if count and tcb.search is not None:
        tcb.search.acknowledged(tcb, ack)
    if snd.starved:
        make_room(tcb)


def _read(tcb: Tcb, ack: int, una: int, blocks: tuple[tuple[int, int], ...]) -> tuple[list[tuple[int, int]], int, int]:
    """The blocks that tell of what is in flight, in the order of the stream; and the DSACK, or -1 for both its edges.

    The first block is a DSACK where it lies before the ACK's number, or within the second ([2883] section 4).
    """
    snd = tcb.snd
    known: list[tuple[int, int]] = []
    first = second = (-1, -1)
    for at in range(min(len(blocks), 4)):
        left, right = blocks[at]
        begin = unwrap(left, ack)
        end = unwrap(right, ack)
        if not una - snd.max_wnd <= begin < end <= snd.nxt or begin < ack < end:
            tcb.counters.bad_sacks += 1
        elif end > ack:
            known.append((begin, end))
        if at == 0:
            first = (begin, end)
        elif at == 1:
            second = (begin, end)
    known.sort()
    begin, end = first
    if begin < end and una - snd.max_wnd <= begin and (end <= ack or second[0] <= begin < end <= second[1]):
        return known, begin, end
    return known, -1, -1


def _measure(tcb: Tcb, numbered: int, oldest: float) -> None:
    """A round trip, of what this acknowledgement tells of first: the oldest of the ``numbered`` ones that it passed.

    Karn's algorithm (MUST-18): of what was sent once, or as the timestamp says. Where nothing was passed, a segment
    that was SACKed tells as well as any.
    """
    told = tcb.ack
    told.round_trip = -1.0
    fresh = tcb.recovery.board.fresh
    if not fresh:
        return
    now = tcb.now
    newest = fresh[-1]
    if newest.times == 1:
        told.round_trip = now - newest.at
    first = fresh[0]
    if len(first.payload) >= tcb.snd.mss:
        tcb.snd.proven = True
    if first.times == 1:
        tcb.rtt.sample(now - first.at, tcb.snd.una, tcb.snd.nxt)
    elif numbered and tcb.stamps is not None:
        elapsed = tcb.stamps.elapsed(now)
        if elapsed <= now - oldest + 1.0 / TICKS:
            tcb.rtt.sample(elapsed, tcb.snd.una, tcb.snd.nxt)


def find_lost(tcb: Tcb) -> float:
    """Take for lost what is, and begin to recover. Seconds until more would be, as what is only late; 0: nothing."""
    recovery = tcb.recovery
    board = recovery.board
    snd = tcb.snd
    losses = board.losses
    board.newly.clear()
    wait = 0.0
    if tcb.config.rack:
        repairing = recovery.recovering or recovery.going_back
        wait = recovery.rack.detect(board, repairing, snd.mss, tcb.rtt, tcb.now)
    elif board.sacked:
        board.lose_before(board.threshold(snd.mss))
    if board.losses > losses:
        rule = Rule.RACK if tcb.config.rack else Rule.SACK
        if tcb.config.rack:
            tcb.counters.losses_by_rack += len(board.newly)
        else:
            tcb.counters.losses_by_sack += len(board.newly)
        if tcb.log is not None:
            for sent in board.newly:
                tcb.log.lost(rule, sent.seq, sent.end)
        if not recovery.recovering and not recovery.going_back:
            _begin(tcb)
    return wait


def _begin(tcb: Tcb) -> None:
    """Fast recovery begins: [6675] section 5, steps 4.1 to 4.3."""
    snd = tcb.snd
    recovery = tcb.recovery
    flight = snd.nxt - snd.una
    recovery.recover = snd.nxt
    recovery.recovering = True
    recovery.rescued = False
    recovery.busy = True
    recovery.tail.reset()
    first = recovery.board.next_lost()
    recovery.doubt.begin(snd.una, snd.nxt, math.inf if first else tcb.now)
    recovery.rate.begin(flight, snd.nxt + recovery.repeated)
    # step 4.2: what limited transmit sent beyond the window does not count
    tcb.congestion.loss(min(flight, tcb.congestion.window), snd.mss, tcb.now)
    tcb.reduced()
    tcb.counters.fast_retransmits += 1
    again(tcb, first)  # whatever the window says
    start_timer(tcb)


def _recovered(tcb: Tcb) -> None:
    """All that was sent before the loss was noticed is acknowledged."""
    snd = tcb.snd
    recovery = tcb.recovery
    if recovery.recovering:
        # proportional rate reduction has come to ssthresh, which is the window from here on ([6675] section 5)
        congestion = tcb.congestion
        pipe = snd.nxt - snd.una - recovery.gone()
        congestion.recovered(pipe if congestion.own_recovery else congestion.ssthresh, snd.mss, tcb.now)
    recovery.recovering = False
    recovery.going_back = False
    recovery.doubt.frto = OFF
    recovery.rack.recovered()


def _tell(tcb: Tcb, grown: int, delivered: int, flight: int, lost: int, moved: bool) -> None:
    """Tell congestion control, which may make the window grow by ``grown``; in fast recovery, proportional rate
    reduction says what may go out. ``moved``: SND.UNA did."""
    snd = tcb.snd
    recovery = tcb.recovery
    congestion = tcb.congestion
    mss = snd.mss
    told = tcb.ack
    told.acknowledged = grown
    told.delivered = delivered
    told.lost = lost
    told.srtt = tcb.rtt.srtt
    told.flight = flight
    told.mss = mss
    told.now = tcb.now
    told.round_started = snd.una > recovery.round_end
    if told.round_started:
        recovery.round_end = snd.nxt
    pipe = snd.nxt - snd.una - recovery.gone()
    told.pipe = pipe
    if not delivered:
        told.round_trip = -1.0
    if tcb.delivery is not None:
        if delivered:
            for sent in recovery.board.fresh:
                if sent.stamp is not None:
                    tcb.delivery.arrived(sent.stamp)
        tcb.delivery.sample(told)
    if recovery.recovering and not congestion.own_recovery:
        room = recovery.rate.acknowledged(
            delivered, pipe, snd.nxt + recovery.repeated, congestion.ssthresh, mss, moved and not lost
        )
        congestion.window = max(pipe + room, mss)
    elif congestion.own_recovery or grown > 0:
        congestion.acknowledged(told)
    told.lost = 0


# -- the retransmission timer, when it runs for something else ([8985] section 8)


def _set_timer(tcb: Tcb, wait: float, moved: bool) -> None:
    """After an acknowledgement. One that does not move SND.UNA starts the timer only in the place of another one, so
    that nobody who acknowledges nothing can put it off."""
    recovery = tcb.recovery
    if not tcb.snd.sent and not tcb.snd.waiting():
        stop_timer(tcb)
    elif wait > 0.0:
        watch_reordering(tcb, wait)
    elif moved or (recovery.busy and recovery.running != TIMEOUT):
        start_timer(tcb)


def watch_reordering(tcb: Tcb, wait: float) -> None:
    """See in ``wait`` seconds whether what is late has come."""
    tcb.timer_running = True
    tcb.recovery.running = REORDERING
    tcb.todo.append(StartTimer(RETRANSMISSION, min(wait, tcb.rtt.rto)))


def reordering_over(tcb: Tcb) -> None:
    """What is late by now is lost ([8985] section 6.2, step 5)."""
    recovery = tcb.recovery
    board = recovery.board
    losses = board.losses
    wait = find_lost(tcb)
    if board.losses > losses:
        _tell(tcb, 0, 0, tcb.snd.nxt - tcb.snd.una, board.losses - losses, False)
    recovery.inflation = board.gone()
    if wait > 0.0:
        watch_reordering(tcb, wait)
    else:
        start_timer(tcb)


def probe_sent(tcb: Tcb, new: bool) -> None:
    """A loss probe goes out ([8985] section 7.3): the last segment again, unless a ``new`` one does; then the timer is
    the retransmission timer."""
    recovery = tcb.recovery
    tcb.counters.tail_probes += 1
    recovery.tail.sent(tcb.snd.nxt, not new)
    recovery.probed = tcb.rtt.samples
    recovery.busy = True
    if not new:
        repeat_last(tcb)
    start_timer(tcb)
