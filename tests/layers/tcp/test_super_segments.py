"""Segments larger than the MSS, which the link cuts: TCP's own rules for them, and whole conversations.

RFC 9293 speaks of segments as they are on the wire; what is handed to a link that cuts must come to the same there.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface
from typing import Final

import pytest
import trio

from foxpy.addresses import MacAddress, Port
from foxpy.devices.attachment import QUEUED
from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.link import Segment, Station, link
from foxpy.devices.port import Outlet
from foxpy.layers.arp import arp
from foxpy.layers.arp.connection import Flush
from foxpy.layers.ethernet import ethernet
from foxpy.layers.faults import faults
from foxpy.layers.icmp import icmp
from foxpy.layers.ipv4 import interface, ipv4
from foxpy.layers.tcp import TcpConfig, tcp
from foxpy.layers.tcp.config import DEFAULT_MSS
from foxpy.layers.tcp.segment import ACK, FIN, PSH
from foxpy.layers.tcp.tcb import BUFFER, LARGEST_SHARE, fitting
from foxpy.layers.udp import udp
from foxpy.message import Writer
from foxpy.offload import LARGEST_PACKET, NONE, Offload, Offloads
from foxpy.runtime import Runtime
from foxpy.streams import TcpStream, connect_tcp, listen_tcp
from foxpy.testing.capture import capture
from foxpy.testing.hosts import TEST_NET, Host
from foxpy.testing.network import virtual
from tests.support.super_frames import text_of
from tests.support.tcp_ladder import Ladder, established

PORT: Final = Port(7)
DATA: Final = random.Random(4).randbytes(700_000)
NO_CONTROL: Final = TcpConfig(congestion_control="none")


# -- the machine


def cutting(config: TcpConfig | None = None, largest: int = 65515) -> Ladder:
    """An open connection whose link cuts."""
    peer = established(config)
    peer.end.machine.offloaded(largest, 0.0)
    return peer


def test_what_the_windows_allow_goes_as_one_segment_of_whole_pieces() -> None:
    peer = cutting()
    peer.end.send(bytes(9500))
    sent = peer.expects(ACK, length=9000, seq=1)
    assert sent.mss == 1000
    assert peer.expects(ACK, length=500, seq=9001).flags & PSH  # a short one for itself, by the rules for those


def test_a_short_segment_waits_for_an_earlier_one_as_ever() -> None:
    """Nagle's algorithm as in RFC 9293, section A.3."""
    peer = cutting()
    peer.end.send(bytes(300))
    peer.expects(ACK, length=300)
    peer.end.send(bytes(2300))
    peer.expects(ACK, length=2000, seq=301)
    peer.expects_nothing()
    peer.sends(ACK)
    peer.expects(ACK, length=300, seq=2301)


def test_the_congestion_window_holds_whole_pieces_back() -> None:
    peer = cutting()
    peer.end.send(bytes(40_000))
    peer.expects(ACK, length=10_000)  # RFC 6928
    peer.expects_nothing()
    peer.sends(ACK)
    peer.expects(ACK, length=20_000)


def test_no_segment_is_larger_than_the_link_takes() -> None:
    peer = cutting(NO_CONTROL, largest=10_500)
    peer.end.send(bytes(25_000))
    peer.expects(ACK, length=10_000)
    peer.expects(ACK, length=10_000)
    peer.expects(ACK, length=5_000)


def test_the_peers_window_is_kept_to_the_byte() -> None:
    peer = cutting(NO_CONTROL)
    peer.sends(ACK, window=5500)
    peer.end.send(bytes(20_000))
    peer.expects(ACK, length=5000)
    peer.expects_nothing()


def test_the_fin_rides_on_the_last() -> None:
    peer = cutting()
    peer.sends(ACK, window=0)
    peer.end.send(bytes(5000))
    peer.end.half_close()
    peer.sends(ACK, window=60_000)
    sent = peer.expects(FIN | ACK, length=5000)
    assert sent.flags & PSH


def test_urgent_data_is_not_left_for_cutting() -> None:
    """Each segment has a pointer of its own (MUST-62)."""
    peer = cutting()
    peer.end.machine.send(bytes(3000), peer.simulation.now, urgent=True)
    peer.end.perform()
    assert [len(sent.payload) for sent in peer.sent] == [1000, 1000, 1000]


def test_a_partial_acknowledgement_in_the_middle_sends_one_piece_again() -> None:
    """RFC 6582: the first that is missing, whatever the segment that it went out in."""
    peer = cutting()
    peer.end.send(bytes(range(250)) * 40)
    peer.expects(ACK, length=10_000)
    for _ in range(3):
        peer.sends(ACK, ack=1)
    again = peer.expects(ACK, seq=1, length=1000)
    assert again.mss == 1000
    peer.sends(ACK, ack=4001)
    assert peer.expects(ACK, seq=4001, length=1000).payload == (bytes(range(250)) * 40)[4000:5000]
    peer.sends(ACK, ack=10_001)
    peer.advance(60)
    peer.expects_nothing()


