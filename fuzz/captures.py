"""Capture files, pcap and pcapng, and every frame in them, decoded."""

from io import BytesIO

from foxpy.decode import Registry
from foxpy.decode.frames import frames
from foxpy.devices.pcap import PcapError
from foxpy.devices.pcap.opening import open_capture
from fuzz.harness import fuzz

REGISTRY = Registry()


def decode(data: bytes) -> None:
    try:
        with open_capture(BytesIO(data)) as capture:
            for _ in frames(REGISTRY, capture):
                pass
    except PcapError:
        return


fuzz(decode)
