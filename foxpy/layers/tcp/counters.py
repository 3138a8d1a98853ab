"""What one TCP counts, for all its connections together."""

from __future__ import annotations

from typing import Final

NAMES: Final = (
    "active_opens",
    "bad_acknowledgements",
    "bad_headers",
    "bad_options",
    "bad_sacks",
    "black_holes",
    "challenge_acks",
    "challenges_withheld",
    "checksum_errors",
    "congestion_marks",
    "delayed_acks",
    "dsacks",
    "duplicate_segments",
    "ecn_reductions",
    "established",
    "fast_opens_accepted",
    "fast_opens_refused",
    "fast_opens_sent",
    "fast_retransmits",
    "foreign_reports",
    "half_open_evicted",
    "keepalive_probes",
    "losses_by_rack",
    "losses_by_sack",
    "not_answerable",
    "old_timestamps",
    "out_of_order",
    "out_of_window",
    "passive_opens",
    "path_probes",
    "path_probes_lost",
    "reassembly_full",
    "refused",
    "reneged",
    "reports_doubted",
    "resets_received",
    "resets_sent",
    "resets_withheld",
    "retransmission_timeouts",
    "retransmissions",
    "segments_received",
    "segments_sent",
    "send_failures",
    "spurious_recoveries",
    "spurious_timeouts",
    "syn_cookies_accepted",
    "syn_cookies_refused",
    "syn_cookies_sent",
    "tail_losses",
    "tail_probes",
    "time_waits_cut",
    "to_nobody",
    "window_probes",
    "without_ack",
    "without_timestamps",
)

DROPS: Final = (
    "bad_acknowledgements",
    "duplicate_segments",
    "old_timestamps",
    "out_of_window",
    "reassembly_full",
    "without_ack",
    "without_timestamps",
)
"""Those of the segments of a connection that are thrown away, whole or all that is new in them."""


class Counters:
    """Plain numbers that only grow. Every segment that is dropped is counted under the name of its reason."""

    __slots__ = NAMES

    def __init__(self) -> None:
        self.segments_received = 0
        self.segments_sent = 0
        self.active_opens = 0
        self.passive_opens = 0
        self.established = 0
        self.retransmissions = 0
        self.retransmission_timeouts = 0
        self.fast_retransmits = 0
        self.losses_by_rack = 0
        self.losses_by_sack = 0
        self.tail_probes = 0
        self.tail_losses = 0
        self.spurious_recoveries = 0
        self.spurious_timeouts = 0
        self.dsacks = 0
        self.reneged = 0
        self.delayed_acks = 0
        self.window_probes = 0
        self.keepalive_probes = 0
        self.path_probes = 0
        self.path_probes_lost = 0
        self.black_holes = 0
        self.resets_received = 0
        self.resets_sent = 0
        self.challenge_acks = 0
        self.out_of_order = 0
        self.congestion_marks = 0
        self.ecn_reductions = 0
        self.fast_opens_sent = 0
        self.fast_opens_accepted = 0
        self.fast_opens_refused = 0
        self.syn_cookies_sent = 0
        self.syn_cookies_accepted = 0
        # dropped, or not sent
        self.bad_headers = 0
        self.bad_options = 0
        self.checksum_errors = 0
        self.to_nobody = 0
        self.not_answerable = 0
        self.resets_withheld = 0
        self.challenges_withheld = 0
        self.out_of_window = 0
        self.duplicate_segments = 0
        self.bad_acknowledgements = 0
        self.bad_sacks = 0
        self.without_ack = 0
        self.without_timestamps = 0
        self.old_timestamps = 0
        self.reassembly_full = 0
        self.half_open_evicted = 0
        self.syn_cookies_refused = 0
        self.time_waits_cut = 0
        self.refused = 0
        self.send_failures = 0
        self.foreign_reports = 0
        self.reports_doubted = 0

    def read(self) -> dict[str, int]:
        """Every counter by its name."""
        return {name: getattr(self, name) for name in NAMES}
