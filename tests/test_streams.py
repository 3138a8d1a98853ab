"""TCP streams as trio defines streams, over every kind of stack and every kind of bad path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import IPv4Interface
from typing import Final, TypeAlias

import attrs
import pytest
import trio
import trio.testing

from foxpy.addresses import MacAddress, Port
from foxpy.devices.device import Device, EthernetFrames, IpPackets, Medium
from foxpy.devices.link import Segment, ip_link, link
from foxpy.driver import running
from foxpy.layers.checksum import checksum
from foxpy.layers.ethernet import ethernet
from foxpy.layers.faults import FaultConfig, faults
from foxpy.layers.fragment import fragment
from foxpy.layers.tcp import Tcp, TcpConfig, tcp
from foxpy.layers.udp import UdpEndpoint, udp
from foxpy.protocol import Host
from foxpy.streams import TcpStream, connect_tcp, listen_tcp
from foxpy.testing import virtual
from stacks import reliable_ethernet, tcp_ip, tcp_ip_tun, tcp_over_ethernet, tcp_over_udp, two_interfaces
from tests.support.outage import Outage

Pair: TypeAlias = tuple[trio.abc.HalfCloseableStream, trio.abc.HalfCloseableStream]

PORT: Final = Port(7)
SMALL: Final = TcpConfig(receive_buffer=32 * 1024, send_buffer=32 * 1024, keepalive=60.0)
"""Small buffers, so that a stream is soon clogged. A reset that is lost is only heard of by who says something."""
MACS: Final = (MacAddress.local(1), MacAddress.local(2))
ADDRESSES: Final = (IPv4Interface("192.0.2.1/24"), IPv4Interface("192.0.2.2/24"))


@attrs.frozen
class Network:
    """Two hosts, and how to make a connection between them."""

    connect: Callable[[], Awaitable[Pair]]
    run: Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]


def network(left: Tcp[Host], right: Tcp[Host], host: Host) -> Network:
    """The network of ``left`` and ``right``, which is found at ``host``."""
    left.config = right.config = SMALL

    async def connect() -> Pair:
        """One connection, and what each end sees of it."""
        ends: dict[str, TcpStream[Host]] = {}
        async with listen_tcp(right, PORT) as listener, trio.open_nursery() as nursery:

            async def accept() -> None:
                ends["right"] = await listener.accept()

            nursery.start_soon(accept)
            ends["left"] = await connect_tcp(left, host, PORT)
        return ends["left"], ends["right"]

    async def run(test: Callable[[], Awaitable[None]]) -> None:
        async with running(left, right):
            await test()

    return Network(connect, run)


# -- the stacks


CLEAN: Final = FaultConfig()


@attrs.frozen
class Path:
    """What the path between the two does to packets, both ways."""

    faults: FaultConfig = CLEAN
    down: tuple[float, float] | None = None
    """From when on it is down, and for how long."""


DELAY: Final = 0.02
PATHS: Final = {
    "clean": Path(),
    "1 % loss": Path(FaultConfig(delay=DELAY, loss=0.01)),
    "5 % loss": Path(FaultConfig(delay=DELAY, loss=0.05)),
    "10 % loss": Path(FaultConfig(delay=DELAY, loss=0.10)),
    "3 % reordered": Path(FaultConfig(delay=DELAY, reorder=0.03)),
    "1 % duplicated": Path(FaultConfig(delay=DELAY, duplicate=0.01)),
    "1 % corrupted": Path(FaultConfig(delay=DELAY, corrupt=0.01)),
    "50 ms": Path(FaultConfig(delay=0.050)),
    "300 ms": Path(FaultConfig(delay=0.300)),
    "10 Mbit/s, short queue": Path(FaultConfig(delay=DELAY, rate=1e7, queue_bytes=20_000)),
    "10 Mbit/s, long queue": Path(FaultConfig(delay=DELAY, rate=1e7, queue_bytes=500_000)),
    "down for 5 s": Path(FaultConfig(delay=DELAY), (0.1, 5.0)),
}


def stations(segment: Segment[Medium], path: Path) -> tuple[Device[Medium], Device[Medium]]:
    """Two devices, with ``path`` between them."""
    left, right = segment.attach(), segment.attach()
    if path.down is not None:
        left.interpose(Outage(*path.down))
    faults(left, config=path.faults)
    return left, right


def ethernet_stations(path: Path) -> tuple[Device[EthernetFrames], Device[EthernetFrames]]:
    return stations(link(seed=1), path)


def ip_stations(path: Path) -> tuple[Device[IpPackets], Device[IpPackets]]:
    return stations(ip_link(seed=1), path)


def over_ip(path: Path) -> Network:
    """TCP over IP over Ethernet."""
    left, right = map(tcp_ip.build, ethernet_stations(path), ADDRESSES)
    return network(left.tcp, right.tcp, ADDRESSES[1].ip)


def over_ip_alone(path: Path) -> Network:
    """TCP over IP over a medium of bare IP packets."""
    left, right = map(tcp_ip_tun.build, ip_stations(path), ADDRESSES)
    return network(left.tcp, right.tcp, ADDRESSES[1].ip)


def over_ethernet(path: Path) -> Network:
    """TCP over Ethernet, without checksums."""
    left, right = map(tcp_over_ethernet.build, ethernet_stations(path), MACS)
    return network(left.tcp, right.tcp, MACS[1])


def over_udp_over_ip(path: Path) -> Network:
    """TCP over UDP over IP."""
    left, right = map(tcp_over_udp.build, ethernet_stations(path), ADDRESSES)
    return network(left.tcp, right.tcp, UdpEndpoint(ADDRESSES[1].ip, tcp_over_udp.TUNNEL))


def over_udp_over_ethernet(path: Path) -> Network:
    """TCP over UDP over Ethernet."""
    tunnel = Port(7000)
    left, right = (
        tcp(udp(ethernet(device, mac).carrier(0x88B6)).carrier(tunnel))
        for device, mac in zip(ethernet_stations(path), MACS, strict=True)
    )
    return network(left, right, UdpEndpoint(MACS[1], tunnel))


def over_micro_protocols(path: Path) -> Network:
    """TCP over micro-protocols: fragments with a checksum, over Ethernet."""
    left, right = (
        tcp(fragment(checksum(ethernet(device, mac).carrier(0x88B5)), 4000), checksums=False)
        for device, mac in zip(ethernet_stations(path), MACS, strict=True)
    )
    return network(left, right, MACS[1])


def over_reliable_messages(path: Path) -> Network:
    """TCP over Ethernet made reliable by micro-protocols."""
    left, right = map(reliable_ethernet.build, ethernet_stations(path), MACS)
    return network(left.tcp, right.tcp, MACS[1])


def over_two_interfaces(path: Path) -> Network:
    """TCP over IP of hosts on two links, by the second one."""
    one = link(seed=1)
    other = link(seed=2, scheduler=one.scheduler)
    networks = (IPv4Interface("198.51.100.1/24"), IPv4Interface("198.51.100.2/24"))
    firsts = one.attach(), one.attach()
    seconds = stations(other, path)
    left, right = map(two_interfaces.build, firsts, seconds, networks, ADDRESSES)
    return network(left.tcp, right.tcp, ADDRESSES[1].ip)


STACKS: Final = (
    over_ip,
    over_ip_alone,
    over_ethernet,
    over_udp_over_ip,
    over_udp_over_ethernet,
    over_micro_protocols,
    over_reliable_messages,
    over_two_interfaces,
)

every_stack = pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.__name__)
every_path = pytest.mark.parametrize("path", PATHS)
UNCHECKED: Final = (over_ethernet,)
"""What trusts its link with the bits."""


# -- trio's own tests


async def clog(stream: trio.abc.SendStream) -> None:
    """Send until nothing more goes, for long enough that nothing is under way either.

    A blocked sender is woken when half of the buffer is free; what came free since is filled in a second round.
    """
    for _ in range(2):
        with trio.move_on_after(120.0):
            while True:
                await stream.send_all(bytes(1000))


@every_stack
@every_path
def test_streams_are_what_trio_wants(stack: Callable[[Path], Network], path: str) -> None:
    if stack in UNCHECKED and PATHS[path].faults.corrupt:
        return  # nothing there could tell

    async def main() -> None:
        made = stack(PATHS[path])

        async def clogged() -> Pair:
            pair = await made.connect()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(clog, pair[0])
                nursery.start_soon(clog, pair[1])
            return pair

        async def test() -> None:
            await trio.testing.check_half_closeable_stream(made.connect, clogged)

        await made.run(test)

    virtual(main)
