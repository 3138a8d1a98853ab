"""UDP as a carrier: any protocol in datagrams, TCP for one. A host of the upper layer is a UDP endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

import attrs

from foxpy.addresses import Port, port
from foxpy.carrier import ProtocolCarrier
from foxpy.errors import BadAddress
from foxpy.layers.udp.addresses import UdpAddress, UdpPattern
from foxpy.layers.udp.connection import UdpConnection
from foxpy.protocol import Host

if TYPE_CHECKING:
    from foxpy.layers.udp.layer import Udp


@attrs.frozen
class UdpEndpoint(Generic[Host]):
    """A port of a host: what a protocol over UDP calls a host."""

    host: Host
    port: Port

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class UdpCarrier(
    ProtocolCarrier[UdpEndpoint[Host], UdpAddress[Host], UdpPattern[Host], UdpConnection[Host]], Generic[Host]
):
    """A UDP dedicated to one local port. There is no pseudo-header: UDP's own checksum covers the addresses."""

    def __init__(self, lower: Udp[Host], local_port: Port) -> None:
        super().__init__(lower, f"udp port {local_port}")
        self._udp = lower
        self._port = local_port
        self._pattern: UdpPattern[Host] = UdpPattern(local_port)
        # A datagram may come without a checksum, so UDP's vouches for nothing unless they are required.
        self.verified = lower.verified

    def address(self, host: UdpEndpoint[Host], local: UdpEndpoint[Host] | None) -> UdpAddress[Host]:
        if local is None:
            return UdpAddress(host.host, host.port, self._port)
        if local.port != self._port:
            raise BadAddress(f"{self.name} cannot send from {local}")
        return UdpAddress(host.host, host.port, self._port, local.host)

    def pattern(self) -> UdpPattern[Host]:
        return self._pattern

    def ends(self, connection: UdpConnection[Host]) -> tuple[UdpEndpoint[Host], UdpEndpoint[Host]]:
        return (
            UdpEndpoint(connection.peer, connection.port),
            UdpEndpoint(connection.local, connection.local_port),
        )

    def answerable(self, connection: UdpConnection[Host]) -> bool:
        return connection.answerable

    def is_group(self, host: UdpEndpoint[Host]) -> bool:
        return self._udp.is_group(host.host)

    def host(self, text: str) -> UdpEndpoint[Host]:
        """``192.0.2.1:7000``; without a port, the port that is ours. Raises BadAddress."""
        try:
            return UdpEndpoint(self._udp.host(text), self._port)
        except BadAddress:
            name, colon, number = text.rpartition(":")
            if not colon or not (number.isascii() and number.isdigit() and len(number) <= 5):
                raise
        return UdpEndpoint(self._udp.host(name), port(int(number)))
