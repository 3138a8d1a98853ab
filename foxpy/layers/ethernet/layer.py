"""Ethernet II, and IEEE 802.3 frames with a length (RFC 894, RFC 1042; IEEE 802.3 clause 3)."""

from __future__ import annotations

from typing import Final

from foxpy.addresses import MacAddress
from foxpy.carrier import ProtocolCarrier
from foxpy.demux import Connections, Listeners
from foxpy.devices.device import WIRE, Device, EthernetFrames, WireConnection
from foxpy.errors import BadAddress, InvalidConnection
from foxpy.layers.ethernet.addresses import LLC, EthernetAddress, EthernetPattern
from foxpy.layers.ethernet.arrival import Arrival, Filter
from foxpy.layers.ethernet.config import EthernetConfig
from foxpy.layers.ethernet.connection import EthernetConnection
from foxpy.layers.ethernet.counters import Counters
from foxpy.layers.ethernet.requests import EthernetControl, EthernetInfo, JoinGroup, LeaveGroup, SetFilter
from foxpy.layers.ethernet.senders import EthernetSender, LlcSender
from foxpy.layers.length import length
from foxpy.protocol import Connectionless, Handler, Listening, Sender
from foxpy.status import Aborted, Closed, Forgotten, Status
from foxpy.waiting import first

# -- configuration

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


class Ethernet(Connectionless[EthernetAddress, EthernetPattern, EthernetConnection, EthernetControl, EthernetInfo]):
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
        self.connections: Connections[int, EthernetConnection] = Connections(
            config.passive_connections, self._forgotten
        )
        self._listeners: Listeners[EthernetPattern, EthernetConnection] = Listeners()
        self._filter = Filter(self._own, config.all_groups, config.promiscuous)
        self._arrival = Arrival(self, self._filter)
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
            self._wire = self._device.open(WIRE, lambda _: self._arrival)
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
        begun = self.connections.open.get(key)
        if begun is not None and self.connections.is_passive(key):
            # The peer spoke first, to a listener. The open takes its place: this side's choice of a handler counts.
            self._drop(begun, Forgotten())
        connection = EthernetConnection(address.host, self.address, address.ethertype, key)
        self.connections.add(key, connection, passive=False)
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

    def begun(self, key: int, source: int, destination: int, kind: int) -> EthernetConnection | None:
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
        self.connections.add(key, connection, passive=True)
        self._hand(connection, accept)
        return connection

    def told(self, event: Status) -> None:
        """The device is gone: so are all connections."""
        if isinstance(event, Aborted | Closed):
            self._wire = None
            self._end(event)

    # -- close and abort

    def abort(self, connection: EthernetConnection) -> None:
        if connection.open:
            connection.open = False
            connection.receiver = None
            self.connections.remove(connection.key, connection)
            self.detach(connection)

    def _drop(self, connection: EthernetConnection, event: Status) -> None:
        """Take ``connection`` out and tell its receiver."""
        self.connections.remove(connection.key, connection)
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
        for connection in self.connections.clear():
            self._forget(connection, event)

    # -- control and query

    def control(self, request: EthernetControl) -> None:
        """Raises BadAddress for a group that is none."""
        match request:
            case JoinGroup(group):
                if not group.is_group:
                    raise BadAddress(f"{group} is not a group: the lowest bit of its first byte is 0")
                self._filter.groups.add(int(group))
            case LeaveGroup(group):
                self._filter.groups.discard(int(group))
            case SetFilter(all_groups, promiscuous):
                self._filter.all_groups = all_groups
                self._filter.promiscuous = promiscuous

    def query(self) -> EthernetInfo:
        c = self.counters
        return EthernetInfo(
            address=self.address,
            mtu=self._device.mtu,
            connections=len(self.connections.open),
            groups=frozenset(MacAddress(group.to_bytes(6, "big")) for group in self._filter.groups),
            sent=c.sent,
            received=c.received,
            not_for_us=c.not_for_us,
            groups_filtered=c.groups_filtered,
            malformed=c.malformed,
            undefined_kind=c.undefined_kind,
            unclaimed=c.unclaimed,
            forgotten=self.connections.forgotten,
            unclaimed_ethertypes=dict(self._unclaimed),
        )


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
