"""TCP straight over Ethernet, without checksums, between two foxpy processes: what Fox Net was the first to show."""

from __future__ import annotations

import hashlib
import signal
import time
from pathlib import Path
from typing import Final

import pytest

from foxpy.cli.http import pseudo_random
from foxpy.testing.namespaces import Namespace, bridge
from tests.support.processes import foxpy, serving

SIZE: Final = 10_000_000
SERVER: Final = "02:00:00:00:00:01"
CLIENT: Final = "02:00:00:00:00:02"
PCAP_HEADER, RECORD_HEADER = 24, 16


@pytest.mark.interop("tcpdump")
def test_ten_megabytes_without_ip(place: Namespace, tmp_path: Path) -> None:
    for name in ("left0", "right0"):
        place.ip("tuntap", "add", "dev", name, "mode", "tap")
    bridge(place, ["left0", "right0"])
    capture, got = tmp_path / "capture.pcap", tmp_path / "got"
    watching = place.start(
        "tcpdump", "-i", "bridge0", "-U", "-s", "64", "-B", "16384", "-w", str(capture), "-Z", "root"
    )
    while not capture.exists() or capture.stat().st_size < PCAP_HEADER:
        time.sleep(0.01)
    stack = "tcp_over_ethernet"
    with serving(place, stack, "--device", "tap:left0", "--mac", SERVER, "--serve", "http=80"):
        place.run(
            *foxpy("fetch", f"http://[{SERVER}]/bytes/{SIZE}", "--stack", stack),
            *("--device", "tap:right0", "--mac", CLIENT, "-o", str(got)),
            timeout=120,
        )
    expected = hashlib.sha256()
    for piece in pseudo_random(SIZE):
        expected.update(piece)
    assert hashlib.sha256(got.read_bytes()).digest() == expected.digest()
    for _ in range(1000):  # tcpdump throws away what it has not written yet when it is told to end
        if carried(capture) > SIZE:
            break
        time.sleep(0.01)
    watching.send_signal(signal.SIGINT)
    watching.wait(10)
    assert carried(capture) > SIZE
    seen = frames(capture.read_bytes())
    # Ethertype 0x88B5 and nothing else: no IP header, no ARP
    assert {frame[12:14] for _, frame in seen} == {b"\x88\xb5"}
    # A length of 2 bytes, as Ethernet pads short frames, and then TCP: from port 80 or to it, the checksum field zero
    assert all(80 in (int.from_bytes(frame[16:18], "big"), int.from_bytes(frame[18:20], "big")) for _, frame in seen)
    assert {frame[32:34] for _, frame in seen} == {b"\0\0"}


def carried(capture: Path) -> int:
    """The bytes on the wire, as far as they are in the file."""
    return sum(length for length, _ in frames(capture.read_bytes()))


def frames(pcap: bytes) -> list[tuple[int, bytes]]:
    """The length of each frame, and as much of it as was captured."""
    assert pcap[:4] == b"\xd4\xc3\xb2\xa1", "tcpdump writes in this machine's byte order"
    found = []
    at = PCAP_HEADER
    while at + RECORD_HEADER <= len(pcap):
        captured = int.from_bytes(pcap[at + 8 : at + 12], "little")
        length = int.from_bytes(pcap[at + 12 : at + 16], "little")
        at += RECORD_HEADER
        found.append((length, pcap[at : at + captured]))
        at += captured
    return found
