"""The receive window: how much to offer, and when an update is worth a segment ([9293] section 3.8.6.2.2)."""

from __future__ import annotations

from typing import Final

from foxpy.layers.tcp.tcb import ReceiveSide

DRAIN: Final = 200e6
"""Bytes a second that this end is held to take off the queue of its link, whose size is what bounds the window to begin
with: with a long round trip more may be on its way, as it does not arrive all at once."""


NEARLY: Final = 0.75
"""Of a round trip: data comes in bursts, one each round trip, and the next one may be a little early; were it missed,
the window would grow half as fast as the sender."""


def offer(rcv: ReceiveSide) -> int:
    """The window field of the next segment; moves the right edge if it is worth moving.

    The edge moves in steps of a segment or of half the buffer (MUST-39), and never back (SHLD-14).
    """
    edge = rcv.nxt + rcv.window - rcv.held
    gain = edge - rcv.edge
    if gain >= rcv.full or gain >= rcv.window >> 1:
        rcv.edge = edge
    shift = rcv.shift
    if not shift:
        return rcv.edge - rcv.nxt
    # Rounded up, as rounding down would take back what was offered; by less than one unit of the scale.
    field = (rcv.edge - rcv.nxt + (1 << shift) - 1) >> shift
    if field > 0xFFFF:
        field = 0xFFFF
    edge = rcv.nxt + (field << shift)
    if edge > rcv.edge:
        rcv.edge = edge
    return field


def update_due(rcv: ReceiveSide) -> bool:
    """Whether what was consumed opens the window so far that the peer should hear of it without other cause.

    While half of the buffer is still on offer the peer is not held up, and ordinary acknowledgements carry the news.
    """
    gain = rcv.nxt + rcv.window - rcv.held - rcv.edge
    return gain >= min(rcv.window >> 1, 2 * rcv.full) and rcv.edge - rcv.nxt < rcv.window >> 1


def adapt(rcv: ReceiveSide, now: float, round_trip: float) -> None:
    """Data came: once a round trip, fit the window to what the path can make use of.

    It doubles while the peer fills at least an eighth of it, so that a sender in slow start, which sends twice as much
    in the next round trip, is never held up (dynamic right-sizing, as in Linux); nor in the one or two after a loss,
    in which nothing is delivered and the edge stands still. It would find the window closed, lose its ACK clock, and
    send a whole congestion window at once when the loss is repaired, which overflows the same queue again.

    Without SACK, a round trip with a loss in it halves it, down to eight segments, which still tell of a loss by three
    duplicate ACKs: so it comes to about as many segments as pass between two losses. A congestion window comes to less
    than that, about the square root of it ([5681]), so the sender is not held up; but a sender without SACK that has
    filled a large window goes back over all of it after a time-out, and loses as many segments again.
    """
    if now - rcv.round_at < NEARLY * round_trip:
        return
    taken = rcv.nxt - rcv.held  # what nobody reads asks for no more
    if rcv.gap and not rcv.sack:
        rcv.window = max(rcv.window >> 1, min(rcv.window, 8 * rcv.full))
    elif 8 * (taken - rcv.round_nxt) >= rcv.window:
        if 2 * rcv.window > rcv.buffer:
            rcv.buffer = min(rcv.most, max(rcv.buffer, int(DRAIN * round_trip)))
        rcv.window = min(2 * rcv.window, rcv.buffer)
    rcv.gap = False
    rcv.round_at = now
    rcv.round_nxt = taken
