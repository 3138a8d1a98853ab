"""SEGMENT ARRIVES ([9293] section 3.10.7), in the RFC's order and with its words for the steps.

Each function returns the state that follows; ``transitions.py`` assigns it. CLOSED and LISTEN, where there is no
connection yet, are in ``stateless.py``. Other RFCs: [5961] blind attacks, [5681] duplicate ACKs, [7323] window scale
and timestamps.
"""

from __future__ import annotations

from typing import Final, assert_never

from foxpy.layers.tcp import ecn, paws, usertimeout
from foxpy.layers.tcp.actions import LINGER, OPENED, Reopen, StartTimer
from foxpy.layers.tcp.afterwards import afterwards
from foxpy.layers.tcp.emit import acknowledge, again, challenge, start_timer
from foxpy.layers.tcp.events import Rule
from foxpy.layers.tcp.handshake import fast_opened, first_window, reset_unacceptable, syn_acknowledged, take_syn
from foxpy.layers.tcp.recovery import acknowledged, duplicate, go_back
from foxpy.layers.tcp.segment import ACK, ECE, FIN, RST, SYN, URG, Segment
from foxpy.layers.tcp.selective import heard
from foxpy.layers.tcp.sequence import MASK, unwrap
from foxpy.layers.tcp.states import (
    CLOSED,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    TIME_WAIT,
    Closed,
    CloseWait,
    Closing,
    Established,
    FinWait1,
    FinWait2,
    LastAck,
    State,
    SynReceived,
    SynSent,
    TimeWait,
    Why,
)
from foxpy.layers.tcp.tcb import Tcb
from foxpy.layers.tcp.text import QUICK, text_and_fin

_UNUSUAL: Final = SYN | RST | FIN | URG


def segment_arrives(tcb: Tcb, state: State, segment: Segment) -> State:
    """Process ``segment`` in ``state``."""
    match state:
        case Established() | SynReceived() | FinWait1() | FinWait2() | CloseWait() | Closing() | LastAck() | TimeWait():
            return _other_states(tcb, state, segment)
        case SynSent():
            return _syn_sent(tcb, state, segment)
        case Closed():
            return state  # a closed connection is in no table; what still comes to it is dropped
        case _:
            assert_never(state)


# -- 3.10.7.3 SYN-SENT


def _syn_sent(tcb: Tcb, state: State, segment: Segment) -> State:
    snd = tcb.snd
    rcv = tcb.rcv
    flags = segment.flags
    ack = unwrap(segment.ack, snd.nxt)
    # First, check the ACK bit.
    if flags & ACK and not snd.iss < ack <= snd.nxt:
        if not flags & RST:
            reset_unacceptable(tcb, segment)
        tcb.counters.bad_acknowledgements += 1
        return state
    # Second, check the RST bit. RCV.NXT is not known, so [5961]'s stricter check does not apply.
    if flags & RST:
        if flags & ACK:
            tcb.counters.resets_received += 1
            return Closed(Why.REFUSED)
        tcb.counters.bad_acknowledgements += 1
        return state
    # Third, security: none. Fourth, check the SYN bit.
    if not flags & SYN:
        tcb.counters.out_of_window += 1  # fifth
        return state
    take_syn(tcb, segment)
    if not flags & ACK:
        # Simultaneous open (MUST-10): our SYN now acknowledges theirs. What came with it waits (MUST-11: not passive).
        first_window(tcb, segment, snd.una)
        snd.sent[0].flags = SYN | ACK
        if tcb.log is not None:
            tcb.log.lost(Rule.SYN_AGAIN, snd.una, snd.nxt)
        again(tcb, 0)
        return SynReceived(passive=False)
    lost = snd.sent[0].times > 1
    syn_acknowledged(tcb, ack)
    first_window(tcb, segment, ack)
    if tcb.fast is not None:
        fast_opened(tcb, tcb.fast, segment, lost)
    tcb.todo.append(OPENED)
    rcv.ack_now = True
    # "If there are other controls or text in the segment, then continue processing at the sixth step."
    state = ESTABLISHED
    if rcv.reassembly is not None:
        state = text_and_fin(tcb, state, rcv.nxt, 0, 0, segment)
    return afterwards(tcb, state)


# -- 3.10.7.4 other states


