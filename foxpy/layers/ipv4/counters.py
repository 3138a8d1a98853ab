"""What an IPv4 host counts: one plain object, because it is touched for every datagram."""

from __future__ import annotations

from typing import Final

NAMES: Final = (
    "bad_header",
    "bad_length",
    "bad_options",
    "bad_source",
    "checksum_errors",
    "delivered",
    "foreign_reports",
    "forwarded",
    "fragments_sent",
    "interface_disabled",
    "link_broadcast",
    "loopback_full",
    "no_route",
    "not_forwarded",
    "not_for_us",
    "not_ipv4",
    "received",
    "sent",
    "source_routed",
    "too_big",
    "truncated",
    "ttl_expired",
    "unknown_protocol",
)


class Counters:
    """Datagrams and fragments, by what became of them."""

    __slots__ = NAMES

    def __init__(self) -> None:
        self.sent = 0
        self.fragments_sent = 0
        self.received = 0
        self.delivered = 0
        self.forwarded = 0  # datagrams, or the fragments that a router made of them
        # why what came was dropped
        self.truncated = 0  # shorter than a header, or than it says
        self.not_ipv4 = 0
        self.bad_header = 0  # a header length below 20 or beyond the datagram
        self.bad_length = 0  # a total length below the header's
        self.checksum_errors = 0
        self.bad_options = 0
        self.source_routed = 0
        self.bad_source = 0  # a group, this host itself, or no host at all
        self.not_for_us = 0
        self.link_broadcast = 0  # sent to all stations, but to one host (RFC 1122, section 3.3.6)
        self.interface_disabled = 0
        self.unknown_protocol = 0
        self.foreign_reports = 0  # about no connection of ours
        # why what was for others was dropped
        self.not_forwarded = 0  # not from one host to one host
        self.ttl_expired = 0
        self.too_big = 0  # for the next link, and not to be fragmented
        # why what was sent was dropped
        self.no_route = 0
        self.loopback_full = 0  # too much was on its way to this host itself

    def discards(self) -> dict[str, int]:
        """Every reason for which datagrams were dropped, by name."""
        told = ("sent", "fragments_sent", "received", "delivered", "forwarded")
        return {name: getattr(self, name) for name in NAMES if name not in told}
