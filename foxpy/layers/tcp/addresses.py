"""What names things in TCP."""

from __future__ import annotations

from typing import Generic

import attrs

from foxpy.addresses import Port
from foxpy.path import Host
from foxpy.ports import ANY, check_port, check_port_or_any


@attrs.frozen
class TcpAddress(Generic[Host]):
    """A port of one host, and which end of ours connects to it."""

    host: Host
    port: Port = attrs.field(validator=check_port)
    local_port: Port = attrs.field(default=ANY, validator=check_port_or_any)
    """0 for an ephemeral port."""
    local: Host | None = None
    """Which of our addresses (MUST-43); None for the one that the layer below picks (MUST-44)."""

    def __str__(self) -> str:
        return f"tcp {self.host} port {self.port}"


@attrs.frozen
class TcpPattern(Generic[Host]):
    """A local port, for connections of ``host`` alone, to ``local`` alone, or of anyone to any address of ours.

    Of several patterns that match a SYN, the one that names the peer goes before the one that names our address.
    """

    port: Port = attrs.field(validator=check_port)
    host: Host | None = None
    local: Host | None = None

    def __str__(self) -> str:
        at = "" if self.local is None else f" at {self.local}"
        return f"tcp port {self.port}{at} from {'anyone' if self.host is None else self.host}"
