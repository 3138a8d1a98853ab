"""``foxpy decode`` as a user meets it: a process with output and an exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from foxpy.devices.pcap import ETHERNET, PcapngWriter, PcapWriter
from tests.support.frames import FRAMES

COMMAND = [sys.executable, "-c", "from foxpy.cli import main; main()", "decode"]


def decode(*arguments: str | Path, data: bytes | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, input=data, timeout=120)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A frame of every protocol."""
    path = tmp_path_factory.mktemp("captures") / "all.pcapng"
    write(PcapngWriter(path, ETHERNET), list(FRAMES.values()))
    return path


def write(writer: PcapWriter, frames: list[bytes]) -> None:
    for number, frame in enumerate(frames):
        writer.write(float(number), frame)
    writer.close()


def test_a_line_for_each_packet(capture: Path) -> None:
    done = decode(capture)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == len(FRAMES)
    assert lines[0].startswith("1 0.000000 02:00:00:00:00:01 > 02:00:00:00:00:02, ARP, Request who-has")


def test_standard_input_is_read(capture: Path) -> None:
    assert decode("-", data=capture.read_bytes()).stdout == decode(capture).stdout


def test_an_object_for_each_packet(capture: Path) -> None:
    done = decode(capture, "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["number"] for each in found] == [*range(1, len(FRAMES) + 1)]
    assert all(each["layers"][0]["layer"] == "ethernet" for each in found)


def test_only_what_passes_a_filter(capture: Path) -> None:
    done = decode(capture, "--filter", "tcp.dport == 80 and ipv4.src == 192.0.2.1")
    assert len(done.stdout.splitlines()) == 2
    nothing = decode(capture, "--json", "--filter", "tcp.dport == 81")
    assert (nothing.returncode, nothing.stdout) == (0, "")


def test_one_packet_bit_by_bit(capture: Path) -> None:
    number = [*FRAMES].index("tcp_syn") + 1
    done = decode(capture, "--bits", str(number))
    assert done.returncode == 0
    assert "0100....  " in done.stdout
    for name in (
        "ethernet, at byte 0: EthernetII, 74 bytes",
        "ipv4, at byte 14: IPv4, 60 bytes",
        "tcp, at byte 34: TCP",
    ):
        assert name in done.stdout


def test_packets_are_built_again(capture: Path, tmp_path: Path) -> None:
    done = decode(capture, "--verify")
    count = len(FRAMES)
    assert (done.returncode, done.stdout) == (0, f"{count} packets: {count} built again byte for byte\n")
    sent, broken = bytearray(FRAMES["udp"]), bytearray(FRAMES["udp"])
    sent[-1] ^= 1
    broken[39] = 1
    path = tmp_path / "wrong.pcap"
    write(PcapWriter(path, ETHERNET), [bytes(sent), FRAMES["arp"], bytes(broken)])
    done = decode(path, "--verify")
    assert done.returncode == 1
    first, second, summary = done.stdout.splitlines()
    assert first.startswith("1 wrong checksum: udp: checksum is ")
    assert second == "3 malformed: udp: UDP.length: says 1 bytes, needs 8 (byte 38)"
    assert summary == "3 packets: 1 built again byte for byte, 1 with a wrong checksum, 1 malformed"


def test_malformed_packets_do_not_stop_the_run(tmp_path: Path) -> None:
    path = tmp_path / "damaged.pcap"
    frames = [frame[:end] for frame in FRAMES.values() for end in range(1, len(frame), 7)]
    write(PcapWriter(path, ETHERNET), frames)
    for options in ((), ("--json",), ("--filter", "frame.number > 0")):
        done = decode(path, *options)
        assert (done.returncode, done.stderr) == (0, "")
        assert len(done.stdout.splitlines()) == len(frames)
    done = decode(path, "--verify")
    assert (done.returncode, done.stderr) == (1, "")


def test_a_broken_file_is_told_behind_what_it_has(tmp_path: Path, capture: Path) -> None:
    path = tmp_path / "broken.pcapng"
    path.write_bytes(capture.read_bytes()[:-7])
    done = decode(path)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == len(FRAMES) - 1
    assert done.stderr.startswith(f"foxpy: {path}: at byte ")
    assert "is cut off after" in done.stderr


def test_who_has_read_enough_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "long.pcap"
    write(PcapWriter(path, ETHERNET), [FRAMES["udp"]] * 20_000)
    process = subprocess.Popen([*COMMAND, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b"1 ")
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 0


MEASURED = """
import resource, sys
from foxpy.cli.main import main
try:
    main()
except SystemExit as end:
    print(end.code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = []
    for count in (100, 20_000):
        path = tmp_path / f"{count}.pcap"
        write(PcapWriter(path, ETHERNET), [FRAMES["tcp_sack"] + bytes(1000)] * count)
        command = [sys.executable, "-c", MEASURED, "decode", str(path), "--filter", "udp"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        status, peak = done.stderr.split()
        assert status == "0"
        peaks.append(int(peak))
    few, many = peaks
    assert many - few < 8_000  # kilobytes, of a file of 22 million bytes


PROTOCOL = '''
"""Mine."""
from foxpy.decode import Registry, protocol
from foxpy.wire import Packet, u16, u8


class Reading(Packet):
    sensor: u16
    kelvin: u8


def register(registry: Registry) -> None:
    registry.add(protocol("thermometer", Reading), udp=2048)
'''


def test_a_protocol_of_ones_own(tmp_path: Path, capture: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text(PROTOCOL)
    done = decode(capture, "--with", mine, "--filter", "thermometer.sensor == 0x6865")
    assert done.stdout.strip().endswith("192.0.2.1.1024 > 192.0.2.2.2048: THERMOMETER Reading sensor=26725 kelvin=108")


def test_help_teaches() -> None:
    done = decode("--help")
    assert done.returncode == 0
    for words in ("--json", "--filter", "--bits", "--verify", "--with", "tcp.flags & 0x02", "Nothing is reassembled"):
        assert words in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Missing argument"),
        (("/nonexistent.pcap",), "/nonexistent.pcap: No such file"),
        (("/",), "/: Is a directory"),
        ((__file__,), "this is no pcap file"),
        (("{}", "--filter", "tcp.dport = 80"), "--filter: = compares nothing; write =="),
        (("{}", "--filter", "tpc"), "there is no layer 'tpc'; did you mean tcp"),
        (("{}", "--bits", "0"), "0 is not in the range"),
        (("{}", "--bits", "4000"), "has {count} packets"),
        (("{}", "--bits", "1", "--json"), "three ways to show packets; choose one"),
        (("{}", "--verify", "--json"), "three ways to show packets; choose one"),
        (("{}", "--bits", "1", "--filter", "tcp"), "leave --filter out"),
        (("{}", "--with", "/nonexistent.py"), "--with /nonexistent.py: there is no such file"),
        (("{}", "--with", __file__), "write def register(registry: Registry) in it"),
        (("{}", "--nonsense"), "No such option"),
    ],
)
def test_mistakes_get_one_message_and_status_2(capture: Path, arguments: tuple[str, ...], told: str) -> None:
    done = decode(*(argument.replace("{}", str(capture)) for argument in arguments))
    assert done.returncode == 2, done
    assert told.replace("{count}", str(len(FRAMES))) in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 / 0", "cannot be loaded: ZeroDivisionError"),
        ("def register(registry):\n    registry.add(1)", "register() failed: AttributeError"),
        ("register = 3", "write def register"),
    ],
)
def test_files_of_ones_own_that_are_wrong(tmp_path: Path, capture: Path, text: str, told: str) -> None:
    mine = tmp_path / "wrong.py"
    mine.write_text(text)
    done = decode(capture, "--with", mine)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr
