"""What can be asked and told of UDP."""

from __future__ import annotations

from typing import Generic, TypeAlias

import attrs

from foxpy.layers.udp.connection import UdpConnection
from foxpy.path import Host


@attrs.frozen
class SetChecksums(Generic[Host]):
    """Whether ``connection`` sends checksums from now on (RFC 1122, section 4.1.3.4: an application MAY control it).

    Without, the receiver takes damaged datagrams for good ones.
    """

    connection: UdpConnection[Host]
    generate: bool


UdpControl: TypeAlias = SetChecksums[Host]


@attrs.frozen
class UdpInfo:
    """A UDP now. Counts are datagrams since it was made."""

    connections: int
    listeners: int
    paths: int
    """Connections of the layer below that it holds."""
    sent: int
    received: int
    malformed: int
    """Shorter than a header, or with a length field that the packet does not have."""
    checksum_errors: int
    unchecked: int
    """Without a checksum where ``UdpConfig.require_checksums`` wants one."""
    unclaimed: int
    """To a port that nobody listens to; the sender was told where the layer below can."""
    forgotten: int
    """Connections begun by peers and dropped for room."""
    foreign_reports: int
    """Reports from below that quote a datagram of no connection: late, or forged."""
