"""How often error messages may be sent (RFC 1812, section 4.3.2.8): token buckets, one for all and one a host."""

from __future__ import annotations

import random

from foxpy.limits import TokenBucket


class ErrorLimits:
    """The limits of one host. The number of hosts that are kept count of is bounded; the oldest is forgotten."""

    __slots__ = ("_all", "_burst", "_hosts", "_limit", "_random", "_rate")

    def __init__(
        self,
        generator: random.Random,
        rate: float,
        burst: int,
        host_rate: float,
        host_burst: int,
        hosts: int,
        now: float,
    ) -> None:
        self._random = generator
        self._all = TokenBucket(rate, now, burst)
        self._rate = host_rate
        self._burst = host_burst
        self._limit = hosts
        self._hosts: dict[int, TokenBucket] = {}

    def allow(self, host: int, now: float) -> bool:
        """Whether ``host`` may be sent an error message at ``now``; counts it if so."""
        bucket = self._hosts.get(host)
        if bucket is None:
            if len(self._hosts) >= self._limit:
                del self._hosts[next(iter(self._hosts))]
            bucket = self._hosts[host] = TokenBucket(self._rate, now, self._burst)
        return bucket.allow(now) and self.allow_any(now)

    def allow_any(self, now: float) -> bool:
        """The same without regard to the host."""
        # What one host makes this one send must not tell another how much is left: the count would show which ports
        # are open to a third. So what a message costs is not quite the same each time.
        return self._all.allow(now, 0.75 + 0.5 * self._random.random())
