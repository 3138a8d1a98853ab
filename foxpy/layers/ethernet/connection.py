"""What names things on an Ethernet, and what can be asked and told of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

import attrs

from foxpy.addresses import MacAddress
from foxpy.errors import BadAddress
from foxpy.protocol import Connection, Receiver

LLC: Final = 4
"""Stands for all frames with a length where the ethertype would be (IEEE 802.3), as ETH_P_802_2 does on Linux."""
LOWEST_ETHERTYPE: Final = 0x600


def _ethertype(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value != LLC and not LOWEST_ETHERTYPE <= value <= 0xFFFF:
        raise BadAddress(f"ethertype {value:#06x} is outside 0x0600..0xffff; LLC ({LLC}) stands for 802.3 frames")


@attrs.frozen
class EthernetAddress:
    """One protocol on one station, or on a group of them."""

    host: MacAddress
    ethertype: int = attrs.field(validator=_ethertype)

    def __str__(self) -> str:
        return f"{self.host} ethertype {self.ethertype:#06x}"


@attrs.frozen
class EthernetPattern:
    """One protocol on any station, or on ``host`` alone."""

    ethertype: int = attrs.field(validator=_ethertype)
    host: MacAddress | None = None

    def __str__(self) -> str:
        return f"ethertype {self.ethertype:#06x} from {self.host or 'anyone'}"


class EthernetConnection(Connection):
    """Frames of one ethertype between this station and ``peer``."""

    __slots__ = ("ethertype", "key", "local", "open", "peer", "receiver")

    peer: MacAddress
    local: MacAddress
    """This station, or the group that the peer's frames are sent to."""

    def __init__(self, peer: MacAddress, local: MacAddress, ethertype: int, key: int) -> None:
        super().__init__()
        self.peer = peer
        self.local = local
        self.ethertype = ethertype
        self.key = key
        self.open = True
        self.receiver: Receiver | None = None

    @property
    def address(self) -> EthernetAddress:
        return EthernetAddress(self.peer, self.ethertype)

    def __str__(self) -> str:
        return f"ethernet {self.local} to {self.peer} ethertype {self.ethertype:#06x}"


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