def _other_states(tcb: Tcb, state: State, segment: Segment) -> State:
    rcv = tcb.rcv
    snd = tcb.snd
    flags = segment.flags
    seq = unwrap(segment.seq, rcv.nxt)
    stamps = tcb.stamps
    if stamps is not None and not paws.acceptable(tcb, stamps, segment, seq):
        return state
    text = segment.end - segment.start
    if seq != rcv.nxt or flags & _UNUSUAL or text > rcv.edge - seq:
        # Not the plain next segment: steps one to four, which it would have passed.
        if flags & RST:
            return _rst(tcb, state, seq)
        if flags & SYN:
            return _syn(tcb, state, segment, seq)
        if not _fit_into_window(tcb, segment, seq):
            return state
        recent = seq <= rcv.nxt - rcv.unacked
        seq = max(seq, rcv.nxt)
        text = segment.end - segment.start
        flags = segment.flags
    else:
        recent = not rcv.unacked
    # Fifth, check the ACK field.
    if not flags & ACK:
        tcb.counters.without_ack += 1
        return state
    if segment.options is not None and segment.options.user_timeout:
        usertimeout.heard(tcb, usertimeout.decode(segment.options.user_timeout))
    agreed = tcb.ecn
    ack = unwrap(segment.ack, snd.una)
    if state.__class__ is SynReceived:
        if not snd.una < ack <= snd.nxt:
            tcb.counters.bad_acknowledgements += 1
            reset_unacceptable(tcb, segment)
            return state
        if recent and stamps is not None:
            paws.record(stamps, segment, tcb.now)
        syn_acknowledged(tcb, ack)
        _set_window(tcb, segment, seq, ack)
        tcb.todo.append(OPENED)
        # "A CLOSE in SYN-RECEIVED is queued for processing after entering ESTABLISHED": it is due now
        state = FIN_WAIT_1 if snd.fin_wanted else ESTABLISHED
        if rcv.reassembly is not None and not text:
            rcv.ack_now = True
    elif not snd.una - snd.max_wnd <= ack <= snd.nxt:
        # [5961] section 5.2: blind data injection, or an ACK of what was never sent
        tcb.counters.bad_acknowledgements += 1
        challenge(tcb)
        return state
    else:
        if recent and stamps is not None:
            paws.record(stamps, segment, tcb.now)
        una = snd.una
        congestion = tcb.congestion.window
        echoed = agreed is not None and flags & ECE != 0
        tcb.ack.marked = echoed
        told = segment.options
        if ((told is not None and told.sack) or tcb.recovery.busy) and rcv.sack and ack >= una:
            plain = ack == una and not text and not flags & FIN and segment.window << snd.shift == snd.wnd
            heard(tcb, ack, told.sack if told is not None else (), plain)
        elif ack > una:
            acknowledged(tcb, ack)
        elif (
            ack == snd.una
            and snd.sent
            and not text
            and not flags & FIN
            and segment.window << snd.shift == snd.wnd
            and snd.wnd
        ):
            duplicate(tcb)
        if echoed and agreed is not None:
            ecn.echoed(tcb, agreed, una, congestion)
        if ack >= snd.una and (snd.wl1 < seq or (snd.wl1 == seq and snd.wl2 <= ack)):
            _set_window(tcb, segment, seq, ack)
    if agreed is not None:
        ecn.arrived(tcb, segment, text)
    tcb.heard = tcb.now
    tcb.keepalives = 0
    if state is not ESTABLISHED:
        state = _ack_in(tcb, state, flags)
        if state.__class__ is Closed:
            return state
    # Sixth to eighth: URG, text, FIN.
    if text or flags & (FIN | URG) or (rcv.reassembly is not None and rcv.ack_now):
        state = text_and_fin(tcb, state, seq, text, flags, segment)
        if state.__class__ is Closed:
            return state
    return afterwards(tcb, state)


