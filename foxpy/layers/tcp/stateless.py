"""Segments that belong to no connection: CLOSED and LISTEN ([9293] sections 3.10.7.1 and 3.10.7.2).

Nothing is remembered of them: these are functions of the segment alone.
"""

from __future__ import annotations

import enum
from typing import Final

from foxpy.layers.tcp.actions import SendSegment
from foxpy.layers.tcp.segment import ACK, RST, SYN, Segment
from foxpy.layers.tcp.sequence import MASK


class Verdict(enum.Enum):
    """What a listener does with a segment."""

    IGNORE = "ignore"
    RESET = "reset"
    ACCEPT = "accept"


IGNORE: Final = Verdict.IGNORE
RESET: Final = Verdict.RESET
ACCEPT: Final = Verdict.ACCEPT


def listener(segment: Segment) -> Verdict:
    """3.10.7.2: what a listener does with ``segment``."""
    flags = segment.flags
    if flags & RST:  # first
        return IGNORE
    if flags & ACK:  # second: any acknowledgement is bad here
        return RESET
    if flags & SYN:  # third
        return ACCEPT
    return IGNORE  # fourth


def reset_for(segment: Segment) -> SendSegment | None:
    """3.10.7.1: the reset that ``segment`` is to be answered with; None for a reset, which never is."""
    flags = segment.flags
    if flags & RST:
        return None
    if flags & ACK:
        return SendSegment(segment.ack, 0, RST, 0, b"")
    return SendSegment(0, (segment.seq + segment.length()) & MASK, RST | ACK, 0, b"")
