"""A router that a host has heard, as whoever listens for routers is given it."""

from __future__ import annotations

from ipaddress import IPv4Address

from foxpy.errors import InvalidConnection, PacketSize
from foxpy.layers.router_discovery.addresses import RouterAddress
from foxpy.layers.router_discovery.counters import Counters
from foxpy.message import Writer
from foxpy.protocol import Connection, Receiver, Sender


class RouterConnection(Connection):
    """The router at ``peer``. Its advertisements are delivered whole, the ICMP header first.

    The receiver hears Closed when the router says that it is one no longer, Aborted when its lifetime has passed, and
    Forgotten when others with a higher preference have taken its place.
    """

    __slots__ = ("interface", "open", "peer", "preference", "receiver")

    peer: IPv4Address
    interface: str
    """Where it was heard last."""
    preference: int
    """As it was heard last; of one that was set otherwise, as that has it."""

    def __init__(self, peer: IPv4Address, interface: str, preference: int) -> None:
        super().__init__()
        self.peer = peer
        self.interface = interface
        self.preference = preference
        self.open = True
        self.receiver: Receiver | None = None

    @property
    def address(self) -> RouterAddress:
        return RouterAddress(self.peer)

    def __str__(self) -> str:
        return f"router {self.peer} on {self.interface}"


class Wordless(Sender):
    """A host has nothing to say to a router that it knows, and must not ask again (RFC 1256, section 5.3): only empty
    packets are taken, and they go nowhere."""

    __slots__ = ("_connection", "_counters")

    def __init__(self, connection: RouterConnection, counters: Counters) -> None:
        self._connection = connection
        self._counters = counters

    def begin(self, size: int) -> Writer:
        if not self._connection.open:
            raise InvalidConnection(f"{self._connection} is closed")
        if size:
            raise PacketSize(f"{self._connection}: {size} bytes for a router, to which hosts say nothing", size, 0)
        return Writer()

    def commit(self, writer: Writer, payload: bytes) -> None:
        self._counters.without_word += 1

    def limit(self) -> int:
        return 0
