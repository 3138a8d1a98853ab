"""What UDP's sockets and channels share: the datagrams that wait, and what goes wrong with them."""

from __future__ import annotations

from collections import deque
from typing import Final, Generic, NamedTuple

import trio

from foxpy.addresses import Port
from foxpy.errors import ProtocolError, Refused, Unreachable
from foxpy.protocol import Connection, Host
from foxpy.status import Report, Trouble
from foxpy.streams.waits import Bell, Turn

QUEUE: Final = 256 * 1024
"""Bytes that wait to be received; each datagram counts OVERHEAD more, so that empty ones are bounded too."""
OVERHEAD: Final = 128


class Datagram(NamedTuple, Generic[Host]):
    """What ``UdpSocket.receive_from`` gives."""

    data: bytes
    host: Host
    """Who sent it."""
    port: Port
    """From which port; 0 where it named none, and then it cannot be answered."""
    local: Host
    """What it was sent to: one of our addresses, a group, or a broadcast address."""


class Queue(Generic[Host]):
    """The datagrams that wait for the application, the error that it is to hear next, and the end of it all."""

    __slots__ = ("_capacity", "_cause", "_error", "_over", "_receiving", "_ringing", "_size", "_waiting", "dropped")

    dropped: int
    """Datagrams dropped because the queue was full."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"queue must be 1 byte or more, not {capacity}")
        self._capacity = capacity
        self._size = 0
        self._waiting: deque[Datagram[Host]] = deque()
        self._error: ProtocolError | None = None
        self._over: str | None = None
        self._cause: ProtocolError | None = None
        self._ringing = Bell()
        self._receiving = Turn("receiving here")
        self.dropped = 0

    # -- what the stack says

    def put(self, datagram: Datagram[Host]) -> None:
        """A datagram came. One always fits, however small the queue."""
        size = len(datagram.data) + OVERHEAD
        if self._waiting and self._size + size > self._capacity:
            self.dropped += 1
            return
        self._size += size
        self._waiting.append(datagram)
        self._ringing.ring()

    def fail(self, error: ProtocolError) -> None:
        """Let the next operation raise ``error``; of several errors the last one."""
        self._error = error
        self._ringing.ring()

    def end(self, why: str, cause: ProtocolError | None) -> bool:
        """Let all operations fail: as broken by ``cause``, or as closed by the owner. False where they do already."""
        if self._over is not None:
            return False
        self._over = why
        self._cause = cause
        self._waiting.clear()
        self._ringing.ring()
        return True

    # -- what the application asks

    def require_open(self) -> None:
        """Raises trio.ClosedResourceError or trio.BrokenResourceError after the end."""
        if self._over is not None:
            if self._cause is None:
                raise trio.ClosedResourceError(self._over)
            raise trio.BrokenResourceError(self._over) from self._cause

    def require_good(self) -> None:
        """As ``require_open``; raises an error that came, too, once."""
        self.require_open()
        error, self._error = self._error, None
        if error is not None:
            raise error

    async def get(self) -> Datagram[Host]:
        """The next datagram. Raises as ``require_good``, and trio.BusyResourceError for a second task."""
        with self._receiving:
            self.require_open()
            if self._waiting or self._error is not None:
                await trio.lowlevel.checkpoint()
            while True:
                self.require_good()
                if self._waiting:
                    datagram = self._waiting.popleft()
                    self._size -= len(datagram.data) + OVERHEAD
                    return datagram
                await self._ringing.wait()


def reported(connection: Connection, report: Report) -> ProtocolError:
    """The error that ``report`` is to the application."""
    if report.trouble is Trouble.PORT_UNREACHABLE:
        return Refused(f"{connection}: nobody is at that port")
    most = f"; at most {report.limit} bytes pass" if report.limit else ""
    return Unreachable(f"{connection}: {report.trouble.value}{most}")
