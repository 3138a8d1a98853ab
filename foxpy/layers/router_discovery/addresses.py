"""What names the routers on the links of a host."""

from __future__ import annotations

from ipaddress import IPv4Address

import attrs


@attrs.frozen
class RouterAddress:
    """The router at ``host``, a neighbour."""

    host: IPv4Address

    def __str__(self) -> str:
        return f"router {self.host}"


@attrs.frozen
class RouterPattern:
    """Every router on the link of ``interface``, or on all links."""

    interface: str | None = None

    def __str__(self) -> str:
        return f"routers on {self.interface or 'all links'}"
