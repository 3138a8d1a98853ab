"""Offloads against Linux: super-frames and unfinished checksums both ways over taps, and what leaves the machine.

Linux does not look at checksums that it was asked to fill in, so a local socket proves nothing about them. What it
forwards to an interface without offloads does: there each packet has to be whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Final

import pytest
import trio

from foxpy.addresses import MacAddress, Port
from foxpy.checksum import fold, ones_sum
from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.tap import tap, tun
from foxpy.driver import running
from foxpy.layers.faults import faults
from foxpy.layers.ipv4 import interface, ipv4, point_to_point
from foxpy.layers.record import record
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.udp import UdpAddress, UdpPattern
from foxpy.streams import TcpStream, connect_tcp, listen_tcp
from foxpy.testing.capture import capture
from foxpy.testing.collector import Collector
from foxpy.testing.namespaces import Namespace, namespace, veth
from stacks.tcp_ip import TcpIp, build
from tests.support.processes import FOXPY, LINUX

NET: Final = "198.51.100"
ROUTER: Final = f"{NET}.1"
FAR: Final = f"{NET}.2"
PORT: Final = Port(7)
DATA: Final = random.Random(4).randbytes(3_000_000)
DIGEST: Final = hashlib.sha256(DATA).hexdigest()
ETH_P_ALL: Final = 3
SOL_UDP: Final = 17
UDP_SEGMENT: Final = 103
PATIENCE: Final = 60.0


@contextlib.asynccontextmanager
async def host(place: Namespace, device: Device[EthernetFrames], gateway: str | None = None) -> AsyncIterator[TcpIp]:
    """A foxpy host on ``device``, whose other end is in ``place``."""
    stack = build(
        device,
        IPv4Interface(f"{FOXPY}/24"),
        gateway=None if gateway is None else IPv4Address(gateway),
        mac=MacAddress.local(2),
    )
    with place.entered():
        device.initialize()
    try:
        async with running(*stack.components()):
            with trio.fail_after(PATIENCE):
                yield stack
    finally:
        device.finalize()


def on_tap(*, offloads: bool = True, coalesce: bool | None = None, persist: bool = False) -> Device[EthernetFrames]:
    return tap("tap0", kernel_address=f"{LINUX}/24", offloads=offloads, coalesce=coalesce, persist=persist)


async def echo(stream: TcpStream[IPv4Address]) -> None:
    async with stream:
        async for part in stream:
            await stream.send_all(part)
        await stream.send_eof()


def sent_and_got(place: Namespace, address: str) -> str:
    """Send DATA to the echo at ``address`` from Linux; the digest of what came back."""
    with place.entered():
        calling = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    got = hashlib.sha256()
    with calling:
        calling.settimeout(PATIENCE)
        calling.connect((address, PORT))

        def send() -> None:
            calling.sendall(DATA)
            calling.shutdown(socket.SHUT_WR)

        sending = threading.Thread(target=send)
        sending.start()
        while part := calling.recv(1 << 18):
            got.update(part)
        sending.join()
    return got.hexdigest()


async def echoed(over: Tcp[IPv4Address], place: Namespace) -> str:
    """Linux in ``place`` sends DATA to ``over`` and gets it back; the digest of that."""
    digest = ""
    listener = listen_tcp(over, PORT)
    async with trio.open_nursery() as nursery:

        async def serve() -> None:
            await echo(await listener.accept())

        nursery.start_soon(serve)
        digest = await trio.to_thread.run_sync(sent_and_got, place, FOXPY)
    await listener.aclose()
    return digest


@pytest.mark.interop
@pytest.mark.parametrize(("offloads", "coalesce"), [(True, None), (True, True), (False, True), (False, False)], ids=str)
async def test_integrity_both_ways(place: Namespace, offloads: bool, coalesce: bool | None) -> None:
    device = on_tap(offloads=offloads, coalesce=coalesce)
    async with host(place, device) as stack:
        assert await echoed(stack.tcp, place) == DIGEST
        assert stack.tcp.counters.checksum_errors == 0
        info = device.query()
        assert (info.refused, info.unclaimed) == (0, 0)
        packets = len(DATA) / 1460
        # How many segments are in a frame, the senders' pace decides, and so the machine: some are.
        assert (info.sent < packets) == offloads
        assert (info.received < packets) == (offloads or coalesce)


@pytest.mark.interop
@pytest.mark.parametrize("offloads", [True, False])
async def test_integrity_over_a_tun(place: Namespace, offloads: bool) -> None:
    """Bare IP packets: the same header in front of them, and no Ethernet behind it."""
    device = tun("tun0", kernel_address=f"{LINUX}/24", offloads=offloads)
    ip = ipv4(interface(point_to_point(device), f"{FOXPY}/24"))
    over = tcp(ip.carrier(6))
    with place.entered():
        device.initialize()
    async with running(over):
        with trio.fail_after(PATIENCE):
            assert await echoed(over, place) == DIGEST
    assert over.counters.checksum_errors == 0
    assert (device.query().sent < len(DATA) / 1460) == offloads
    device.finalize()


@pytest.mark.interop
async def test_a_persistent_tap_taken_over_without_offloads(place: Namespace) -> None:
    """The kernel keeps what its last owner said; super-frames would come with nothing to tell that they are some."""
    async with host(place, on_tap(persist=True)) as stack:
        assert await echoed(stack.tcp, place) == DIGEST
    device = on_tap(offloads=False, persist=True)
    seen = capture(device)
    async with host(place, device) as stack:
        assert await echoed(stack.tcp, place) == DIGEST
    assert max(len(frame) for frame in seen.received) <= 1514
    async with host(place, on_tap(persist=True)) as stack:
        assert await echoed(stack.tcp, place) == DIGEST


@pytest.mark.interop
async def test_what_is_interposed_has_whole_frames(place: Namespace, tmp_path: Path) -> None:
    device = on_tap()
    seen = capture(device)
    record(device, tmp_path / "frames.pcap")
    async with host(place, device) as stack:
        assert await echoed(stack.tcp, place) == DIGEST
    assert seen.received
    assert all(whole(frame) for frame in seen.received + seen.sent)
    assert (tmp_path / "frames.pcap").stat().st_size > 2 * len(DATA)


@pytest.mark.interop
async def test_faults_on_a_tap_with_offloads(place: Namespace) -> None:
    device = on_tap()
    faults(device, loss=0.002, duplicate=0.01, reorder=0.002)
    async with host(place, device) as stack:
        assert await echoed(stack.tcp, place) == DIGEST


@pytest.mark.interop
async def test_the_buffer_follows_the_queue(place: Namespace) -> None:
    """A tap's queue counts frames; a short one has a small window."""
    place.ip("tuntap", "add", "dev", "tap0", "mode", "tap")
    place.ip("link", "set", "tap0", "txqueuelen", "100")
    device = on_tap(offloads=False)
    with place.entered():
        device.initialize()
    assert device.offloads.window == 100 * 1500
    device.finalize()
    large = on_tap()
    with place.entered():
        large.initialize()
    assert large.offloads.window == 100 * 65535
    large.finalize()


