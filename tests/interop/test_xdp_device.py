"""The device on AF_XDP, without a stack: batches both ways, frames of several chunks, what happens to its interface."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Final

import pytest
import trio

from foxpy.checksum import fold
from foxpy.devices.device import WIRE, WireConnection
from foxpy.devices.interface import mac_of
from foxpy.devices.xdp import XdpConfig, XdpDevice
from foxpy.devices.xdp.device import Checksums
from foxpy.driver import running, trio_scheduler
from foxpy.errors import InitializationFailed
from foxpy.layers.ethernet.wire import EthernetII
from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.udp.wire import CHECKSUM, HEADER, UDP
from foxpy.message import Writer
from foxpy.offload import Kind, Offload
from foxpy.protocol import Receiver
from foxpy.runtime import Runtime
from foxpy.status import Aborted, Status
from foxpy.testing.generator import Generator
from foxpy.testing.namespaces import Namespace
from tests.interop.test_xdp import (
    FOXPY,
    LINUX,
    PORT,
    SOME,
    listening,
    number_of,
    numbered,
    pair,
    pseudo_sum,
    receiving,
)

PATIENCE: Final = 10.0


class Keeper(Receiver):
    """Keeps what arrives and what was known of it, answers to all of it where it is to, and wakes who waits."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.frames: list[bytes] = []
        self.known: list[int] = []
        self.events: list[Status] = []
        self.heard: Callable[[bytes], None] | None = None
        self._something = trio.Event()

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        arriving = self.runtime.arriving
        self.frames.append(frame[start:end])
        self.known.append(arriving.start if arriving.frame is frame else 0)
        if self.heard is not None:
            self.heard(frame)
        self._something.set()

    def status(self, event: Status) -> None:
        self.events.append(event)
        self._something.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        with trio.fail_after(PATIENCE):
            while not condition():
                self._something = trio.Event()
                await self._something.wait()


def made(place: Namespace, config: XdpConfig | None = None, checksums: Checksums = "partial") -> XdpDevice:
    """A device that is initialized in ``place``, once, before anything runs it."""
    device = XdpDevice(Runtime(trio_scheduler()), "veth0", config or XdpConfig(), checksums)
    with place.entered():
        device.initialize()
    return device


def opened(device: XdpDevice) -> tuple[WireConnection, Keeper]:
    keeper = Keeper(device.runtime)
    return device.open(WIRE, lambda _: keeper), keeper


@contextlib.contextmanager
def finalized(device: XdpDevice) -> Iterator[None]:
    try:
        yield
    finally:
        device.finalize()


@pytest.mark.interop
async def test_frames_both_ways() -> None:
    with pair() as (linux, here), listening(linux) as other:
        device = made(here)
        with finalized(device):
            async with running(device):
                connection, keeper = opened(device)
                sender = device.send(connection)
                for number in range(200):
                    other.send(numbered(number))
                await keeper.until(lambda: len(keeper.frames) == 200)
                assert keeper.frames == [numbered(number) for number in range(200)]
                for number in range(200):
                    writer = sender.begin(60)
                    writer += numbered(number)[:14]
                    sender.commit(writer, numbered(number)[14:])
                assert [number_of(other.recv(2000)) for _ in range(200)] == list(range(200))
                told = device.query()
                assert (told.received, told.sent, told.refused, told.unclaimed) == (200, 200, 0, 0)
                assert (told.bytes_received, told.bytes_sent) == (12000, 12000)
                assert told.mtu == sender.limit() - 14 == 1500
                assert told.checksums
                assert not told.zero_copy
                assert told.kernel.rx_dropped == told.kernel.tx_refused == 0


@pytest.mark.interop
async def test_answers_to_a_batch_leave_with_one_system_call(monkeypatch: pytest.MonkeyPatch) -> None:
    with pair() as (linux, here), listening(linux) as other:
        device = made(here)
        with finalized(device):
            _, keeper = opened(device)
            socket = device._traffic.socket
            assert socket is not None
            kicks: list[int] = []
            kick = socket.kick

            def counted() -> bool:
                kicks.append(len(keeper.frames))
                return kick()

            monkeypatch.setattr(socket, "kick", counted)
            keeper.heard = lambda frame: device.transmit(Writer(frame[:14]), frame[14:])
            for number in range(50):
                other.send(numbered(number))
            with trio.fail_after(PATIENCE):
                while socket.rx.waiting() < 50:
                    await trio.sleep(0.001)
            device.runtime.pump(device)
            assert kicks == [50]
            assert [number_of(other.recv(2000)) for _ in range(50)] == list(range(50))


@pytest.mark.interop
@pytest.mark.parametrize(("checksums", "known"), [("verify", [0, 0]), ("partial", [34, 0]), ("trust", [34, 34])])
async def test_what_is_said_of_checksums(checksums: Checksums, known: list[int]) -> None:
    """The first datagram is one that Linux left unfinished, in the second the checksum is wrong."""
    with pair() as (linux, here), listening(linux) as other:
        device = made(here, None, checksums)
        with finalized(device):
            async with running(device):
                _, keeper = opened(device)
                body = UDP(sport=PORT, dport=PORT, body=b"data").build()
                for value in (pseudo_sum(b"data"), 0x1234):
                    whole = body[:6] + value.to_bytes(2, "big") + body[8:]
                    packet = IPv4(proto=17, src=FOXPY, dst=LINUX, body=whole)
                    other.send(EthernetII(dst=SOME, src=SOME, kind=0x0800, body=packet).build())
                await keeper.until(lambda: len(keeper.frames) == 2)
                assert keeper.known == known
                assert device.runtime.arriving.frame is None


