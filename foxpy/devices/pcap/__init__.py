"""Capture files: writing and reading them, and a device that replays one."""

from foxpy.devices.pcap.capture import Captured, CaptureReader, PcapError
from foxpy.devices.pcap.device import Replay, pcap
from foxpy.devices.pcap.linktypes import ETHERNET, LINKTYPES, RAW
from foxpy.devices.pcap.ng_reader import PcapngReader
from foxpy.devices.pcap.ng_writer import PcapngWriter
from foxpy.devices.pcap.opening import open_capture
from foxpy.devices.pcap.reader import PcapReader
from foxpy.devices.pcap.writer import PcapWriter

__all__ = [
    "ETHERNET",
    "LINKTYPES",
    "RAW",
    "CaptureReader",
    "Captured",
    "PcapError",
    "PcapReader",
    "PcapWriter",
    "PcapngReader",
    "PcapngWriter",
    "Replay",
    "open_capture",
    "pcap",
]
