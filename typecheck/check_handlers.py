"""A handler is for the connections of one protocol, and returns a receiver at once."""

from __future__ import annotations

from ipaddress import IPv4Address

from foxpy.addresses import MacAddress, Port
from foxpy.layers.ethernet import Ethernet, EthernetAddress, EthernetConnection, EthernetPattern
from foxpy.layers.tcp import Tcp, TcpConnection, TcpPattern
from foxpy.layers.udp import Udp, UdpConnection, UdpPattern
from foxpy.protocol import Carrier, Connection, Path, Receiver
from foxpy.status import Status


class Listener(Receiver):
    """A receiver that is right."""

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        """Hears nothing."""


def any_connection(connection: Connection) -> Receiver:
    return Listener()


def on_ethernet(connection: EthernetConnection) -> Receiver:
    return Listener()


def on_udp(connection: UdpConnection[IPv4Address]) -> Receiver:
    return Listener()


def on_tcp(connection: TcpConnection[IPv4Address]) -> Receiver:
    return Listener()


def on_station(path: Path[MacAddress]) -> Receiver:
    return Listener()


async def later(connection: EthernetConnection) -> Receiver:
    return Listener()


def nothing(connection: EthernetConnection) -> None:
    """Returns no receiver."""


def bytes_only(frame: bytes) -> None:
    """Takes packets in place of connections."""


def handlers(eth: Ethernet, address: EthernetAddress) -> None:
    eth.open(address, on_ethernet)
    eth.open(address, on_udp)  # type: ignore[arg-type]
    eth.open(address, later)  # type: ignore[arg-type]
    eth.open(address, nothing)  # type: ignore[arg-type]
    eth.open(address, bytes_only)  # type: ignore[arg-type]
    eth.open(address, Listener())  # type: ignore[arg-type]
    eth.open(address)  # type: ignore[call-arg]

    eth.listen(EthernetPattern(0x88B5), any_connection)
    eth.listen(EthernetPattern(0x88B5), on_tcp)  # type: ignore[arg-type]
    eth.listen(EthernetPattern(0x88B5), on_station)  # type: ignore[arg-type]


def other_hosts(streams: Tcp[MacAddress], over_ip: Tcp[IPv4Address], datagrams: Udp[IPv4Address]) -> None:
    over_ip.listen(TcpPattern(Port(80)), on_tcp)
    streams.listen(TcpPattern(Port(80)), on_tcp)  # type: ignore[arg-type]

    datagrams.listen(UdpPattern(Port(53)), on_udp)
    datagrams.listen(UdpPattern(Port(53)), on_tcp)  # type: ignore[arg-type]


def paths(stations: Carrier[MacAddress], machines: Carrier[IPv4Address]) -> None:
    stations.listen(on_station)
    machines.listen(on_station)  # type: ignore[arg-type]


def connections(eth: Ethernet, mine: EthernetConnection, other: UdpConnection[IPv4Address]) -> None:
    eth.send(mine).send(b"data")
    eth.send(other)  # type: ignore[arg-type]
    eth.send(mine).send("text")  # type: ignore[arg-type]

    eth.abort(mine)
    eth.abort(other)  # type: ignore[arg-type]


class Whole(Receiver):
    """A receiver as it should be."""

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        """Hears nothing."""

    def status(self, event: Status) -> None:
        """Hears nothing."""


class OnlyBytes(Receiver):
    """The frame comes with offsets."""

    def deliver(self, frame: bytes) -> None:  # type: ignore[override]
        """Hears nothing."""


class Waiting(Receiver):
    """Nobody awaits an upcall."""

    async def deliver(self, frame: bytes, start: int, end: int) -> None:  # type: ignore[override]
        """Hears nothing."""


class SilentReceiver(Receiver):
    """It forgets to deliver."""


def receivers() -> None:
    Whole()
    SilentReceiver()  # type: ignore[abstract]
