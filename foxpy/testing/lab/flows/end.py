"""One end of a flow's connection: sends what is owed as room appears, and looks at all that comes."""

from __future__ import annotations

import random
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final

from foxpy.errors import ProtocolError
from foxpy.layers.tcp import Tcp, TcpConnection
from foxpy.status import Aborted, Closed, HalfClosed, Sendable, Status
from foxpy.transfer import Receiver
from foxpy.waiting import Waiter

if TYPE_CHECKING:
    from foxpy.testing.lab.flows.flow import Flow

LENGTH: Final = 65521
"""A prime number, so that no segment, window or buffer shifted by a whole number of its size looks right."""
TEXT: Final = random.Random("what flows carry").randbytes(LENGTH) * 2
"""What every stream repeats: the byte at each place is known to both ends."""
ENDLESS: Final = 1 << 62


class End(Receiver):
    """Sends the known text, and complains where anything else arrives."""

    __slots__ = ("_closing", "_flow", "_owed", "_sender", "_sent", "connection", "received")

    received: int
    """Bytes of the peer's stream so far."""

    def __init__(self, flow: Flow, tcp: Tcp[IPv4Address], connection: TcpConnection[IPv4Address]) -> None:
        self._flow = flow
        self._sender = tcp.send(connection)
        self._owed = 0
        self._sent = 0
        self._closing = False
        self.connection = connection
        self.received = 0

    # -- down

    def send(self, size: int) -> None:
        """Send ``size`` bytes more, as there is room."""
        self._owed += size
        self._pump()

    def close(self) -> None:
        """Send nothing more when all that is owed has been sent."""
        self._closing = True
        self._pump()

    def cut(self) -> None:
        """Send nothing more from now on, whatever is owed."""
        self._owed = 0
        self.close()

    def _pump(self) -> None:
        while self._owed:
            room = self.connection.sendable()
            if not room:
                return  # Sendable comes
            place = self._sent % LENGTH
            size = min(room, self._owed, LENGTH)
            self._owed -= size
            self._sent += size
            self._sender.send(TEXT[place : place + size])
        if self._closing:
            self.connection.half_close()

    # -- up

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        place = self.received % LENGTH
        self.received += end - start
        if frame[start:end] != TEXT[place : place + end - start]:
            self._check(frame[start:end], place)
        self._flow.heard(self)

    def _check(self, text: bytes, place: int) -> None:
        """As ``deliver`` has it, for pieces of any size."""
        expected = TEXT[place:] + TEXT * (len(text) // LENGTH)
        if text != expected[: len(text)]:
            raise AssertionError(f"{self._flow}: {len(text)} bytes before byte {self.received} arrived changed")

    def status(self, event: Status) -> None:
        match event:
            case Sendable():
                self._pump()
            case HalfClosed():
                self._flow.ended(self)
            case Closed():
                self._flow.over(self, None)
            case Aborted(error=error):
                self._flow.over(self, error)
            case _:
                pass


class Opening(Waiter[TcpConnection[IPv4Address]]):
    """Hears of an open that failed without anybody waiting in a task."""

    __slots__ = ("_failed",)

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        super().__init__()
        self._failed = failed

    def fail(self, error: BaseException) -> None:
        if not self.done:
            super().fail(error)
            self._failed(error)


def cause(error: BaseException) -> ProtocolError:
    """``error`` as what a protocol says; what is none is raised."""
    if isinstance(error, ProtocolError):
        return error
    raise error
