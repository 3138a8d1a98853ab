"""SEGMENT ARRIVES, sixth to eighth ([9293] section 3.10.7.4): urgent data, text, FIN; what is early waits its turn."""

from __future__ import annotations

from typing import Final, assert_never

from foxpy.layers.tcp.actions import PEER_CLOSED, Deliver, UrgentAhead
from foxpy.layers.tcp.emit import acknowledge, reset
from foxpy.layers.tcp.segment import FIN, URG, Segment
from foxpy.layers.tcp.states import (
    CLOSE_WAIT,
    CLOSING,
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
from foxpy.layers.tcp.tcb import ReceiveSide, Tcb
from foxpy.layers.tcp.window import NEARLY, adapt

QUICK: Final = 16
"""Segments acknowledged one by one after a sign of loss, as Linux does: where one ACK stood for a repaired gap and for
all that came after it, Karn's algorithm would leave the sender without a measured round trip, and backed off."""


def text_and_fin(tcb: Tcb, state: State, seq: int, text: int, flags: int, segment: Segment) -> State:
    """Sixth to eighth, for ``text`` bytes from number ``seq`` on."""
    match state:
        case Established() | FinWait1() | FinWait2():
            pass
        case CloseWait() | Closing() | LastAck() | TimeWait():
            return state  # "This should not occur since a FIN has been received": ignored
        case SynSent() | SynReceived() | Closed():
            raise AssertionError("these states do not get here")
        case _:
            assert_never(state)
    rcv = tcb.rcv
    # Sixth, check the URG bit.
    if flags & URG:
        _urgent(tcb, seq + segment.urgent)
    # Seventh, process the segment text.
    if text and rcv.shut:
        # SHLD-3: nobody reads any more; the reset says that data was lost
        reset(tcb)
        return Closed(Why.ABORTED)
    if text > rcv.full:
        rcv.full = min(text, rcv.mss)
    if text and seq == rcv.nxt:
        if rcv.reassembly is None:
            deliver(tcb, segment.frame, segment.start, segment.end)
            if not flags & FIN:
                return state  # as nearly all do
        else:
            # what is held already stands, even where this segment covers it
            _look_for_duplicates(rcv, seq, text)
            rcv.reassembly.add(seq, segment.frame, segment.start, segment.end, limited=False)
            rcv.quick = QUICK  # "all or part of a gap" is filled: acknowledge at once ([5681] section 4.2)
    elif text or (flags & FIN and seq > rcv.nxt):
        tcb.counters.out_of_order += 1
        _look_for_duplicates(rcv, seq, text)
        if not rcv.ahead().add(seq, segment.frame, segment.start, segment.end):
            tcb.counters.reassembly_full += 1
        # "A TCP receiver SHOULD send an immediate duplicate ACK when an out-of-order segment arrives" ([5681] 4.2)
        acknowledge(tcb)
        rcv.quick = QUICK
        rcv.gap = True
    if flags & FIN:
        if rcv.reassembly is None and seq + text == rcv.nxt:
            return _fin(tcb, state)
        rcv.ahead().fin = seq + text
    if rcv.reassembly is None:
        return state
    fin = rcv.reassembly.fin
    waiting = rcv.take()
    if waiting:
        deliver(tcb, waiting, 0, len(waiting))
    # Eighth, check the FIN bit.
    if fin is None or fin > rcv.nxt:
        return state
    return _fin(tcb, state)


def _look_for_duplicates(rcv: ReceiveSide, seq: int, text: int) -> None:
    """Some of the ``text`` bytes from ``seq`` on may be held already."""
    if rcv.sack and rcv.reassembly is not None:
        found = rcv.reassembly.blocks.overlap(seq, seq + text)
        if found is not None:
            rcv.came_again(found[0], found[1])


def deliver(tcb: Tcb, frame: bytes, start: int, end: int) -> None:
    rcv = tcb.rcv
    count = end - start
    rcv.nxt += count
    rcv.unacked += count
    if rcv.holding:
        rcv.held += count
    if rcv.adaptive and tcb.now - rcv.round_at >= NEARLY * tcb.rtt.srtt:
        round_trip = tcb.rtt.srtt or 0.05
        if tcb.stamps is not None:
            # Who only receives measures no round trips but the handshake's; what the peer echoes tells of now, with the
            # queue that it has filled.
            round_trip = max(round_trip, tcb.stamps.elapsed(tcb.now))
        adapt(rcv, tcb.now, round_trip)
    tcb.bytes_delivered += count
    tcb.todo.append(Deliver(frame, start, end))


def _urgent(tcb: Tcb, up: int) -> None:
    """RCV.UP <- max(RCV.UP, SEG.UP); tell the application each time it advances (MUST-32)."""
    rcv = tcb.rcv
    if up > rcv.up and up > rcv.nxt:
        rcv.up = up
        tcb.todo.append(UrgentAhead(up - rcv.nxt))


def _fin(tcb: Tcb, state: State) -> State:
    """The peer's FIN is next: advance over it, acknowledge it, tell the application."""
    rcv = tcb.rcv
    rcv.reassembly = None
    rcv.nxt += 1
    rcv.edge = max(rcv.edge, rcv.nxt)
    rcv.ack_now = True
    tcb.todo.append(PEER_CLOSED)
    match state:
        case Established():
            return CLOSE_WAIT
        case FinWait1():
            return CLOSING  # had our FIN been acknowledged in this segment, this would be FIN-WAIT-2
        case FinWait2():
            return TIME_WAIT
        case SynSent() | SynReceived() | CloseWait() | Closing() | LastAck() | TimeWait() | Closed():
            raise AssertionError("no FIN is processed in these states")
        case _:
            assert_never(state)
