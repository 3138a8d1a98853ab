"""Writing captures that tcpdump and Wireshark read."""

from __future__ import annotations

import os
from io import FileIO
from typing import BinaryIO, Final

from foxpy.devices.pcap.wire import MICROSECONDS, NANOSECONDS, append_file, append_record

BUFFER: Final = 1 << 16
"""Bytes that are kept before they are written."""
LARGEST: Final = 262_144
"""libpcap's MAXIMUM_SNAPLEN: readers refuse longer records."""


class PcapWriter:
    """Writes packets to a capture file, a little-endian one.

    ``write`` is called for each packet on its way through a stack, so it never blocks for long and never raises on
    account of the file: what cannot be written is counted in ``dropped``, and ``close`` tells why.
    """

    def __init__(
        self,
        file: str | os.PathLike[str] | BinaryIO,
        linktype: int,
        snaplen: int = LARGEST,
        *,
        nanoseconds: bool = True,
        epoch: float = 0.0,
    ) -> None:
        """Begin a capture of packets of ``linktype`` (1 Ethernet, 101 bare IP), keeping ``snaplen`` bytes of each.

        A path is created or overwritten; an open binary file is written from where it stands and left open. The file's
        header is written at once. ``epoch`` is added to all times: for a monotonic clock, when it showed 0 in seconds
        since 1970. Raises OSError, and ValueError for a ``snaplen`` outside 1..262144.
        """
        if not 1 <= snaplen <= LARGEST:
            raise ValueError(f"snaplen {snaplen} is outside 1..{LARGEST}")
        self.packets = 0
        """Packets taken so far."""
        self.dropped = 0
        """Packets that could not be written."""
        self._snaplen = snaplen
        self._per_second = 1_000_000_000 if nanoseconds else 1_000_000
        self._epoch = self._units(epoch)
        self._error: OSError | None = None
        self._closed = False
        self._buffer = bytearray()
        self._buffered = 0  # packets in the buffer
        self._owned = isinstance(file, str | os.PathLike)
        # Unbuffered: the buffer here is the only one.
        self._file: BinaryIO = FileIO(os.fspath(file), "wb") if isinstance(file, str | os.PathLike) else file
        try:
            self._put(self._header(linktype))
        except BaseException:
            if self._owned:
                self._file.close()
            raise

    def write(self, time: float, packet: bytes) -> None:
        """Add ``packet``, seen ``time`` seconds after the epoch. Raises ValueError after ``close``.

        Times that the format cannot express, before 1970 or after 2106, become its first or last second.
        """
        if self._closed:
            raise ValueError("write to a capture that is closed")
        length = len(packet)
        if length > self._snaplen:
            packet = packet[: self._snaplen]
        self._append(self._buffer, self._epoch + self._units(time), packet, length)
        self._buffered += 1
        self.packets += 1
        if len(self._buffer) >= BUFFER:
            self.flush()

    def _header(self, linktype: int) -> bytes:
        """What the file begins with."""
        header = bytearray()
        magic = NANOSECONDS if self._per_second == 1_000_000_000 else MICROSECONDS
        append_file(header, 0, magic=magic, snaplen=self._snaplen, network=linktype)
        return bytes(header)

    def _append(self, out: bytearray, units: int, packet: bytes, length: int) -> None:
        """Append the record of what is kept of a packet, ``units`` of time after 1970."""
        seconds, fraction = divmod(units, self._per_second)
        seconds = min(max(seconds, 0), 0xFFFF_FFFF)
        append_record(out, 0, seconds=seconds, fraction=fraction, captured=len(packet), length=length)
        out += packet

    def _units(self, time: float) -> int:
        """``time`` in what the fraction counts. In two parts: nanoseconds since 1970 do not fit into a float."""
        whole = int(time)
        return whole * self._per_second + round((time - whole) * self._per_second)

    def flush(self) -> None:
        """Hand everything so far to the system."""
        pending, self._buffer = bytes(self._buffer), bytearray()
        count, self._buffered = self._buffered, 0
        if self._error is not None:
            self.dropped += count  # a file with a hole would be unreadable from there on
            return
        try:
            self._put(pending)
        except (OSError, ValueError) as error:  # ValueError: a file that was given open has been closed
            self._error = error if isinstance(error, OSError) else OSError(str(error))
            self.dropped += count

    def _put(self, data: bytes) -> None:
        while data:
            data = data[self._file.write(data) :]
        self._file.flush()

    def close(self) -> None:
        """Write what is left and close the file. Closing twice is harmless. Raises OSError where anything was lost."""
        if self._closed:
            return
        self.flush()
        self._closed = True
        if self._owned:
            self._file.close()
        if self._error is not None:
            raise self._error
