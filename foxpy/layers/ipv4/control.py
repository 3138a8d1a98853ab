"""What can be asked and told of an IPv4 host: Fox Net's IP controls and info (figure 4), and what has come since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TypeAlias

import attrs

from foxpy.layers.ipv4.addresses import IpAddress, Service
from foxpy.layers.ipv4.routes import Route

# -- requests


@attrs.frozen
class SetDefaultGateway:
    """Send by ``gateway``, which must be on a connected network, what no other route is for. None: no such route.

    Where it does not answer, the next of ``others`` takes its place, and it is the last of them (RFC 1122, section
    3.3.1.5).
    """

    gateway: IPv4Address | None
    others: tuple[IPv4Address, ...] = ()


@attrs.frozen
class SetSpecificGateway:
    """Send by ``gateway``, which must be on a connected network, what goes to ``destination``; ``others`` as above."""

    destination: IPv4Network
    gateway: IPv4Address
    others: tuple[IPv4Address, ...] = ()


@attrs.frozen
class SetDirectRoute:
    """Hosts of ``destination`` are neighbours on ``interface``: all the world, behind a tunnel."""

    destination: IPv4Network
    interface: str


@attrs.frozen
class RemoveRoute:
    """Undo a specific gateway or direct route. Harmless where there is none."""

    destination: IPv4Network


@attrs.frozen
class SetInterfaceAddress:
    """Give ``interface`` this address in place of all it had, and enable it."""

    interface: str
    address: IPv4Interface


@attrs.frozen
class DisableInterface:
    """Neither send nor receive on ``interface``; its addresses are not answered for. Connections live on."""

    interface: str


@attrs.frozen
class EnableInterface:
    """Undo DisableInterface."""

    interface: str


@attrs.frozen
class AddAddress:
    """Give ``interface`` one more address."""

    interface: str
    address: IPv4Interface


@attrs.frozen
class RemoveAddress:
    """Take an address from ``interface``; connections from it are aborted. Harmless where it is not there."""

    interface: str
    address: IPv4Interface


@attrs.frozen
class JoinGroup:
    """Receive what is sent to a multicast group on ``interface``, or on all where it is None."""

    group: IPv4Address
    interface: str | None = None


@attrs.frozen
class LeaveGroup:
    """Receive it no more. The group of all hosts, 224.0.0.1, cannot be left."""

    group: IPv4Address
    interface: str | None = None


@attrs.frozen
class SetService:
    """Carry what is sent to ``host`` by ``protocol`` as ``service`` says: on connections that there are, from the next
    datagram on, and on those to come. None: as they were opened, or are listened for.

    So an application chooses the differentiated services field, the time to live, options or a route for one peer
    (RFC 9293, section 3.9.1.9; RFC 1122, section 4.1.4); ``Ip.carrier`` has a service for all peers of a protocol.
    """

    host: IPv4Address
    protocol: int
    service: Service | None


Administered: TypeAlias = (
    SetDefaultGateway
    | SetSpecificGateway
    | SetDirectRoute
    | RemoveRoute
    | SetInterfaceAddress
    | DisableInterface
    | EnableInterface
    | AddAddress
    | RemoveAddress
    | JoinGroup
    | LeaveGroup
)
"""What is about interfaces and routes."""
IpControl: TypeAlias = Administered | SetService

# -- info


@attrs.frozen
class InterfaceInfo:
    """An interface now."""

    name: str
    addresses: tuple[IPv4Interface, ...]
    enabled: bool
    mtu: int
    """The largest datagram that its link carries, in bytes; 0 while the host is not initialized."""
    groups: frozenset[IPv4Address]
    broadcasts: bool
    neighbours: int
    """To how many neighbours the way is known."""


@attrs.frozen
class FragmentInfo:
    """Reassembly now. Counts are since the host was made."""

    received: int
    reassembled: int
    """Datagrams that became whole."""
    refused: int
    """Fragments that could not be right: empty, of odd size, beyond the largest datagram, or hiding a TCP header."""
    overlaps: int
    """Datagrams thrown away because their fragments did not agree."""
    timed_out: int
    crowded_out: int
    """Incomplete datagrams dropped for room."""
    waiting: int
    """Incomplete datagrams now."""
    memory: int
    """Bytes that they take."""


@attrs.frozen
class IpInfo:
    """An IPv4 host now. Counts are datagrams since it was made; fragments that were received count one by one."""

    packets_sent: int
    packets_received: int
    packets_delivered: int
    packets_forwarded: int
    """Sent on, as a router does; fragments one by one."""
    packets_discarded: int
    """The sum of ``discards``."""
    discards: Mapping[str, int]
    """Every reason to drop a datagram, and for how many it was one."""
    fragments_sent: int
    fragments: FragmentInfo
    largest_received: int
    """The most bytes above IP in a datagram that comes, in fragments or whole (MMS_R of RFC 1122, section 3.3.2)."""
    interfaces: tuple[InterfaceInfo, ...]
    connections: int
    forgotten: int
    """Connections begun by peers and dropped for room."""
    narrow_paths: int
    """Destinations whose path carries less than its first link."""
    _max_packet_size: Callable[[IpAddress], int]
    _local_address: Callable[[IPv4Address], tuple[str, IPv4Address]]
    _routes: Callable[[], tuple[Route, ...]]

    def max_packet_size(self, address: IpAddress) -> int:
        """The most bytes above IP that reach ``address`` unfragmented, as far as is known. Raises OpenFailed."""
        return self._max_packet_size(address)

    def local_address(self, host: IPv4Address) -> tuple[str, IPv4Address]:
        """The interface towards ``host``, and this host's address there. Raises OpenFailed where there is no route."""
        return self._local_address(host)

    def routes(self) -> tuple[Route, ...]:
        """The routing table, the most specific first."""
        return self._routes()
