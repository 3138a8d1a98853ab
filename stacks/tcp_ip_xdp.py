"""TCP and UDP over IPv4 over Ethernet on AF_XDP: a host of its own on an interface that Linux uses as well.

   TCP   UDP
     \\   /
ICMP  IPv4
    \\  |
       ARP        Linux
        |           |
     Ethernet       |
        |           |
       xdp ---- interface

Linux keeps the interface and its own addresses. What is for the stack's address never gets to Linux's network stack.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

from foxpy.devices.interface import mac_of
from foxpy.devices.xdp import xdp
from stacks.tcp_ip import TcpIp, build

__all__ = ["TcpIp", "beside_linux", "build"]


def beside_linux(name: str, address: IPv4Interface, gateway: IPv4Address | None = None) -> TcpIp:
    """The stack on the interface ``name``, with ``address``, which Linux must not have.

    It has the interface's hardware address, as a network card takes in nothing that is for another. Raises OSError
    where there is no such interface.
    """
    return build(xdp(name, addresses=address.ip), address, gateway, mac_of(name))
