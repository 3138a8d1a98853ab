"""What passes where an identity layer was put: an Ethernet frame, an IP packet, a TCP segment, or bytes."""

from __future__ import annotations

import enum

from foxpy.carrier import ProtocolPaths
from foxpy.devices.device import Device
from foxpy.interpose import Interposable
from foxpy.layers.arp import Arp
from foxpy.layers.ethernet import EthernetConnection, EthernetPattern
from foxpy.layers.ipv4 import IpConnection, IpPattern
from foxpy.layers.ipv4.link import IpLink
from foxpy.protocol import Paths
from foxpy.transfer import Connection


class Carried(enum.Enum):
    """What a packet begins with."""

    FRAME = "frame"
    """An Ethernet frame."""
    ARP = "arp"
    IP = "ip"
    ICMP = "icmp"
    TCP = "tcp"
    UDP = "udp"
    BYTES = "bytes"
    """Nothing that is known of: an application's bytes, or another protocol's."""


_ETHERTYPES = {0x0800: Carried.IP, 0x86DD: Carried.IP, 0x0806: Carried.ARP}
_PROTOCOLS = {1: Carried.ICMP, 4: Carried.IP, 6: Carried.TCP, 17: Carried.UDP, 41: Carried.IP}


def carried(layer: Interposable, connection: Connection | None = None) -> Carried:
    """What passes above ``layer``; of a protocol that carries many others, ``connection`` says which."""
    if isinstance(layer, Device):
        return Carried.FRAME if layer.header else Carried.IP
    if isinstance(layer, IpLink | Arp):
        return Carried.IP
    match layer.pattern() if isinstance(layer, ProtocolPaths) else connection:
        case EthernetPattern(ethertype=kind) | EthernetConnection(ethertype=kind):
            return _ETHERTYPES.get(kind, Carried.BYTES)
        case IpPattern(protocol=protocol) | IpConnection(protocol=protocol):
            return _PROTOCOLS.get(protocol, Carried.BYTES)
    return Carried.BYTES


def name_of(layer: Interposable) -> str:
    """What to call ``layer`` in a message to people."""
    return layer.name if isinstance(layer, Device | Paths) else type(layer).__name__.lower()
