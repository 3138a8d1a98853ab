"""What the time of a transfer went into, as values: the account of one connection."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from foxpy.layers.tcp.events import Rule
from foxpy.layers.tcp.states import Why


class Spent(enum.Enum):
    """What time was spent on."""

    HANDSHAKE = "the handshake"
    SLOW_START = "slow start"
    CONGESTION = "the congestion window"
    TIMEOUT = "retransmission timeouts"
    TAIL_PROBE = "tail loss probes"
    REPAIR = "repairing losses"
    PACING = "pacing"
    PEER = "the peer's window"
    CLOSED = "the peer's closed window"
    SEND_BUFFER = "our send buffer"
    APPLICATION = "the application"
    NAGLE = "Nagle's algorithm"
    LAST = "the last acknowledgements"
    # where this side received
    PEER_SENDS = "the peer, and the path"
    GAP = "missing segments"
    OUR_WINDOW = "our own window"


FAILURES: Final = (Why.RESET, Why.TIMED_OUT, Why.REFUSED, Why.UNREACHABLE)


@attrs.frozen(kw_only=True)
class Wait:
    """A retransmission timeout: when the timer went off, and how long nothing had been heard or sent."""

    time: float
    waited: float


@attrs.frozen(kw_only=True)
class Repair:
    """A recovery from loss, from its beginning to its end; the end of the log where that does not tell."""

    rule: Rule
    began: float
    ended: float
    undone: bool
    """Nothing had been lost."""


@attrs.frozen(kw_only=True)
class RoundTrips:
    """The samples, in seconds."""

    count: int
    least: float
    median: float
    most: float


@attrs.frozen(kw_only=True)
class SlowStart:
    """The first slow start."""

    lasted: float
    window: int
    """The congestion window at its end."""
    ended_by: str
    """loss, mark (ECN), threshold, or end: of the transfer."""


@attrs.frozen(kw_only=True)
class Account:
    """One connection's transfer: sizes in bytes, times in seconds."""

    connection: str
    sender: bool
    """Whether this side sent more than it received; the account is of that direction."""
    algorithm: str
    whole: bool
    """Whether the log has the connection from its beginning."""
    failed: Why | None
    began: float
    ended: float
    """When the last byte was acknowledged, or delivered; or the connection failed."""
    sent: int
    """Sent and acknowledged."""
    received: int
    """Delivered to the application."""
    spent: Mapping[Spent, float]
    """Adds up to the time from the beginning to the end."""
    syns: int
    slow_start: SlowStart | None
    lost: Mapping[Rule, int]
    """How often something was declared lost, by rule; the handshake not counted."""
    resent: int
    """Segments sent again."""
    resent_bytes: int
    marks: int
    """How often the congestion window was reduced as the path marked packets (ECN)."""
    timeouts: Sequence[Wait]
    repairs: Sequence[Repair]
    round_trips: RoundTrips | None
    best_rate: float | None
    """The most bytes a second that arrived over a round trip."""
    largest_cwnd: int
    largest_rwnd: int
    """What the peer offered at most."""
    largest_flight: int
    capacity: int
    """Of our send buffer."""
    window_probes: int
    tail_probes: int
    delayed_acks: int
    """Acknowledgements of ours that went alone when their delay ran out."""
    ack_delay: float
    dropped: Mapping[str, int]

    @property
    def total(self) -> float:
        return self.ended - self.began

    @property
    def rate(self) -> float | None:
        """Bytes a second over all of it."""
        moved = self.sent if self.sender else self.received
        return moved / self.total if self.total > 0 else None
