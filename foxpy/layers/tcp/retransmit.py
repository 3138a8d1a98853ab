"""The retransmission timer went off ([6298] section 5; [9293] sections 3.8.1, 3.8.3 and 3.8.6.1)."""

from __future__ import annotations

from foxpy.layers.tcp import frto
from foxpy.layers.tcp.actions import RETRANSMISSION, DeliveryTrouble, StartTimer
from foxpy.layers.tcp.emit import again, start_timer
from foxpy.layers.tcp.events import Rule
from foxpy.layers.tcp.pathmtu import full_stop
from foxpy.layers.tcp.recovery import go_back
from foxpy.layers.tcp.repair import REORDERING, TIMEOUT
from foxpy.layers.tcp.segment import SYN
from foxpy.layers.tcp.selective import probe_sent, reordering_over
from foxpy.layers.tcp.send import force, output, probe
from foxpy.layers.tcp.spurious import WAITING
from foxpy.layers.tcp.tcb import Tcb
from foxpy.layers.tcp.usertimeout import give_up_after


def expired(tcb: Tcb) -> bool:
    """What waits longest is sent again, or the window probed, or the silly-window avoidance overridden.

    False where R2 is reached and the connection must be given up.
    """
    tcb.timer_running = False
    snd = tcb.snd
    if snd.sent and snd.sent[0].flags & SYN:
        return _syn_timeout(tcb)
    running = tcb.recovery.running
    tcb.recovery.running = TIMEOUT
    if running != TIMEOUT and snd.sent:
        if running == REORDERING:
            reordering_over(tcb)
            output(tcb)
        else:
            _tail(tcb)
        return True
    if snd.wnd == 0 and (snd.sent or snd.waiting()):
        return _probe(tcb)
    if snd.sent:
        return _timeout(tcb)
    force(tcb)
    output(tcb)
    return True


def _give_up_at(tcb: Tcb, after: float) -> float | None:
    """Until when to keep trying, or None where that time has come."""
    recovery = tcb.recovery
    if recovery.stalled is None:
        recovery.stalled = max(tcb.snd.sent[0].at, recovery.advanced) if tcb.snd.sent else tcb.now
    until = recovery.stalled + after
    return until if tcb.now < until else None


def _try_again_until(tcb: Tcb, until: float) -> None:
    """Start the timer, so that it does not sleep past the end."""
    tcb.timer_running = True
    tcb.todo.append(StartTimer(RETRANSMISSION, min(tcb.rtt.rto, until - tcb.now)))


def _trouble(tcb: Tcb) -> None:
    """R1 (SHLD-9): the front of the queue has been sent again so many times."""
    first = tcb.snd.sent[0]
    if first.times > tcb.config.trouble_after and first.seq != tcb.recovery.troubled:
        tcb.recovery.troubled = first.seq
        tcb.todo.append(DeliveryTrouble(tcb.config.trouble_after))


def _syn_timeout(tcb: Tcb) -> bool:
    """SYNs are sent again like data, with an R2 of their own (MUST-22, MUST-23)."""
    until = _give_up_at(tcb, tcb.config.give_up_syn_after)
    if until is None:
        return False
    tcb.counters.retransmission_timeouts += 1
    tcb.rtt.back_off()
    if tcb.log is not None:
        tcb.log.lost(Rule.TIMEOUT, tcb.snd.una, tcb.snd.nxt)
    again(tcb, 0)
    _trouble(tcb)
    _try_again_until(tcb, until)
    return True


def _timeout(tcb: Tcb) -> bool:
    """(5.4) to (5.6): send the earliest again, back off, start the timer; the window becomes one segment."""
    first = tcb.recovery.stalled is None
    until = _give_up_at(tcb, give_up_after(tcb))  # R2 (MUST-20)
    if until is None:
        return False
    snd = tcb.snd
    tcb.counters.retransmission_timeouts += 1
    tcb.rtt.back_off()
    if snd.sent[0].times > tcb.config.trouble_after:
        full_stop(tcb)
    if snd.doubted:
        _believe(tcb)
    recovery = tcb.recovery
    # not where a recovery is under way, whose acknowledgements would be taken for those of this ([5682] section 2.1)
    doubtful = not recovery.recovering and (not recovery.going_back or recovery.doubt.frto is WAITING)
    # what was SACKed, or sent beyond the window meanwhile, is no measure of what the path carries
    flight = min(snd.nxt - snd.una - recovery.sacked(), tcb.congestion.window)
    tcb.congestion.timeout(flight, snd.mss, first, tcb.now)
    tcb.reduced()
    if snd.sent[0].sacked:
        # it was SACKed, and has not been acknowledged since: the peer has thrown it away
        tcb.counters.reneged += 1
        recovery.board.forget_sacks()
    go_back(tcb, Rule.TIMEOUT)
    recovery.doubt.begin(snd.una, snd.nxt, tcb.now)
    again(tcb, 0)
    if doubtful and tcb.config.frto:
        frto.begin(tcb)
    output(tcb)
    _trouble(tcb)
    _try_again_until(tcb, until)
    return True


def _tail(tcb: Tcb) -> None:
    """PTO went off: send a tail loss probe, new data where there is some ([8985] section 7.3)."""
    snd = tcb.snd
    if tcb.recovery.busy or not tcb.config.tail_loss_probe:
        start_timer(tcb)
        return
    nxt = snd.nxt
    force(tcb)
    probe_sent(tcb, snd.nxt > nxt)


def _believe(tcb: Tcb) -> None:
    """A report that the path carries less was hard to believe. What it was about has not arrived: it was true."""
    snd = tcb.snd
    limit = snd.doubted
    snd.doubted = 0
    if snd.una <= snd.doubted_seq and limit < snd.limit:
        if tcb.search is not None:
            tcb.search.bounded(limit)
        tcb.fit(limit)


def _probe(tcb: Tcb) -> bool:
    """The window is zero: probe it, at growing intervals (SHLD-29, SHLD-30), as long as the peer answers (MUST-37).

    A connection that nobody reads any more is not kept for ever by a peer that answers but never opens its window
    ([6429] allows to end it).
    """
    config = tcb.config
    recovery = tcb.recovery
    if tcb.heard >= recovery.asked:
        recovery.asked = tcb.now
    patience = give_up_after(tcb)
    until = _give_up_at(tcb, patience)
    # Probes are far apart: that the last thing heard is old says little, that nothing answered them says all.
    silent = tcb.now - recovery.asked >= patience
    if until is None and (silent or tcb.orphaned):
        return False
    tcb.counters.window_probes += 1
    if tcb.snd.sent:
        again(tcb, 0)  # MUST-35; MAY-7: beyond the edge
    else:
        probe(tcb)
    # the intervals grow by a count of their own: the RTO, when data flows again, is what it was
    delay = min(tcb.rtt.rto * 2.0 ** (tcb.recovery.probes + 1), config.max_rto)
    if delay < config.max_rto:
        tcb.recovery.probes += 1
    tcb.timer_running = True
    tcb.todo.append(StartTimer(RETRANSMISSION, delay))
    return True
