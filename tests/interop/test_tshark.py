"""tshark and foxpy read the same from captures: one that was recorded while Linux talked to foxpy, and a made one."""

from __future__ import annotations

import socket
from collections import Counter
from pathlib import Path

import pytest

from foxpy.devices.pcap import ETHERNET, PcapngWriter, open_capture
from foxpy.testing.namespaces import Namespace
from tests.support.frames import FRAMES
from tests.support.processes import host
from tests.support.tshark import AGREED, compare, decoded, tshark


def agree(capture: Path) -> Counter[str]:
    """Fail unless both agree on ``capture``; how many values of each layer were compared."""
    ours, theirs = decoded(capture), tshark(capture)
    assert len(ours) == len(theirs) > 0
    compared: Counter[str] = Counter()
    differences: list[str] = []
    for one, other in zip(ours, theirs, strict=True):
        comparison = compare(one, other)
        compared += comparison.compared
        differences += comparison.differences
    assert not differences, "\n".join(differences[:20])
    return compared


@pytest.mark.interop("tshark", "ping", "curl")
def test_a_recorded_capture(place: Namespace, tmp_path: Path) -> None:
    """foxpy records what passes between itself and Linux, and what Linux says unasked over IPv6."""
    capture = tmp_path / "recorded.pcap"
    with host(place, "echo=7,http=80", "--pcap", str(capture)) as there:
        place.run("ping", "-n", "-c", "3", "-i", "0.01", "-s", "3000", "-R", there.address)
        place.run("ping", "-n", "-c", "2", "-i", "0.01", "-Q", "0xb9", there.address)
        place.run("curl", "-s", "-o", "/dev/null", f"http://{there.address}/bytes/200000")
        with place.entered():
            speaking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with speaking:
            speaking.settimeout(10)
            speaking.sendto(b"a datagram", (there.address, 7))
            assert speaking.recv(100) == b"a datagram"
    compared = agree(capture)
    assert {"frame", "ethernet", "arp", "ipv4", "icmp", "udp", "tcp"} <= compared.keys()
    assert compared["tcp"] > 1000


@pytest.mark.interop("tshark")
def test_a_frame_of_every_protocol(tmp_path: Path) -> None:
    capture = tmp_path / "made.pcapng"
    writer = PcapngWriter(capture, ETHERNET)
    for number, frame in enumerate(FRAMES.values()):
        writer.write(number + 0.25, frame)
    writer.close()
    assert len(list(open_capture(capture))) == len(FRAMES)
    compared = agree(capture)
    assert compared.keys() >= AGREED.keys()
