"""A limit to how often something is said: challenge ACKs ([5961] section 7), resets to nobody's segments."""

from __future__ import annotations

from foxpy.mypyc_attributes import mypyc_attr


@mypyc_attr(acyclic=True)
class RateLimit:
    """Allows ``limit`` in each ``period`` seconds.

    For challenge ACKs each connection has its own: a limit shared by all would let an attacker who exhausts it learn,
    from what a third party does not get, whether a guessed connection exists (CVE-2016-5696).
    """

    __slots__ = ("_left", "_until")

    def __init__(self) -> None:
        self._left = 0
        self._until = float("-inf")

    def allow(self, now: float, limit: int, period: float) -> bool:
        """Whether one more may be sent now; counts it if so."""
        if now >= self._until:
            self._until = now + period
            self._left = limit
        if self._left <= 0:
            return False
        self._left -= 1
        return True
