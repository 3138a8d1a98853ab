"""Every stack as the torture sees it: what it can do, by the number of the host that it is to be done with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv4Interface
from typing import Final, Generic, Protocol, TypeAlias

import attrs
import trio

from foxpy.addresses import MacAddress, Port
from foxpy.devices.device import Device, EthernetFrames, IpPackets
from foxpy.layers.arp import Arp, ArpConfig, arp
from foxpy.layers.ethernet import EthernetConfig, ethernet
from foxpy.layers.icmp import Icmp, IcmpAddress, IcmpConfig, icmp
from foxpy.layers.ipv4 import Ip, IpConfig, interface, ipv4
from foxpy.layers.tcp import Tcp, TcpConfig, tcp
from foxpy.layers.udp import Udp, UdpConfig, UdpEndpoint, udp
from foxpy.protocol import Carrier, Host
from foxpy.stack import Stack
from foxpy.streams import TcpStream, UdpSocket, bind_udp, connect_tcp, listen_tcp
from foxpy.testing.collector import Collector
from stacks import (
    reliable_ethernet,
    tcp_ip,
    tcp_ip_tun,
    tcp_over_ethernet,
    tcp_over_udp,
    two_interfaces,
    udp_ip,
    udp_unchecked,
)

Stream: TypeAlias = trio.abc.HalfCloseableStream
Listener: TypeAlias = trio.abc.Listener[Stream]

LIVELY: Final = TcpConfig(
    receive_buffer=32 * 1024, send_buffer=32 * 1024, keepalive=30.0, keepalive_interval=10.0, keepalive_probes=4
)
"""Small buffers that fill up; and an end that only listens hears of a peer that is gone."""


class Datagrams(Protocol):
    """A socket, its peers by number."""

    async def send(self, number: int, port: Port, data: bytes) -> None: ...
    async def receive(self) -> bytes: ...
    async def aclose(self) -> None: ...


@attrs.frozen(kw_only=True)
class Machine:
    """One host as it is built; a restart builds another."""

    stack: Stack
    connect: Callable[[int, Port], Awaitable[Stream]] | None = None
    listen: Callable[[Port], Listener] | None = None
    bind: Callable[[Port], Datagrams] | None = None
    ping: Callable[[int, bytes], Awaitable[bool]] | None = None
    """Whether the answer came within a second, and was right."""
    messages: Carrier[MacAddress] | None = None
    tcp: Tcp[IPv4Address] | Tcp[MacAddress] | Tcp[UdpEndpoint[IPv4Address]] | None = None
    udp: Udp[IPv4Address] | Udp[MacAddress] | None = None
    ip: Ip | None = None
    icmp: Icmp | None = None
    arps: tuple[Arp, ...] = ()

    def start(self) -> None:
        for component in self.stack.components():
            component.initialize()

    def stop(self) -> None:
        for component in reversed(self.stack.components()):
            component.finalize()


# -- what a machine can do


def _connecting(layer: Tcp[Host], host: Callable[[int], Host]) -> Callable[[int, Port], Awaitable[Stream]]:
    layer.config = attrs.evolve(
        LIVELY, backlog=layer.config.backlog, time_waits=layer.config.time_waits, connections=layer.config.connections
    )

    async def connect(number: int, port: Port) -> Stream:
        return await connect_tcp(layer, host(number), port)

    return connect


class _Listener(trio.abc.Listener[Stream], Generic[Host]):
    def __init__(self, layer: Tcp[Host], port: Port) -> None:
        self._listener = listen_tcp(layer, port)

    async def accept(self) -> TcpStream[Host]:
        return await self._listener.accept()

    async def aclose(self) -> None:
        await self._listener.aclose()


def _listening(layer: Tcp[Host]) -> Callable[[Port], Listener]:
    return lambda port: _Listener(layer, port)


class _Socket(Generic[Host]):
    def __init__(self, socket: UdpSocket[Host], host: Callable[[int], Host]) -> None:
        self._socket = socket
        self._host = host

    async def send(self, number: int, port: Port, data: bytes) -> None:
        await self._socket.send_to(data, self._host(number), port)

    async def receive(self) -> bytes:
        return (await self._socket.receive_from()).data

    async def aclose(self) -> None:
        await self._socket.aclose()


def _binding(layer: Udp[Host], host: Callable[[int], Host]) -> Callable[[Port], Datagrams]:
    return lambda port: _Socket(bind_udp(layer, port), host)


def _pinging(layer: Icmp, host: Callable[[int], IPv4Address]) -> Callable[[int, bytes], Awaitable[bool]]:
    async def ping(number: int, data: bytes) -> bool:
        answered = trio.Event()
        collector = Collector(lambda packet: answered.set() if packet == data else None)
        session = layer.open(IcmpAddress(host(number)), lambda _: collector)
        try:
            layer.send(session).send(data)
            with trio.move_on_after(1.0):
                await answered.wait()
        finally:
            layer.abort(session)
        return answered.is_set()

    return ping


# -- the stacks

LEFT: Final = IPv4Interface("10.0.0.0/24")
RIGHT: Final = IPv4Interface("10.0.1.0/24")


def at(network: IPv4Interface, number: int) -> IPv4Interface:
    """Host ``number`` of ``network``."""
    return IPv4Interface((int(network.ip) + number, network.network.prefixlen))


def left(number: int) -> IPv4Address:
    return at(LEFT, number).ip


def by_turns(number: int) -> IPv4Address:
    """Hosts with two addresses are reached by the one or the other."""
    return at(LEFT if number % 2 else RIGHT, number).ip


def mac_of(number: int) -> MacAddress:
    return MacAddress.local(number)


def over_ip(device: Device[EthernetFrames], number: int, mac: MacAddress) -> Machine:
    stack = tcp_ip.build(device, at(LEFT, number), mac=mac)
    return Machine(
        stack=stack,
        connect=_connecting(stack.tcp, left),
        listen=_listening(stack.tcp),
        bind=_binding(stack.udp, left),
        ping=_pinging(stack.icmp, left),
        tcp=stack.tcp,
        udp=stack.udp,
        ip=stack.ip,
        icmp=stack.icmp,
        arps=(stack.arp,),
    )


def datagrams_over_ip(device: Device[EthernetFrames], number: int, mac: MacAddress) -> Machine:
    stack = udp_ip.build(device, at(LEFT, number), mac=mac)
    return Machine(
        stack=stack,
        bind=_binding(stack.udp, left),
        ping=_pinging(stack.icmp, left),
        udp=stack.udp,
        ip=stack.ip,
        icmp=stack.icmp,
        arps=(stack.arp,),
    )


def over_udp(device: Device[EthernetFrames], number: int, mac: MacAddress) -> Machine:
    stack = tcp_over_udp.build(device, at(LEFT, number), mac=mac)
    return Machine(
        stack=stack,
        connect=_connecting(stack.tcp, lambda number: UdpEndpoint(left(number), tcp_over_udp.TUNNEL)),
        listen=_listening(stack.tcp),
        bind=_binding(stack.udp, left),
        ping=_pinging(stack.icmp, left),
        tcp=stack.tcp,
        udp=stack.udp,
        ip=stack.ip,
        icmp=stack.icmp,
        arps=(stack.arp,),
    )


def over_ethernet(device: Device[EthernetFrames], number: int, mac: MacAddress) -> Machine:
    stack = tcp_over_ethernet.build(device, mac_of(number))
    return Machine(stack=stack, connect=_connecting(stack.tcp, mac_of), listen=_listening(stack.tcp), tcp=stack.tcp)


def over_messages(device: Device[EthernetFrames], number: int, mac: MacAddress) -> Machine:
    stack = reliable_ethernet.build(device, mac_of(number))
    return Machine(
        stack=stack,
        connect=_connecting(stack.tcp, mac_of),
        listen=_listening(stack.tcp),
        messages=stack.messages,
        tcp=stack.tcp,
    )


def datagrams_over_ethernet(device: Device[EthernetFrames], number: int, mac: MacAddress) -> Machine:
    stack = udp_unchecked.build(device, mac_of(number))
    return Machine(stack=stack, bind=_binding(stack.udp, mac_of), udp=stack.udp)


def over_tunnel(device: Device[IpPackets], number: int) -> Machine:
    stack = tcp_ip_tun.build(device, at(LEFT, number))
    return Machine(
        stack=stack,
        connect=_connecting(stack.tcp, left),
        listen=_listening(stack.tcp),
        bind=_binding(stack.udp, left),
        ping=_pinging(stack.icmp, left),
        tcp=stack.tcp,
        udp=stack.udp,
        ip=stack.ip,
        icmp=stack.icmp,
    )


def on_two_links(one: Device[EthernetFrames], other: Device[EthernetFrames], number: int) -> Machine:
    stack = two_interfaces.build(one, other, at(LEFT, number), at(RIGHT, number))
    return Machine(
        stack=stack,
        connect=_connecting(stack.tcp, by_turns),
        listen=_listening(stack.tcp),
        bind=_binding(stack.udp, by_turns),
        ping=_pinging(stack.icmp, by_turns),
        tcp=stack.tcp,
        udp=stack.udp,
        ip=stack.ip,
        icmp=stack.icmp,
        arps=(stack.left, stack.right),
    )


def cramped(device: Device[EthernetFrames], number: int, mac: MacAddress) -> Machine:
    """The usual stack with tables so small that something is always being forgotten."""
    eth = ethernet(device, mac, config=EthernetConfig(passive_connections=3))
    neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800), config=ArpConfig(neighbours=4, queue=3))
    small = IpConfig(
        passive_connections=3,
        next_hops=2,
        reassembly_datagrams=2,
        reassembly_memory=100_000,
        reassembly_memory_per_source=70_000,
        path_mtu_entries=1,
    )
    ip = ipv4(interface(neighbours.carrier(), at(LEFT, number)), config=small)
    stack = tcp_ip.TcpIp(
        eth,
        neighbours,
        ip,
        icmp(ip, config=IcmpConfig(hosts=2, sessions=2)),
        udp(ip.carrier(17), config=UdpConfig(passive_connections=2)),
        tcp(ip.carrier(6), config=TcpConfig(backlog=2, time_waits=2)),
    )
    return Machine(
        stack=stack,
        connect=_connecting(stack.tcp, left),
        listen=_listening(stack.tcp),
        bind=_binding(stack.udp, left),
        ping=_pinging(stack.icmp, left),
        tcp=stack.tcp,
        udp=stack.udp,
        ip=stack.ip,
        icmp=stack.icmp,
        arps=(stack.arp,),
    )