def test_after_a_timeout_the_pieces_go_as_the_window_grows() -> None:
    """RFC 5681, section 3.1: slow start from one segment, with all of what was one segment in doubt."""
    peer = cutting()
    peer.end.send(bytes(10_000))
    peer.expects(ACK, length=10_000)
    peer.advance(0.25)
    peer.expects(ACK, seq=1, length=1000)
    peer.expects_nothing()
    peer.sends(ACK, ack=1001)
    peer.expects(ACK, seq=1001, length=1000)
    peer.expects(ACK, seq=2001, length=1000)
    peer.expects_nothing()
    peer.sends(ACK, ack=3001)
    for seq in (3001, 4001, 5001):
        peer.expects(ACK, seq=seq, length=1000)
    peer.expects_nothing()


def test_a_path_that_shrinks_has_all_of_it_sent_again_in_smaller_pieces() -> None:
    """RFC 1191, section 6.4: at once, and it is no sign of congestion."""
    peer = cutting()
    data = bytes(range(250)) * 40
    peer.end.send(data)
    peer.expects(ACK, length=10_000)
    window = peer.end.machine.tcb.congestion.window
    peer.end.machine.path_limit(520, peer.simulation.now)
    peer.end.perform()
    pieces = [sent.payload for sent in peer.sent]
    assert [len(piece) for piece in pieces] == [500] * 20
    assert b"".join(pieces) == data
    assert peer.end.machine.tcb.congestion.window == window


def test_a_link_that_no_longer_cuts_gets_what_it_refused() -> None:
    peer = cutting()
    peer.end.send(bytes(10_000))
    peer.expects(ACK, length=10_000)
    peer.end.machine.offloaded(0, peer.simulation.now)
    peer.end.perform()
    assert [len(sent.payload) for sent in peer.sent] == [1000] * 10
    peer.sent.clear()
    peer.sends(ACK)
    peer.end.machine.offloaded(65515, peer.simulation.now)
    peer.end.send(bytes(5000))
    peer.expects(ACK, length=5000)


# -- acknowledgements


@pytest.mark.parametrize(("batch", "expected"), [(True, 1), (False, 4)])
def test_acknowledgements_of_a_burst_of_large_segments(batch: bool, expected: int) -> None:
    """RFC 9293, SHLD-19: at least every second full-sized segment. One that stands for many is worth one at once, and
    a burst of them is worth one by the setting."""
    peer = established(TcpConfig(ack_per_batch=batch, initial_receive_window=1 << 19))
    for _ in range(4):
        peer.gives(peer.segment(ACK, bytes(8000)))
    peer.settle()
    assert len(peer.sent) == expected
    assert peer.peers(peer.sent[-1].ack) == 32_001
    peer.sent.clear()
    peer.sends(ACK, bytes(100))
    peer.expects_nothing()  # delayed
    peer.advance(0.1)
    peer.expects(ACK, ack=32_101)


def test_what_counts_as_a_full_segment_is_never_more_than_the_mss() -> None:
    peer = established()
    peer.sends(ACK, bytes(8000))
    assert DEFAULT_MSS <= peer.end.machine.tcb.rcv.full <= 1000


# -- the receive buffer


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (None, BUFFER),
        (1500 * 1000, BUFFER),  # a plain tap
        (1500 * 100, 150_000),  # one with a short queue
        (65535 * 1000, LARGEST_SHARE),  # one with super-frames
        (16 << 20, 2 << 20),
    ],
)
def test_the_buffer_fits_the_queue(window: int | None, expected: int) -> None:
    assert fitting(window) == expected


def test_a_buffer_that_was_asked_for_is_the_one() -> None:
    async def test() -> None:
        net = Net(link(offloads=True), config=TcpConfig(receive_buffer=100_000))
        async with net.open() as (_, _):
            assert buffers(net.left) == buffers(net.right) == [100_000]

    virtual(test)


def test_a_queue_of_large_frames_has_a_larger_buffer() -> None:
    async def test() -> None:
        net = Net(link(offloads=True))
        async with net.open() as (_, _):
            assert buffers(net.left) == buffers(net.right) == [QUEUED >> 3]
        plain = Net(link())
        async with plain.open() as (_, _):
            assert buffers(plain.left) == buffers(plain.right) == [BUFFER]

    virtual(test)


def buffers(host: Host) -> list[int]:
    return [
        connection.machine.tcb.rcv.buffer for path in host.tcp.paths.all() for connection in path.connections.values()
    ]


# -- two hosts


