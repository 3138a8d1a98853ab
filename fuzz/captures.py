"""Capture files, pcap and pcapng."""

from io import BytesIO

from foxpy.devices.pcap import PcapError, PcapWriter
from foxpy.devices.pcap.ng_writer import PcapngWriter
from foxpy.devices.pcap.opening import open_capture
from fuzz.harness import fuzz
from tests.support.frames import FRAMES


def read(data: bytes) -> None:
    try:
        with open_capture(BytesIO(data)) as capture:
            for captured in capture:
                assert len(captured.packet) <= len(data)
    except PcapError:
        return


def written(kind: type[PcapWriter]) -> bytes:
    """A capture of a few frames."""
    file = BytesIO()
    writer = kind(file, linktype=1)
    for number, frame in enumerate(list(FRAMES.values())[:5]):
        writer.write(float(number), frame)
    writer.close()
    return file.getvalue()


fuzz(read, seeds=[written(PcapWriter), written(PcapngWriter)])
