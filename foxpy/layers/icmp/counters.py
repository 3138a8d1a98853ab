"""What ICMP counts."""

from __future__ import annotations


class Counters:
    """Messages by what became of them."""

    __slots__ = (
        "about_errors",
        "about_fragments",
        "about_groups",
        "about_nobody",
        "checksum_errors",
        "echo_limited",
        "echo_refused",
        "echo_replies_received",
        "echo_replies_sent",
        "echo_requests_received",
        "echo_requests_sent",
        "errors_limited",
        "errors_received",
        "errors_sent",
        "malformed",
        "others_received",
        "received",
        "redirects_followed",
        "redirects_ignored",
        "redirects_limited",
        "redirects_sent",
        "source_quenches",
        "stray_errors",
        "stray_replies",
        "unknown_type",
        "unsendable",
    )

    def __init__(self) -> None:
        self.received = 0
        self.echo_requests_received = 0
        self.echo_requests_sent = 0
        self.echo_replies_received = 0
        self.echo_replies_sent = 0
        self.errors_received = 0
        self.others_received = 0
        self.errors_sent = 0
        self.redirects_followed = 0
        self.redirects_sent = 0
        # what came and was dropped
        self.checksum_errors = 0
        self.malformed = 0  # shorter than its type has it, or an error of an unknown code
        self.unknown_type = 0  # queries that hosts no longer answer among them
        self.stray_replies = 0  # of no session
        self.stray_errors = 0  # about no connection, or not to be believed
        self.source_quenches = 0  # RFC 6633: ignored
        self.redirects_ignored = 0
        self.echo_refused = 0  # requests to a group, or none is to be answered
        self.echo_limited = 0
        # what was not sent
        self.about_errors = 0  # RFC 1122, section 3.2.2, and so are the next three
        self.about_fragments = 0
        self.about_groups = 0
        self.about_nobody = 0
        self.errors_limited = 0
        self.redirects_limited = 0
        self.unsendable = 0  # no way back, or too large with its options

    def discards(self) -> dict[str, int]:
        """Every reason for which something was dropped or not sent, by name."""
        told = ("received", "redirects_followed")
        return {
            name: getattr(self, name)
            for name in self.__slots__
            if name not in told and not name.endswith(("_sent", "_received"))
        }
