"""What an Ethernet counts: one plain object, because it is touched for every frame."""

from __future__ import annotations


class Counters:
    """Frames, by what became of them; see EthernetInfo."""

    __slots__ = (
        "groups_filtered",
        "malformed",
        "not_for_us",
        "received",
        "sent",
        "unclaimed",
        "undefined_kind",
    )

    def __init__(self) -> None:
        self.sent = 0
        self.received = 0
        self.not_for_us = 0
        self.groups_filtered = 0
        self.malformed = 0
        self.undefined_kind = 0
        self.unclaimed = 0
