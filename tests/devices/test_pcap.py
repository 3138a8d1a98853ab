"""Capture files: what is written is read, in every dialect, and what is broken says where."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.devices.pcap import ETHERNET, RAW, PcapError, PcapReader, PcapWriter

PACKETS = [b"\x45" + bytes(19), b"", bytes(range(256)) * 5]
TIMES = [0.0, 1.5, 1_700_000_000.25]


def captured(**options: float | bool) -> bytes:
    file = io.BytesIO()
    writer = PcapWriter(file, RAW, nanoseconds=bool(options.get("nanoseconds", True)), epoch=options.get("epoch", 0.0))
    for time, packet in zip(TIMES, PACKETS, strict=True):
        writer.write(time, packet)
    writer.close()
    return file.getvalue()


def foreign(order: str, magic: int, *records: tuple[int, int, bytes, int], network: int = ETHERNET) -> bytes:
    """A file as another program writes it, by the format's own description."""
    file = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, network)
    for seconds, fraction, packet, length in records:
        file += struct.pack(order + "IIII", seconds, fraction, len(packet), length) + packet
    return file


def test_the_bytes_of_a_file() -> None:
    file = io.BytesIO()
    writer = PcapWriter(file, ETHERNET, 100)
    assert file.getvalue() == bytes.fromhex("4d3cb2a1 0200 0400 00000000 00000000 64000000 01000000")
    writer.write(3.000000007, b"abc")
    writer.close()
    assert file.getvalue()[24:] == bytes.fromhex("03000000 07000000 03000000 03000000") + b"abc"


@pytest.mark.parametrize("nanoseconds", [True, False])
def test_what_is_written_is_read(nanoseconds: bool) -> None:
    reader = PcapReader(io.BytesIO(captured(nanoseconds=nanoseconds)))
    assert (reader.linktype, reader.snaplen) == (RAW, 262_144)
    read = list(reader)
    assert [each.time for each in read] == TIMES
    assert [each.packet for each in read] == PACKETS
    assert all(each.whole for each in read)


@given(st.lists(st.tuples(st.floats(0, 4e9), st.binary(max_size=300)), max_size=20), st.integers(1, 300))
def test_any_packets_round_trip(packets: list[tuple[float, bytes]], snaplen: int) -> None:
    file = io.BytesIO()
    writer = PcapWriter(file, ETHERNET, snaplen)
    for time, packet in packets:
        writer.write(time, packet)
    writer.close()
    file.seek(0)
    read = list(PcapReader(file))
    assert [each.packet for each in read] == [packet[:snaplen] for _, packet in packets]
    assert [each.length for each in read] == [len(packet) for _, packet in packets]
    exact = [Fraction(time) * 10**9 for time, _ in packets]
    assert all(abs(each.nanoseconds - time) <= 1 for each, time in zip(read, exact, strict=True))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("magic", "unit"), [(0xA1B2C3D4, 1000), (0xA1B23C4D, 1)])
def test_both_byte_orders_and_both_precisions(order: str, magic: int, unit: int) -> None:
    reader = PcapReader(io.BytesIO(foreign(order, magic, (7, 999_999, b"one", 3), (8, 0, b"tw", 3))))
    one, two = reader
    assert (one.nanoseconds, one.packet, one.whole) == (7_000_000_000 + 999_999 * unit, b"one", True)
    assert (two.packet, two.length, two.whole) == (b"tw", 3, False)
    assert reader.linktype == ETHERNET


def test_a_frame_check_sequence_is_no_part_of_the_packet() -> None:
    network = 2 << 28 | 0x0400_0000 | ETHERNET  # two words of 16 bits
    reader = PcapReader(
        io.BytesIO(foreign("<", 0xA1B2C3D4, (0, 0, b"frameFCS!", 9), (0, 0, b"frameF", 9), network=network))
    )
    assert reader.linktype == ETHERNET
    whole, cut = reader
    assert (whole.packet, whole.length, whole.whole) == (b"frame", 5, True)
    assert (cut.packet, cut.whole) == (b"frame", True)


GOOD = foreign("<", 0xA1B2C3D4, (1, 2, b"good", 4))


