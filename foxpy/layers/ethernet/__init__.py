"""Ethernet: stations on a segment, named by MAC address."""

from foxpy.layers.ethernet.addresses import LLC, EthernetAddress, EthernetPattern
from foxpy.layers.ethernet.config import EthernetConfig
from foxpy.layers.ethernet.connection import EthernetConnection
from foxpy.layers.ethernet.layer import Ethernet, EthernetCarrier, ethernet
from foxpy.layers.ethernet.requests import EthernetControl, EthernetInfo, JoinGroup, LeaveGroup, SetFilter

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
