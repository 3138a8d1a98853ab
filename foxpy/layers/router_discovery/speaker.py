"""Sending messages of router discovery, which never leave the link (RFC 1256, section 3)."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Final

from foxpy.errors import ProtocolError
from foxpy.layers.icmp.codes import PROTOCOL
from foxpy.layers.ipv4 import Ip, IpAddress, Service
from foxpy.layers.router_discovery.counters import Counters

ON_THE_LINK: Final = Service(ttl=1)


class Speaker:
    """Sends those of one host."""

    __slots__ = ("_ip", "counters")

    def __init__(self, ip: Ip, counters: Counters) -> None:
        self._ip = ip
        self.counters = counters

    def say(self, message: bytes, destination: IPv4Address, local: IPv4Address) -> bool:
        """Send ``message`` from ``local``, whose interface it goes by; whether it went. Failures are counted."""
        try:
            self._ip.post(IpAddress(destination, PROTOCOL, local, ON_THE_LINK), message, b"")
        except ProtocolError:
            self.counters.unsendable += 1
            return False
        return True
