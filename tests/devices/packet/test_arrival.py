"""What becomes of a frame by what Linux says of it: told to the layers above, finished here, or counted."""

from __future__ import annotations

import os
import struct
from typing import Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.checksum import fold, ones_sum
from foxpy.devices.packet.abi import COPY, VLAN_TPID_VALID, VLAN_VALID
from foxpy.devices.packet.arrival import Arrival
from foxpy.devices.port import Port
from foxpy.offload import Arriving
from foxpy.protocol import Receiver

LINK: Final = bytes.fromhex("020000000001020000000002")
TAGGED: Final = VLAN_VALID | VLAN_TPID_VALID
TAG: Final = 0x8100_0007
ROUTER_ALERT: Final = b"\x94\x04\0\0"

NEEDS_CSUM, DATA_VALID = 1, 2
TCP4, TCP6, UDP_L4 = 1, 4, 5


class Above(Receiver):
    """The layer above: keeps each frame, where its checked transport header is, and the size of its segments."""

    def __init__(self, arriving: Arriving) -> None:
        self._arriving = arriving
        self.kept: list[tuple[bytes, int, int]] = []

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        known = self._arriving
        told = known.frame is frame
        self.kept.append((frame[start:end], known.start - start if told else 0, known.segment if told else 0))


@attrs.define
class Bench:
    port: Port
    above: Above
    arrival: Arrival


@pytest.fixture
def bench() -> Bench:
    return make()


def make() -> Bench:
    arriving = Arriving()
    port, above = Port(arriving), Above(arriving)
    port.receiver = above
    return Bench(port, above, Arrival(port, 70_000))


def virtio(flags: int = 0, kind: int = 0, segment: int = 0, start: int = 0, place: int = 0) -> bytes:
    return struct.pack("=BBHHHH", flags, kind, 0, segment, start, place)


def udp(payload: bytes, options: bytes = b"", finished: bool = False) -> bytes:
    """A datagram in IPv4 in Ethernet; its checksum is what Linux leaves there, the pseudo-header's sum, or whole."""
    length = 8 + len(payload)
    header = bytearray(20)
    header[0] = 0x40 | (20 + len(options)) // 4
    header[2:4] = (20 + len(options) + length).to_bytes(2, "big")
    header[8:10] = b"\x40\x11"
    header[12:20] = bytes([192, 0, 2, 1, 192, 0, 2, 7])
    header += options
    header[10:12] = (0xFFFF - ones_sum(bytes(header), 0, len(header))).to_bytes(2, "big")
    seed = fold(ones_sum(bytes(header), 12, 20) + 17 + length)
    datagram = struct.pack(">HHHH", 1000, 9, length, seed) + payload
    if finished:
        datagram = datagram[:6] + (0xFFFF - ones_sum(datagram, 0, length)).to_bytes(2, "big") + payload
    return LINK + b"\x08\0" + bytes(header) + datagram


def with_tag(frame: bytes) -> bytes:
    return frame[:12] + b"\x81\0\0\7" + frame[12:]


# -- whole frames


def test_nothing_is_told_of_a_frame_that_is_whole(bench: Bench) -> None:
    bench.arrival.take(virtio() + udp(b"x", finished=True), 1, 0, True)
    assert bench.above.kept == [(udp(b"x", finished=True), 0, 0)]


def test_a_tag_is_put_back(bench: Bench) -> None:
    bench.arrival.take(virtio() + udp(b"x", finished=True), TAGGED, TAG, True)
    assert bench.above.kept == [(with_tag(udp(b"x", finished=True)), 0, 0)]


def test_the_card_has_verified_it(bench: Bench) -> None:
    frame = udp(b"x", finished=True)
    bench.arrival.take(virtio(DATA_VALID) + frame, 0, 0, True)
    bench.arrival.take(virtio(DATA_VALID) + frame, TAGGED, TAG, True)  # the layers above verify: they count no tags
    bench.arrival.take(virtio(DATA_VALID) + LINK + b"\x08\x06" + bytes(46), 0, 0, True)  # ARP has nothing to verify
    assert [kept[1:] for kept in bench.above.kept] == [(34, 0), (0, 0), (0, 0)]
    assert bench.above.kept[1][0] == with_tag(frame)


# -- without a checksum


def test_the_layers_above_are_told_of_a_missing_checksum(bench: Bench) -> None:
    bench.arrival.take(virtio(NEEDS_CSUM, start=34, place=6) + udp(b"x"), 0, 0, True)
    assert bench.above.kept == [(udp(b"x"), 34, 0)]


