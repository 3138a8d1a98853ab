"""Frames of all protocols, taken apart, worded, written as JSON, filtered, and built again and compared."""

from foxpy.decode import Registry
from foxpy.decode.bits import bits
from foxpy.decode.frames import Frame
from foxpy.decode.rebuilding import findings
from foxpy.devices.pcap import Captured
from fuzz.harness import fuzz
from tests.support.frames import FRAMES

REGISTRY = Registry()
ETHERNET, IP = 1, 101


def decode(data: bytes) -> None:
    for linktype in (ETHERNET, IP):
        frame = Frame.read(REGISTRY, 1, Captured(0, data, len(data), linktype))
        assert frame.line().isprintable()
        assert "\n" not in frame.json()
        for finding in findings(frame):
            assert finding.text
        bits(frame)


fuzz(decode, seeds=list(FRAMES.values()))
