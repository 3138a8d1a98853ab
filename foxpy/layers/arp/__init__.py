"""ARP: stations on an Ethernet, named by IPv4 address."""

from foxpy.layers.arp.config import ArpConfig, Defence
from foxpy.layers.arp.connection import (
    ANY_STATION,
    AddNeighbour,
    AddressConflict,
    AddressInUse,
    ArpAddress,
    ArpConnection,
    ArpControl,
    ArpInfo,
    ArpPattern,
    ClaimEvent,
    ClaimInfo,
    Confirm,
    Flush,
    NeighbourInfo,
    NeighbourState,
    RemoveNeighbour,
    Suspect,
)
from foxpy.layers.arp.layer import Arp, arp
from foxpy.layers.arp.link import ArpLink

__all__ = [
    "ANY_STATION",
    "AddNeighbour",
    "AddressConflict",
    "AddressInUse",
    "Arp",
    "ArpAddress",
    "ArpConfig",
    "ArpConnection",
    "ArpControl",
    "ArpInfo",
    "ArpLink",
    "ArpPattern",
    "ClaimEvent",
    "ClaimInfo",
    "Confirm",
    "Defence",
    "Flush",
    "NeighbourInfo",
    "NeighbourState",
    "RemoveNeighbour",
    "Suspect",
    "arp",
]
