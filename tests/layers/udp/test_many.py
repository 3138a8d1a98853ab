"""Many datagrams at once, and checksums that the link fills in: what arrives is what was sent one by one."""

from __future__ import annotations

import random
from ipaddress import IPv4Address
from typing import Final

import pytest
import trio

from foxpy.addresses import MacAddress, Port
from foxpy.devices.device import WIRE, Device, EthernetFrames
from foxpy.devices.link import Segment, Station, link
from foxpy.devices.port import Outlet
from foxpy.driver import running
from foxpy.errors import InvalidConnection, PacketSize
from foxpy.interpose import Interposer, Session
from foxpy.layers.ethernet import LLC, ethernet
from foxpy.layers.faults import faults
from foxpy.layers.interposing import Between
from foxpy.layers.udp import SetChecksums, UdpAddress, UdpConnection, UdpPattern, udp
from foxpy.layers.udp.path import LOOK_AFTER, MOST
from foxpy.message import Writer
from foxpy.offload import LARGEST_PACKET, NONE, Offload, Offloads
from foxpy.protocol import Connection, Sender
from foxpy.runtime import Runtime
from foxpy.testing.capture import capture
from foxpy.testing.collector import Collector
from foxpy.testing.hosts import host
from foxpy.testing.network import virtual
from tests.support.super_frames import datagram_of

PORT: Final = Port(7)
DATA: Final = random.Random(4).randbytes(100_000)


class Net:
    """Two hosts; the right one keeps what comes to PORT."""

    def __init__(self, segment: Segment[EthernetFrames]) -> None:
        self.left = host(segment, 1)
        self.right = host(segment, 2)
        self.heard = Collector()

    def connect(self, to: IPv4Address | None = None) -> tuple[UdpConnection[IPv4Address], Sender]:
        self.right.udp.listen(UdpPattern(PORT), lambda _: self.heard)
        address = UdpAddress(to or self.right.address, PORT)
        connection = self.left.udp.open(address, lambda _: Collector())
        return connection, self.left.udp.send(connection)


def cut(payload: bytes, segment: int) -> list[bytes]:
    return [payload[at : at + segment] for at in range(0, len(payload), segment)]


async def resolved(net: Net, sender: Sender) -> None:
    """ARP is done: packets that wait for it are whole ones."""
    sender.send(b"first")
    await trio.sleep(1)
    assert net.heard.packets == [b"first"]
    net.heard.packets.clear()


