"""A field set in place by foxpy.wire. Apart from ``by_foxpy``: what defines a packet is never compiled."""

from __future__ import annotations

from foxpy.layers.ipv4.wire import IPv4
from foxpy.wire import Mutable


class IPv4Mut(IPv4, Mutable):
    """The header, to be changed where it lies."""


def set_ttl(ip: IPv4Mut, ttl: int) -> None:
    """In a view made once, which keeps the checksum right."""
    ip.ttl = ttl
