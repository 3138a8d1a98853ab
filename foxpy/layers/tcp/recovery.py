"""What acknowledgements say about losses: the retransmission queue, NewReno's fast recovery, going back.

[6582] sections 3.2 and 4.1; [5681] section 3.2; [6298] for round trips and the timer.
"""

from __future__ import annotations

from foxpy.layers.tcp import frto
from foxpy.layers.tcp.delivery import DeliveryRate
from foxpy.layers.tcp.emit import again, start_timer, stop_timer
from foxpy.layers.tcp.events import Rule
from foxpy.layers.tcp.room import make_room
from foxpy.layers.tcp.scoreboard import DUPLICATES
from foxpy.layers.tcp.sent import Sent, drop
from foxpy.layers.tcp.tcb import Tcb


def acknowledged(tcb: Tcb, ack: int) -> None:
    """SND.UNA < ``ack`` =< SND.NXT: take what is acknowledged off the queue, and let the windows move."""
    snd = tcb.snd
    recovery = tcb.recovery
    una = snd.una
    count = ack - una
    flight = snd.nxt - una + snd.freed
    snd.freed += count
    now = tcb.now
    told = tcb.ack
    told.flight = flight
    told.mss = snd.mss
    told.now = now
    told.round_trip = -1.0
    told.round_started = ack > recovery.round_end
    if told.round_started:
        recovery.round_end = snd.nxt
    snd.una = ack
    queue = snd.sent
    first = queue[0]
    taken = 0
    for sent in queue:
        if sent.end > ack:
            break
        taken += 1
    if taken:
        # The oldest one is measured, so that what the peer's delayed ACKs add is in the estimate; congestion control
        # wants the newest, without. Karn's algorithm: only a segment that was sent once tells a round trip (MUST-18),
        # or one whose timestamp says which it was ([7323] section 4), as far as it can be true.
        if len(first.payload) >= snd.mss:
            snd.proven = True
        measured = now - first.at
        if first.times == 1:
            tcb.rtt.sample(measured, ack, snd.nxt)
            newest = queue[taken - 1]
            if newest.times == 1:
                told.round_trip = now - newest.at
        elif tcb.stamps is not None:
            elapsed = tcb.stamps.elapsed(now)
            if elapsed <= measured + 1e-3:
                tcb.rtt.sample(elapsed, ack, snd.nxt)
    told.srtt = tcb.rtt.srtt
    if tcb.delivery is not None:
        _arrived(tcb.delivery, queue, ack)
    if recovery.busy:
        recovery.board.acknowledged(ack)
        recovery.board.fresh.clear()
        if tcb.stamps is not None and recovery.doubt.echoed(tcb.stamps.sent_before(now)):
            frto.undo(tcb)
    else:
        drop(queue, taken, ack)
    recovery.stalled = None
    recovery.advanced = now
    mss = snd.mss
    restart = True
    # duplicate ACKs have told of as many bytes already
    told.delivered = count
    if recovery.inflation > 0 and not recovery.going_back:
        told.delivered = max(count - recovery.inflation, 0)
    if tcb.delivery is not None:
        tcb.delivery.sample(told)
    if recovery.recovering:
        if ack >= recovery.recover:
            recovery.recovering = False
            recovery.inflation = 0
            tcb.congestion.recovered(snd.nxt - ack, mss, now)
            told.pipe = snd.nxt - ack
            if tcb.congestion.own_recovery:
                told.acknowledged = count
                tcb.congestion.acknowledged(told)
        else:
            # Deflate by what left the network, less the segment sent again ([6582] section 3.2, step 3).
            inflation = recovery.inflation - count
            if count >= mss:
                inflation += mss
            recovery.inflation = max(inflation, mss - tcb.congestion.window)
            if tcb.congestion.own_recovery:
                told.acknowledged = count
                told.pipe = snd.nxt - ack - recovery.inflation
                tcb.congestion.acknowledged(told)
            if tcb.log is not None:
                tcb.log.lost(Rule.PARTIAL, ack, queue[0].end)
            again(tcb, 0)
            # "For the first partial ACK ... also reset the retransmit timer": where many are lost, the timer then ends
            # a recovery that mends one loss each round trip.
            restart = recovery.first_partial
            recovery.first_partial = False
    elif recovery.going_back:
        # what is acknowledged now may have left the network long ago, so it frees no more than a segment's worth
        told.acknowledged = min(count, mss)
        told.pipe = snd.nxt - ack - recovery.gone()
        tcb.congestion.acknowledged(told)
        if frto.advanced(tcb, ack):
            frto.undo(tcb)
        elif ack >= recovery.recover:
            recovery.going_back = False
        recovery.inflation = recovery.gone()
    else:
        recovery.inflation = 0
        told.acknowledged = count
        told.pipe = snd.nxt - ack
        tcb.congestion.acknowledged(told)
    recovery.previous_una = una
    recovery.duplicates = 0
    if recovery.busy:
        recovery.settle()
    if not queue and not snd.waiting():
        stop_timer(tcb)
    elif restart:
        start_timer(tcb)
    if tcb.search is not None:
        tcb.search.acknowledged(tcb, ack)
    if snd.starved:
        make_room(tcb)


