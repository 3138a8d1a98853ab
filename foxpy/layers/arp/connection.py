"""What names things on a segment that ARP resolves, and what can be asked and told of it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface
from typing import Final, TypeAlias

import attrs

from foxpy.addresses import MacAddress
from foxpy.layers.arp.senders import ArpSender
from foxpy.protocol import Connection, Receiver

NOBODY: Final = IPv4Address(0)
"""The peer of what arrives: a frame says which station sent it, not which neighbour."""


@attrs.frozen
class ArpAddress:
    """A neighbour by its IPv4 address, a multicast group, or with 255.255.255.255 all neighbours."""

    host: IPv4Address

    def __str__(self) -> str:
        return str(self.host)


@attrs.frozen
class ArpPattern:
    """Any station: there is only one thing to listen to."""


ANY_STATION: Final = ArpPattern()


class ArpConnection(Connection):
    """Packets to one neighbour or group, or packets from one station."""

    __slots__ = ("end", "open", "peer", "receiver", "sender", "station", "to_many")

    peer: IPv4Address
    """The neighbour or group that was opened; NOBODY where a station began it."""
    station: MacAddress | None
    """The station that began it."""
    to_many: bool
    """Whether the station sends to a group or to everybody on it, so that it must not be answered."""
    sender: ArpSender
    end: Callable[[], None]
    """Lets go of what is below; called once."""

    def __init__(
        self, peer: IPv4Address, station: MacAddress | None, to_many: bool, sender: ArpSender, end: Callable[[], None]
    ) -> None:
        super().__init__()
        self.peer = peer
        self.station = station
        self.to_many = to_many
        self.sender = sender
        self.end = end
        self.open = True
        self.receiver: Receiver | None = None

    @property
    def address(self) -> ArpAddress:
        return ArpAddress(self.peer)

    def __str__(self) -> str:
        return f"arp to {self.peer}" if self.station is None else f"arp from station {self.station}"


# -- control


@attrs.frozen
class AddNeighbour:
    """``address`` is at ``station``, whatever the network says, until it is removed."""

    address: IPv4Address
    station: MacAddress


@attrs.frozen
class RemoveNeighbour:
    """Forget what is known of ``address``, a static entry too. Harmless where nothing is."""

    address: IPv4Address


@attrs.frozen
class Flush:
    """Forget all that was learned. Static entries and open connections stay; the next packet asks anew."""


@attrs.frozen
class Confirm:
    """A layer above knows that ``address`` gets its packets: no poll is needed (RFC 4861, section 7.3.1)."""

    address: IPv4Address


@attrs.frozen
class Suspect:
    """A layer above doubts that ``address`` gets its packets: poll it now (RFC 1122, section 2.3.2.1, advice)."""

    address: IPv4Address


ArpControl: TypeAlias = AddNeighbour | RemoveNeighbour | Flush | Confirm | Suspect


# -- events, to the observer and to who claimed


@attrs.frozen
class AddressInUse:
    """``address`` is this host's now: it is announced and answered for."""

    address: IPv4Address


@attrs.frozen
class AddressConflict:
    """``station`` uses ``address`` as well. Told at most once in 10 seconds, and once more when it is given up."""

    address: IPv4Address
    station: MacAddress
    lost: bool
    """This host has stopped using it (RFC 5227, sections 2.1.1 and 2.4 a and b)."""


ClaimEvent: TypeAlias = AddressInUse | AddressConflict


# -- query


class NeighbourState(enum.Enum):
    """The states of RFC 4861, section 7.3.2, and Linux's two more."""

    INCOMPLETE = "asked for, not answered yet"
    REACHABLE = "answered a short time ago"
    STALE = "known, not confirmed for a while, not used since"
    DELAY = "used again while stale; soon to be polled"
    PROBE = "being polled"
    FAILED = "did not answer"
    PERMANENT = "static"


@attrs.frozen
class NeighbourInfo:
    """One entry of the cache."""

    address: IPv4Address
    station: MacAddress | None
    state: NeighbourState
    waiting: int
    """Packets that wait for an answer."""
    connections: int
    """Connections that have it open."""


@attrs.frozen
class ClaimInfo:
    """One address of this host."""

    address: IPv4Interface
    in_use: bool
    """False while it is being probed for."""


@attrs.frozen(kw_only=True)
class ArpInfo:
    """An ARP layer now. Counts are ARP packets since it was made, unless they say something else."""

    station: MacAddress | None
    """This host's own; None while the layer is not initialized."""
    received: int
    requests_sent: int
    """Requests, probes and announcements."""
    replies_sent: int
    truncated: int
    foreign: int
    """Of other hardware, another protocol or other address sizes than those of Ethernet and IPv4."""
    station_invalid: int
    """The sender's MAC address is zero or a group's."""
    sender_invalid: int
    """The sender's IP address cannot be a host's: multicast, broadcast, loopback, or zero in a reply."""
    unknown_operation: int
    """Neither request nor reply."""
    echoed: int
    """This host's own packets, come back (RFC 5227, section 2.1.1, note)."""
    spoofed: int
    """This host's MAC address with an IP address that is not its own."""
    relayed: int
    """The sender is not the station that sent the frame; dropped where ``accept_relayed`` is off."""
    unsolicited: int
    """Replies that nobody here asked for, from neighbours that are not in the cache: ignored."""
    updates_refused: int
    """Changes of an entry that were not accepted: it is static, answered already, or ``accept_updates`` is off."""
    table_full: int
    """Neighbours not learned because every entry of the cache is open."""
    evicted: int
    """Entries that made room for others."""
    requests_limited: int
    """Requests not sent on account of ``request_rate``."""
    replies_limited: int
    """Replies not sent on account of ``reply_rate``."""
    unaddressed: int
    """Requests not sent because this host has no address to ask from."""
    unsendable: int
    """ARP packets, and packets that had waited, which the layer below did not take."""
    failed: int
    """Resolutions that nobody answered."""
    packets_waited: int
    """Packets that had to wait for an answer."""
    packets_overflowed: int
    """Of those, dropped because the queue was full."""
    packets_failed: int
    """Of those, dropped because nobody answered, which their senders were told, or because the entry was forgotten."""
    packets_unclaimed: int
    """Packets received while nobody listened."""
    conflicts: int
    """ARP packets of other stations that use an address of this host (RFC 5227, section 2.4)."""
    defended: int
    """Announcements sent in defence."""
    lost: int
    """Addresses given up."""
    _neighbours: Callable[[], tuple[NeighbourInfo, ...]] = attrs.field(repr=False, eq=False)
    _claims: Callable[[], tuple[ClaimInfo, ...]] = attrs.field(repr=False, eq=False)

    def neighbours(self) -> tuple[NeighbourInfo, ...]:
        """The cache as it is when this is called; walks it."""
        return self._neighbours()

    def claims(self) -> tuple[ClaimInfo, ...]:
        """This host's addresses."""
        return self._claims()
