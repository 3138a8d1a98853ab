"""Ethernet II, and IEEE 802.3 frames with a length (RFC 894, RFC 1042; IEEE 802.3 clause 3)."""

from __future__ import annotations

from typing import Final

from foxpy.addresses import BROADCAST, MacAddress
from foxpy.carrier import ProtocolCarrier
from foxpy.demux import Connections, Listeners
from foxpy.devices.device import WIRE, Device, EthernetFrames, WireConnection
from foxpy.errors import BadAddress, InvalidConnection, PacketSize
from foxpy.layers.ethernet.config import EthernetConfig
from foxpy.layers.ethernet.connection import (
    LLC,
    LOWEST_ETHERTYPE,
    EthernetAddress,
    EthernetConnection,
    EthernetControl,
    EthernetInfo,
    EthernetPattern,
    JoinGroup,
    LeaveGroup,
    SetFilter,
)
from foxpy.layers.ethernet.counters import Counters
from foxpy.layers.ethernet.wire import Ethernet as Header
from foxpy.layers.ethernet.wire import append_ethernet, read_ethernet
from foxpy.layers.length import length
from foxpy.message import Writer
from foxpy.offload import NONE, Offload, Offloads
from foxpy.protocol import Connectionless, Handler, Listening, Receiver, Sender
from foxpy.status import Aborted, Closed, Forgotten, Status
from foxpy.waiting import first
from foxpy.wire import PacketError

# -- configuration

LARGEST_LENGTH: Final = 1500
"""The largest 802.3 length; numbers from 0x0600 on are ethertypes, and those between are undefined."""


SAY_THEIR_LENGTH: Final = frozenset((LLC, 0x0800, 0x0806, 0x86DD))
"""802.3 frames, IPv4, ARP and IPv6: what padding is put behind them is told from the packet by a length in it."""

DEFAULT: Final = EthernetConfig()

# -- factory


def ethernet(
    device: Device[EthernetFrames], address: MacAddress | str | None = None, *, config: EthernetConfig = DEFAULT
) -> Ethernet:
    """An Ethernet on ``device``. Without an ``address`` it takes a random, locally administered one.

    Raises BadAddress for a group address or one that cannot be read.
    """
    if address is None:
        address = MacAddress.local(device.runtime.random.getrandbits(40))
    elif isinstance(address, str):
        address = MacAddress.parse(address)
    return Ethernet(device, address, config)


