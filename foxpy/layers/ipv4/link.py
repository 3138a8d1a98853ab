"""What IPv4 needs of a link below it: packets to a neighbour, named by its IPv4 address.

ARP over Ethernet is one such link, a point-to-point medium with bare IP packets another. A neighbour on a link is a
type of its own, so that mypy refuses IP straight over IP, where a remote host's address would pass for a neighbour's.
"""

from __future__ import annotations

from abc import abstractmethod
from ipaddress import IPv4Address, IPv4Interface
from typing import Final

import attrs

from foxpy.protocol import Paths


@attrs.frozen
class NextHop:
    """A machine on this very link, by its IPv4 address; the limited broadcast address stands for all of them."""

    address: IPv4Address

    def __str__(self) -> str:
        return str(self.address)


ANYBODY: Final = NextHop(IPv4Address(0))
"""The peer of what arrives: a link layer tells who sent a frame by station, not by IPv4 address."""
EVERYBODY: Final = NextHop(IPv4Address("255.255.255.255"))
"""All neighbours: the link's broadcast."""


class IpLink(Paths[NextHop]):
    """Paths to neighbours, and what else IPv4 asks of a link; nothing but IPv4 goes on it.

    ``open`` takes a neighbour, EVERYBODY, or a multicast group's address; packets sent before the neighbour is resolved
    wait in a bounded queue. Paths that come from ``listen`` have the peer ANYBODY; they are ``answerable`` unless the
    frame was sent to many stations. A neighbour that does not answer is reported to the receiver of its path as
    ``Report(HOST_UNREACHABLE, quoted)``, ``quoted`` being the beginning of the packet that was waiting.
    """

    broadcasts: bool
    """Whether a packet can reach all neighbours at once; not on a point-to-point link."""

    @abstractmethod
    def claim(self, address: IPv4Interface) -> None:
        """This host has ``address`` on this link: answer for it, announce and defend it, where the link needs that."""

    @abstractmethod
    def disclaim(self, address: IPv4Interface) -> None:
        """Stop answering for ``address``. Harmless where it was not claimed."""
