"""What a segment that was taken in leads to: text that may be sent now, and an acknowledgement, at once or soon."""

from __future__ import annotations

from foxpy.layers.tcp.actions import CALL_AT_END_OF_BATCH, DELAYED_ACK, StartTimer
from foxpy.layers.tcp.emit import acknowledge
from foxpy.layers.tcp.send import output
from foxpy.layers.tcp.states import State
from foxpy.layers.tcp.tcb import Tcb


def afterwards(tcb: Tcb, state: State) -> State:
    """Send what the segment made room for, and see that what arrived is acknowledged: soon, or at the batch's end.

    What may be sent is sent at the batch's end as well, which is the same instant: what a batch of ACKs made room for
    then goes down the stack as one, and what arrived is acknowledged with it. Not so where there is a sign of loss, as
    the order of what is sent matters there, nor where the retransmission timer does not run, which sees to all that
    waits.
    """
    snd = tcb.snd
    rcv = tcb.rcv
    wait = False
    if snd.buffer.size or tcb.recovery.busy or (snd.fin_wanted and snd.fin is None):
        if tcb.config.ack_per_batch and tcb.timer_running and not tcb.recovery.at_work():
            wait = True
        else:
            output(tcb)
    else:
        snd.freed = 0
    if rcv.ack_now or rcv.unacked:
        if rcv.quick:
            rcv.quick -= 1
            acknowledge(tcb)
        elif tcb.config.ack_per_batch and (wait or rcv.ack_now or rcv.unacked >= 2 * rcv.full):
            wait = True
        else:
            acknowledge_in_time(tcb)
    if wait and not rcv.batch_waiting:
        rcv.batch_waiting = True
        tcb.todo.append(CALL_AT_END_OF_BATCH)
    return state


def end_of_batch(tcb: Tcb) -> None:
    """What ``afterwards`` left for now: all segments at hand have been taken in."""
    tcb.rcv.batch_waiting = False
    snd = tcb.snd
    if snd.buffer.size or (snd.fin_wanted and snd.fin is None):
        output(tcb)
    acknowledge_in_time(tcb)


def acknowledge_in_time(tcb: Tcb) -> None:
    """Acknowledge what must not wait: at least every second full segment (SHLD-19); start the delay for the rest."""
    rcv = tcb.rcv
    if rcv.ack_now or rcv.unacked >= 2 * rcv.full:
        acknowledge(tcb)
    elif rcv.unacked and not rcv.delayed:
        rcv.delayed = True
        tcb.todo.append(StartTimer(DELAYED_ACK, tcb.config.ack_delay))