def made(device: Device[EthernetFrames], number: int, config: TcpConfig) -> Host:
    address = IPv4Interface((TEST_NET.network_address + number, TEST_NET.prefixlen))
    eth = ethernet(device, MacAddress.local(number))
    neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    ip = ipv4(interface(neighbours.carrier(), address))
    over = tcp(ip.carrier(6), config=config)
    return Host(device, eth, neighbours, ip, icmp(ip), udp(ip.carrier(17)), over, address)


class Cutter(Station[EthernetFrames]):
    """A station that cuts by itself, as a plain tap does, and loses what it is told to."""

    lost: Callable[[], bool] = staticmethod(lambda: False)

    def transmit(self, headers: Writer, payload: bytes) -> None:
        if not self.lost():
            super().transmit(headers, payload)

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        Device.transmit_offloaded(self, headers, payload, task)

    def outlet(self) -> Outlet:
        return Device.outlet(self)


def cutter(segment: Segment[EthernetFrames], name: str) -> Cutter:
    station = segment.attach(name)
    return Cutter(segment, station.runtime, name, True)


class Net:
    """Two hosts, left and right."""

    def __init__(
        self,
        segment: Segment[EthernetFrames],
        left: Device[EthernetFrames] | None = None,
        right: Device[EthernetFrames] | None = None,
        config: TcpConfig | None = None,
    ) -> None:
        config = config or TcpConfig()
        self.left = made(left or segment.attach("left"), 1, config)
        self.right = made(right or segment.attach("right"), 2, config)

    def open(self) -> Opened:
        return Opened(self)


class Opened:
    """Both hosts running, and the two ends of a connection."""

    def __init__(self, net: Net) -> None:
        self._net = net

    async def __aenter__(self) -> tuple[TcpStream[IPv4Address], TcpStream[IPv4Address]]:
        net = self._net
        self._running = [net.left.running(), net.right.running()]
        for each in self._running:
            await each.__aenter__()
        listener = listen_tcp(net.right.tcp, PORT)
        near = await connect_tcp(net.left.tcp, net.right.address, PORT)
        far = await listener.accept()
        await listener.aclose()
        return near, far

    async def __aexit__(self, *_: object) -> None:
        for each in reversed(self._running):
            await each.__aexit__(None, None, None)


async def carried(source: TcpStream[IPv4Address], sink: TcpStream[IPv4Address], data: bytes) -> None:
    """Send ``data`` and see that it arrives."""
    got = bytearray()

    async def send() -> None:
        await source.send_all(data)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(send)
        while len(got) < len(data):
            got += await sink.receive_some()
    assert bytes(got) == data


def mean(device: Device[EthernetFrames]) -> float:
    info = device.query()
    return info.bytes_sent / info.sent


def test_two_hosts_pass_large_segments_whole() -> None:
    async def test() -> None:
        net = Net(link(offloads=True))
        async with net.open() as (near, far):
            await carried(near, far, DATA)
            await carried(far, near, DATA)
            for host in (net.left, net.right):
                counts = host.tcp.counters
                assert (counts.retransmissions, counts.checksum_errors) == (0, 0)
                assert host.device.query().sent < len(DATA) / 1460 / 4

    virtual(test)


@pytest.mark.parametrize("who", ["left", "right"])
def test_a_host_without_gets_frames_as_on_a_wire(who: str) -> None:
    async def test() -> None:
        segment = link(offloads=True)
        plain = segment.attach(who, offloads=False)
        seen = capture(plain)
        net = Net(segment, plain if who == "left" else None, plain if who == "right" else None)
        async with net.open() as (near, far):
            await carried(near, far, DATA)
            await carried(far, near, DATA)
        segments_seen = [frame for frame in seen.received if frame[12:14] == b"\x08\x00"]
        assert all(len(frame) <= 1514 for frame in segments_seen)
        assert sum(len(text_of(frame).text) for frame in segments_seen) == len(DATA)

    virtual(test)


def test_what_is_interposed_sees_frames_as_on_a_wire() -> None:
    """A capture, or faults, on one host alone: the other goes on leaving its frames unfinished."""

    async def test() -> None:
        segment = link(offloads=True)
        watched = segment.attach("left")
        seen = capture(watched)
        faulty = segment.attach("right")
        faults(faulty, loss=0.01)
        net = Net(segment, watched, faulty)
        async with net.open() as (near, far):
            await carried(near, far, DATA)
            await carried(far, near, DATA)
        for frame in seen.received + seen.sent:
            assert len(frame) <= 1514
            if frame[12:14] == b"\x08\x00":
                text_of(frame)
        assert net.left.tcp.counters.checksum_errors == net.right.tcp.counters.checksum_errors == 0

    virtual(test)


