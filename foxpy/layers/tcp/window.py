"""The receive window: how much to offer, and when an update is worth a segment ([9293] section 3.8.6.2.2)."""

from __future__ import annotations

from foxpy.layers.tcp.tcb import ReceiveSide


def offer(rcv: ReceiveSide) -> int:
    """The window field of the next segment; moves the right edge if it is worth moving.

    The edge moves in steps of a segment or of half the buffer (MUST-39), and never back (SHLD-14).
    """
    edge = rcv.nxt + rcv.buffer - rcv.held
    if edge - rcv.edge >= min(rcv.buffer >> 1, rcv.full):
        rcv.edge = edge
    shift = rcv.shift
    if not shift:
        return rcv.edge - rcv.nxt
    # Rounded up, as rounding down would take back what was offered; by less than one unit of the scale.
    field = min((rcv.edge - rcv.nxt + (1 << shift) - 1) >> shift, 0xFFFF)
    edge = rcv.nxt + (field << shift)
    if edge > rcv.edge:
        rcv.edge = edge
    return field


def update_due(rcv: ReceiveSide) -> bool:
    """Whether what was consumed opens the window so far that the peer should hear of it without other cause.

    While half of the buffer is still on offer the peer is not held up, and ordinary acknowledgements carry the news.
    """
    gain = rcv.nxt + rcv.buffer - rcv.held - rcv.edge
    return gain >= min(rcv.buffer >> 1, 2 * rcv.full) and rcv.edge - rcv.nxt < rcv.buffer >> 1
