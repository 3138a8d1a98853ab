"""TCP and UDP over IPv4 over Ethernet on a packet socket: a host of its own on an interface that Linux uses as well.

   TCP   UDP
     \\   /
ICMP  IPv4
    \\  |
       ARP        Linux
        |           |
     Ethernet       |
        |           |
     packet --- interface

Linux keeps the interface, its own addresses and its own MAC address. To the stack's it does not answer: packets for
another station end in its driver's filter or before its IP.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

from foxpy.devices.packet import heard_by, packet
from stacks.tcp_ip import TcpIp, build

__all__ = ["TcpIp", "beside_linux", "build"]


def beside_linux(name: str, address: IPv4Interface, gateway: IPv4Address | None = None) -> TcpIp:
    """The stack on the interface ``name``, with ``address``, which Linux must not have. Call it inside trio."""
    return build(packet(name, addresses=heard_by(address)), address, gateway)
