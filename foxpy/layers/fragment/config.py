"""The settings of ``fragment``, what it counts and what it tells."""

from __future__ import annotations

from typing import Final

import attrs

LARGEST: Final = 65535


@attrs.frozen(kw_only=True)
class FragmentConfig:
    """Settings of a fragmentation. Raises ValueError where one is absurd."""

    largest: int = attrs.field(default=LARGEST, validator=[attrs.validators.ge(1), attrs.validators.lt(1 << 32)])
    """Bytes of the largest message, in both directions."""
    messages: int = attrs.field(default=64, validator=attrs.validators.ge(1))
    """How many incomplete messages of one peer are kept; the oldest makes room."""
    memory: int = attrs.field(default=4 << 20, validator=attrs.validators.ge(1))
    """Bytes that the incomplete messages of one peer may take."""
    patience: float = attrs.field(default=30.0, validator=attrs.validators.gt(0.0))
    """Seconds after which an incomplete message is dropped."""

    def __attrs_post_init__(self) -> None:
        if self.memory < self.largest:
            raise ValueError(f"memory: {self.memory} bytes hold no message of {self.largest}; give at least as many")


class FragmentCounters:
    """Counted for every packet, so a plain object."""

    __slots__ = (
        "dropped",
        "duplicates",
        "fragments_received",
        "fragments_sent",
        "inconsistent",
        "malformed",
        "pushed_out",
        "received",
        "sent",
        "timed_out",
        "unsent",
    )

    def __init__(self) -> None:
        self.sent = 0
        self.fragments_sent = 0
        self.unsent = 0
        self.received = 0
        self.fragments_received = 0
        self.duplicates = 0
        self.inconsistent = 0
        self.malformed = 0
        self.timed_out = 0
        self.pushed_out = 0
        self.dropped = 0


@attrs.frozen
class FragmentInfo:
    """The fragmentation now, over all connections."""

    sent: int
    """Messages."""
    fragments_sent: int
    unsent: int
    """Messages that the layer below took only in part before the connection ended."""
    received: int
    """Messages delivered."""
    fragments_received: int
    duplicates: int
    """Fragments dropped because they had arrived before."""
    inconsistent: int
    """Messages dropped because fragments overlapped or did not agree on the size."""
    malformed: int
    """Fragments dropped because they were empty, cut short, outside of their message, or of one that is too large."""
    timed_out: int
    """Messages dropped because the rest did not come in time."""
    pushed_out: int
    """Messages dropped, incomplete, to make room for later ones."""
    dropped: int
    """Messages that were incomplete when the connection ended."""
