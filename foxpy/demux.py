"""Demultiplexing: which connection a packet belongs to, and who wants the peers that have none.

A layer looks a packet's key up in ``Connections.open``, one dict look-up; failing that it asks ``Listeners`` with the
patterns that would match, the most specific first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from foxpy.errors import OpenFailed
from foxpy.protocol import Conn, Handler, Listening, Pattern

Key = TypeVar("Key", bound=Hashable)


class Connections(Generic[Key, Conn]):
    """The open connections of a connectionless layer by key.

    Connections that peers began are bounded: strangers cost nothing to invent. The oldest of them is forgotten first,
    which loses no packet, since a peer that speaks again begins a new one. Those that this side opened are its own.
    """

    __slots__ = ("_forget", "_limit", "_passive", "forgotten", "open")

    open: dict[Key, Conn]
    """For look-ups on the hot path; changed only through the methods."""
    forgotten: int
    """How many were dropped for room."""

    def __init__(self, limit: int, forget: Callable[[Conn], None]) -> None:
        """``forget`` is called with each connection that is dropped for room, after it has been taken out."""
        self._limit = limit
        self._forget = forget
        self._passive: dict[Key, None] = {}  # in the order in which they began
        self.open = {}
        self.forgotten = 0

    def add(self, key: Key, connection: Conn, *, passive: bool) -> None:
        """Enter ``connection``. Raises OpenFailed where ``key`` is taken."""
        if key in self.open:
            raise OpenFailed(f"{connection} is open already")
        self.open[key] = connection
        if passive:
            self._passive[key] = None
            if len(self._passive) > self._limit:
                oldest = next(iter(self._passive))
                del self._passive[oldest]
                self.forgotten += 1
                self._forget(self.open.pop(oldest))

    def is_passive(self, key: Key) -> bool:
        """Whether the connection of ``key`` was begun by its peer."""
        return key in self._passive

    def remove(self, key: Key, connection: Conn) -> None:
        """Take ``connection`` out. Harmless where it was forgotten: another may have its key since."""
        if self.open.get(key) is connection:
            del self.open[key]
            self._passive.pop(key, None)

    def clear(self) -> list[Conn]:
        """Take all out: for ``release``."""
        connections = list(self.open.values())
        self.open.clear()
        self._passive.clear()
        return connections


class Listeners(Generic[Pattern, Conn]):
    """Who listens to which pattern."""

    __slots__ = ("_listening", "_stopped")

    def __init__(self, stopped: Callable[[Pattern], None] | None = None) -> None:
        """``stopped`` is called with each pattern that is not listened to any more, but for those that are cleared."""
        self._listening: dict[Pattern, _Listening[Pattern, Conn]] = {}
        self._stopped = stopped

    def __len__(self) -> int:
        return len(self._listening)

    def listen(self, pattern: Pattern, accept: Handler[Conn]) -> Listening:
        """Let ``accept`` have the peers that match. Raises OpenFailed where someone listens to that very pattern."""
        if pattern in self._listening:
            raise OpenFailed(f"someone listens to {pattern} already; stop that first")
        listening = self._listening[pattern] = _Listening(self, pattern, accept)
        return listening

    def match(self, patterns: Iterable[Pattern]) -> Handler[Conn] | None:
        """Whoever listens to the first of ``patterns`` that anybody listens to."""
        for pattern in patterns:
            listening = self._listening.get(pattern)
            if listening is not None:
                return listening.accept
        return None

    def stop(self, listening: _Listening[Pattern, Conn]) -> None:
        """Harmless where it was stopped before: its pattern may be listened to anew since, and goes on being so."""
        pattern = listening.pattern
        if self._listening.get(pattern) is listening:
            del self._listening[pattern]
            if self._stopped is not None:
                self._stopped(pattern)

    def clear(self) -> None:
        """Nobody listens any more: for ``release``."""
        self._listening.clear()


class _Listening(Listening, Generic[Pattern, Conn]):
    __slots__ = ("_listeners", "accept", "pattern")

    def __init__(self, listeners: Listeners[Pattern, Conn], pattern: Pattern, accept: Handler[Conn]) -> None:
        self._listeners = listeners
        self.pattern = pattern
        self.accept = accept

    def stop(self) -> None:
        self._listeners.stop(self)
