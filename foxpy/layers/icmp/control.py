"""What can be asked and told of ICMP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs


@attrs.frozen
class AnswerEcho:
    """Whether to answer echo requests for which nobody listens; ``groups``: those to groups and broadcasts, too."""

    answer: bool
    groups: bool = False


@attrs.frozen
class AcceptRedirects:
    """Whether to believe gateways that name a better one."""

    accept: bool


IcmpControl: TypeAlias = AnswerEcho | AcceptRedirects


@attrs.frozen
class IcmpInfo:
    """ICMP now. Counts are messages since it was made."""

    received: int
    echo_requests_received: int
    echo_requests_sent: int
    echo_replies_received: int
    echo_replies_sent: int
    errors_received: int
    """That were told to the connection that they are about."""
    errors_sent: int
    others_received: int
    """Of types that a layer above has taken."""
    redirects_followed: int
    redirects_sent: int
    """Which are not among the errors sent."""
    sessions: int
    forgotten: int
    """Sessions begun by peers and dropped for room."""
    discards: Mapping[str, int]
    """Every reason to drop a message or not to send one, and for how many it was one."""
