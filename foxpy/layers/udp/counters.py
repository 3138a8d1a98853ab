"""What a UDP counts: one plain object, because it is touched for every datagram."""

from __future__ import annotations


class Counters:
    """Datagrams, by what became of them; see UdpInfo."""

    __slots__ = (
        "checksum_errors",
        "foreign_reports",
        "forgotten",
        "malformed",
        "received",
        "sent",
        "unchecked",
        "unclaimed",
    )

    def __init__(self) -> None:
        self.sent = 0
        self.received = 0
        self.malformed = 0
        self.checksum_errors = 0
        self.unchecked = 0
        self.unclaimed = 0
        self.forgotten = 0
        self.foreign_reports = 0
