"""Neighbours on a segment, as IPv4 wants them."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv4Interface
from typing import TYPE_CHECKING

from foxpy.carrier import ProtocolPaths
from foxpy.errors import BadAddress
from foxpy.layers.arp.claims import Watch
from foxpy.layers.arp.connection import ANY_STATION, ArpAddress, ArpConnection, ArpPattern, Suspect
from foxpy.layers.ipv4.link import ANYBODY, EVERYBODY, IpLink, NextHop
from foxpy.protocol import Path

if TYPE_CHECKING:  # the layer makes its link: the one names the other
    from foxpy.layers.arp.layer import Arp


class ArpLink(ProtocolPaths[NextHop, ArpAddress, ArpPattern, ArpConnection], IpLink):
    """What ``Arp.carrier()`` gives: an IpLink that resolves each NextHop."""

    broadcasts = True

    def __init__(self, lower: Arp) -> None:
        super().__init__(lower, "arp")
        self._arp = lower

    # -- how hosts map

    def address(self, host: NextHop, local: NextHop | None) -> ArpAddress:
        """A segment has one end here, so ``local`` decides nothing."""
        return ArpAddress(host.address)

    def pattern(self) -> ArpPattern:
        return ANY_STATION

    def ends(self, connection: ArpConnection) -> tuple[NextHop, NextHop]:
        """The peer is ANYBODY where a station began the connection; this end is EVERYBODY where it sends to many."""
        if connection.station is None:
            return NextHop(connection.peer), ANYBODY
        return ANYBODY, EVERYBODY if connection.to_many else ANYBODY

    def answerable(self, connection: ArpConnection) -> bool:
        return connection.station is None or not connection.to_many

    def host(self, text: str) -> NextHop:
        try:
            return NextHop(IPv4Address(text))
        except AddressValueError:
            raise BadAddress(f"{text!r} is not an IPv4 address; write it like 192.0.2.1") from None

    def suspect(self, path: Path[NextHop]) -> None:
        """Polls the neighbour (RFC 1122, section 2.3.2.1)."""
        self._arp.control(Suspect(path.peer.address))

    # -- this host's addresses

    def claim(self, address: IPv4Interface, watch: Watch | None = None, *, probe: bool | None = None) -> None:
        """As ``Arp.claim``."""
        self._arp.claim(address, watch, probe=probe)

    def disclaim(self, address: IPv4Interface) -> None:
        self._arp.disclaim(address)
