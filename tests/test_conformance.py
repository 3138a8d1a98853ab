"""Every layer keeps the contract of the Protocol signature, alone, composed and with layers interposed.

Those that need more words have a test of the same name beside their other tests.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface
from typing import Final

import pytest

from foxpy.addresses import BROADCAST, MacAddress, Port
from foxpy.devices.device import WIRE, Device, EthernetFrames, Wire, WireConnection
from foxpy.devices.link import ip_link, link
from foxpy.layers.acknowledge import acknowledge
from foxpy.layers.checksum import checksum
from foxpy.layers.ethernet import LLC, EthernetAddress, EthernetConnection, EthernetPattern, ethernet
from foxpy.layers.faults import faults
from foxpy.layers.fragment import fragment
from foxpy.layers.icmp import IcmpAddress, IcmpConnection, IcmpPattern
from foxpy.layers.ipv4 import IpAddress, IpConnection, IpPattern, interface, ipv4, point_to_point
from foxpy.layers.length import length
from foxpy.layers.record import record
from foxpy.layers.sequence import sequence
from foxpy.layers.tcp import Tcp, TcpAddress, TcpConnection, TcpPattern, tcp
from foxpy.layers.trace import trace
from foxpy.layers.udp import UdpAddress, UdpConnection, UdpEndpoint, UdpPattern
from foxpy.protocol import Address, Carrier, Conn, Pattern
from foxpy.testing import CHECKS, Check, MakePair, ProtocolPair, check_protocol, virtual
from foxpy.testing.carriers import ANYBODY, Anybody, PathConnection, carried
from foxpy.testing.checks.interposing import Probe
from foxpy.testing.hosts import hosts
from stacks import reliable_ethernet, tcp_ip_tun, tcp_over_ethernet, two_interfaces

every_check: Final = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)

LEFT, RIGHT = MacAddress.local(1), MacAddress.local(2)


def put(make_pair: MakePair[Address, Pattern, Conn], check: Check) -> None:
    virtual(check_protocol, make_pair, [check])


# -- devices


def link_pair() -> ProtocolPair[Wire, Wire, WireConnection]:
    segment = link()
    left, right = segment.attach(), segment.attach()
    return ProtocolPair(left, right, WIRE, WIRE, WIRE, right_device=right)


def ip_link_pair() -> ProtocolPair[Wire, Wire, WireConnection]:
    segment = ip_link(mtu=576)
    left, right = segment.attach(), segment.attach()
    return ProtocolPair(left, right, WIRE, WIRE, WIRE, right_device=right)


@every_check
def test_link(check: Check) -> None:
    put(link_pair, check)


@every_check
def test_ip_link(check: Check) -> None:
    put(ip_link_pair, check)


# -- Ethernet


def ethernet_pair(ethertype: int) -> ProtocolPair[EthernetAddress, EthernetPattern, EthernetConnection]:
    segment = link()
    devices = segment.attach(), segment.attach()
    left, right = ethernet(devices[0], LEFT), ethernet(devices[1], RIGHT)
    return ProtocolPair(
        left,
        right,
        EthernetAddress(LEFT, ethertype),
        EthernetAddress(RIGHT, ethertype),
        EthernetPattern(ethertype),
        padding=0 if ethertype == LLC else 46,
        bad_addresses=(EthernetAddress(LEFT, ethertype),),
        right_device=devices[1],
    )


@every_check
def test_ethernet(check: Check) -> None:
    put(lambda: ethernet_pair(0x88B5), check)


@every_check
def test_ethernet_with_lengths(check: Check) -> None:
    put(lambda: ethernet_pair(LLC), check)


# -- carriers, and what is interposed on them

CarrierPair = ProtocolPair[MacAddress, Anybody, PathConnection[MacAddress]]
Interposing = Callable[[Carrier[MacAddress]], Carrier[MacAddress]]


def carrier_pair(
    interposing: Interposing,
    *,
    padding: int = 0,
    reliable: bool = True,
    ordered: bool = True,
    held: bool = False,
) -> CarrierPair:
    segment = link(seed=7)
    devices = segment.attach(), segment.attach()
    left, right = (
        carried(interposing(ethernet(device, host).carrier(0x88B5)))
        for device, host in zip(devices, (LEFT, RIGHT), strict=True)
    )
    return ProtocolPair(
        left,
        right,
        LEFT,
        RIGHT,
        ANYBODY,
        padding=padding,
        reliable=reliable,
        ordered=ordered,
        held=held,
        patience=300.0 if held else 30.0,
        silence=20.0 if held else 1.0,
        bad_addresses=(LEFT,),
        right_device=devices[1],
    )


@every_check
def test_ethernet_carrier(check: Check) -> None:
    put(lambda: carrier_pair(lambda carrier: carrier, padding=46), check)


@every_check
def test_length(check: Check) -> None:
    put(lambda: carrier_pair(length), check)


@every_check
def test_checksum(check: Check) -> None:
    put(lambda: carrier_pair(lambda carrier: checksum(length(carrier))), check)


@every_check
def test_delays(check: Check) -> None:
    put(lambda: carrier_pair(lambda carrier: faults(length(carrier), delay=0.05, rate=1e7), held=True), check)


@every_check
def test_losses(check: Check) -> None:
    def lossy(carrier: Carrier[MacAddress]) -> Carrier[MacAddress]:
        return length(faults(carrier, loss=0.3, duplicate=0.1, reorder=0.1, jitter=0.01, delay=0.02))

    put(lambda: carrier_pair(lossy, reliable=False, ordered=False), check)


@every_check
def test_corruption_under_a_checksum(check: Check) -> None:
    def corrupting(carrier: Carrier[MacAddress]) -> Carrier[MacAddress]:
        return checksum(length(faults(carrier, corrupt=0.3)))

    put(lambda: carrier_pair(corrupting, reliable=False), check)


# -- IPv4, and what is on it

EXPERIMENT: Final = 253  # RFC 3692
PORT, OURS = Port(7), Port(4000)

IpPair = ProtocolPair[IpAddress, IpPattern, IpConnection]


def ip_pair(mtu: int) -> IpPair:
    left, right = hosts(mtu=mtu)
    return ProtocolPair(
        left.ip,
        right.ip,
        IpAddress(left.address, EXPERIMENT),
        IpAddress(right.address, EXPERIMENT),
        IpPattern(EXPERIMENT),
        beside=(left.icmp, right.icmp),
        right_device=right.device,
    )


def ip_without_ethernet_pair() -> IpPair:
    segment = ip_link()
    devices = segment.attach(), segment.attach()
    left, right = (
        ipv4(interface(point_to_point(device), f"10.0.0.{number}/30")) for number, device in enumerate(devices, 1)
    )
    return ProtocolPair(
        left,
        right,
        IpAddress(IPv4Address("10.0.0.1"), EXPERIMENT),
        IpAddress(IPv4Address("10.0.0.2"), EXPERIMENT),
        IpPattern(EXPERIMENT),
        right_device=devices[1],
    )


def ip_carrier_pair() -> ProtocolPair[IPv4Address, Anybody, PathConnection[IPv4Address]]:
    left, right = hosts()
    return ProtocolPair(
        carried(left.ip.carrier(EXPERIMENT)),
        carried(right.ip.carrier(EXPERIMENT)),
        left.address,
        right.address,
        ANYBODY,
        right_device=right.device,
    )


def icmp_pair() -> ProtocolPair[IcmpAddress, IcmpPattern, IcmpConnection]:
    left, right = hosts()
    return ProtocolPair(
        left.icmp,
        right.icmp,
        IcmpAddress(left.address, 7),
        IcmpAddress(right.address, 7),
        IcmpPattern(),
        right_device=right.device,
    )


def udp_pair() -> ProtocolPair[UdpAddress[IPv4Address], UdpPattern[IPv4Address], UdpConnection[IPv4Address]]:
    left, right = hosts()
    return ProtocolPair(
        left.udp,
        right.udp,
        UdpAddress(left.address, PORT, OURS),
        UdpAddress(right.address, PORT, OURS),
        UdpPattern(PORT),
        beside=(left.icmp, right.icmp),
        right_device=right.device,
    )


TcpPair = ProtocolPair[TcpAddress[IPv4Address], TcpPattern[IPv4Address], TcpConnection[IPv4Address]]


def tcp_pair(interposing: Callable[[Carrier[IPv4Address]], Carrier[IPv4Address]], held: bool = False) -> TcpPair:
    left, right = hosts(seed=3)
    return ProtocolPair(
        tcp(interposing(left.ip.carrier(6))),
        tcp(interposing(right.ip.carrier(6))),
        TcpAddress(left.address, PORT),
        TcpAddress(right.address, PORT),
        TcpPattern(PORT),
        stream=True,
        held=held,
        beside=(left.icmp, right.icmp),
        right_device=right.device,
    )


Endpoint = UdpEndpoint[IPv4Address]


def tcp_over_udp_pair() -> ProtocolPair[TcpAddress[Endpoint], TcpPattern[Endpoint], TcpConnection[Endpoint]]:
    left, right = hosts()
    return ProtocolPair(
        tcp(left.udp.carrier(Port(7007)), checksums=False),
        tcp(right.udp.carrier(Port(7007)), checksums=False),
        TcpAddress(UdpEndpoint(left.address, Port(7007)), PORT),
        TcpAddress(UdpEndpoint(right.address, Port(7007)), PORT),
        TcpPattern(PORT),
        stream=True,
        right_device=right.device,
    )


@every_check
def test_ipv4(check: Check) -> None:
    put(lambda: ip_pair(1500), check)


@every_check
def test_ipv4_over_a_small_mtu(check: Check) -> None:
    put(lambda: ip_pair(576), check)


@every_check
def test_ipv4_without_ethernet(check: Check) -> None:
    put(ip_without_ethernet_pair, check)


@every_check
def test_ipv4_carrier(check: Check) -> None:
    put(ip_carrier_pair, check)


@every_check
def test_icmp_echo(check: Check) -> None:
    put(icmp_pair, check)


@every_check
def test_udp(check: Check) -> None:
    put(udp_pair, check)


@every_check
def test_tcp(check: Check) -> None:
    put(lambda: tcp_pair(lambda carrier: carrier), check)


@every_check
def test_tcp_over_a_lossy_path(check: Check) -> None:
    put(lambda: tcp_pair(lambda carrier: faults(carrier, loss=0.05, reorder=0.05, delay=0.02), held=True), check)


@every_check
def test_tcp_over_udp(check: Check) -> None:
    put(tcp_over_udp_pair, check)


# -- the micro-protocols


@every_check
def test_sequence_over_a_path_that_reorders(check: Check) -> None:
    def ordering(carrier: Carrier[MacAddress]) -> Carrier[MacAddress]:
        return sequence(length(faults(carrier, jitter=0.01, delay=0.02, duplicate=0.1)))

    put(lambda: carrier_pair(ordering, held=True), check)


@every_check
def test_fragment(check: Check) -> None:
    put(lambda: carrier_pair(lambda carrier: fragment(length(carrier))), check)


@every_check
def test_acknowledge_over_a_path_that_loses(check: Check) -> None:
    def resending(carrier: Carrier[MacAddress]) -> Carrier[MacAddress]:
        return sequence(acknowledge(checksum(length(faults(carrier, loss=0.1, corrupt=0.05, duplicate=0.05)))))

    put(lambda: carrier_pair(resending, held=True), check)


@every_check
def test_reliable_messages_over_ethernet(check: Check) -> None:
    def lossy(carrier: Carrier[MacAddress]) -> Carrier[MacAddress]:
        return reliable_ethernet.reliable(faults(carrier, loss=0.1))

    put(lambda: carrier_pair(lossy, held=True), check)


@every_check
def test_trace_and_record(check: Check) -> None:
    lines: list[str] = []

    def watching(carrier: Carrier[MacAddress]) -> Carrier[MacAddress]:
        return trace(record(length(trace(carrier, lines.append)), io.BytesIO()), lines.append)

    put(lambda: carrier_pair(watching), check)


@every_check
def test_interposed_on_a_device(check: Check) -> None:
    def make_pair() -> ProtocolPair[Wire, Wire, WireConnection]:
        segment = link()
        left, right = (checksum(faults(segment.attach(), delay=0.01)) for _ in range(2))
        return ProtocolPair(left, right, WIRE, WIRE, WIRE, held=True, right_device=right)

    put(make_pair, check)


@every_check
def test_interposed_on_ipv4(check: Check) -> None:
    def make_pair() -> IpPair:
        pair = ip_pair(1500)
        for ip in (pair.left, pair.right):
            checksum(ip)
        return pair

    put(make_pair, check)


@every_check
def test_interposed_on_tcp(check: Check) -> None:
    def make_pair() -> TcpPair:
        pair = tcp_pair(lambda carrier: carrier)
        for layer in (pair.left, pair.right):
            layer.interpose(Probe())
        return pair

    put(make_pair, check)


# -- whole stacks

StationsPair = ProtocolPair[TcpAddress[MacAddress], TcpPattern[MacAddress], TcpConnection[MacAddress]]


def stations_pair(
    streams: Callable[[Device[EthernetFrames], MacAddress], Tcp[MacAddress]], held: bool = False
) -> StationsPair:
    segment = link()
    devices = segment.attach(), segment.attach()
    return ProtocolPair(
        streams(devices[0], LEFT),
        streams(devices[1], RIGHT),
        TcpAddress(LEFT, PORT),
        TcpAddress(RIGHT, PORT),
        TcpPattern(PORT),
        stream=True,
        held=held,
        patience=300.0 if held else 30.0,
        silence=20.0 if held else 1.0,
        bad_addresses=(TcpAddress(BROADCAST, PORT),),
        right_device=devices[1],
    )


@every_check
def test_tcp_over_ethernet(check: Check) -> None:
    put(lambda: stations_pair(lambda device, mac: tcp_over_ethernet.build(device, mac).tcp), check)


@every_check
def test_tcp_over_micro_protocols(check: Check) -> None:
    put(lambda: stations_pair(lambda device, mac: reliable_ethernet.build(device, mac).tcp, held=True), check)


@every_check
def test_tcp_without_ethernet(check: Check) -> None:
    def make_pair() -> TcpPair:
        segment = ip_link()
        devices = segment.attach(), segment.attach()
        left, right = (
            tcp_ip_tun.build(device, IPv4Interface(f"10.0.0.{number}/30")) for number, device in enumerate(devices, 1)
        )
        return ProtocolPair(
            left.tcp,
            right.tcp,
            TcpAddress(IPv4Address("10.0.0.1"), PORT),
            TcpAddress(IPv4Address("10.0.0.2"), PORT),
            TcpPattern(PORT),
            stream=True,
            right_device=devices[1],
        )

    put(make_pair, check)


@every_check
def test_ipv4_on_two_interfaces(check: Check) -> None:
    def make_pair() -> IpPair:
        near = link()
        far = link(seed=1, scheduler=near.scheduler)
        addresses = [IPv4Interface(text) for text in ("10.0.0.1/24", "10.0.1.1/24", "10.0.0.2/24", "10.0.1.2/24")]
        left = two_interfaces.build(near.attach(), far.attach(), *addresses[:2])
        device = far.attach()
        right = two_interfaces.build(near.attach(), device, *addresses[2:])
        return ProtocolPair(
            left.ip,
            right.ip,
            IpAddress(IPv4Address("10.0.1.1"), EXPERIMENT),
            IpAddress(IPv4Address("10.0.1.2"), EXPERIMENT),
            IpPattern(EXPERIMENT),
            right_device=device,
        )

    put(make_pair, check)