def test_pieces_that_are_lost_are_sent_again_one_by_one() -> None:
    async def test() -> None:
        segment = link(offloads=True)
        station = cutter(segment, "left")
        net = Net(segment, station)
        chance = random.Random(9)
        async with net.open() as (near, far):
            station.lost = lambda: chance.random() < 0.02
            await carried(near, far, DATA)
            counts = net.left.tcp.counters
            lost = len(DATA) / 1460 * 0.02
            assert lost / 2 < counts.retransmissions < 12 * lost
            assert net.right.tcp.counters.checksum_errors == 0

    virtual(test)


def test_a_path_that_shrinks_under_large_segments() -> None:
    async def test() -> None:
        segment = link(offloads=True)
        station = cutter(segment, "left")
        net = Net(segment, station)
        seen = capture(net.right.device)
        async with net.open() as (near, far):
            await carried(near, far, DATA[:100_000])
            assert max(len(frame) for frame in seen.received) == 1514
            assert net.left.ip.path_mtu.lower(int(net.right.address), 1000, 1500, 1500) == 1000
            seen.received.clear()
            await carried(near, far, DATA)
            assert max(len(frame) for frame in seen.received) == 1014
            (info,) = net.left.tcp.query().details()
            assert info.mss == 948  # less 20 of IPv4, 20 of TCP and 12 of timestamps

    virtual(test)


def test_a_way_without_offloads_and_back() -> None:
    """The route leads to another link, or the device stops: what it refused goes again, and once it does so again,
    segments are large again."""

    async def test() -> None:
        segment = link(offloads=True)
        net = Net(segment)
        async with net.open() as (near, far):
            await carried(near, far, DATA)
            large = net.left.device.offloads
            net.left.device.offloads = NONE
            before = net.left.device.query()
            await carried(near, far, DATA)
            after = net.left.device.query()
            assert (after.bytes_sent - before.bytes_sent) / (after.sent - before.sent) <= 1514
            net.left.device.offloads = large
            await carried(near, far, DATA)
            assert net.left.device.query().sent - after.sent < len(DATA) / 1460 / 2

    virtual(test)


def test_a_neighbour_that_is_forgotten_and_found_again() -> None:
    async def test() -> None:
        net = Net(link(offloads=True))
        async with net.open() as (near, far):
            await carried(near, far, DATA)
            net.left.arp.control(Flush())
            await carried(near, far, DATA[:1000])
            before = net.left.device.query()
            await carried(near, far, DATA)
            after = net.left.device.query()
            assert after.sent - before.sent < len(DATA) / 1460 / 2
            (info,) = net.left.tcp.query().details()
            assert info.retransmissions <= 3

    virtual(test)


def test_to_oneself() -> None:
    """The loopback is memory: nothing is summed, and nothing cut."""

    async def test() -> None:
        net = Net(link())
        async with net.left.running():
            listener = listen_tcp(net.left.tcp, PORT)
            near = await connect_tcp(net.left.tcp, net.left.address, PORT)
            far = await listener.accept()
            await carried(near, far, DATA)
            await carried(far, near, DATA)
            assert net.left.tcp.counters.checksum_errors == 0
            assert net.left.device.query().bytes_sent < 1000

    virtual(test)


@pytest.mark.parametrize("saves", [True, False])
def test_software_that_sums_later_is_left_only_what_it_cuts(saves: bool) -> None:
    """Segments that need no cutting come finished, where leaving their checksum would save nothing."""

    class Noting(Cutter):
        def __init__(self, segment: Segment[EthernetFrames], runtime: Runtime) -> None:
            super().__init__(segment, runtime, "left", True)
            self.offloads = Offloads(True, LARGEST_PACKET + 14, None, saves)
            self.left: list[int] = []

        def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
            self.left.append(task.segment)
            super().transmit_offloaded(headers, payload, task)

    async def test() -> None:
        segment = link()
        device = Noting(segment, segment.attach("clock").runtime)
        net = Net(segment, device)
        async with net.open() as (near, far):
            for size in (1, 500, 1448):
                await carried(near, far, DATA[:size])
            assert device.left == ([0, 0, 0] if saves else [])
            await carried(near, far, DATA)
            assert max(device.left) == 1448
            assert saves or min(device.left) == 1448
        assert net.right.tcp.counters.checksum_errors == 0

    virtual(test)


def test_facts_of_links_add_up() -> None:
    """``less`` is what each layer says of the one below."""
    offloads = Offloads(True, LARGEST_PACKET + 14, 1000).less(14).less(20)
    assert (offloads.checksums, offloads.largest, offloads.window) == (True, 65515, 1000)
    assert Offloads(True, 10).less(20).largest == 0
    assert [Offloads(True, 10, None, saves).less(1).saves for saves in (True, False)] == [True, False]
