"""Messages of types that ICMP itself has no use for: for layers above, each of which takes some."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from foxpy.errors import BadAddress, OpenFailed
from foxpy.layers.icmp.codes import OWN
from foxpy.layers.icmp.counters import Counters
from foxpy.layers.ipv4 import IpConnection
from foxpy.protocol import Listening

Taker: TypeAlias = Callable[[IpConnection, bytes, int, int], None]
"""Is given each message, ``frame[start:end]`` from its type on, and the connection of IP that it came on.

The checksum is right, the rest may be anything: it must not raise on account of the bytes. What it has to say it posts
(``Ip.post``)."""


class Others:
    """Who takes which types."""

    __slots__ = ("_counters", "_taken")

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._taken: dict[int, _Taking] = {}

    def take(self, kinds: frozenset[int], taker: Taker) -> Listening:
        for kind in sorted(kinds):
            if kind in OWN or not 0 <= kind <= 0xFF:
                raise BadAddress(f"ICMP type {kind}: {sorted(OWN)} are ICMP's own, and 255 is the last")
            if kind in self._taken:
                raise OpenFailed(f"ICMP messages of type {kind} are taken already; stop that first")
        taking = _Taking(self, taker)
        self._taken.update(dict.fromkeys(kinds, taking))
        return taking

    def deliver(self, kind: int, connection: IpConnection, frame: bytes, start: int, end: int) -> None:
        taking = self._taken.get(kind)
        if taking is None:
            self._counters.unknown_type += 1
        else:
            self._counters.others_received += 1
            taking.taker(connection, frame, start, end)

    def stop(self, taking: _Taking) -> None:
        """Harmless where it was stopped before: another may have taken its types since."""
        for kind in [kind for kind, each in self._taken.items() if each is taking]:
            del self._taken[kind]

    def clear(self) -> None:
        """Nobody takes any more: for ``release``."""
        self._taken.clear()


class _Taking(Listening):
    __slots__ = ("_others", "taker")

    def __init__(self, others: Others, taker: Taker) -> None:
        self._others = others
        self.taker = taker

    def stop(self) -> None:
        self._others.stop(self)