class Ethernet(
    Connectionless[EthernetAddress, EthernetPattern, EthernetConnection, EthernetControl, EthernetInfo], Receiver
):
    """A station on a segment. Peers are named by MAC address and ethertype."""

    def __init__(self, device: Device[EthernetFrames], address: MacAddress, config: EthernetConfig) -> None:
        super().__init__(device.runtime)
        if address.is_group:
            raise BadAddress(f"{address} is a group address; a station needs one whose first byte is even")
        self.address = address
        self.config = config
        self.counters = Counters()
        self._device = device
        self._wire: WireConnection | None = None
        self._own = int(address)
        self._connections: Connections[int, EthernetConnection] = Connections(
            config.passive_connections, self._forgotten
        )
        self._listeners: Listeners[EthernetPattern, EthernetConnection] = Listeners()
        self._groups: set[MacAddress] = set()
        self._all_groups = config.all_groups
        self._promiscuous = config.promiscuous
        self._unclaimed: dict[int, int] = {}

    def carrier(self, ethertype: int) -> EthernetCarrier:
        """This Ethernet as ``ethertype`` alone sees it. Raises BadAddress where that is none, but for LLC.

        Padding is cut: protocols that are known to say their length do that themselves, for others the carrier puts
        a 16-bit length in front of each packet (``foxpy.layers.length``), which takes two bytes of a frame.
        """
        carrier = EthernetCarrier(self, ethertype)
        return carrier if ethertype in SAY_THEIR_LENGTH else length(carrier)

    # -- lifecycle

    def acquire(self) -> None:
        self._device.initialize()
        try:
            self._wire = self._device.open(WIRE, lambda _: self)
        except BaseException:
            self._device.finalize()
            raise

    def release(self) -> None:
        self._end(Closed())
        self._listeners.clear()
        if self._wire is not None:
            self._device.abort(self._wire)
            self._wire = None
        self._device.finalize()

    # -- active open

    def open(self, address: EthernetAddress, handler: Handler[EthernetConnection]) -> EthernetConnection:
        """A connection to a station or group. Raises OpenFailed where this side has that connection already."""
        self.require_initialized()
        if address.host == self.address:
            raise BadAddress(f"{address.host} is this station itself; an Ethernet does not hear what it sends")
        key = int(address.host) << 16 | address.ethertype
        begun = self._connections.open.get(key)
        if begun is not None and self._connections.is_passive(key):
            # The peer spoke first, to a listener. The open takes its place: this side's choice of a handler counts.
            self._drop(begun, Forgotten())
        connection = EthernetConnection(address.host, self.address, address.ethertype, key)
        self._connections.add(key, connection, passive=False)
        self._hand(connection, handler)
        return connection

    def _hand(self, connection: EthernetConnection, handler: Handler[EthernetConnection]) -> None:
        """Let ``handler`` have ``connection``; it may abort it at once."""
        receiver = self.attach(connection, handler)
        if connection.open:
            connection.receiver = receiver

    # -- passive open

    def listen(self, pattern: EthernetPattern, accept: Handler[EthernetConnection]) -> Listening:
        self.require_initialized()
        return self._listeners.listen(pattern, accept)

    async def passive_open(
        self, pattern: EthernetPattern, handler: Handler[EthernetConnection]
    ) -> tuple[EthernetConnection, EthernetAddress]:
        connection = await first(self, pattern, handler)
        return connection, connection.address

    # -- down: send

    def stage(self, connection: EthernetConnection) -> Sender:
        if not connection.open or self._wire is None:
            raise InvalidConnection(f"{connection} is closed")
        lower = self._device.send(self._wire)
        return (LlcSender if connection.ethertype == LLC else EthernetSender)(self, connection, lower)

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        try:
            destination, source, kind = read_ethernet(frame, start, end)
        except PacketError:
            self.counters.malformed += 1
            return
        start += Header.MIN
        if kind < LOWEST_ETHERTYPE:
            if kind > LARGEST_LENGTH:
                self.counters.undefined_kind += 1
                return
            if kind > end - start:
                self.counters.malformed += 1
                return
            end = start + kind  # what follows is padding
            kind = LLC
        key = source << 16 | kind
        if destination != self._own:
            if not self._wanted(destination):
                return
            key |= destination << 64
        connection = self._connections.open.get(key)
        if connection is None:
            connection = self._begun(key, source, destination, kind)
            if connection is None:
                return
        receiver = connection.receiver
        if receiver is not None:
            self.counters.received += 1
            receiver.deliver(frame, start, end)

    def _wanted(self, destination: int) -> bool:
        """Whether a frame that is not addressed to this station alone is received all the same."""
        if self._promiscuous:
            return True
        if not destination >> 40 & 1:
            self.counters.not_for_us += 1
            return False
        if self._all_groups or destination == int(BROADCAST):
            return True
        if MacAddress(destination.to_bytes(6, "big")) in self._groups:
            return True
        self.counters.groups_filtered += 1
        return False

    def _begun(self, key: int, source: int, destination: int, kind: int) -> EthernetConnection | None:
        """A new connection with the station that sent a frame of no connection, where somebody listens for it."""
        peer = MacAddress(source.to_bytes(6, "big"))
        if peer.is_group:
            self.counters.malformed += 1
            return None
        accept = self._listeners.match((EthernetPattern(kind, peer), EthernetPattern(kind)))
        if accept is None:
            self.counters.unclaimed += 1
            if kind in self._unclaimed or len(self._unclaimed) < 64:
                self._unclaimed[kind] = self._unclaimed.get(kind, 0) + 1
            return None
        local = self.address if destination == self._own else MacAddress(destination.to_bytes(6, "big"))
        connection = EthernetConnection(peer, local, kind, key)
        self._connections.add(key, connection, passive=True)
        self._hand(connection, accept)
        return connection

    def status(self, event: Status) -> None:
        """The device is gone: so are all connections."""
        if isinstance(event, Aborted | Closed):
            self._wire = None
            self._end(event)

    # -- close and abort

    def abort(self, connection: EthernetConnection) -> None:
        if connection.open:
            connection.open = False
            connection.receiver = None
            self._connections.remove(connection.key, connection)
            self.detach(connection)

    def _drop(self, connection: EthernetConnection, event: Status) -> None:
        """Take ``connection`` out and tell its receiver."""
        self._connections.remove(connection.key, connection)
        self._forget(connection, event)

    def _forgotten(self, connection: EthernetConnection) -> None:
        self._forget(connection, Forgotten())

    def _forget(self, connection: EthernetConnection, event: Status) -> None:
        receiver, connection.receiver = connection.receiver, None
        if not isinstance(event, Forgotten):
            connection.open = False  # one that was only forgotten can still send
        self.detach(connection)
        if receiver is not None:
            receiver.status(event)

    def _end(self, event: Status) -> None:
        for connection in self._connections.clear():
            self._forget(connection, event)

    # -- control and query

    def control(self, request: EthernetControl) -> None:
        """Raises BadAddress for a group that is none."""
        match request:
            case JoinGroup(group):
                if not group.is_group:
                    raise BadAddress(f"{group} is not a group: the lowest bit of its first byte is 0")
                self._groups.add(group)
            case LeaveGroup(group):
                self._groups.discard(group)
            case SetFilter(all_groups, promiscuous):
                self._all_groups = all_groups
                self._promiscuous = promiscuous

    def query(self) -> EthernetInfo:
        c = self.counters
        return EthernetInfo(
            address=self.address,
            mtu=self._device.mtu,
            connections=len(self._connections.open),
            groups=frozenset(self._groups),
            sent=c.sent,
            received=c.received,
            not_for_us=c.not_for_us,
            groups_filtered=c.groups_filtered,
            malformed=c.malformed,
            undefined_kind=c.undefined_kind,
            unclaimed=c.unclaimed,
            forgotten=self._connections.forgotten,
            unclaimed_ethertypes=dict(self._unclaimed),
        )


