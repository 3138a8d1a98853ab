"""Receivers that keep what they hear, for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic

from foxpy.protocol import Conn, Connection, Receiver
from foxpy.status import Aborted, Closed, Status


class Collector(Receiver):
    """Keeps every packet and every event of one connection.

    It also holds the layer below to what ``Receiver`` promises: immutable frames, offsets within them, nothing after
    the end. What it finds wrong is in ``complaints``, in words.
    """

    def __init__(self, react: Callable[[bytes], None] | None = None) -> None:
        """``react`` is called with each packet, from inside ``deliver``; it may be changed later."""
        self.packets: list[bytes] = []
        self.events: list[Status] = []
        self.complaints: list[str] = []
        self.react = react

    @property
    def data(self) -> bytes:
        """All packets joined: what a byte stream delivered."""
        return b"".join(self.packets)

    @property
    def ended(self) -> bool:
        """Whether it was told that nothing more arrives."""
        return any(isinstance(event, Closed | Aborted) for event in self.events)

    @property
    def heard(self) -> int:
        """How many packets and events there were."""
        return len(self.packets) + len(self.events)

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        if type(frame) is not bytes:
            self.complaints.append(f"deliver was given a {type(frame).__name__} in place of immutable bytes")
        if not 0 <= start <= end <= len(frame):
            self.complaints.append(f"deliver was given [{start}:{end}] of a frame of {len(frame)} bytes")
        if self.ended:
            self.complaints.append(f"deliver was called after {self.events[-1]!r}")
        packet = bytes(frame[start:end])
        self.packets.append(packet)
        if self.react is not None:
            self.react(packet)

    def status(self, event: Status) -> None:
        if self.ended:
            self.complaints.append(f"status was called with {event!r} after {self.events[-1]!r}")
        self.events.append(event)


class Acceptor(Generic[Conn]):
    """A handler that gives each connection a Collector, and keeps both."""

    def __init__(self, then: Callable[[Conn, Collector], None] | None = None) -> None:
        """``then`` is called from inside the handler."""
        self.accepted: list[tuple[Conn, Collector]] = []
        self._then = then

    def __call__(self, connection: Conn) -> Receiver:
        collector = Collector()
        self.accepted.append((connection, collector))
        if self._then is not None:
            self._then(connection, collector)
        return collector


def ignoring(connection: Connection) -> Receiver:
    """A handler for any connection, whose receiver nobody looks at."""
    return Collector()
