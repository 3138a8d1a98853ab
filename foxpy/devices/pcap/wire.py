"""The classic capture file of libpcap (pcap-savefile): a file header, then records.

A writer uses its own byte order and marks that by the magic number, so each header is described for both orders.
"""

from __future__ import annotations

from typing import Final

from foxpy.wire import Packet, appender, const, field, reader, u16, u16le, u32, u32le

MICROSECONDS: Final = 0xA1B2C3D4
NANOSECONDS: Final = 0xA1B23C4D
"""Magic numbers: what the fraction of a time stamp counts."""


class LittleFile(Packet):
    """The file header. ``network`` is the link type; its upper bits may tell of a frame check sequence."""

    magic: u32le
    major: u16le = const(2)
    minor: u16le = field(default=4)
    zone: u32le = field(default=0)
    accuracy: u32le = field(default=0)
    snaplen: u32le
    network: u32le


class BigFile(Packet):
    """The file header of a big-endian writer."""

    magic: u32
    major: u16 = const(2)
    minor: u16 = field(default=4)
    zone: u32 = field(default=0)
    accuracy: u32 = field(default=0)
    snaplen: u32
    network: u32


class LittleRecord(Packet):
    """What precedes each packet: when it was captured, how much of it is here, and how long it was."""

    seconds: u32le
    fraction: u32le
    captured: u32le
    length: u32le


class BigRecord(Packet):
    """The record header of a big-endian writer."""

    seconds: u32
    fraction: u32
    captured: u32
    length: u32


append_file = appender(LittleFile)
append_record = appender(LittleRecord)

read_little_file = reader(LittleFile.magic, LittleFile.snaplen, LittleFile.network)
read_big_file = reader(BigFile.magic, BigFile.snaplen, BigFile.network)
read_little_record = reader(LittleRecord.seconds, LittleRecord.fraction, LittleRecord.captured, LittleRecord.length)
read_big_record = reader(BigRecord.seconds, BigRecord.fraction, BigRecord.captured, BigRecord.length)