class EthernetSender(Sender):
    """Sends the Ethernet II frames of one connection, whose headers are all the same."""

    __slots__ = ("_connection", "_counters", "_header", "_lower", "_minimum", "_padding")

    def __init__(self, layer: Ethernet, connection: EthernetConnection, lower: Sender) -> None:
        self._lower = lower
        self._connection = connection
        self._counters = layer.counters
        self._minimum = layer.config.minimum
        self._padding = b""
        self._header = self.header(layer.address, connection.ethertype)

    def header(self, source: MacAddress, kind: int) -> Writer:
        """A header from ``source``, with ``kind`` for the ethertype or the length."""
        header = Writer()
        append_ethernet(header, 0, dst=self._connection.peer.packed, src=source.packed, kind=kind)
        return header

    def begin(self, size: int) -> Writer:
        if not self._connection.open:
            raise InvalidConnection(f"{self._connection} is closed")
        minimum = self._minimum
        if size < minimum:
            self._padding = bytes(minimum - size)
            writer = self._lower.begin(Header.MIN + minimum)
        else:
            self._padding = b""
            writer = self._lower.begin(Header.MIN + size)
        writer += self._header
        return writer

    def begin_offloaded(self, size: int, task: Offload) -> Writer:
        if not self._connection.open:
            raise InvalidConnection(f"{self._connection} is closed")
        missing = self._minimum - size
        self._padding = bytes(missing) if missing > 0 else b""  # zeros: no checksum changes by them
        writer = self._lower.begin_offloaded(Header.MIN + size + len(self._padding), task)
        writer += self._header
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        self._counters.sent += 1
        self._lower.commit(writer, payload + self._padding if self._padding else payload)

    def limit(self) -> int:
        return self._lower.limit() - Header.MIN

    def offloads(self) -> Offloads:
        return self._lower.offloads().less(Header.MIN)


class LlcSender(EthernetSender):
    """Sends frames with their length where the ethertype would be."""

    __slots__ = ("_source",)

    def __init__(self, layer: Ethernet, connection: EthernetConnection, lower: Sender) -> None:
        super().__init__(layer, connection, lower)
        self._source = layer.address

    def begin(self, size: int) -> Writer:
        if size > LARGEST_LENGTH:
            raise PacketSize(f"{self._connection}: {size} bytes, at most {self.limit()}", size, self.limit())
        self._header = self.header(self._source, size)
        return super().begin(size)

    def limit(self) -> int:
        return min(super().limit(), LARGEST_LENGTH)

    def offloads(self) -> Offloads:
        return NONE  # a length in front of what is cut would have to be cut with it


class EthernetCarrier(ProtocolCarrier[MacAddress, EthernetAddress, EthernetPattern, EthernetConnection]):
    """An Ethernet dedicated to one ethertype; hosts are stations."""

    def __init__(self, lower: Ethernet, ethertype: int) -> None:
        super().__init__(lower, f"ethernet ethertype {ethertype:#06x}")
        self._pattern = EthernetPattern(ethertype)

    def address(self, host: MacAddress, local: MacAddress | None) -> EthernetAddress:
        """A station has one address, so ``local`` decides nothing."""
        return EthernetAddress(host, self._pattern.ethertype)

    def pattern(self) -> EthernetPattern:
        return self._pattern

    def ends(self, connection: EthernetConnection) -> tuple[MacAddress, MacAddress]:
        return connection.peer, connection.local

    def answerable(self, connection: EthernetConnection) -> bool:
        return not connection.local.is_group

    def host(self, text: str) -> MacAddress:
        return MacAddress.parse(text)

    def is_group(self, host: MacAddress) -> bool:
        return host.is_group
