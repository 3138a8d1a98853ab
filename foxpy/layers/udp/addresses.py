"""What names things in UDP."""

from __future__ import annotations

from typing import Generic

import attrs

from foxpy.addresses import Port
from foxpy.path import Host
from foxpy.ports import ANY, check_port, check_port_or_any


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
