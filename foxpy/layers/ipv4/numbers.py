"""IPv4 addresses as the numbers that the hot path compares, and what kind of address a number is."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Final

LIMITED_BROADCAST: Final = 0xFFFF_FFFF
UNSPECIFIED: Final = 0
ALL_HOSTS: Final = 0xE000_0001
"""The group of all hosts on a link, 224.0.0.1 (RFC 1112, section 4)."""


def is_multicast(number: int) -> bool:
    """Whether it names a group: class D."""
    return number >> 28 == 0xE


def is_loopback(number: int) -> bool:
    """Whether it is in 127.0.0.0/8, which never appears outside a host (RFC 1122, section 3.2.1.3)."""
    return number >> 24 == 127


def is_link_local(number: int) -> bool:
    """Whether it is in 169.254.0.0/16, which no router passes on (RFC 3927, section 2.7)."""
    return number >> 16 == 0xA9FE


def names_a_host(number: int) -> bool:
    """Whether it could be one host's address: not this network (0/8), loopback, multicast or class E, which ends in
    the limited broadcast. Directed broadcasts are known only to who knows the networks."""
    top = number >> 24
    return 0 < top < 224 and top != 127


def word_sum(address: IPv4Address) -> int:
    """The sum of its two 16-bit words, for pseudo-headers."""
    number = int(address)
    return (number >> 16) + (number & 0xFFFF)
