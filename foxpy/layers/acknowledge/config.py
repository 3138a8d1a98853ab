"""The settings of ``acknowledge``, what it counts and what it tells."""

from __future__ import annotations

from typing import Final

import attrs

from foxpy.layers.acknowledge.incoming import LARGEST_WINDOW

WINDOW: Final = 256
QUEUE: Final = 4096
PATIENCE: Final = 30.0


@attrs.frozen(kw_only=True)
class AcknowledgeConfig:
    """Settings, for each connection. Raises ValueError where one is absurd."""

    window: int = WINDOW
    """Packets on their way at once."""
    queue: int = QUEUE
    """Packets that wait for the window."""
    patience: float = PATIENCE
    """Seconds without an acknowledgement after which the peer is given up."""

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.window <= LARGEST_WINDOW:
            raise ValueError(f"window: {self.window} is outside 1..{LARGEST_WINDOW} packets")
        if self.queue < 1:
            raise ValueError(f"queue: {self.queue} packets hold nothing; give at least 1")
        if not self.patience > 0.0:
            raise ValueError(f"patience: {self.patience} s is not above 0")


class AcknowledgeCounters:
    """Counted for every packet, so a plain object."""

    __slots__ = (
        "aborted",
        "acknowledged",
        "acknowledgements_received",
        "acknowledgements_sent",
        "duplicates",
        "malformed",
        "overflowed",
        "received",
        "resent",
        "restarts",
        "sent",
        "stale",
        "timeouts",
        "undelivered",
    )

    def __init__(self) -> None:
        self.sent = 0
        self.resent = 0
        self.timeouts = 0
        self.acknowledged = 0
        self.undelivered = 0
        self.overflowed = 0
        self.received = 0
        self.duplicates = 0
        self.stale = 0
        self.malformed = 0
        self.acknowledgements_sent = 0
        self.acknowledgements_received = 0
        self.aborted = 0
        self.restarts = 0


@attrs.frozen
class AcknowledgeInfo:
    """The acknowledging now, over all connections. Counts are packets."""

    sent: int
    """Taken from the layer above. What is neither acknowledged nor undelivered is still being worked on."""
    resent: int
    timeouts: int
    """How often nothing was answered for a whole retransmission timeout."""
    acknowledged: int
    undelivered: int
    """Given up: the connection ended before they were acknowledged. They may have arrived."""
    overflowed: int
    """Empty packets dropped because the queue was full; others are refused."""
    received: int
    """Delivered."""
    duplicates: int
    """Dropped because they had been delivered."""
    stale: int
    """Dropped because they, or what they acknowledge, were from before a restart."""
    malformed: int
    """Dropped because they were cut short, of no known kind, or said what cannot be."""
    acknowledgements_sent: int
    acknowledgements_received: int
    aborted: int
    """Connections that ended because a peer did not answer, or gave up."""
    restarts: int
    """How often a peer was found to know nothing of what was before."""
