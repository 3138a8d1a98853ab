"""A connection of an IPv4 host: a peer and a protocol."""

from __future__ import annotations

from ipaddress import IPv4Address

import attrs

from foxpy.errors import BadAddress
from foxpy.layers.ipv4.addresses import IpAddress, Service
from foxpy.layers.ipv4.ecn import IpEcn
from foxpy.layers.ipv4.headers import Headers
from foxpy.protocol import Connection, Receiver


class IpConnection(Connection):
    """Datagrams of one protocol between this host and ``peer``."""

    __slots__ = (
        "answerable",
        "carried",
        "ecn",
        "key",
        "local",
        "open",
        "opened",
        "peer",
        "protocol",
        "receiver",
        "service",
    )

    peer: IPv4Address
    local: IPv4Address
    """This host's address, or the group or broadcast address that the peer's datagrams came to."""
    answerable: bool
    """Whether datagrams can be sent: not if they came to a group, or from a host that does not know its address."""
    open: bool
    opened: Service
    """As whoever opened it, or listens, wants it."""
    service: Service
    """The same, unless SetService says otherwise."""
    carried: Service
    """The same; with the way back that the peer's datagrams came by, where they came by a source route."""

    def __init__(
        self,
        peer: IPv4Address,
        local: IPv4Address,
        protocol: int,
        service: Service,
        key: int,
        answerable: bool,
        headers: Headers,
    ) -> None:
        super().__init__()
        self.peer = peer
        self.local = local
        self.protocol = protocol
        self.opened = service
        self.service = service
        self.carried = service
        self.key = key
        self.answerable = answerable
        self.open = True
        self.ecn = IpEcn(headers)
        self.receiver: Receiver | None = None

    @property
    def address(self) -> IpAddress:
        return IpAddress(self.peer, self.protocol, self.local, self.service)

    def serve(self, service: Service) -> None:
        """Carry what is sent as ``service`` says."""
        self.service = self.carried = service

    def returns_by(self, route: tuple[IPv4Address, ...]) -> bool:
        """The peer's datagrams come by a source route, whose way back is ``route``; whether that is news.

        A route that was asked for goes before it (RFC 9293, MUST-52), and a later one takes its place (SHLD-24).
        """
        if self.service.route or self.carried.route == route:
            return False
        try:
            self.carried = attrs.evolve(self.service, route=route)
        except BadAddress:
            return False  # there is no room for it beside the options that are sent
        return True

    def __str__(self) -> str:
        return f"ipv4 {self.local} to {self.peer} protocol {self.protocol}"
