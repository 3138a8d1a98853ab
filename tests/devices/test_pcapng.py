"""pcapng captures: what is written is read, what other writers write is read, and what is broken says where."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.devices.pcap import (
    ETHERNET,
    RAW,
    PcapError,
    PcapngReader,
    PcapngWriter,
    PcapReader,
    PcapWriter,
    open_capture,
)
from foxpy.devices.pcap.ng_reader import INTERFACES, ROOM

# -- what another program writes, by the format's own description (draft-ietf-opsawg-pcapng)


def block(order: str, kind: int, content: bytes) -> bytes:
    """Section 3.1."""
    content += bytes(-len(content) % 4)
    length = 12 + len(content)
    return struct.pack(order + "II", kind, length) + content + struct.pack(order + "I", length)


def option(order: str, code: int, value: bytes) -> bytes:
    """Section 3.5."""
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order: str) -> bytes:
    """Section 4.1."""
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + option(order, 1, b"comment"))


def interface(order: str, linktype: int = 1, snaplen: int = 0, options: bytes = b"") -> bytes:
    """Section 4.2."""
    return block(order, 1, struct.pack(order + "HHI", linktype, 0, snaplen) + options)


def enhanced(
    order: str, packet: bytes, stamp: int = 0, length: int | None = None, number: int = 0, options: bytes = b""
) -> bytes:
    """Section 4.3."""
    head = struct.pack(
        order + "IIIII",
        number,
        stamp >> 32,
        stamp & 0xFFFF_FFFF,
        len(packet),
        len(packet) if length is None else length,
    )
    return block(order, 6, head + packet + bytes(-len(packet) % 4) + options)


def simple(order: str, packet: bytes, length: int | None = None) -> bytes:
    """Section 4.4."""
    return block(order, 3, struct.pack(order + "I", len(packet) if length is None else length) + packet)


def old(order: str, packet: bytes, stamp: int = 0) -> bytes:
    """Appendix A."""
    head = struct.pack(order + "HHIIII", 0, 0, stamp >> 32, stamp & 0xFFFF_FFFF, len(packet), len(packet))
    return block(order, 2, head + packet)


# -- writing


@given(
    st.lists(st.tuples(st.integers(0, 4_000_000_000), st.binary(max_size=300)), max_size=20),
    st.integers(1, 300),
    st.booleans(),
)
def test_any_packets_round_trip(packets: list[tuple[int, bytes]], snaplen: int, nanoseconds: bool) -> None:
    file = io.BytesIO()
    writer = PcapngWriter(file, RAW, snaplen, nanoseconds=nanoseconds)
    for time, packet in packets:
        writer.write(time, packet)
    writer.close()
    file.seek(0)
    read = list(open_capture(file))
    assert [each.packet for each in read] == [packet[:snaplen] for _, packet in packets]
    assert [each.length for each in read] == [len(packet) for _, packet in packets]
    assert [each.nanoseconds for each in read] == [time * 1_000_000_000 for time, _ in packets]
    assert all(each.linktype == RAW for each in read)


def test_the_bytes_of_a_file() -> None:
    file = io.BytesIO()
    writer = PcapngWriter(file, ETHERNET, 100)
    writer.write(3.000000007, b"abcde")
    writer.close()
    header, described = section("<")[:4], file.getvalue()
    assert described[:4] == header
    assert described[28:60] == interface("<", 1, 100, option("<", 9, b"\x09") + option("<", 0, b""))
    assert described[60:] == enhanced("<", b"abcde", 3_000_000_007)


def test_times_stay_within_the_format() -> None:
    file = io.BytesIO()
    writer = PcapngWriter(file, ETHERNET, epoch=-10.0)
    writer.write(0, b"before 1970")
    writer.write(1e12, b"far away")
    writer.close()
    file.seek(0)
    assert [each.nanoseconds for each in open_capture(file)] == [0, 0xFFFF_FFFF_FFFF_FFFF]


# -- reading


@pytest.mark.parametrize("order", ["<", ">"])
def test_every_block_with_packets_in_both_orders(order: str) -> None:
    file = (
        section(order)
        + interface(order, snaplen=4)
        + enhanced(order, b"one", 5_000_001, options=option(order, 1, b"hello") + option(order, 0, b""))
        + old(order, b"three", 7_000_000)
        + simple(order, b"longer"[:4], 6)
        + block(order, 5, bytes(20))  # statistics
        + block(order, 0xBAD, b"private")
        + enhanced(order, b"tw", 6_000_000, 3)
    )
    reader = open_capture(io.BytesIO(file))
    read = [(each.nanoseconds, each.packet, each.length, each.whole) for each in reader]
    assert read == [
        (5_000_001_000, b"one", 3, True),
        (7_000_000_000, b"three", 5, True),
        (0, b"long", 6, False),
        (6_000_000_000, b"tw", 3, False),
    ]
    assert reader.offset == len(file)


def test_several_sections_with_interfaces_of_their_own() -> None:
    file = (
        section("<")
        + interface("<", 1)
        + interface("<", 101)
        + enhanced("<", b"raw", number=1)
        + section(">")
        + interface(">", 113)
        + enhanced(">", b"cooked")
    )
    assert [(each.packet, each.linktype) for each in open_capture(io.BytesIO(file))] == [
        (b"raw", 101),
        (b"cooked", 113),
    ]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("resolution", "stamp", "nanoseconds"),
    [
        (None, 1_500_000, 1_500_000_000),
        (3, 1500, 1_500_000_000),
        (9, 1_500_000_001, 1_500_000_001),
        (12, 1_500_000_001_999, 1_500_000_001),
        (0, 7, 7_000_000_000),
        (0x80 | 10, 1536, 1_500_000_000),
        (0x80, 2, 2_000_000_000),
        (0xFF, 1 << 63, 0),  # 2**-127 seconds
    ],
)
def test_what_time_stamps_count(order: str, resolution: int | None, stamp: int, nanoseconds: int) -> None:
    options = b"" if resolution is None else option(order, 9, bytes([resolution]))
    file = section(order) + interface(order, options=options) + enhanced(order, b"", stamp)
    (read,) = open_capture(io.BytesIO(file))
    assert read.nanoseconds == nanoseconds


@pytest.mark.parametrize("seconds", [5, -5])
@pytest.mark.parametrize("order", ["<", ">"])
def test_an_offset_is_added(order: str, seconds: int) -> None:
    options = option(order, 2, b"eth0") + option(order, 14, struct.pack(order + "q", seconds)) + option(order, 0, b"")
    file = section(order) + interface(order, options=options) + enhanced(order, b"", 10_000_000)
    (read,) = open_capture(io.BytesIO(file))
    assert read.nanoseconds == (10 + seconds) * 1_000_000_000


def test_either_format_is_opened_from_a_path_and_from_a_pipe(tmp_path: Path) -> None:
    for how, kind in ((PcapWriter, PcapReader), (PcapngWriter, PcapngReader)):
        path = tmp_path / how.__name__
        writer = how(path, ETHERNET)
        writer.write(1.5, b"packet")
        writer.close()
        with open_capture(path) as reader:
            assert isinstance(reader, kind)
            assert reader.name == str(path)
            (read,) = reader
        assert (read.time, read.packet) == (1.5, b"packet")
        reading, writing = os.pipe()
        os.write(writing, path.read_bytes())
        os.close(writing)
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            (read,) = open_capture(pipe)
            assert read.packet == b"packet"
            assert not pipe.closed


def test_skipping_costs_no_memory() -> None:
    """A block that is not known may say that it has gigabytes."""

    class Endless(io.RawIOBase):
        asked = 0

        def read(self, size: int = -1) -> bytes:
            self.asked = max(self.asked, size)
            return bytes(min(size, 1 << 16)) if size >= 0 else b""

    class Begun(io.BytesIO):
        behind = Endless()

        def read(self, size: int | None = -1) -> bytes:
            return super().read(size) or (self.behind.read(size or 0) if self.tell() < 1 << 20 else b"")

    file = section("<") + interface("<") + struct.pack("<II", 0xBAD, 1 << 24)
    reader = open_capture(Begun(file))
    with pytest.raises(PcapError, match="says at its end that it has 0"):
        next(reader)
    assert Begun.behind.asked <= 1 << 16


# -- broken files

GOOD = section("<") + interface("<", snaplen=10) + enhanced("<", b"good")
START = len(GOOD)


def changed(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


@pytest.mark.parametrize(
    ("file", "offset", "fact"),
    [
        (b"", 0, "0 are there"),
        (GOOD[:7], 0, "7 are there"),
        (GOOD[:11], 0, "a section is cut off after 11 bytes"),
        (changed(GOOD, 8, b"ABCD"), 8, "41424344 tells no byte order"),
        (changed(GOOD, 12, b"\2"), 12, "LittleSection.major: 2, not 1"),
        (GOOD + b"\0" * 5, START, "a block is cut off after 5 bytes of its header"),
        (GOOD + struct.pack("<II", 6, 30), START + 4, "a block of 30 bytes; it has to be a multiple of 4"),
        (GOOD + struct.pack("<II", 6, 8), START + 4, "at least 12"),
        (GOOD + struct.pack("<II", 6, 0xFFFF_FFFC), START + 4, f"at most {ROOM}"),
        (GOOD + struct.pack("<II", 99, 0xFFFF_FFFC), START, "cut off after 8"),
        (GOOD + enhanced("<", b"cut")[:-5], START, "a block of 36 bytes is cut off after 31"),
        (GOOD + changed(enhanced("<", b"x"), 32, b"\xff"), START + 32, "LittleEnhanced.again: 255, not 36"),
        (GOOD + changed(enhanced("<", b"x"), 20, b"\xff"), START + 28, "LittleEnhanced.packet: 255 bytes, "),
        (GOOD + changed(block("<", 99, b"mine"), 12, b"\xff"), START + 12, "says at its end that it has 255"),
        (GOOD + enhanced("<", b"x", number=1), START, "a packet of interface 1, of which there are 1"),
        (GOOD + enhanced("<", b"12345", length=4), START, "5 bytes kept of a packet of 4"),
        (GOOD + simple("<", b"1234", 8), START, "a packet of 8 bytes in a block with 4"),
        (GOOD + enhanced("<", bytes(262_145)), START, "a packet of 262145 bytes, at most 262144"),
        (section("<") + simple("<", b"x"), len(section("<")), "a packet of interface 0, of which there are 0"),
        (GOOD + interface("<") * INTERFACES, START + 20 * (INTERFACES - 1), f"more than {INTERFACES} interfaces"),
        (GOOD + interface("<", options=option("<", 9, b"ab")), START + 18, "LittleResolution.length: 2, not 1"),
    ],
)
def test_a_broken_file_says_where(tmp_path: Path, file: bytes, offset: int, fact: str) -> None:
    path = tmp_path / "broken.pcapng"
    path.write_bytes(file)
    read: list[bytes] = []
    with pytest.raises(PcapError) as caught:
        read.extend(each.packet for each in PcapngReader(path))
    assert fact in str(caught.value)
    assert caught.value.offset == offset
    assert str(caught.value).startswith(f"{path}: at byte {offset}: ")
    assert read == ([b"good"] if offset >= START else [])  # what precedes the fault is given


def test_a_file_of_neither_format() -> None:
    with pytest.raises(PcapError, match="no pcap file"):
        open_capture(io.BytesIO(b"GIF89a" + bytes(100)))
    with pytest.raises(PcapError, match="0 are there"):
        open_capture(io.BytesIO())
    with pytest.raises(OSError, match="No such file"):
        open_capture("/nonexistent/capture.pcapng")


SEED = GOOD + simple("<", b"simple") + old("<", b"old") + section(">") + interface(">") + enhanced(">", b"big")


@given(
    st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), max_size=4),
    st.integers(0, len(SEED)),
    st.binary(max_size=40),
)
def test_any_bytes_are_a_capture_or_an_error(changes: list[tuple[int, int]], end: int, noise: bytes) -> None:
    data = bytearray(SEED)
    for at, value in changes:
        data[at] = value
    file = bytes(data[:end]) + noise
    try:
        total = sum(len(each.packet) for each in open_capture(io.BytesIO(file)))
    except PcapError as error:
        total = error.offset
    assert 0 <= total <= len(file)
