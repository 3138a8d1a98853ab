"""Frames that come with something left to do, from a tap's file or over a link: whatever they say, nothing breaks."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import Port as Number
from foxpy.devices import virtio
from foxpy.devices.attachment import QUEUE, QUEUED
from foxpy.devices.device import WIRE
from foxpy.devices.framefile import FrameFile
from foxpy.devices.link import Station, link
from foxpy.devices.port import Port
from foxpy.devices.segmentation import segments
from foxpy.layers.udp import UdpPattern
from foxpy.offload import LARGEST_PACKET, Kind, Offload
from foxpy.protocol import Receiver
from foxpy.runtime import Runtime, Scheduler
from foxpy.testing.collector import Collector
from foxpy.testing.hosts import host
from tests.support.super_frames import LINK, joined, marked_tcp, marked_udp

AT = len(LINK) + 20


class Keeper(Receiver):
    """Keeps what is handed up, and what is known of it."""

    def __init__(self, runtime: Runtime) -> None:
        self._arriving = runtime.arriving
        self.heard: list[tuple[bytes, int, int]] = []

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        arriving = self._arriving
        known = arriving.frame is frame
        self.heard.append((frame[start:end], arriving.start - start if known else 0, arriving.segment if known else 0))


class File:
    """A FrameFile, and its other end."""

    def __init__(self, header: int = len(LINK)) -> None:
        self.kernel, self._ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for each in (self.kernel, self._ours):
            each.setblocking(False)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        runtime = Runtime(Scheduler(lambda: 0.0), 1)
        self.port = Port(runtime.arriving)
        self.above = self.port.receiver = Keeper(runtime)
        self.file = FrameFile(self.port, self.port.received, True, header)
        self.file.opened(self._ours.fileno(), 70_000)

    def hears(self, header: bytes, frame: bytes) -> list[tuple[bytes, int, int]]:
        self.above.heard.clear()
        self.kernel.send(header + frame)
        assert not self.file.burst(10)
        return self.above.heard

    def close(self) -> None:
        self.kernel.close()
        self._ours.close()


@pytest.fixture(scope="module")
def file() -> Iterator[File]:
    made = File()
    yield made
    made.close()


def unfinished(headers: bytearray, payload: bytes, task: Offload) -> tuple[bytes, bytes]:
    return virtio.header_for(task, len(headers)), bytes(headers) + payload


def test_a_large_segment_goes_up_as_one(file: File) -> None:
    headers, task = marked_tcp(5000, 1460)
    header, frame = unfinished(headers, bytes(5000), task)
    assert file.hears(header, frame) == [(frame, AT, 1460)]


def test_one_packet_whose_checksum_is_missing(file: File) -> None:
    headers, task = marked_udp(50, 0)
    header, frame = unfinished(headers, bytes(50), task)
    assert file.hears(header, frame) == [(frame, AT, 0)]


def test_a_whole_packet(file: File) -> None:
    headers, task = marked_tcp(100, 0)
    (frame,) = joined(segments(headers, bytes(100), task))
    assert file.hears(virtio.PLAIN, frame) == [(frame, 0, 0)]


@pytest.mark.parametrize("segment", [0, 1000])
def test_an_ipv4_header_with_options_is_finished_here(file: File, segment: int) -> None:
    """Layers above know of headers of 20 bytes alone."""
    headers, task = marked_tcp(2500, segment, ip_options=b"\x01\x01\x01\x01")
    header, frame = unfinished(headers, bytes(2500), task)
    assert file.hears(header, frame) == [(each, 0, 0) for each in joined(segments(headers, bytes(2500), task))]


def test_another_network_header_is_summed_here(file: File) -> None:
    """IPv6: the sum is wherever the kernel says; of large ones none was asked for."""
    frame = bytes(12) + b"\x86\xdd" + b"\x60" + bytes(39) + bytes(16) + b"\x12\x34" + bytes(30)
    ((heard, at, segment),) = file.hears(virtio._HEADER.pack(virtio.NEEDS_CSUM, 0, 0, 0, 54, 16), frame)
    assert (at, segment, heard[:70]) == (0, 0, frame[:70])
    assert heard[70:72] == (0xFFFF - 0x1234).to_bytes(2, "big")
    before = file.port.counters.unclaimed
    assert file.hears(virtio._HEADER.pack(virtio.NEEDS_CSUM, virtio.GSO_TCPV6, 74, 10, 54, 16), frame) == []
    assert file.port.counters.unclaimed == before + 1


@given(
    fields=st.tuples(
        st.integers(0, 255),
        st.sampled_from((0, 1, 3, 4, 5, 0x80, 0x81)),
        st.integers(0, 0xFFFF),
        st.sampled_from((0, 1, 1000, 0xFFFF)),
        st.one_of(st.integers(0, 120), st.just(AT), st.integers(0, 0xFFFF)),
        st.one_of(st.sampled_from((6, 16)), st.integers(0, 0xFFFF)),
    ),
    frame=st.one_of(
        st.binary(max_size=120),
        st.builds(lambda tail: LINK + b"\x45" + tail, st.binary(max_size=120)),
        st.builds(lambda tail: LINK + b"\x46" + tail, st.binary(max_size=120)),
        st.just(unfinished(*marked_tcp(100, 10)[:1], bytes(100), marked_tcp(100, 10)[1])[1]),
    ),
)
def test_whatever_a_header_says(file: File, fields: tuple[int, int, int, int, int, int], frame: bytes) -> None:
    before = file.port.counters.unclaimed
    heard = file.hears(virtio._HEADER.pack(*fields), frame)
    assert len(heard) + file.port.counters.unclaimed - before >= 1


@pytest.mark.parametrize("size", [0, 1, 9])
def test_less_than_a_header(file: File, size: int) -> None:
    """The kernel never gives that; who writes to a file in its place may."""
    before = file.port.counters.unclaimed
    assert file.hears(bytes(size), b"") == []
    assert file.port.counters.unclaimed == before + 1


# -- over a link, with a whole host above


@given(
    kind=st.sampled_from(Kind),
    size=st.integers(1, 3000),
    segment=st.sampled_from((0, 1, 500, 1460, 70_000)),
    at=st.one_of(st.just(AT), st.integers(1, 4000)),
    change=st.tuples(st.integers(0, 100), st.integers(0, 255)),
    short=st.integers(0, 100),
    offloads=st.booleans(),
)
def test_a_host_takes_whatever_comes(
    kind: Kind, size: int, segment: int, at: int, change: tuple[int, int], short: int, offloads: bool
) -> None:
    scheduler = Scheduler(lambda: 0.0)
    medium = link(scheduler=scheduler, offloads=offloads)
    right = host(medium, 2)
    station = medium.stations[0] if medium.stations else right.device
    assert isinstance(station, Station)
    for each in right.components():
        each.initialize()
    right.udp.listen(UdpPattern(Number(6000)), lambda _: Collector())
    headers, _ = (marked_tcp if kind is Kind.TCP else marked_udp)(size, segment)
    frame = bytearray(headers + bytes(size))
    frame[:6] = right.mac.packed
    frame[6] = 2
    place, value = change
    frame[place % len(frame)] = value
    station.arrive(bytes(frame[: len(frame) - short]), at, segment)
    for _ in range(10):
        scheduler.run()
    assert right.device.query().received + right.device.query().refused >= 1
    for each in reversed(right.components()):
        each.finalize()


def test_a_station_holds_so_many_bytes() -> None:
    scheduler = Scheduler(lambda: 0.0)
    medium = link(scheduler=scheduler, offloads=True)
    one, other = medium.attach(), medium.attach()
    heard = Collector()
    for station in (one, other):
        station.initialize()
    other.open(WIRE, lambda _: heard)
    sender = one.send(one.open(WIRE, lambda _: Collector()))
    headers, task = marked_udp(60_000, 1000)
    payload = bytes(60_000)
    size = len(headers) + len(payload)
    assert sender.offloads().largest == LARGEST_PACKET + len(LINK)
    for _ in range(400):
        writer = sender.begin_offloaded(size, task)
        writer += headers
        sender.commit(writer, payload)
    fits = -(-QUEUED // size)
    assert other.query().refused == 400 - fits
    while scheduler.run():
        pass
    assert len(heard.packets) == fits < QUEUE
    writer = sender.begin_offloaded(size, task)
    writer += headers
    sender.commit(writer, payload)
    scheduler.run()
    assert len(heard.packets) == fits + 1
