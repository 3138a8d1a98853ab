"""The configuration variables of RFC 1256, sections 4.1 and 5.1, with the defaults that it gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Final

import attrs

from foxpy.layers.router_discovery.wire import HIGHEST, NEVER_DEFAULT

ALL_SYSTEMS: Final = IPv4Address("224.0.0.1")
ALL_ROUTERS: Final = IPv4Address("224.0.0.2")
BROADCAST: Final = IPv4Address("255.255.255.255")

# what may not be configured (RFC 1256, section 6), in seconds
MAX_INITIAL_ADVERT_INTERVAL: Final = 16.0
MAX_INITIAL_ADVERTISEMENTS: Final = 3
MAX_RESPONSE_DELAY: Final = 2.0
MAX_SOLICITATION_DELAY: Final = 1.0
SOLICITATION_INTERVAL: Final = 3.0
MAX_SOLICITATIONS: Final = 3


def _least_lifetime(instance: InterfaceVariables, attribute: attrs.Attribute[int], value: int) -> None:
    if not math.ceil(instance.max_interval) <= value <= 9000:
        raise ValueError(f"lifetime {value} is outside max_interval..9000, which is {instance.max_interval}..9000 s")


def _least_interval(instance: InterfaceVariables, attribute: attrs.Attribute[float], value: float) -> None:
    if not 3 <= value <= instance.max_interval:
        raise ValueError(f"min_interval {value} is outside 3..max_interval, which is 3..{instance.max_interval} s")


def _three_times(interval: float) -> int:
    return math.ceil(3 * interval) if math.isfinite(interval) else 0  # an interval that is none is refused next


@attrs.frozen(kw_only=True)
class InterfaceVariables:
    """Those of one interface. Raises ValueError for what the RFC does not allow."""

    advertisement_address: IPv4Address = attrs.field(
        default=ALL_SYSTEMS, validator=attrs.validators.in_((ALL_SYSTEMS, BROADCAST))
    )
    """AdvertisementAddress: where a router's advertisements go. 255.255.255.255 where hosts take no multicast."""
    max_interval: float = attrs.field(default=600.0, validator=[attrs.validators.ge(4), attrs.validators.le(1800)])
    """MaxAdvertisementInterval: the longest time between a router's advertisements, 4 to 1800 seconds."""
    min_interval: float = attrs.field(
        default=attrs.Factory(lambda self: 0.75 * self.max_interval, takes_self=True), validator=_least_interval
    )
    """MinAdvertisementInterval: the shortest time between those that nobody asked for, from 3 seconds on."""
    lifetime: int = attrs.field(
        default=attrs.Factory(lambda self: _three_times(self.max_interval), takes_self=True),
        validator=_least_lifetime,
    )
    """AdvertisementLifetime: how long hosts may use what was advertised; from ``max_interval`` to 9000 seconds."""
    perform: bool = True
    """PerformRouterDiscovery: whether a host looks for routers there."""
    solicitation_address: IPv4Address = attrs.field(
        default=ALL_ROUTERS, validator=attrs.validators.in_((ALL_ROUTERS, BROADCAST))
    )
    """SolicitationAddress: where a host asks. 255.255.255.255 where routers take no multicast."""


@attrs.frozen(kw_only=True)
class AddressVariables:
    """Those of one address of a router. Raises ValueError for a preference of more than 32 bits."""

    advertise: bool = True
    """Advertise: whether the address is told at all."""
    preference: int = attrs.field(
        default=0, validator=[attrs.validators.ge(NEVER_DEFAULT), attrs.validators.le(HIGHEST)]
    )
    """PreferenceLevel: the higher, the rather it is a default router; -2**31: it is to be none."""


@attrs.frozen(kw_only=True)
class RouterDiscoveryConfig:
    """Settings of router discovery on one host or router. Raises ValueError where one is absurd."""

    interface: InterfaceVariables = InterfaceVariables()
    """Of every interface that ``interfaces`` does not name."""
    interfaces: Mapping[str, InterfaceVariables] = attrs.field(factory=dict)
    """By the interface's name."""
    address: AddressVariables = AddressVariables()
    """Of every address that ``addresses`` does not have."""
    addresses: Mapping[IPv4Address, AddressVariables] = attrs.field(factory=dict)
    routers: int = attrs.field(default=16, validator=attrs.validators.ge(1))
    """How many routers a host keeps, those with the highest preference: several, so that there is another at once where
    one fails (RFC 1256, section 5.3), and few, as anybody on the link can invent some."""
    preference: int = attrs.field(
        default=0, validator=[attrs.validators.ge(NEVER_DEFAULT), attrs.validators.le(HIGHEST)]
    )
    """Of the default gateways that a host has been given otherwise; of equals they go first."""
    open_timeout: float = attrs.field(default=10.0, validator=attrs.validators.gt(0))
    """Seconds that an open waits for a router: as long as three solicitations and the answer to the last may take."""
