"""Every address, pattern and port is a type of its own: one layer's is not another's."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import assert_type

from foxpy.addresses import MacAddress, Port, port
from foxpy.layers.arp import AddNeighbour, Arp
from foxpy.layers.ethernet import Ethernet, EthernetAddress, EthernetConnection, EthernetPattern
from foxpy.layers.ipv4 import Ip, IpLink, NextHop
from foxpy.layers.tcp import Tcp, TcpAddress, TcpConnection, TcpPattern
from foxpy.layers.udp import Udp, UdpAddress, UdpPattern
from foxpy.protocol import Connection, Path, Receiver


def receiver(connection: Connection) -> Receiver:
    raise NotImplementedError


def on_path(path: Path[NextHop]) -> Receiver:
    raise NotImplementedError


def making(mac: MacAddress, host: IPv4Address) -> None:
    EthernetAddress(mac, 0x88B5)
    EthernetAddress(host, 0x88B5)  # type: ignore[arg-type]
    EthernetAddress("02:00:00:00:00:01", 0x88B5)  # type: ignore[arg-type]
    EthernetAddress(b"\x02\0\0\0\0\x01", 0x88B5)  # type: ignore[arg-type]

    NextHop(host)
    NextHop(mac)  # type: ignore[arg-type]

    AddNeighbour(host, mac)
    AddNeighbour(mac, mac)  # type: ignore[arg-type]

    assert_type(port(80), Port)
    UdpAddress(host, Port(53))
    UdpAddress(host, 53)  # type: ignore[arg-type]
    TcpPattern[IPv4Address](port(80))
    TcpPattern[IPv4Address](80)  # type: ignore[arg-type]


async def opening(
    eth: Ethernet, ip: Ip, datagrams: Udp[IPv4Address], streams: Tcp[IPv4Address], mac: MacAddress, host: IPv4Address
) -> None:
    assert_type(eth.open(EthernetAddress(mac, 0x88B5), receiver), EthernetConnection)
    eth.open(mac, receiver)  # type: ignore[arg-type]
    eth.open(UdpAddress(mac, Port(7)), receiver)  # type: ignore[arg-type]
    ip.open(EthernetAddress(mac, 0x88B5), receiver)  # type: ignore[arg-type]
    ip.open(host, receiver)  # type: ignore[arg-type]

    assert_type(await streams.active_open(TcpAddress(host, Port(80)), receiver), TcpConnection[IPv4Address])
    await streams.active_open(TcpAddress(mac, Port(80)), receiver)  # type: ignore[arg-type]
    await streams.active_open(UdpAddress(host, Port(80)), receiver)  # type: ignore[arg-type]
    await streams.active_open(host, receiver)  # type: ignore[arg-type]

    datagrams.open(UdpAddress(host, Port(53)), receiver)
    datagrams.open(TcpAddress(host, Port(53)), receiver)  # type: ignore[arg-type]
    datagrams.open(UdpAddress(mac, Port(53)), receiver)  # type: ignore[arg-type]


async def listening(eth: Ethernet, datagrams: Udp[IPv4Address], streams: Tcp[IPv4Address], mac: MacAddress) -> None:
    eth.listen(EthernetPattern(0x88B5), receiver)
    eth.listen(0x88B5, receiver)  # type: ignore[arg-type]
    eth.listen(EthernetAddress(mac, 0x88B5), receiver)  # type: ignore[arg-type]

    datagrams.listen(UdpPattern(Port(53)), receiver)
    datagrams.listen(Port(53), receiver)  # type: ignore[arg-type]
    datagrams.listen(UdpPattern(Port(53), mac), receiver)  # type: ignore[arg-type]

    await streams.passive_open(TcpPattern(Port(80)), receiver)
    await streams.passive_open(UdpPattern(Port(80)), receiver)  # type: ignore[arg-type]


def neighbours(link: IpLink, layer: Arp, host: IPv4Address) -> None:
    link.open(NextHop(host), on_path)
    link.open(host, on_path)  # type: ignore[arg-type]
    layer.open(NextHop(host), receiver)  # type: ignore[arg-type]
