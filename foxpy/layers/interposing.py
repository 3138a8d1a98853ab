"""What the identity layers and micro-protocols share: a session in both directions, headers, counters."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

import attrs

from foxpy.interpose import Interposable, Interposer, Session
from foxpy.lifting import lifted
from foxpy.message import Writer
from foxpy.status import Status
from foxpy.transfer import Receiver, Sender

I = TypeVar("I", bound=Interposer)  # noqa: E741  # a kind of interposer, nothing else
Info = TypeVar("Info", bound=attrs.AttrsInstance)


class Between(Session):
    """A session with the methods of a Sender and a Receiver, which stand for it in the stack.

    This one passes everything on; what differs is overridden.
    """

    __slots__ = ("above", "below")

    below: Sender
    above: Receiver

    def sender(self, below: Sender) -> Sender:
        self.below = below
        return _Down(self)

    def receiver(self, above: Receiver) -> Receiver:
        self.above = above
        return _Up(self)

    def begin(self, size: int) -> Writer:
        return self.below.begin(size)

    def commit(self, writer: Writer, payload: bytes) -> None:
        self.below.commit(writer, payload)

    def limit(self) -> int:
        return self.below.limit()

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self.above.deliver(frame, start, end)

    def status(self, event: Status) -> None:
        self.above.status(event)


class _Down(Sender):
    __slots__ = ("_session",)

    def __init__(self, session: Between) -> None:
        self._session = session

    def begin(self, size: int) -> Writer:
        return self._session.begin(size)

    def commit(self, writer: Writer, payload: bytes) -> None:
        self._session.commit(writer, payload)

    def limit(self) -> int:
        return self._session.limit()


class _Up(Receiver):
    __slots__ = ("_session",)

    def __init__(self, session: Between) -> None:
        self._session = session

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self._session.deliver(frame, start, end)

    def status(self, event: Status) -> None:
        self._session.status(event)


class Watching(Between):
    """A session that wants the packets on their way down whole."""

    __slots__ = ("_at",)

    def __init__(self) -> None:
        self._at = 0

    def begin(self, size: int) -> Writer:
        writer = self.below.begin(size)
        self._at = len(writer)
        return writer

    def packet(self, writer: Writer, payload: bytes) -> bytes:
        """What is being committed: the headers from above, and the payload."""
        return bytes(writer[self._at :]) + payload


class Framing(Interposer):
    """An interposer that puts a header in front of each packet."""

    @abstractmethod
    def describe(self, frame: bytes, start: int, end: int) -> str:
        """The packet ``frame[start:end]`` with that header, in one line for people. Raises PacketError."""

    def inside(self, frame: bytes, start: int, end: int) -> tuple[int, int] | None:
        """Where in ``frame[start:end]`` the packet of the layer above lies; None where it is not there as a whole.

        Raises PacketError.
        """
        return None


def interposed(layer: Interposable, kind: type[I]) -> I:
    """The interposer of ``kind`` on ``layer``, nearest the wire if there are several: ``interposed(x, Faults).info()``.

    Raises LookupError where there is none.
    """
    for interposer in layer.interposers:
        if isinstance(interposer, kind):
            return interposer
    names = ", ".join(type(interposer).__name__ for interposer in layer.interposers) or "nothing"
    raise LookupError(f"no {kind.__name__} is interposed on this {type(layer).__name__}, only {names}")


def counted(info: type[Info], counters: object) -> Info:
    """What ``counters`` counted so far, as an ``info`` whose fields have the same names."""
    return info(**{field.name: getattr(counters, field.name) for field in attrs.fields(info)})


class Headed(Between):
    """A session that puts a header of ``header`` bytes, with a 16-bit length of the whole, in front of each packet."""

    __slots__ = ("header",)

    def __init__(self, header: int) -> None:
        self.header = header

    def limit(self) -> int:
        return max(min(self.below.limit(), 0xFFFF) - self.header, 0)

    def status(self, event: Status) -> None:
        self.above.status(lifted(event, self.header))