def duplicate(tcb: Tcb) -> None:
    """A duplicate ACK, as [5681] section 2 defines it."""
    recovery = tcb.recovery
    snd = tcb.snd
    mss = snd.mss
    recovery.duplicates += 1
    if tcb.congestion.own_recovery or tcb.delivery is not None:
        _tell_of_duplicate(tcb)
    if recovery.recovering:
        # Step 4; but no more segments can have left the network than were in it, whatever a lying peer says.
        if recovery.duplicates * mss <= recovery.recover - snd.una:
            recovery.inflation += mss
    elif recovery.going_back and recovery.board.lost:
        frto.duplicate(tcb)
    elif recovery.duplicates < DUPLICATES:
        recovery.inflation += mss  # step 1, limited transmit ([3042])
    elif recovery.duplicates > DUPLICATES:
        return
    elif not _is_a_loss(tcb):
        recovery.inflation = 0
        return
    else:
        if tcb.log is not None:
            tcb.log.lost(Rule.DUPLICATES, snd.una, snd.sent[0].end)
        recovery.recover = snd.nxt
        recovery.recovering = True
        recovery.going_back = False
        recovery.first_partial = True
        recovery.doubt.begin(snd.una, snd.nxt, tcb.now)
        # step 2: what limited transmit sent beyond the window "MUST NOT be included" in FlightSize
        tcb.congestion.loss(min(snd.nxt - snd.una, tcb.congestion.window), mss, tcb.now)
        tcb.reduced()
        tcb.counters.fast_retransmits += 1
        again(tcb, 0)
        recovery.inflation = DUPLICATES * mss  # step 3
        start_timer(tcb)


def _tell_of_duplicate(tcb: Tcb) -> None:
    """Tell congestion control that one more segment arrived, somewhere behind what is missing."""
    snd = tcb.snd
    told = tcb.ack
    told.acknowledged = 0
    told.delivered = snd.mss
    told.flight = snd.nxt - snd.una
    told.mss = snd.mss
    told.now = tcb.now
    told.round_trip = -1.0
    told.round_started = False
    told.pipe = max(snd.nxt - snd.una - tcb.recovery.inflation - snd.mss, 0)
    if tcb.delivery is not None:
        tcb.delivery.sample(told)
    if tcb.congestion.own_recovery:
        tcb.congestion.acknowledged(told)


def _arrived(delivery: DeliveryRate, queue: list[Sent], ack: int) -> None:
    """Let the estimator know what is acknowledged up to ``ack``, in whole or in part."""
    for sent in queue:
        if sent.seq >= ack:
            break
        if sent.stamp is not None and not sent.sacked:
            delivery.arrived(sent.stamp)


def _is_a_loss(tcb: Tcb) -> bool:
    """Whether three duplicates mean a loss, and not that we sent again what had arrived.

    They do where the ACK covers more than ``recover`` ([6582] section 3.2, step 2); else where the ACK before moved on
    by little, which it does not when it passes over a range that was sent twice (section 4.1).
    """
    snd = tcb.snd
    recovery = tcb.recovery
    return snd.una > recovery.recover or (
        tcb.congestion.window > snd.mss and snd.una - recovery.previous_una <= 4 * snd.mss
    )


def go_back(tcb: Tcb, rule: Rule) -> None:
    """Count what is in flight as lost, by ``rule``; ``resend_lost`` sends it again as the window allows."""
    recovery = tcb.recovery
    if tcb.log is not None:
        tcb.log.lost(rule, tcb.snd.una, tcb.snd.nxt)
    recovery.recover = tcb.snd.nxt
    recovery.recovering = False
    recovery.duplicates = 0
    recovery.inflation = 0
    recovery.going_back = True
    recovery.busy = True
    if rule is Rule.TIMEOUT and tcb.rcv.sack and tcb.config.rack:
        recovery.rack.timeout(recovery.board, tcb.snd.mss, tcb.rtt, tcb.now)
    else:
        recovery.board.lose_all()
    recovery.board.newly.clear()
    recovery.tail.reset()
    recovery.doubt.over()
