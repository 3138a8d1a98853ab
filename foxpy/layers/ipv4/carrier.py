"""An IPv4 host dedicated to one protocol above it."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING

from foxpy.carrier import ProtocolCarrier
from foxpy.checksum import fold
from foxpy.ecn import EcnField
from foxpy.errors import BadAddress
from foxpy.layers.ipv4.addresses import IpAddress, IpPattern, Service
from foxpy.layers.ipv4.connection import IpConnection
from foxpy.layers.ipv4.numbers import word_sum
from foxpy.protocol import Path

if TYPE_CHECKING:
    from foxpy.layers.ipv4.layer import Ip


class IpCarrier(ProtocolCarrier[IPv4Address, IpAddress, IpPattern, IpConnection]):
    """Hosts are IPv4 addresses, and the pseudo-header is that of RFC 9293, section 3.1, and RFC 768."""

    def __init__(self, lower: Ip, protocol: int, service: Service) -> None:
        super().__init__(lower, f"ipv4 protocol {protocol}")
        self._ip = lower
        self._pattern = IpPattern(protocol, service=service)
        self._service = service

    def address(self, host: IPv4Address, local: IPv4Address | None) -> IpAddress:
        return IpAddress(host, self._pattern.protocol, local, self._service)

    def pattern(self) -> IpPattern:
        return self._pattern

    def ends(self, connection: IpConnection) -> tuple[IPv4Address, IPv4Address]:
        return connection.peer, connection.local

    def answerable(self, connection: IpConnection) -> bool:
        return connection.answerable

    def pseudo(self, connection: IpConnection) -> int:
        return fold(word_sum(connection.local) + word_sum(connection.peer) + connection.protocol)

    def ecn(self, connection: IpConnection) -> EcnField:
        return connection.ecn

    def host(self, text: str) -> IPv4Address:
        try:
            return IPv4Address(text)
        except AddressValueError:
            raise BadAddress(f"{text!r} is not an IPv4 address; write it like 192.0.2.1") from None

    def is_group(self, host: IPv4Address) -> bool:
        """Multicast groups, and the broadcast addresses of the networks that this host is on."""
        return self._ip.is_group(host)

    def suspect(self, path: Path[IPv4Address]) -> None:
        """The link polls the first hop."""
        self._ip.suspect(path.peer)

    def reject(self, path: Path[IPv4Address], frame: bytes, start: int, end: int) -> None:
        """ICMP port unreachable, where ICMP is there and the rules let it speak."""
        self._ip.reject(path.peer, path.local, frame, start, end)
