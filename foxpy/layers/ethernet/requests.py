"""What can be asked and told of an Ethernet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from foxpy.addresses import MacAddress


@attrs.frozen
class JoinGroup:
    """Receive what is sent to the multicast address ``group``."""

    group: MacAddress


@attrs.frozen
class LeaveGroup:
    """Receive it no more. Harmless where it was not joined."""

    group: MacAddress


@attrs.frozen
class SetFilter:
    """What to receive besides frames to this station, to all, and to joined groups."""

    all_groups: bool
    """Every multicast; the layers above filter for themselves."""
    promiscuous: bool = False
    """Every frame, also those for other stations."""


EthernetControl: TypeAlias = JoinGroup | LeaveGroup | SetFilter


@attrs.frozen
class EthernetInfo:
    """An Ethernet now. Counts are frames since it was made."""

    address: MacAddress
    mtu: int
    """The largest payload of a frame, in bytes."""
    connections: int
    groups: frozenset[MacAddress]
    sent: int
    received: int
    not_for_us: int
    """Unicast frames to other stations."""
    groups_filtered: int
    """Multicast frames to groups that nobody joined."""
    malformed: int
    """Shorter than a header, a length that the frame does not have, or a source that is a group."""
    undefined_kind: int
    """1501 to 1535 where the ethertype or the length belongs (IEEE 802.3, clause 3.2.6)."""
    unclaimed: int
    """Frames of an ethertype that nobody listens to."""
    forgotten: int
    """Connections begun by peers and dropped for room."""
    unclaimed_ethertypes: Mapping[int, int]
    """How many of each unclaimed ethertype; the first 64 kinds, the others are in ``unclaimed`` alone."""