def _fit_into_window(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """First, check the sequence number; cut off what lies outside of the window. False where nothing is acceptable.

    Wider than table 6 by the two edges, so that the ACK of a segment is processed which is old to its last octet, or
    stands exactly at the right edge, a zero window's too: without that, simultaneous probes hang ([9293] section A.2).
    No octet outside of the window is taken.
    """
    rcv = tcb.rcv
    nxt = rcv.nxt
    edge = rcv.edge
    stop = seq + segment.end - segment.start + (segment.flags & FIN)
    if stop < nxt or seq > edge:
        if stop < nxt and segment.end > segment.start:
            # Text once more: the peer lacks our acknowledgements, and a limit would let it wait for time-outs. No two
            # peers can go on so for ever, as the answer has no text.
            tcb.counters.duplicate_segments += 1
            rcv.came_again(seq, seq + segment.end - segment.start)
            acknowledge(tcb)
            return False
        tcb.counters.out_of_window += 1
        # "an acknowledgment should be sent in reply": limited, as two confused peers would go on for ever
        challenge(tcb)
        return False
    if seq < nxt:
        if stop > seq:
            rcv.came_again(seq, min(nxt, seq + segment.end - segment.start))
            rcv.ack_now = True
            rcv.quick = QUICK
            if stop == nxt:
                tcb.counters.duplicate_segments += 1
        if segment.end - segment.start < nxt - seq:  # the FIN is old as well
            segment.flags &= ~FIN
        segment.start = min(segment.end, segment.start + nxt - seq)
        seq = nxt
    if stop > edge:
        rcv.ack_now = True
        if segment.flags & FIN:
            segment.flags &= ~FIN
            stop -= 1
        if stop > edge:
            segment.end -= stop - edge
    return True


def _rst(tcb: Tcb, state: State, seq: int) -> State:
    """Second, check the RST bit, by the three rules of [5961] section 3.2."""
    rcv = tcb.rcv
    if seq != rcv.nxt:
        if rcv.nxt < seq < rcv.edge:
            challenge(tcb)
        else:
            tcb.counters.out_of_window += 1
        return state
    if state is TIME_WAIT and tcb.config.ignore_reset_in_time_wait:
        return state  # [1337]
    tcb.counters.resets_received += 1
    match state:
        case SynReceived(passive=passive):
            # passively opened: "return this connection to the LISTEN state": the listener never left it
            return Closed(Why.RESET if passive else Why.REFUSED)
        case Established() | FinWait1() | FinWait2() | CloseWait():
            return Closed(Why.RESET)
        case Closing() | LastAck() | TimeWait():
            # only our FIN, if anything, was still on its way; else data was lost and the application hears of it
            only_fin = not tcb.snd.buffer.size and all(not sent.payload for sent in tcb.snd.sent)
            return CLOSED if only_fin else Closed(Why.RESET)
        case SynSent() | Closed():
            raise AssertionError("these states are not synchronized")
        case _:
            assert_never(state)


def _syn(tcb: Tcb, state: State, segment: Segment, seq: int) -> State:
    """Fourth, check the SYN bit: whatever its number, it is answered with a challenge ACK ([5961] section 4.2)."""
    match state:
        case SynReceived() if seq == tcb.rcv.irs and not segment.flags & ACK:
            # the peer's SYN once more: our SYN,ACK was lost
            if segment.flags & ecn.SETUP != ecn.SETUP:
                tcb.ecn = None  # it thinks that a firewall cares, and will not set ECT ([3168] section 6.1.1.1)
            config = tcb.config
            if tcb.challenge.allow(tcb.now, config.challenge_limit, config.challenge_period):
                if tcb.log is not None:
                    tcb.log.lost(Rule.SYN_AGAIN, tcb.snd.una, tcb.snd.nxt)
                again(tcb, 0)
            return state
        case SynReceived() if seq == tcb.rcv.irs:
            # simultaneous open: their SYN,ACK acknowledges our SYN. It is old but for its ACK, which is processed.
            segment.flags &= ~SYN
            segment.seq = (segment.seq + 1) & MASK
            segment.window >>= tcb.snd.shift  # a SYN's window is not scaled
            return _other_states(tcb, state, segment)
        case TimeWait() if not segment.flags & ACK and paws.may_reopen(tcb, segment, seq):
            # MAY-2: a new connection, begun above the sequence numbers of the old one, or after its timestamps
            tcb.todo.append(Reopen(segment, tcb.snd.nxt))
            return Closed(Why.SUPERSEDED)
        case SynReceived() | Established() | FinWait1() | FinWait2() | CloseWait() | Closing() | LastAck() | TimeWait():
            challenge(tcb)
            return state
        case SynSent() | Closed():
            raise AssertionError("these states are not synchronized")
        case _:
            assert_never(state)


def _set_window(tcb: Tcb, segment: Segment, seq: int, ack: int) -> None:
    """SND.WND <- SEG.WND, SND.WL1 <- SEG.SEQ, SND.WL2 <- SEG.ACK."""
    snd = tcb.snd
    before = snd.wnd
    window = segment.window << snd.shift
    snd.wnd = window
    snd.wl1 = seq
    snd.wl2 = ack
    if window > snd.max_wnd:
        snd.max_wnd = window
    if before == 0 and window:
        tcb.recovery.probes = 0
        tcb.recovery.stalled = None
        tcb.recovery.advanced = tcb.now  # what was sent into the closed window has its time from here on
        if snd.sent:
            # what was sent into the closed window was most likely thrown away
            go_back(tcb, Rule.CLOSED_WINDOW)
            start_timer(tcb)


def _ack_in(tcb: Tcb, state: State, flags: int) -> State:
    """Fifth, what the ACK means in the states after ESTABLISHED."""
    snd = tcb.snd
    fin_acknowledged = snd.fin is not None and snd.una > snd.fin
    match state:
        case FinWait1():
            return FIN_WAIT_2 if fin_acknowledged else state
        case Closing():
            return TIME_WAIT if fin_acknowledged else state
        case LastAck():
            return CLOSED if fin_acknowledged else state
        case TimeWait():
            # "The only thing that can arrive is a retransmission of the remote FIN. Acknowledge it, restart the timer."
            # It is older than RCV.NXT, so that its FIN was cut off above, and the acknowledgement is due.
            if tcb.rcv.ack_now:
                tcb.todo.append(StartTimer(LINGER, 2 * tcb.config.msl))
            return state
        case Established() | FinWait2() | CloseWait():
            return state
        case SynSent() | SynReceived() | Closed():
            raise AssertionError("these states do not get here")
        case _:
            assert_never(state)
