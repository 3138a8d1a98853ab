"""A bound on how often something is done."""

from __future__ import annotations


class RateLimit:
    """Allows ``rate`` a second in the long run, and as many at once (a token bucket)."""

    __slots__ = ("_left", "_rate", "_size", "_when")

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._size = max(rate, 1.0)
        self._left = self._size
        self._when = 0.0

    def allow(self, now: float) -> bool:
        """Whether one more may be done at ``now``, in seconds; counts it if so."""
        if now > self._when:
            self._left = min(self._size, self._left + (now - self._when) * self._rate)
            self._when = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
