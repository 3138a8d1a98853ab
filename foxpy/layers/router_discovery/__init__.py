"""ICMP Router Discovery (RFC 1256): routers say that they are there, and hosts find them."""

from foxpy.layers.router_discovery.addresses import RouterAddress, RouterPattern
from foxpy.layers.router_discovery.config import AddressVariables, InterfaceVariables, RouterDiscoveryConfig
from foxpy.layers.router_discovery.connection import RouterConnection
from foxpy.layers.router_discovery.control import (
    RouterDiscoveryControl,
    RouterDiscoveryInfo,
    RouterInfo,
    SetAddressVariables,
    SetInterfaceVariables,
)
from foxpy.layers.router_discovery.layer import RouterDiscovery, router_discovery

__all__ = [
    "AddressVariables",
    "InterfaceVariables",
    "RouterAddress",
    "RouterConnection",
    "RouterDiscovery",
    "RouterDiscoveryConfig",
    "RouterDiscoveryControl",
    "RouterDiscoveryInfo",
    "RouterInfo",
    "RouterPattern",
    "SetAddressVariables",
    "SetInterfaceVariables",
    "router_discovery",
]