@pytest.mark.interop
@pytest.mark.parametrize("offload", [True, False], ids=["by the kernel", "by foxpy"])
@pytest.mark.parametrize("segment", [0, 1000])
async def test_marked_packets_are_finished(offload: bool, segment: int) -> None:
    with pair() as (linux, here), receiving(linux) as socket_of_linux:
        device = made(here, XdpConfig(offload=offload))
        with linux.entered():
            hardware = mac_of("veth0")
        with finalized(device):
            connection, _ = opened(device)
            assert device.query().checksums == offload
            sender = device.send(connection)
            assert sender.offloads().checksums
            data = bytes(number % 251 for number in range(1000 if not segment else 2500))
            task = Offload(Kind.UDP, CHECKSUM)
            task.header, task.network, task.version, task.segment = HEADER, 20, 4, segment
            datagram = UDP(sport=PORT, dport=PORT, body=data).build()
            unfinished = datagram[:6] + fold(pseudo_sum(data)).to_bytes(2, "big")
            packet = IPv4(proto=17, src=FOXPY, dst=LINUX, body=datagram).build()[:20] + unfinished
            writer = sender.begin_offloaded(14 + len(packet) + len(data), task)
            writer += EthernetII(dst=hardware, src=SOME, kind=0x0800).build() + packet
            sender.commit(writer, data)
            count = 3 if segment else 1
            assert b"".join(socket_of_linux.recv(4000) for _ in range(count)) == data
            assert device.query().sent == count


@pytest.mark.interop
async def test_frames_of_several_chunks() -> None:
    with pair() as (linux, here):
        for place in (linux, here):
            place.ip("link", "set", "veth0", "mtu", "9000")
        device = made(here, XdpConfig(frags=True))
        with listening(linux) as other, finalized(device):
            async with running(device):
                connection, keeper = opened(device)
                assert device.mtu == 9000
                sender = device.send(connection)
                body = bytes(number % 251 for number in range(9000))
                frames = [
                    EthernetII(dst=SOME, src=SOME, kind=0x88B5, body=body[:size]).build()
                    for size in (46, 3826, 3827, 7666, 7667, 9000)
                ]
                for frame in frames * 20:
                    other.send(frame)
                await keeper.until(lambda: len(keeper.frames) == 120)
                assert keeper.frames == frames * 20
                for frame in frames * 20:
                    sender.send(frame)
                    assert await trio.to_thread.run_sync(other.recv, 10000) == frame
                assert device.query().unclaimed == 0


@pytest.mark.interop
async def test_large_and_small_frames_share_few_chunks() -> None:
    with pair() as (linux, here):
        for place in (linux, here):
            place.ip("link", "set", "veth0", "mtu", "9000")
        device = made(here, XdpConfig(frags=True, chunks=64, ring=64))
        with listening(linux) as other, finalized(device):
            async with running(device):
                connection, _ = opened(device)
                sender = device.send(connection)
                large = EthernetII(dst=SOME, src=SOME, kind=0x88B5, body=bytes(9000)).build()
                for number in range(100):
                    for frame in (numbered(number), large):
                        sender.send(frame)
                        assert await trio.to_thread.run_sync(other.recv, 10000) == frame
                assert device.query().refused == 0


@pytest.mark.interop
async def test_frames_wait_while_the_interface_is_down_and_those_beyond_are_refused() -> None:
    with pair() as (linux, here):
        device = made(here, XdpConfig(chunks=256, ring=64))
        with finalized(device):
            async with running(device):
                connection, _ = opened(device)
                sender = device.send(connection)
                here.ip("link", "set", "veth0", "down")
                for number in range(70):
                    sender.send(numbered(number))
                assert device.query().refused == 6
                here.ip("link", "set", "veth0", "up")
                with listening(linux) as other:
                    numbers = [number_of(await trio.to_thread.run_sync(other.recv, 2000)) for _ in range(64)]
                assert numbers == list(range(64))


@pytest.mark.interop
async def test_an_interface_that_is_deleted_aborts_the_connection() -> None:
    with pair() as (linux, here):
        device = made(here)
        with finalized(device):
            async with running(device):
                _, keeper = opened(device)
                linux.ip("link", "delete", "veth0")
                await keeper.until(lambda: bool(keeper.events))
                (event,) = keeper.events
                assert isinstance(event, Aborted)
                assert str(event.error) == "xdp veth0: the interface was deleted"
                device.transmit(Writer(numbered(1)), b"")
                assert device.query().refused == 1
        with here.entered(), pytest.raises(InitializationFailed, match="there is no such interface"):
            device.initialize()


@pytest.mark.interop
async def test_a_frame_that_makes_the_stack_end_ends_it() -> None:
    """What was taken from the ring together with it is nobody's."""
    with pair() as (linux, here), listening(linux) as other:
        device = made(here)
        async with running():
            _, keeper = opened(device)
            keeper.heard = lambda _: void(device.finalize())
            for number in range(10):
                other.send(numbered(number))
            with trio.fail_after(PATIENCE):
                while not keeper.frames:
                    device.runtime.pump(device)
                    await trio.sleep(0.001)
            assert len(keeper.frames) == 1
            assert device.fileno() == -1
            assert device.burst(1)
        with here.entered():
            device.initialize()
        device.finalize()


def void(_: object) -> None:
    return


@pytest.mark.interop
async def test_what_the_kernel_dropped_is_told_when_the_device_is_closed_as_well() -> None:
    with pair() as (linux, here):
        device = made(here, XdpConfig(ring=64))
        with finalized(device):
            _, keeper = opened(device)
            with linux.entered(), Generator("veth0") as generator:
                generator.send(numbered(7), 500)
            assert device.runtime.pump(device, 64) is False
            assert len(keeper.frames) == 64
            assert device.query().kernel.rx_ring_full == 500 - 64
        assert device.query().kernel.rx_ring_full == 500 - 64
