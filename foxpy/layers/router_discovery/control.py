"""What can be asked and told of router discovery."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import TypeAlias

import attrs

from foxpy.layers.router_discovery.config import AddressVariables, InterfaceVariables


@attrs.frozen
class SetInterfaceVariables:
    """Run on ``interface`` with these from now on."""

    interface: str
    variables: InterfaceVariables


@attrs.frozen
class SetAddressVariables:
    """Advertise ``address`` so from now on; hosts are told at once where it is not to be advertised any more."""

    address: IPv4Address
    variables: AddressVariables


RouterDiscoveryControl: TypeAlias = SetInterfaceVariables | SetAddressVariables


@attrs.frozen
class RouterInfo:
    """A router that a host knows."""

    address: IPv4Address
    preference: int
    interface: str | None
    """Where it was heard; None: it was set otherwise, and not heard."""
    left: float
    """Seconds until it is dropped unless it is heard again; infinity where it was set otherwise."""


@attrs.frozen
class RouterDiscoveryInfo:
    """Router discovery now. Counts are messages since it was made."""

    is_router: bool
    """Whether it advertises, because the host forwards; else it looks for routers."""
    advertising: tuple[str, ...]
    """The interfaces on which something is advertised."""
    routers: tuple[RouterInfo, ...]
    """Those that a host knows, the preferred one first."""
    advertisements_received: int
    advertisements_sent: int
    solicitations_received: int
    solicitations_sent: int
    connections: int
    discards: Mapping[str, int]
    """Every reason to drop a message, or a router in one, or not to send one, and for how many it was one."""
