"""Tail loss probes ([8985] section 7): what the last segments of a flight lost, a probe tells before the RTO does."""

from __future__ import annotations

from typing import Final

LEAST: Final = 0.010
"""Seconds that a probe waits at least: where round trips are shorter, hosts that are busy answer late by more."""

DELAY: Final = 0.200
"""TLP.max_ack_delay: what peers hold an acknowledgement back for, few longer ([9293] allows 0.5 s)."""


class TailProbe:
    """The loss probe that is out, if any."""

    __slots__ = ("again", "end")

    def __init__(self) -> None:
        self.end = -1
        """TLP.end_seq; -1: None."""
        self.again = False
        """TLP.is_retrans."""

    def reset(self) -> None:
        """Recovery begins, which answers all that the probe asked (section 7.1)."""
        self.end = -1
        self.again = False

    def sent(self, nxt: int, again: bool) -> None:
        """The probe goes out, and ends at ``nxt``; ``again``: it repeats the last segment."""
        self.end = nxt
        self.again = again

    def acknowledged(self, ack: int, dsack_end: int, duplicate: bool) -> bool:
        """Section 7.4.2, for an ACK of ``ack``. True where the probe has repaired a loss, which nothing else tells of.

        ``dsack_end``: where its DSACK ends, -1 for none; ``duplicate``: it is a duplicate ACK without SACK.
        """
        if self.end < 0 or ack < self.end:
            return False
        if not self.again or dsack_end == self.end:
            self.end = -1
        elif ack > self.end:
            self.end = -1
            return True
        elif duplicate:
            self.end = -1
        return False


def timeout(srtt: float, rto: float, one: bool) -> float:
    """PTO (section 7.2), in seconds. ``one``: no more than a segment is in flight, whose acknowledgement may be held
    back."""
    if srtt == 0.0:
        return min(1.0, rto)
    probe = 2 * srtt
    if one:
        probe += DELAY
    elif probe < LEAST:
        probe = LEAST
    return probe if probe < rto else rto
