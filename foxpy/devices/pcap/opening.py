"""Captures of either format."""

from __future__ import annotations

import os
from io import BufferedReader, FileIO
from typing import BinaryIO, Final

from foxpy.devices.pcap.capture import CaptureReader
from foxpy.devices.pcap.ng_reader import PcapngReader
from foxpy.devices.pcap.reader import PCAPNG, PcapReader

MAGIC: Final = 4
"""Bytes that tell one format from the other."""


def open_capture(file: str | os.PathLike[str] | BinaryIO) -> CaptureReader:
    """Read the capture ``file``, pcap or pcapng: a path, or an open binary file from where it stands, a pipe too.

    A path is closed at the end of the capture, or by ``close``. Raises OSError, PcapError.
    """
    owned = isinstance(file, str | os.PathLike)
    stream: BinaryIO = BufferedReader(FileIO(os.fspath(file))) if isinstance(file, str | os.PathLike) else file
    magic = b""
    try:
        while len(magic) < MAGIC and (more := stream.read(MAGIC - len(magic))):
            magic += more
        how = PcapngReader if int.from_bytes(magic, "big") == PCAPNG else PcapReader
        return how(stream, begun=magic, owned=owned)
    except BaseException:
        if owned:
            stream.close()
        raise
