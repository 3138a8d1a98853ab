"""What ARP counts."""

from __future__ import annotations


class Counters:
    """One plain object; each name is a field of ArpInfo, which says what it means."""

    __slots__ = (
        "conflicts",
        "defended",
        "echoed",
        "evicted",
        "failed",
        "foreign",
        "lost",
        "packets_failed",
        "packets_overflowed",
        "packets_unclaimed",
        "packets_waited",
        "received",
        "relayed",
        "replies_limited",
        "replies_sent",
        "requests_limited",
        "requests_sent",
        "sender_invalid",
        "spoofed",
        "station_invalid",
        "table_full",
        "truncated",
        "unaddressed",
        "unknown_operation",
        "unsendable",
        "unsolicited",
        "updates_refused",
    )

    def __init__(self) -> None:
        self.received = 0
        self.requests_sent = 0
        self.replies_sent = 0
        self.truncated = 0
        self.foreign = 0
        self.station_invalid = 0
        self.sender_invalid = 0
        self.unknown_operation = 0
        self.echoed = 0
        self.spoofed = 0
        self.relayed = 0
        self.unsolicited = 0
        self.updates_refused = 0
        self.table_full = 0
        self.evicted = 0
        self.requests_limited = 0
        self.replies_limited = 0
        self.unaddressed = 0
        self.unsendable = 0
        self.failed = 0
        self.packets_waited = 0
        self.packets_overflowed = 0
        self.packets_failed = 0
        self.packets_unclaimed = 0
        self.conflicts = 0
        self.defended = 0
        self.lost = 0
