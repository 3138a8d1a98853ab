"""Ethernet: stations on a segment, named by MAC address."""

from foxpy.layers.ethernet.config import EthernetConfig
from foxpy.layers.ethernet.connection import (
    LLC,
    EthernetAddress,
    EthernetConnection,
    EthernetControl,
    EthernetInfo,
    EthernetPattern,
    JoinGroup,
    LeaveGroup,
    SetFilter,
)
from foxpy.layers.ethernet.layer import Ethernet, EthernetCarrier, ethernet

__all__ = [
    "LLC",
    "Ethernet",
    "EthernetAddress",
    "EthernetCarrier",
    "EthernetConfig",
    "EthernetConnection",
    "EthernetControl",
    "EthernetInfo",
    "EthernetPattern",
    "JoinGroup",
    "LeaveGroup",
    "SetFilter",
    "ethernet",
]
