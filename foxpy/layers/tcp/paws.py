"""What the timestamps of an arriving segment say ([7323] sections 3.2, 4.3 and 5.3; [6191])."""

from __future__ import annotations

from foxpy.layers.tcp.emit import acknowledge, challenge
from foxpy.layers.tcp.segment import RST, SYN, Segment
from foxpy.layers.tcp.sequence import MASK
from foxpy.layers.tcp.tcb import Tcb
from foxpy.layers.tcp.timestamps import HALF, Stamps


def acceptable(tcb: Tcb, stamps: Stamps, segment: Segment, seq: int) -> bool:
    """Whether ``segment``, with number ``seq``, is to be processed; else it is counted, and answered where it must be.

    A reset needs no timestamp and is never too old; a SYN gets its challenge ACK whatever it carries ([5961]).
    """
    if segment.flags & (RST | SYN):
        return True
    options = segment.options
    if options is None or options.tsval is None:
        # "If a non-<RST> segment is received without a TSopt, a TCP SHOULD silently drop the segment."
        tcb.counters.without_timestamps += 1
        return False
    if stamps.fresh(options.tsval, tcb.now):
        stamps.echo = options.tsecr
        return True
    tcb.counters.old_timestamps += 1
    # "Send an acknowledgment in reply": as to any old segment, without limit only to text that is here already.
    text = segment.end - segment.start
    if text and seq + text <= tcb.rcv.nxt:
        tcb.rcv.came_again(seq, seq + text)  # the original, behind what was sent again for it
        acknowledge(tcb)
    else:
        challenge(tcb)
    return False


def record(stamps: Stamps, segment: Segment, now: float) -> None:
    """R3, rule (2) of section 4.3: echo what began at or before Last.ACK.sent, once it is known to be acceptable.

    Its ACK too ([5961] section 5.2): else one blind segment with a time far ahead would make all honest ones too old.
    """
    options = segment.options
    if options is not None and options.tsval is not None:
        stamps.remember(options.tsval, now)


def may_reopen(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """Whether ``segment``, a SYN with number ``seq``, may begin a new connection in place of this one in TIME-WAIT, as
    nothing of the old one can be taken for its own ([6191] section 2)."""
    stamps = tcb.stamps
    options = segment.options
    above = seq >= tcb.rcv.nxt
    if options is None or options.tsval is None or not tcb.config.timestamps:
        return above
    if stamps is None:
        return True  # what is left of the old one has no timestamps, and a segment without is dropped
    since = (options.tsval - stamps.recent) & MASK
    return 0 < since < HALF or (since == 0 and above)
