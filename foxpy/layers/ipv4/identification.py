"""The Identification field, which tells the fragments of one datagram from those of another (RFC 6864).

It must not repeat, for one source, destination and protocol, while fragments may still be under way; and nobody else
may learn from it how much this host sends. So each such triple has a counter of its own that begins at random.
"""

from __future__ import annotations

import random


class Counter:
    """The identifications of one source, destination and protocol."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value

    def next(self) -> int:
        value = self.value = (self.value + 1) & 0xFFFF
        return value


class Identification:
    """Counters by packed source, destination and protocol, kept beyond the connections that used them."""

    __slots__ = ("_counters", "_limit", "_random")

    def __init__(self, generator: random.Random, limit: int) -> None:
        self._random = generator
        self._limit = limit
        self._counters: dict[int, Counter] = {}

    def counter(self, key: int) -> Counter:
        """The counter of ``key``. Where there are too many, the one made first is dropped."""
        counter = self._counters.get(key)
        if counter is None:
            if len(self._counters) >= self._limit:
                del self._counters[next(iter(self._counters))]
            counter = self._counters[key] = Counter(self._random.getrandbits(16))
        return counter
