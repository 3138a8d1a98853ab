"""A micro-protocol that checks every packet for damage: adds a check to any lower protocol, drops what fails it."""

from __future__ import annotations

import zlib
from typing import Final, Literal, TypeAlias, TypeVar

import attrs

from foxpy.interpose import Interposable, Session
from foxpy.layers.checksum.wire import (
    Crc32,
    InternetChecksum,
    append_crc32,
    append_internet,
    fill_internet,
    read_crc32,
    read_internet,
    verify_internet,
)
from foxpy.layers.interposing import Framing, Headed, counted
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.transfer import Connection
from foxpy.wire import PacketError

L = TypeVar("L", bound=Interposable)

# -- configuration

Check: TypeAlias = Literal["crc32", "internet"]
"""``crc32`` takes 6 bytes of each packet and finds every burst of up to 32 bits; ``internet``, the checksum of RFC
1071, takes 4, and does not notice words that changed places."""


class ChecksumCounters:
    """Counted for every packet, so a plain object."""

    __slots__ = ("damaged", "malformed", "received", "sent")

    def __init__(self) -> None:
        self.sent = 0
        self.received = 0
        self.damaged = 0
        self.malformed = 0


@attrs.frozen
class ChecksumInfo:
    """The checksum now, over all connections. Counts are packets."""

    sent: int
    received: int
    """Found to be whole, and delivered."""
    damaged: int
    """Dropped because the check failed."""
    malformed: int
    """Dropped because they were shorter than a header, or than their length says."""


# -- factory


def checksum(layer: L, *, check: Check = "crc32") -> L:
    """Check what passes through ``layer``, a protocol or a carrier, on connections opened from now on; gives it back.

    Both ends must have it, with the same ``check``. Counters: ``interposed(layer, Checksum).info()``.
    """
    return layer.interpose(Checksum(check))


class Checksum(Framing):
    """Adds the check on the way down and verifies it on the way up."""

    def __init__(self, check: Check = "crc32") -> None:
        if check not in ("crc32", "internet"):
            raise ValueError(f"check: {check!r} is none; write crc32 or internet")
        self._header: type[Crc32] | type[InternetChecksum] = Crc32 if check == "crc32" else InternetChecksum
        self._session = _Crc32Session if check == "crc32" else _InternetSession
        self.counters = ChecksumCounters()

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return self._session(self.counters)

    # -- control and query

    def describe(self, frame: bytes, start: int, end: int) -> str:
        return str(self._header.view(frame, start, end))

    def inside(self, frame: bytes, start: int, end: int) -> tuple[int, int]:
        return start + self._header.MIN, start + self._header.view(frame, start, end).length

    def info(self) -> ChecksumInfo:
        return counted(ChecksumInfo, self.counters)


class _Crc32Session(Headed):
    __slots__ = ("_at", "_counters", "_size")

    def __init__(self, counters: ChecksumCounters) -> None:
        super().__init__(Crc32.MIN)
        self._counters = counters
        self._at = 0
        self._size = 0

    # -- down: send

    def begin(self, size: int) -> Writer:
        writer = self.below.begin(size + Crc32.MIN)
        self._at = len(writer)
        self._size = size
        writer += _RESERVED
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        at, size = self._at, self._size
        body = at + Crc32.MIN
        crc = zlib.crc32(payload, zlib.crc32(writer[body:], Crc32.MIN + size))
        header = Writer()
        append_crc32(header, size, crc=crc)
        writer[at:body] = header
        self._counters.sent += 1
        self.below.commit(writer, payload)

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        counters = self._counters
        try:
            length, crc = read_crc32(frame, start, end)
        except PacketError:
            counters.malformed += 1
            return
        body, stop = start + Crc32.MIN, start + length
        if not body <= stop <= end:
            counters.malformed += 1
        elif zlib.crc32(frame[body:stop], length) != crc or not _zeros(frame, stop, end):
            counters.damaged += 1
        else:
            counters.received += 1
            self.above.deliver(frame, body, stop)


_RESERVED: Final = bytes(Crc32.MIN)
"""The room of a header whose check is known only when everything behind it is."""


class _InternetSession(Headed):
    __slots__ = ("_at", "_counters")

    def __init__(self, counters: ChecksumCounters) -> None:
        super().__init__(InternetChecksum.MIN)
        self._counters = counters
        self._at = 0

    # -- down: send

    def begin(self, size: int) -> Writer:
        writer = self.below.begin(size + InternetChecksum.MIN)
        self._at = len(writer)
        append_internet(writer, size)
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        fill_internet(writer, self._at, payload, 0)
        self._counters.sent += 1
        self.below.commit(writer, payload)

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        counters = self._counters
        try:
            (length,) = read_internet(frame, start, end)
        except PacketError:
            counters.malformed += 1
            return
        body, stop = start + InternetChecksum.MIN, start + length
        if not body <= stop <= end:
            counters.malformed += 1
        elif not verify_internet(frame, start, stop) or not _zeros(frame, stop, end):
            counters.damaged += 1
        else:
            counters.received += 1
            self.above.deliver(frame, body, stop)


def _zeros(frame: bytes, start: int, end: int) -> bool:
    """Whether the padding ``frame[start:end]`` is zeros."""
    return start == end or frame.count(0, start, end) == end - start