@pytest.mark.parametrize("payload", [b"x", b"even", bytes(1001)])
def test_where_they_cannot_be_told_it_is_filled_in(bench: Bench, payload: bytes) -> None:
    options = virtio(NEEDS_CSUM, start=38, place=6) + udp(payload, ROUTER_ALERT)
    tag = virtio(NEEDS_CSUM, start=34, place=6) + udp(payload)
    bench.arrival.take(options, 0, 0, True)
    bench.arrival.take(tag, TAGGED, TAG, True)
    assert bench.above.kept == [
        (udp(payload, ROUTER_ALERT, finished=True), 0, 0),
        (with_tag(udp(payload, finished=True)), 0, 0),
    ]


# -- joined


def test_the_layers_above_are_told_of_a_joined_frame(bench: Bench) -> None:
    frame = udp(b"1234567")
    bench.arrival.take(virtio(NEEDS_CSUM, UDP_L4, 3, 34, 6) + frame, 0, 0, True)
    bench.arrival.take(virtio(DATA_VALID, UDP_L4, 3) + frame, 0, 0, True)
    assert bench.above.kept == [(frame, 34, 3), (frame, 34, 3)]


def test_where_they_cannot_be_told_it_is_cut(bench: Bench) -> None:
    bench.arrival.take(virtio(NEEDS_CSUM, UDP_L4, 3, 38, 6) + udp(b"1234567", ROUTER_ALERT), 0, 0, True)
    bench.arrival.take(virtio(NEEDS_CSUM, UDP_L4, 3, 34, 6) + udp(b"1234567"), TAGGED, TAG, True)
    payloads = [kept[0][46:] for kept in bench.above.kept]
    assert payloads == [b"123", b"456", b"7"] * 2
    for frame, at, _ in bench.above.kept:
        assert at == 0
        seed = fold(ones_sum(frame, frame.index(bytes([192, 0, 2, 1])), 46 - 8 - (4 if frame[12] == 8 else 0)) + 17)
        assert fold(seed + len(frame) - 38 + ones_sum(frame, 38, len(frame))) == 0xFFFF
    assert [kept[0][12:14] for kept in bench.above.kept] == [b"\x08\0"] * 3 + [b"\x81\0"] * 3


@pytest.mark.parametrize(
    "frame",
    [
        virtio(NEEDS_CSUM, TCP6, 3, 54, 16) + LINK + b"\x86\xdd\x60" + bytes(80),
        virtio(NEEDS_CSUM, UDP_L4, 0, 34, 6) + udp(b"1234567"),  # in pieces of nothing
        virtio(NEEDS_CSUM, 0, 0, 48, 6) + udp(b"1234567"),  # the checksum would lie behind the end
        virtio(NEEDS_CSUM, UDP_L4, 3, 5, 6) + udp(b"1234567"),
        virtio(0, TCP4, 3) + LINK + b"\x08\x06" + bytes(46),
    ],
    ids=["ipv6", "nothing", "behind", "before", "arp"],
)
def test_what_cannot_be_is_counted(bench: Bench, frame: bytes) -> None:
    bench.arrival.take(frame, 0, 0, True)
    assert bench.above.kept == []
    assert bench.port.counters.unclaimed == 1


# -- parts


def test_the_whole_of_a_large_frame_is_in_the_queue(bench: Bench) -> None:
    readable, writable = os.pipe()
    try:
        os.set_blocking(readable, False)
        bench.arrival.descriptor = readable
        os.write(writable, virtio() + LINK + b"the whole frame")
        bench.arrival.take(virtio() + LINK + b"the", COPY, 0, False)
        bench.arrival.take(virtio() + LINK + b"none in the queue", COPY, 0, False)
        bench.arrival.take(virtio() + LINK + b"never in the queue", 0, 0, False)
    finally:
        os.close(readable)
        os.close(writable)
    assert bench.above.kept == [(LINK + b"the whole frame", 0, 0)]
    assert bench.arrival.cut == 2


@given(
    st.builds(
        virtio, st.integers(0, 3), st.sampled_from([0, TCP4, TCP6, UDP_L4, 0x81]), st.integers(0, 2000),
        st.integers(0, 60), st.integers(0, 20),
    ),
    st.one_of(
        st.binary(min_size=14, max_size=100),
        st.builds(udp, st.binary(max_size=60), st.sampled_from([b"", ROUTER_ALERT])),
        st.builds(lambda tail: LINK + b"\x08\0\x45" + tail, st.binary(max_size=80)),
    ),
    st.sampled_from([0, VLAN_VALID, TAGGED]),
)  # fmt: skip
def test_every_frame_is_handed_up_or_counted(header: bytes, frame: bytes, status: int) -> None:
    bench = make()
    bench.arrival.take(header + frame, status, TAG, True)
    counters = bench.port.counters
    assert counters.received == len(bench.above.kept)
    assert counters.received + counters.unclaimed >= 1
    assert counters.unclaimed <= 1
