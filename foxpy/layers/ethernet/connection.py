"""A connection of an Ethernet: a peer and an ethertype."""

from __future__ import annotations

from foxpy.addresses import MacAddress
from foxpy.layers.ethernet.addresses import EthernetAddress
from foxpy.transfer import Connection, Receiver


class EthernetConnection(Connection):
    """Frames of one ethertype between this station and ``peer``."""

    __slots__ = ("ethertype", "key", "local", "open", "peer", "receiver")

    peer: MacAddress
    local: MacAddress
    """This station, or the group that the peer's frames are sent to."""

    def __init__(self, peer: MacAddress, local: MacAddress, ethertype: int, key: int) -> None:
        super().__init__()
        self.peer = peer
        self.local = local
        self.ethertype = ethertype
        self.key = key
        self.open = True
        self.receiver: Receiver | None = None

    @property
    def address(self) -> EthernetAddress:
        return EthernetAddress(self.peer, self.ethertype)

    def __str__(self) -> str:
        return f"ethernet {self.local} to {self.peer} ethertype {self.ethertype:#06x}"
