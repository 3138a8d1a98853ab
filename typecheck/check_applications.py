"""Streams and sockets are for the hosts and ports of the layer that they are of."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import assert_type

import trio

from foxpy.addresses import MacAddress, Port
from foxpy.layers.ethernet import Ethernet
from foxpy.layers.tcp import Tcp
from foxpy.layers.udp import Udp, UdpEndpoint
from foxpy.streams import TcpListener, TcpStream, UdpSocket, bind_udp, connect_tcp, listen_tcp


async def streams(
    over_ip: Tcp[IPv4Address], over_ethernet: Tcp[MacAddress], host: IPv4Address, mac: MacAddress
) -> None:
    assert_type(await connect_tcp(over_ip, host, Port(80)), TcpStream[IPv4Address])
    assert_type(await connect_tcp(over_ethernet, mac, Port(80)), TcpStream[MacAddress])
    await connect_tcp(over_ethernet, host, Port(80))  # type: ignore[misc]
    await connect_tcp(over_ip, host, 80)  # type: ignore[arg-type]
    await connect_tcp(over_ip, "192.0.2.1", Port(80))  # type: ignore[misc]


async def over_udp(tunnel: Tcp[UdpEndpoint[IPv4Address]], host: IPv4Address) -> None:
    await connect_tcp(tunnel, UdpEndpoint(host, Port(7007)), Port(80))
    await connect_tcp(tunnel, host, Port(80))  # type: ignore[misc]


async def serving(streams: Tcp[IPv4Address], datagrams: Udp[IPv4Address], eth: Ethernet) -> None:
    listener: TcpListener[IPv4Address] = listen_tcp(streams, Port(80))
    standard: trio.abc.Listener[TcpStream[IPv4Address]] = listener
    stations: TcpListener[MacAddress] = listen_tcp(streams, Port(80))  # type: ignore[arg-type]
    listen_tcp(datagrams, Port(80))  # type: ignore[arg-type]
    listen_tcp(eth, Port(80))  # type: ignore[arg-type]
    listen_tcp(streams, 80)  # type: ignore[arg-type]

    assert_type(await listener.accept(), TcpStream[IPv4Address])
    other: TcpStream[MacAddress] = await listener.accept()  # type: ignore[assignment]


async def datagrams(layer: Udp[IPv4Address], streams: Tcp[IPv4Address], host: IPv4Address, mac: MacAddress) -> None:
    assert_type(bind_udp(layer, Port(53)), UdpSocket[IPv4Address])
    bind_udp(streams, Port(53))  # type: ignore[arg-type]
    bind_udp(layer, 53)  # type: ignore[arg-type]

    socket = bind_udp(layer)
    await socket.send_to(b"question", host, Port(53))
    await socket.send_to(b"question", mac, Port(53))  # type: ignore[arg-type]
    await socket.send_to("question", host, Port(53))  # type: ignore[arg-type]

    assert_type((await socket.receive_from()).host, IPv4Address)
    sender: MacAddress = (await socket.receive_from()).host  # type: ignore[assignment]


async def sending(stream: TcpStream[IPv4Address]) -> None:
    await stream.send_all(b"text")
    await stream.send_all("text")  # type: ignore[arg-type]
    standard: trio.abc.HalfCloseableStream = stream