@pytest.mark.parametrize("offloads", [True, False])
@pytest.mark.parametrize("size", [0, 1, 999, 1000, 1001, 5000, 100_000])
async def test_datagrams_arrive_one_by_one(offloads: bool, size: int) -> None:
    net = Net(link(offloads=offloads))
    async with net.left.running(), net.right.running():
        _, sender = net.connect()
        await resolved(net, sender)
        sender.send_many(DATA[:size], 1000)
        await trio.sleep(1)
        assert net.heard.packets == cut(DATA[:size], 1000)
        sent = -(-size // 1000) + 1
        assert net.left.udp.query().sent == sent
        assert net.right.udp.query().received == sent
        assert net.right.udp.query().checksum_errors == 0


async def test_they_pass_the_layers_together() -> None:
    net = Net(link(offloads=True))
    async with net.left.running(), net.right.running():
        _, sender = net.connect()
        await resolved(net, sender)
        before = net.left.device.query().sent
        sender.send_many(DATA, 1000)
        assert net.left.device.query().sent - before == 2  # 64 and 36
        sender.send_many(DATA[:6400], 10)
        assert net.left.device.query().sent - before == 2 + 640 // MOST
        await trio.sleep(1)
        assert net.heard.packets == cut(DATA, 1000) + cut(DATA[:6400], 10)


async def test_a_capture_sees_them_one_by_one_with_checksums() -> None:
    net = Net(link(offloads=True))
    seen = capture(net.right.device)
    async with net.left.running(), net.right.running():
        _, sender = net.connect()
        await resolved(net, sender)
        sender.send_many(DATA[:9001], 3)
        sender.send(b"x")
        await trio.sleep(1)
    datagrams = [datagram_of(frame) for frame in seen.received if frame[12:14] == b"\x08\x00"]
    assert datagrams == [b"first", *cut(DATA[:9001], 3), b"x"]
    assert net.heard.packets == datagrams[1:]


async def test_a_device_that_cuts_by_itself() -> None:
    """What goes on a plain link is whole, and filled up as Ethernet wants it."""

    class Cutter(Station[EthernetFrames]):
        def outlet(self) -> Outlet:
            return Device.outlet(self)

        def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
            Device.transmit_offloaded(self, headers, payload, task)

    class Cutters(Segment[EthernetFrames]):
        def attach(
            self, name: str | None = None, runtime: Runtime | None = None, *, offloads: bool | None = None
        ) -> Device[EthernetFrames]:
            return Cutter(self, Runtime(self.scheduler, 1), name or "cutter", True)

    net = Net(Cutters(1500, 14, 0, None))
    seen = capture(net.right.device)
    async with net.left.running(), net.right.running():
        _, sender = net.connect()
        await resolved(net, sender)
        sender.send_many(DATA[:20], 3)
        sender.send_many(DATA, 1472)
        await trio.sleep(1)
        assert net.heard.packets == cut(DATA[:20], 3) + cut(DATA, 1472)
    assert {len(frame) for frame in seen.received} <= {60, 1514, 42 + len(DATA) % 1472}


async def test_software_that_sums_later_is_left_only_what_it_cuts() -> None:
    left: list[int] = []

    class Noting(Station[EthernetFrames]):
        def outlet(self) -> Outlet:
            return Device.outlet(self)

        def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
            left.append(task.segment)
            Device.transmit_offloaded(self, headers, payload, task)

    class Notings(Segment[EthernetFrames]):
        def attach(
            self, name: str | None = None, runtime: Runtime | None = None, *, offloads: bool | None = None
        ) -> Device[EthernetFrames]:
            station = Noting(self, Runtime(self.scheduler, 1), name or "noting", True)
            station.offloads = Offloads(True, LARGEST_PACKET + 14, None, saves=False)
            return station

    net = Net(Notings(1500, 14, 0, None))
    async with net.left.running(), net.right.running():
        _, sender = net.connect()
        await resolved(net, sender)
        for at in range(100):
            sender.send(DATA[at : at + 100])
        sender.send_many(DATA[:2000], 1000)
        sender.send_many(DATA[:999], 1000)
        await trio.sleep(1)
        assert net.heard.packets == [*(DATA[at : at + 100] for at in range(100)), *cut(DATA[:2000], 1000), DATA[:999]]
        assert net.right.udp.query().checksum_errors == 0
    assert left == [1000]


async def test_what_is_interposed_sees_them_one_by_one() -> None:
    """Above UDP and below it: each is a packet of its own there."""
    net = Net(link(offloads=True))
    above = capture(net.right.udp)
    faults(net.left.udp, duplicate=0.0)
    async with net.left.running(), net.right.running():
        _, sender = net.connect()
        await resolved(net, sender)
        sender.send_many(DATA, 1000)
        await trio.sleep(1)
        assert net.heard.packets == cut(DATA, 1000)
        assert above.received == [b"first", *cut(DATA, 1000)]


class Passing(Interposer):
    """Watches what arrives; what is sent goes by."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return _Passing(self.seen)


class _Passing(Between):
    def __init__(self, seen: list[bytes]) -> None:
        self._seen = seen

    def sender(self, below: Sender) -> Sender:
        return below

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self._seen.append(frame[start:end])
        self.above.deliver(frame, start, end)


async def test_above_udp_nothing_is_unfinished() -> None:
    net = Net(link(offloads=True))
    passing = Passing()
    net.right.udp.interpose(passing)
    async with net.left.running(), net.right.running():
        _, sender = net.connect()
        await resolved(net, sender)
        sender.send_many(DATA, 1000)
        await trio.sleep(1)
        assert net.heard.packets == cut(DATA, 1000)
        assert passing.seen == [b"first", *cut(DATA, 1000)]


async def test_a_receiver_that_closes_in_the_middle() -> None:
    net = Net(link(offloads=True))
    async with net.left.running(), net.right.running():
        _, sender = net.connect()
        await resolved(net, sender)
        (theirs,) = (each for path in net.right.udp.paths.all() for each in path.connections.values())

        def react(packet: bytes) -> None:
            if len(net.heard.packets) == 3:
                net.right.udp.abort(theirs)

        net.heard.react = react
        sender.send_many(DATA[:10_000], 1000)
        await trio.sleep(1)
        assert net.heard.packets == cut(DATA[:3000], 1000)
        assert net.heard.complaints == []


async def test_larger_ones_than_fit_are_fragmented() -> None:
    net = Net(link(offloads=True))
    async with net.left.running(), net.right.running():
        _, sender = net.connect()
        await resolved(net, sender)
        sender.send_many(DATA, 4000)
        await trio.sleep(1)
        assert net.heard.packets == cut(DATA, 4000)
        assert net.left.ip.counters.fragments_sent > 50


async def test_without_checksums_they_go_one_by_one() -> None:
    net = Net(link(offloads=True))
    seen = capture(net.right.device)
    async with net.left.running(), net.right.running():
        connection, sender = net.connect()
        await resolved(net, sender)
        net.left.udp.control(SetChecksums(connection, False))
        seen.received.clear()
        sender.send_many(DATA[:3000], 1000)
        await trio.sleep(1)
        assert net.heard.packets == cut(DATA[:3000], 1000)
        assert [frame[40:42] for frame in seen.received[:3]] == [b"\0\0"] * 3


async def test_to_oneself() -> None:
    net = Net(link())
    async with net.left.running():
        heard = Collector()
        net.left.udp.listen(UdpPattern(PORT), lambda _: heard)
        sender = net.left.udp.send(net.left.udp.open(UdpAddress(net.left.address, PORT), lambda _: Collector()))
        sender.send_many(DATA, 1000)
        sender.send(b"x" * 60_000)
        await trio.sleep(1)
        assert heard.packets == [*cut(DATA, 1000), b"x" * 60_000]
        assert net.left.udp.query().checksum_errors == 0


async def test_a_link_that_stops_and_begins_again() -> None:
    net = Net(link(offloads=True))
    async with net.left.running(), net.right.running():
        _, sender = net.connect()
        await resolved(net, sender)
        large, net.left.device.offloads = net.left.device.offloads, NONE
        sender.send_many(DATA, 1000)
        sender.send(b"whole")
        net.left.device.offloads = large
        for _ in range(LOOK_AFTER):
            sender.send(b"more")
        before = net.left.device.query().sent
        sender.send_many(DATA, 1000)
        assert net.left.device.query().sent - before == 2
        await trio.sleep(1)
        assert net.heard.packets == [*cut(DATA, 1000), b"whole", *[b"more"] * LOOK_AFTER, *cut(DATA, 1000)]


async def test_bad_use() -> None:
    net = Net(link(offloads=True))
    async with net.left.running(), net.right.running():
        connection, sender = net.connect()
        with pytest.raises(ValueError, match="datagrams of 0 bytes"):
            sender.send_many(b"abc", 0)
        with pytest.raises(PacketSize):
            sender.send_many(bytes(140_000), 70_000)
        net.left.udp.abort(connection)
        with pytest.raises(InvalidConnection):
            sender.send_many(b"abc", 1)


def test_any_sender_can_send_many() -> None:
    """The default is to send each; a layer need not know of it."""

    class Plain(Sender):
        def __init__(self) -> None:
            self.sent: list[bytes] = []

        def begin(self, size: int) -> Writer:
            return Writer()

        def commit(self, writer: Writer, payload: bytes) -> None:
            self.sent.append(bytes(writer) + payload)

        def limit(self) -> int:
            return 100

    plain = Plain()
    plain.send_many(b"abcdefgh", 3)
    assert plain.sent == [b"abc", b"def", b"gh"]
    with pytest.raises(ValueError, match="packets of -1 bytes"):
        plain.send_many(b"abc", -1)


def test_hosts_on_a_plain_link_see_only_whole_frames() -> None:
    async def test() -> None:
        segment = link(offloads=True)
        plain = segment.attach("watcher", offloads=False)
        heard = Collector()
        plain.initialize()
        plain.open(WIRE, lambda _: heard)
        net = Net(segment)
        async with net.left.running(), net.right.running():
            _, sender = net.connect()
            await resolved(net, sender)
            sender.send_many(DATA, 1000)
            await trio.sleep(1)
        datagrams = [datagram_of(frame) for frame in heard.packets if frame[12:14] == b"\x08\x00"]
        assert datagrams == [b"first", *cut(DATA, 1000)]

    virtual(test)


async def test_over_frames_with_a_length() -> None:
    """IEEE 802.3: each has its length where the ethertype would be, so none is left to be finished or cut."""
    segment = link(offloads=True)
    left, right = (ethernet(segment.attach(), MacAddress.local(number)) for number in (1, 2))
    seen = capture(right)
    near, far = udp(left.carrier(LLC)), udp(right.carrier(LLC))
    heard = Collector()
    async with running(near, far):
        far.listen(UdpPattern(PORT), lambda _: heard)
        sender = near.send(near.open(UdpAddress(MacAddress.local(2), PORT), lambda _: Collector()))
        sender.send_many(DATA[:10_000], 1000)
        await trio.sleep(1)
        assert heard.packets == cut(DATA[:10_000], 1000)
        assert near.query().sent == far.query().received == 10
        assert far.query().checksum_errors == 0
    assert [len(packet) for packet in seen.received] == [1008] * 10