@pytest.mark.parametrize(
    ("file", "offset", "fact"),
    [
        (b"", 0, "0 are there"),
        (GOOD[:23], 0, "23 are there"),
        (b"GIF89a" + bytes(30), 0, "no pcap file"),
        (bytes.fromhex("0a0d0d0a") + bytes(30), 0, "open_capture"),
        (GOOD[:4] + b"\1" + GOOD[5:], 4, "version"),
        (GOOD + b"\0" * 15, 44, "cut off after 15 bytes"),
        (GOOD + GOOD[24:-1], 44, "4 bytes is cut off after 3"),
        (GOOD + struct.pack("<IIII", 0, 0, 0xFFFF_FFFF, 0xFFFF_FFFF), 44, "at most 262144"),
        (GOOD + struct.pack("<IIII", 0, 0, 5, 4) + b"12345", 44, "5 bytes kept of a packet of 4"),
        (GOOD + struct.pack("<IIII", 0, 1_000_000, 1, 1) + b"1", 44, "1000000000 nanoseconds"),
    ],
)
def test_a_broken_file_says_where(tmp_path: Path, file: bytes, offset: int, fact: str) -> None:
    path = tmp_path / "broken.pcap"
    path.write_bytes(file)
    read: list[bytes] = []
    with pytest.raises(PcapError) as caught:
        read.extend(each.packet for each in PcapReader(path))
    assert caught.value.offset == offset
    assert str(caught.value).startswith(f"{path}: at byte {offset}: ")
    assert fact in str(caught.value)
    assert read == ([b"good"] if offset >= len(GOOD) else [])  # what precedes the fault is given


@given(st.binary(max_size=200), st.integers(0, 60), st.booleans())
def test_any_bytes_are_a_capture_or_an_error(noise: bytes, place: int, whole: bool) -> None:
    file = noise if whole else GOOD[:place] + noise
    try:
        reader = PcapReader(io.BytesIO(file))
        total = sum(len(each.packet) for each in reader)
    except PcapError as error:
        offset = error.offset
    else:
        offset = total
    assert 0 <= offset <= len(file)


def test_the_buffer_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "capture.pcap"
    writer = PcapWriter(path, ETHERNET)
    assert path.stat().st_size == 24
    for number in range(1000):
        writer.write(number, bytes(1500))
        assert 24 + (number + 1) * 1516 - path.stat().st_size < (1 << 16) + 1516
    writer.flush()
    assert path.stat().st_size == 24 + 1000 * 1516
    writer.write(0, b"x")
    writer.close()
    writer.close()
    assert path.stat().st_size == 24 + 1000 * 1516 + 17
    with pytest.raises(ValueError, match="closed"):
        writer.write(0, b"x")


class Full(io.BytesIO):
    """A file on a disk that is full after so many bytes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data: bytes) -> int:  # type: ignore[override]  # only bytes are written here
        if len(data) > self.room:
            raise OSError(28, "No space left on device")
        self.room -= len(data)
        return super().write(data)


def test_a_full_disk_hurts_no_stack() -> None:
    writer = PcapWriter(Full(100_000), ETHERNET)
    for _ in range(1000):
        writer.write(0, bytes(1500))
    assert writer.packets == 1000
    with pytest.raises(OSError, match="No space"):
        writer.close()
    assert writer.dropped == 1000 - 44  # one buffer of 44 packets had gone
    writer.close()


def test_a_path_that_cannot_be() -> None:
    with pytest.raises(OSError, match="No such file"):
        PcapWriter("/nonexistent/capture.pcap", ETHERNET)
    with pytest.raises(OSError, match="No such file"):
        PcapReader("/nonexistent/capture.pcap")
    with pytest.raises(OSError, match="No space"):
        PcapWriter(Full(10), ETHERNET)
    for snaplen in (0, 262_145):
        with pytest.raises(ValueError, match="snaplen"):
            PcapWriter(io.BytesIO(), ETHERNET, snaplen)


def test_the_epoch_is_added_and_times_stay_within_the_format() -> None:
    file = io.BytesIO()
    writer = PcapWriter(file, ETHERNET, epoch=1_700_000_000.0)
    for time in (0.25, 12.000000001, -2e9, 1e12):
        writer.write(time, b"")
    writer.close()
    file.seek(0)
    seconds = [divmod(each.nanoseconds, 10**9) for each in PcapReader(file)]
    assert seconds[:2] == [(1_700_000_000, 250_000_000), (1_700_000_012, 1)]
    assert [whole for whole, _ in seconds[2:]] == [0, 0xFFFF_FFFF]


def test_an_open_file_is_left_open() -> None:
    file = io.BytesIO()
    with_header = PcapWriter(file, ETHERNET)
    with_header.close()
    assert not file.closed
    file.seek(0)
    with PcapReader(file):
        pass
    assert not file.closed


@pytest.mark.skipif(shutil.which("tcpdump") is None, reason="needs tcpdump to compare with")
def test_tcpdump_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "capture.pcap"
    writer = PcapWriter(path, ETHERNET)
    writer.write(1.000000001, bytes.fromhex("ffffffffffff 020000000001 88b5") + b"hello" + bytes(41))
    writer.close()
    command = ["tcpdump", "--nano", "-ttenr", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "1.000000001 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, ethertype Unknown (0x88b5), length 60" in done.stdout
