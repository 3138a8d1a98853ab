"""A bound on how often something is done."""

from __future__ import annotations


class TokenBucket:
    """Allows ``rate`` a second in the long run, and ``burst`` at once; by default a second's worth, at least 1."""

    __slots__ = ("_burst", "_rate", "_tokens", "_when")

    def __init__(self, rate: float, now: float, burst: float | None = None) -> None:
        self._rate = rate
        self._burst = max(rate, 1.0) if burst is None else burst
        self._tokens = self._burst
        self._when = now

    def allow(self, now: float, cost: float = 1.0) -> bool:
        """Whether one more may be done at ``now``, in seconds; counts it if so."""
        if now > self._when:
            self._tokens = min(self._burst, self._tokens + (now - self._when) * self._rate)
            self._when = now
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True
