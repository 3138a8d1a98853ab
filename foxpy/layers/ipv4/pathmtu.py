"""What is known of the largest datagrams that paths carry (RFC 1191).

The next hop's link bounds every path; this table holds the destinations for which a router has said that the path is
narrower. Entries age: a path may have grown wider, and nothing else would ever tell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from foxpy.runtime import Runtime

LOWEST: Final = 68
"""Every link carries this much (RFC 791, section 3.2); what is said to carry less is a lie."""

PLATEAUS: Final = (65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68)
"""The sizes to try one after the other where a router does not say how much it can carry (RFC 1191, section 7.1)."""


class Narrow:
    """A path that carries less than its first link. ``locked``: so little that the peer's routers are to fragment."""

    __slots__ = ("expires", "locked", "mtu")

    def __init__(self, mtu: int, locked: bool, expires: float) -> None:
        self.mtu = mtu
        self.locked = locked
        self.expires = expires


class PathMtu:
    """Narrow paths by destination."""

    __slots__ = ("_changed", "_lifetime", "_limit", "_minimum", "_narrow", "_runtime", "_timer")

    def __init__(
        self, runtime: Runtime, minimum: int, lifetime: float, limit: int, changed: Callable[[], None]
    ) -> None:
        """``minimum``: routers fragment below it, so that a forged report cannot make all packets tiny. ``changed`` is
        called when some path is not what it was."""
        self._runtime = runtime
        self._minimum = minimum
        self._lifetime = lifetime
        self._limit = limit
        self._changed = changed
        self._narrow: dict[int, Narrow] = {}  # in the order in which they expire
        self._timer = runtime.timer(self._expire)

    def __len__(self) -> int:
        return len(self._narrow)

    def get(self, destination: int) -> Narrow | None:
        return self._narrow.get(destination)

    def reckon(self, destination: int, reported: int, size: int, current: int) -> int:
        """What ``lower`` would give; nothing is changed."""
        known = self._narrow.get(destination)
        if known is not None and known.locked:
            return 0  # what goes there may be fragmented: no router has a reason to report
        reported = _told(reported, size, current)
        return min(max(reported, self._minimum), current) if reported else 0

    def lower(self, destination: int, reported: int, size: int, current: int) -> int:
        """A router could not pass on a datagram of ``size`` bytes to ``destination``, only ``reported`` (0: unknown).

        ``current`` is what was thought to pass. Gives what passes by now, or 0 where the report cannot be true.
        """
        mtu = self.reckon(destination, reported, size, current)
        if not mtu:
            return 0
        locked = _told(reported, size, current) < self._minimum
        if self._narrow.pop(destination, None) is None and len(self._narrow) >= self._limit:
            del self._narrow[next(iter(self._narrow))]
        self._narrow[destination] = Narrow(mtu, locked, self._runtime.now + self._lifetime)
        if not self._timer.running:
            self._timer.start(self._lifetime)
        self._changed()
        return mtu

    def clear(self) -> None:
        self._narrow.clear()
        self._timer.stop()

    def _expire(self) -> None:
        """RFC 1191, section 6.3: forget what has not been confirmed for a while."""
        now = self._runtime.now
        while self._narrow:
            destination = next(iter(self._narrow))
            expires = self._narrow[destination].expires
            if expires > now:
                self._timer.start(expires - now)
                break
            del self._narrow[destination]
        self._changed()


def _told(reported: int, size: int, current: int) -> int:
    """What a router's report about a datagram of ``size`` bytes says that the path carries; 0 where it cannot be true.

    RFC 1191, section 5: of a router that does not say, the next size below that of the datagram.
    """
    if reported == 0:
        bound = min(size, current)
        reported = next(plateau for plateau in PLATEAUS if plateau < bound or plateau == LOWEST)
    return 0 if reported < LOWEST or reported >= size or reported >= current else reported
