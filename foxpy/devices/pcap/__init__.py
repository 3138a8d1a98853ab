"""Capture files: writing and reading them, and a device that replays one."""

from foxpy.devices.pcap.device import Replay, pcap
from foxpy.devices.pcap.linktypes import ETHERNET, LINKTYPES, RAW
from foxpy.devices.pcap.reader import Captured, PcapError, PcapReader
from foxpy.devices.pcap.writer import PcapWriter

__all__ = ["ETHERNET", "LINKTYPES", "RAW", "Captured", "PcapError", "PcapReader", "PcapWriter", "Replay", "pcap"]
