"""An echo session, and what sends on it."""

from __future__ import annotations

from ipaddress import IPv4Address

from foxpy.errors import InvalidConnection, PacketSize
from foxpy.layers.icmp.addresses import IcmpAddress
from foxpy.layers.icmp.codes import REPLY
from foxpy.layers.icmp.counters import Counters
from foxpy.layers.icmp.wire import Echo, append_echo, fill_icmp
from foxpy.message import Writer
from foxpy.protocol import Connection, Receiver, Sender


class IcmpConnection(Connection):
    """An echo session between this host and ``peer``.

    On one that this host opened, what is sent goes out as echo requests with running sequence numbers, and the data of
    the replies is delivered. On one that the peer began, it is the other way round: its requests are delivered, and
    what is sent goes out as replies to the last of them.
    """

    __slots__ = (
        "identifier",
        "key",
        "local",
        "lower",
        "open",
        "peer",
        "receiver",
        "responder",
        "sent",
        "sequence",
        "ttl",
    )

    peer: IPv4Address
    local: IPv4Address
    responder: IPv4Address
    """Who sent the message that is being delivered: for a session with a group, one of its members."""
    sequence: int
    """The sequence number of the message that is being delivered."""
    ttl: int
    """What was left of its time to live."""
    sent: int
    """The sequence number of the last request that was sent; 65535 before the first, so that this one has 0."""

    def __init__(self, peer: IPv4Address, local: IPv4Address, identifier: int, key: int, lower: Sender) -> None:
        super().__init__()
        self.peer = peer
        self.local = local
        self.identifier = identifier
        self.key = key
        self.lower = lower
        self.open = True
        self.receiver: Receiver | None = None
        self.responder = peer
        self.sequence = 0
        self.ttl = 0
        self.sent = 0xFFFF

    @property
    def address(self) -> IcmpAddress:
        return IcmpAddress(self.peer, self.identifier, self.local)

    def __str__(self) -> str:
        return f"icmp {self.local} to {self.peer} echo {self.identifier}"


class EchoSender(Sender):
    """Sends the requests of a session that this host opened, or the replies of one that the peer began."""

    __slots__ = ("_at", "_connection", "_counters", "_lower", "_type")

    def __init__(self, connection: IcmpConnection, kind: int, counters: Counters) -> None:
        self._connection = connection
        self._type = kind
        self._lower = connection.lower
        self._counters = counters
        self._at = 0

    def begin(self, size: int) -> Writer:
        connection = self._connection
        if not connection.open:
            raise InvalidConnection(f"{connection} is closed")
        try:
            writer = self._lower.begin(size + Echo.MIN)
        except PacketSize as error:
            limit = error.limit - Echo.MIN
            raise PacketSize(f"{connection}: {size} bytes, at most {limit}", size, limit) from None
        self._at = len(writer)
        sequence = connection.sequence if self._type == REPLY else (connection.sent + 1) & 0xFFFF
        append_echo(writer, size, type=self._type, ident=connection.identifier, seq=sequence)
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        fill_icmp(writer, self._at, payload, 0)
        if self._type == REPLY:
            self._counters.echo_replies_sent += 1
        else:
            connection = self._connection
            connection.sent = (connection.sent + 1) & 0xFFFF
            self._counters.echo_requests_sent += 1
        self._lower.commit(writer, payload)

    def limit(self) -> int:
        return self._lower.limit() - Echo.MIN