# -- beyond the machine


@pytest.fixture
def far(place: Namespace) -> Iterator[Namespace]:
    """A machine behind ``place``, which forwards to it over interfaces without any offloads."""
    with namespace() as other:
        veth(place, other, f"{ROUTER}/24", f"{FAR}/24")
        for each in (place, other):
            each.run("ethtool", "-K", "veth0", "tx", "off", "rx", "off", "tso", "off", "gso", "off", "gro", "off")
        with place.entered():
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        other.ip("route", "add", "192.0.2.0/24", "via", ROUTER)
        yield other


def whole(frame: bytes) -> bool:
    """Whether a frame is as it must be on a wire: no longer than the MTU, all checksums right."""
    if frame[12:14] != b"\x08\x00":
        return True
    at, end = 34, 14 + int.from_bytes(frame[16:18], "big")
    if len(frame) > 1514 or frame[14] != 0x45 or ones_sum(frame, 14, at) != 0xFFFF:
        return False
    return fold(ones_sum(frame, at, end) + ones_sum(frame, 26, at) + frame[23] + end - at) == 0xFFFF


@contextlib.contextmanager
def listening(place: Namespace) -> Iterator[Callable[[], list[bytes]]]:
    """The frames on ``veth0`` of ``place``, both ways, as the function gives them."""
    with place.entered():
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    with wire:
        wire.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
        wire.bind(("veth0", ETH_P_ALL))
        wire.setblocking(False)

        def frames() -> list[bytes]:
            got = []
            with contextlib.suppress(BlockingIOError):
                while True:
                    got.append(wire.recv(70_000))
            return got

        yield frames


