"""What names things in UDP, and what can be asked and told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeAlias

import attrs

from foxpy.addresses import Port
from foxpy.ports import ANY, check_port, check_port_or_any
from foxpy.protocol import Connection, Host, Receiver

if TYPE_CHECKING:
    from foxpy.layers.udp.path import UdpPath


@attrs.frozen
class UdpAddress(Generic[Host]):
    """One peer, and which end of ours talks to it."""

    host: Host
    """The peer; may be a group or a broadcast address, where the layer below sends to those."""
    port: Port = attrs.field(validator=check_port)
    local_port: Port = attrs.field(default=ANY, validator=check_port_or_any)
    """0 for an ephemeral port."""
    local: Host | None = None
    """Which of our addresses; None for the one that the layer below picks (RFC 1122, section 4.1.3.5)."""

    def __str__(self) -> str:
        return f"udp {self.host} port {self.port}"


@attrs.frozen
class UdpPattern(Generic[Host]):
    """A local port, for datagrams of ``host`` alone, to ``local`` alone, or of anyone to any address of ours.

    Of several patterns that match a datagram, the one that names the peer goes before the one that names our address.
    """

    port: Port = attrs.field(validator=check_port)
    host: Host | None = None
    local: Host | None = None
    """One of our addresses, a group or a broadcast address."""

    def __str__(self) -> str:
        at = "" if self.local is None else f" at {self.local}"
        return f"udp port {self.port}{at} from {'anyone' if self.host is None else self.host}"


class UdpConnection(Connection, Generic[Host]):
    """Datagrams between one port of ours and one of a peer's."""

    __slots__ = (
        "answerable",
        "checksums",
        "heard",
        "key",
        "local",
        "local_port",
        "open",
        "path",
        "peer",
        "port",
        "receiver",
    )

    peer: Host
    port: Port
    """The peer's port; 0 where it names none (RFC 768: a source port is optional)."""
    local: Host
    """The specific destination of what was received (RFC 1122, section 4.1.3.5): it may be a group or broadcast."""
    local_port: Port
    answerable: bool
    """Whether it can send: not where its datagrams come to a group, or from port 0. Open another one to answer."""

    def __init__(self, path: UdpPath[Host], port: Port, local_port: Port) -> None:
        super().__init__()
        self.path = path
        self.peer = path.peer
        self.port = port
        self.local = path.local
        self.local_port = local_port
        self.answerable = path.answerable and port != 0
        self.checksums = path.layer.checksums
        self.key = port << 16 | local_port
        self.open = True
        self.heard = False
        self.receiver: Receiver | None = None

    @property
    def address(self) -> UdpAddress[Host]:
        """The address that opens it. Raises BadAddress where the peer named no port."""
        return UdpAddress(self.peer, self.port, self.local_port, self.local)

    def __str__(self) -> str:
        return f"udp {self.local} port {self.local_port} to {self.peer} port {self.port}"


@attrs.frozen
class SetChecksums(Generic[Host]):
    """Whether ``connection`` sends checksums from now on (RFC 1122, section 4.1.3.4: an application MAY control it).

    Without, the receiver takes damaged datagrams for good ones.
    """

    connection: UdpConnection[Host]
    generate: bool


UdpControl: TypeAlias = SetChecksums[Host]


@attrs.frozen
class UdpInfo:
    """A UDP now. Counts are datagrams since it was made."""

    connections: int
    listeners: int
    paths: int
    """Connections of the layer below that it holds."""
    sent: int
    received: int
    malformed: int
    """Shorter than a header, or with a length field that the packet does not have."""
    checksum_errors: int
    unchecked: int
    """Without a checksum where ``UdpConfig.require_checksums`` wants one."""
    unclaimed: int
    """To a port that nobody listens to; the sender was told where the layer below can."""
    forgotten: int
    """Connections begun by peers and dropped for room."""
    foreign_reports: int
    """Reports from below that quote a datagram of no connection: late, or forged."""
