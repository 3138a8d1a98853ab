"""A connection of UDP: one port of ours and one of a peer's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from foxpy.addresses import Port
from foxpy.layers.udp.addresses import UdpAddress
from foxpy.path import Host
from foxpy.transfer import Connection, Receiver

if TYPE_CHECKING:
    from foxpy.layers.udp.path import UdpPath


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
