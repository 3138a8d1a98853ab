"""What all capture files have in common: packets with their times, and a file that is read once, front to back."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from io import BufferedReader, FileIO
from types import TracebackType
from typing import BinaryIO, Final, Self

CHUNK: Final = 1 << 16
"""Bytes that are read at a time of what is skipped."""


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


class CaptureReader(ABC):
    """Reads a capture packet by packet. An iterator, and a context manager.

    It holds one packet at a time, and closes a file that it opened at its end.
    """

    def __init__(
        self, file: str | os.PathLike[str] | BinaryIO, *, begun: bytes = b"", owned: bool | None = None
    ) -> None:
        """Open a path, or read an open binary file from where it stands, ``begun`` having been read of it already.

        ``owned``: whether to close it; a path always is, an open file otherwise not. Raises OSError, PcapError.
        """
        self._owned = isinstance(file, str | os.PathLike) if owned is None else owned
        self._file: BinaryIO = BufferedReader(FileIO(os.fspath(file))) if isinstance(file, str | os.PathLike) else file
        self._begun = begun
        self.name = os.fspath(file) if isinstance(file, str | os.PathLike) else str(getattr(file, "name", "capture"))
        self.offset = 0
        """Where the next record begins, in bytes from the beginning."""
        try:
            self._read_header()
        except BaseException:
            self.close()
            raise

    @abstractmethod
    def _read_header(self) -> None:
        """Read what the file begins with. Raises PcapError."""

    @abstractmethod
    def _read(self) -> Captured | None:
        """The next packet, None at the end of the file. Raises PcapError."""

    def __iter__(self) -> Iterator[Captured]:
        return self

    def __next__(self) -> Captured:
        """Raises PcapError where the file is broken or cut off; the packets before that have been given."""
        try:
            packet = None if self._file.closed else self._read()
        except BaseException:
            self.close()
            raise
        if packet is None:  # there is nothing more to be had from the file
            self.close()
            raise StopIteration
        return packet

    def _take(self, count: int) -> bytes:
        """The next ``count`` bytes; fewer at the end of the file. A pipe gives what it has, so it is asked again."""
        data, self._begun = self._begun[:count], self._begun[count:]
        while len(data) < count:
            more = self._file.read(count - len(data))
            if not more:
                break
            data += more
        return data

    def _skip(self, count: int) -> int:
        """Pass over ``count`` bytes; gives how many there were."""
        left = count
        while left:
            passed = len(self._take(min(left, CHUNK)))
            if not passed:
                break
            left -= passed
        return count - left

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
