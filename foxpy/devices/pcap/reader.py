"""Reading captures, of any size, packet by packet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BufferedReader, FileIO
from types import TracebackType
from typing import BinaryIO, Final, Self

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


class PcapError(ValueError):
    """A file is not a capture, or is a broken one. Reading captures raises nothing else, but OSError.

    The message begins with the file's name and the offset of what is wrong.
    """

    def __init__(self, name: str, offset: int, fact: str) -> None:
        super().__init__(f"{name}: at byte {offset}: {fact}")
        self.name = name
        self.offset = offset


class Captured:
    """One packet of a capture."""

    __slots__ = ("length", "linktype", "nanoseconds", "packet")

    nanoseconds: int
    """When it was captured, since 1970."""
    packet: bytes
    """As much of it as was kept."""
    length: int
    """How long it was, in bytes."""
    linktype: int
    """What it begins with: 1 is Ethernet, 101 bare IP; tcpdump.org/linktypes.html has them all."""

    def __init__(self, nanoseconds: int, packet: bytes, length: int, linktype: int) -> None:
        self.nanoseconds = nanoseconds
        self.packet = packet
        self.length = length
        self.linktype = linktype

    @property
    def time(self) -> float:
        """When it was captured, in seconds since 1970, to a quarter of a microsecond."""
        return self.nanoseconds / 1_000_000_000

    @property
    def whole(self) -> bool:
        return len(self.packet) == self.length


class PcapReader:
    """Reads a capture of either byte order, with micro- or nanoseconds. An iterator, and a context manager.

    It holds one packet at a time, and closes a file that it opened at its end. Packets are given without the frame
    check sequence that some captures have.
    """

    def __init__(self, file: str | os.PathLike[str] | BinaryIO) -> None:
        """Open a path, or read an open binary file from where it stands. Raises OSError, PcapError."""
        self._owned = isinstance(file, str | os.PathLike)
        self._file: BinaryIO = BufferedReader(FileIO(os.fspath(file))) if isinstance(file, str | os.PathLike) else file
        self.name = os.fspath(file) if isinstance(file, str | os.PathLike) else str(getattr(file, "name", "capture"))
        self.offset = 0
        """Where the next record begins, in bytes from the beginning."""
        try:
            self._read_header()
        except BaseException:
            self.close()
            raise

    def _read_header(self) -> None:
        header = self._file.read(LittleFile.MIN)
        if len(header) < LittleFile.MIN:
            raise PcapError(self.name, 0, f"a capture begins with {LittleFile.MIN} bytes, {len(header)} are there")
        magics = {int.from_bytes(header[:4], "little"): False, int.from_bytes(header[:4], "big"): True}
        for magic in (MICROSECONDS, NANOSECONDS):
            if magic in magics:
                big = magics[magic]
                break
        else:
            fact = "this is a pcapng file; convert it: editcap -F pcap" if PCAPNG in magics else "this is no pcap file"
            raise PcapError(self.name, 0, f"{fact} (magic number {header[:4].hex()})")
        self._read_record = read_big_record if big else read_little_record
        self._unit = 1 if magic == NANOSECONDS else 1000
        try:
            _, self.snaplen, network = (read_big_file if big else read_little_file)(header, 0, len(header))
        except PacketError as error:
            raise PcapError(self.name, 4, f"not version 2 of the format: {error}") from None
        self.linktype = network & 0xFFFF
        """1 is Ethernet, 101 bare IP; tcpdump.org/linktypes.html has them all."""
        # The F bit says that the four highest bits count the 16-bit words of a frame check sequence.
        self._check = (network >> 28) * 2 if network & 0x0400_0000 else 0
        self.offset = len(header)

    def __iter__(self) -> Iterator[Captured]:
        return self

    def __next__(self) -> Captured:
        """Raises PcapError where the file is broken or cut off; the packets before that have been given."""
        try:
            return self._read()
        except BaseException:  # the end among them: there is nothing more to be had from the file
            self.close()
            raise

    def _read(self) -> Captured:
        offset = self.offset
        header = b"" if self._file.closed else self._file.read(LittleRecord.MIN)
        if not header:
            raise StopIteration
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
        packet = self._file.read(captured)
        if len(packet) < captured:
            raise PcapError(self.name, offset, f"a packet of {captured} bytes is cut off after {len(packet)}")
        self.offset = offset + len(header) + captured
        if self._check:
            length = max(length - self._check, 0)
            packet = packet[:length]
        return Captured(seconds * 1_000_000_000 + nanoseconds, packet, length, self.linktype)

    def close(self) -> None:
        """Close the file, unless it was given open. Closing twice is harmless."""
        if self._owned:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
