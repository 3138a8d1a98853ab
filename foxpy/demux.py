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

    def remove(self, key: Key) -> Conn | None:
        """Take the connection out; None where there is none."""
        self._passive.pop(key, None)
        return self.open.pop(key, None)

    def clear(self) -> list[Conn]:
        """Take all out: for ``release``."""
        connections = list(self.open.values())
        self.open.clear()
        self._passive.clear()
        return connections


class Listeners(Generic[Pattern, Conn]):
    """Who listens to which pattern."""

    __slots__ = ("_accepting",)

    def __init__(self) -> None:
        self._accepting: dict[Pattern, Handler[Conn]] = {}

    def __len__(self) -> int:
        return len(self._accepting)

    def listen(self, pattern: Pattern, accept: Handler[Conn]) -> Listening:
        """Let ``accept`` have the peers that match. Raises OpenFailed where someone listens to that very pattern."""
        if pattern in self._accepting:
            raise OpenFailed(f"someone listens to {pattern} already; stop that first")
        self._accepting[pattern] = accept
        return _Listening(self._accepting, pattern, accept)

    def match(self, patterns: Iterable[Pattern]) -> Handler[Conn] | None:
        """Whoever listens to the first of ``patterns`` that anybody listens to."""
        for pattern in patterns:
            accept = self._accepting.get(pattern)
            if accept is not None:
                return accept
        return None

    def clear(self) -> None:
        """Nobody listens any more: for ``release``."""
        self._accepting.clear()


class _Listening(Listening, Generic[Pattern, Conn]):
    def __init__(self, accepting: dict[Pattern, Handler[Conn]], pattern: Pattern, accept: Handler[Conn]) -> None:
        self._accepting = accepting
        self._pattern = pattern
        self._accept = accept

    def stop(self) -> None:
        # The pattern may have been stopped and listened to anew by somebody else since.
        if self._accepting.get(self._pattern) is self._accept:
            del self._accepting[self._pattern]
