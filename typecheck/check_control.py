"""Each protocol takes its own requests and no others, even of the same name."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import assert_type

from foxpy.addresses import MacAddress
from foxpy.devices.device import Device, DeviceInfo, EthernetFrames
from foxpy.layers import ethernet, ipv4
from foxpy.layers.arp import Arp, Flush
from foxpy.layers.ethernet import Ethernet, EthernetInfo
from foxpy.layers.icmp import Icmp
from foxpy.layers.ipv4 import Ip, IpConfig, IpConnection, ProblemReporter, Service, SetDefaultGateway, SetService
from foxpy.layers.router_discovery import (
    AddressVariables,
    InterfaceVariables,
    RouterAddress,
    RouterDiscovery,
    RouterPattern,
    SetAddressVariables,
    SetInterfaceVariables,
)
from foxpy.layers.tcp import Observe, Tcp, TcpConnection, TcpEvent
from foxpy.layers.udp import SetChecksums, Udp, UdpConnection, UdpInfo
from foxpy.testing.collector import ignoring


def requests(eth: Ethernet, ip: Ip, neighbours: Arp, mac: MacAddress, host: IPv4Address) -> None:
    eth.control(ethernet.JoinGroup(mac))
    eth.control(ipv4.JoinGroup(host))  # type: ignore[arg-type]
    eth.control("promiscuous")  # type: ignore[arg-type]

    ip.control(ipv4.JoinGroup(host))
    ip.control(ethernet.JoinGroup(mac))  # type: ignore[arg-type]
    ip.control(SetDefaultGateway(host))
    ip.control(SetDefaultGateway(mac))  # type: ignore[arg-type]
    ip.control(SetDefaultGateway)  # type: ignore[arg-type]

    ip.control(SetService(host, 6, Service(tos=0xB8)))
    ip.control(SetService(mac, 6, None))  # type: ignore[arg-type]
    ip.control(SetService(host, 6, Service(route=(mac,))))  # type: ignore[arg-type]

    neighbours.control(Flush())
    neighbours.control(SetDefaultGateway(host))  # type: ignore[arg-type]


def routers(messages: Icmp, reporter: ProblemReporter, datagram: bytes, host: IPv4Address, mac: MacAddress) -> None:
    IpConfig(forward=True, redirects=False)
    IpConfig(forward=True, redirects=host)  # type: ignore[arg-type]
    assert_type(messages.query().redirects_sent, int)
    reporter.redirect(datagram, 0, len(datagram), host, local=host)
    reporter.redirect(datagram, 0, len(datagram), mac, local=host)  # type: ignore[arg-type]


def discovered(found: RouterDiscovery, messages: Icmp, host: IPv4Address, mac: MacAddress) -> None:
    found.control(SetAddressVariables(host, AddressVariables(preference=1)))
    found.control(SetAddressVariables(mac, AddressVariables()))  # type: ignore[arg-type]
    found.control(SetInterfaceVariables("ip0", InterfaceVariables(max_interval=4)))
    found.control(SetInterfaceVariables("ip0", AddressVariables()))  # type: ignore[arg-type]
    found.control(SetDefaultGateway(host))  # type: ignore[arg-type]
    found.listen(RouterPattern("ip0"), ignoring)
    found.listen(RouterAddress(host), ignoring)  # type: ignore[arg-type]

    def taker(connection: IpConnection, frame: bytes, start: int, end: int) -> None: ...
    def other(connection: Ip, frame: bytes, start: int, end: int) -> None: ...

    messages.take(frozenset({9, 10}), taker)
    messages.take(frozenset({9, 10}), other)  # type: ignore[arg-type]


def of_a_connection(
    datagrams: Udp[IPv4Address], mine: UdpConnection[IPv4Address], other: UdpConnection[MacAddress]
) -> None:
    datagrams.control(SetChecksums(mine, generate=False))
    datagrams.control(SetChecksums(other, generate=False))  # type: ignore[arg-type]
    datagrams.control(SetService(mine.peer, 17, None))  # type: ignore[arg-type]


def observed(
    streams: Tcp[IPv4Address], mine: TcpConnection[IPv4Address], other: TcpConnection[MacAddress], lines: list[str]
) -> None:
    events: list[TcpEvent] = []
    streams.control(Observe(mine, events.append))
    streams.control(Observe(mine, None))
    streams.control(Observe(other, events.append))  # type: ignore[arg-type]
    streams.control(Observe(mine, lines.append))  # type: ignore[arg-type]
    assert_type(events[0].time, float)
    events[0].time = 0.0  # type: ignore[misc]


def no_requests(device: Device[EthernetFrames]) -> None:
    assert_type(device.query(), DeviceInfo)
    device.control(Flush())  # type: ignore[arg-type]


def answers(eth: Ethernet, datagrams: Udp[IPv4Address]) -> None:
    info: EthernetInfo = eth.query()
    other: UdpInfo = eth.query()  # type: ignore[assignment]

    assert_type(datagrams.query().received, int)
    datagrams.query().neighbours  # type: ignore[attr-defined]
    datagrams.query().received = 0  # type: ignore[misc]
