"""Reading the classic captures of libpcap, of any size, packet by packet."""

from __future__ import annotations

from typing import Final

from foxpy.devices.pcap.capture import Captured, CaptureReader, PcapError
from foxpy.devices.pcap.wire import (
    MICROSECONDS,
    NANOSECONDS,
    LittleFile,
    LittleRecord,
    read_big_file,
    read_big_record,
    read_little_file,
    read_little_record,
)
from foxpy.devices.pcap.writer import LARGEST
from foxpy.wire import PacketError

PCAPNG: Final = 0x0A0D0D0A


class PcapReader(CaptureReader):
    """Reads a capture of either byte order, with micro- or nanoseconds.

    Packets are given without the frame check sequence that some captures have.
    """

    linktype: int
    """Of all packets: 1 is Ethernet, 101 bare IP; tcpdump.org/linktypes.html has them all."""
    snaplen: int

    def _read_header(self) -> None:
        header = self._take(LittleFile.MIN)
        if len(header) < LittleFile.MIN:
            raise PcapError(self.name, 0, f"a capture begins with {LittleFile.MIN} bytes, {len(header)} are there")
        magics = {int.from_bytes(header[:4], "little"): False, int.from_bytes(header[:4], "big"): True}
        for magic in (MICROSECONDS, NANOSECONDS):
            if magic in magics:
                big = magics[magic]
                break
        else:
            fact = "this is a pcapng file; open_capture reads it" if PCAPNG in magics else "this is no pcap file"
            raise PcapError(self.name, 0, f"{fact} (magic number {header[:4].hex()})")
        self._read_record = read_big_record if big else read_little_record
        self._unit = 1 if magic == NANOSECONDS else 1000
        try:
            _, self.snaplen, network = (read_big_file if big else read_little_file)(header, 0, len(header))
        except PacketError as error:
            raise PcapError(self.name, 4, f"not version 2 of the format: {error}") from None
        self.linktype = network & 0xFFFF
        # The F bit says that the four highest bits count the 16-bit words of a frame check sequence.
        self._check = (network >> 28) * 2 if network & 0x0400_0000 else 0
        self.offset = len(header)

    def _read(self) -> Captured | None:
        offset = self.offset
        header = self._take(LittleRecord.MIN)
        if not header:
            return None
        if len(header) < LittleRecord.MIN:
            raise PcapError(self.name, offset, f"a record is cut off after {len(header)} bytes of its header")
        seconds, fraction, captured, length = self._read_record(header, 0, len(header))
        nanoseconds = fraction * self._unit
        if nanoseconds >= 1_000_000_000:
            raise PcapError(self.name, offset, f"a time stamp with {nanoseconds} nanoseconds after the second")
        if captured > LARGEST:  # before anything of that size is read
            raise PcapError(self.name, offset, f"a packet of {captured} bytes, at most {LARGEST}")
        if captured > length:
            raise PcapError(self.name, offset, f"{captured} bytes kept of a packet of {length}")
        packet = self._take(captured)
        if len(packet) < captured:
            raise PcapError(self.name, offset, f"a packet of {captured} bytes is cut off after {len(packet)}")
        self.offset = offset + len(header) + captured
        if self._check:
            length = max(length - self._check, 0)
            packet = packet[:length]
        return Captured(seconds * 1_000_000_000 + nanoseconds, packet, length, self.linktype)