def digest_of(place: Namespace) -> Callable[[], str]:
    """A server in ``place`` that takes one connection: what to call for the digest of what came."""
    with place.entered():
        server = socket.create_server((FAR, PORT))
    server.settimeout(PATIENCE)

    def serve() -> str:
        got = hashlib.sha256()
        with server, server.accept()[0] as wire:
            wire.settimeout(PATIENCE)
            while part := wire.recv(1 << 18):
                got.update(part)
        return got.hexdigest()

    return serve


@pytest.mark.interop("ethtool")
async def test_forwarded_segments_are_whole(place: Namespace, far: Namespace) -> None:
    serve = digest_of(far)
    device = on_tap()
    with listening(far) as frames:
        async with host(place, device, LINUX) as stack, trio.open_nursery() as nursery:
            digests: list[str] = []

            async def served() -> None:
                digests.append(await trio.to_thread.run_sync(serve))

            nursery.start_soon(served)
            async with await connect_tcp(stack.tcp, IPv4Address(FAR), PORT) as stream:
                await stream.send_all(DATA)
                await stream.send_eof()
                assert await stream.receive_some() == b""
        got = frames()
    assert digests == [DIGEST]
    assert device.query().sent < len(DATA) / 1460
    assert len(got) > len(DATA) / 1460
    assert all(whole(frame) for frame in got)
    assert [frame for frame in got if frame[12:14] == b"\x08\x00" and frame[23] == 6]


@pytest.mark.interop("ethtool")
async def test_forwarded_into_foxpy(place: Namespace, far: Namespace) -> None:
    """What comes over a wire is whole, and put together again by Linux or here."""
    async with host(place, on_tap(), LINUX) as stack:
        assert await echoed(stack.tcp, far) == DIGEST
        assert stack.tcp.counters.checksum_errors == 0


# -- UDP


@pytest.mark.interop("ethtool")
@pytest.mark.parametrize("size", [1472, 1000, 100, 1])
async def test_forwarded_datagrams_are_whole(place: Namespace, far: Namespace, size: int) -> None:
    payload = DATA[: 60 * size + size // 2]
    with far.entered():
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with server, listening(far) as frames:
        server.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)
        server.bind((FAR, PORT))
        server.settimeout(5)
        device = on_tap()
        async with host(place, device, LINUX) as stack:
            sender = stack.udp.send(stack.udp.open(UdpAddress(IPv4Address(FAR), PORT), lambda _: Collector()))
            sender.send(b"first")
            assert await trio.to_thread.run_sync(server.recv, 2000) == b"first"
            before = device.query().sent
            sender.send_many(payload, size)
            assert device.query().sent - before <= 2
            got = [await trio.to_thread.run_sync(server.recv, 2000) for _ in range(-(-len(payload) // size))]
            sender.send(b"\0" * 21)
            assert await trio.to_thread.run_sync(server.recv, 2000) == b"\0" * 21
        assert got == [payload[at : at + size] for at in range(0, len(payload), size)]
        assert all(whole(frame) for frame in frames())


@pytest.mark.interop
@pytest.mark.parametrize("offloads", [True, False])
async def test_datagrams_that_linux_put_together(place: Namespace, offloads: bool) -> None:
    device = on_tap(offloads=offloads)
    heard = Collector()
    async with host(place, device) as stack:
        stack.udp.listen(UdpPattern(PORT), lambda _: heard)
        with place.entered():
            calling = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with calling:
            calling.connect((FOXPY, PORT))
            calling.send(b"first")
            while not heard.packets:
                await trio.sleep(0.01)
            calling.setsockopt(SOL_UDP, UDP_SEGMENT, 1000)
            calling.send(DATA[:40_500])
            while len(heard.packets) < 42:
                await trio.sleep(0.01)
        assert heard.packets[1:] == [DATA[at : min(at + 1000, 40_500)] for at in range(0, 40_500, 1000)]
        assert stack.udp.query().checksum_errors == 0
        received = device.query().received
        assert received < 10 if offloads else received > 40
