"""A limit to how often something is said: challenge ACKs ([5961] section 7), resets to nobody's segments."""

from __future__ import annotations

import hashlib
from typing import Final

from foxpy.mypyc_attributes import mypyc_attr

LONG_AGO: Final = float("-inf")


@mypyc_attr(acyclic=True)
class RateLimit:
    """Allows ``limit`` in each ``period`` seconds.

    For challenge ACKs each connection has its own: a limit shared by all would let an attacker who exhausts it learn,
    from what a third party does not get, whether a guessed connection exists (CVE-2016-5696).
    """

    __slots__ = ("_left", "_until")

    def __init__(self) -> None:
        self._left = 0
        self._until = LONG_AGO

    def allow(self, now: float, limit: int, period: float) -> bool:
        """Whether one more may be sent now; counts it if so."""
        if now >= self._until:
            self._until = now + period
            self._left = limit
        if self._left <= 0:
            return False
        self._left -= 1
        return True


SLOTS: Final = 256
"""Limits that all peers share: as many as one byte of a hash tells apart."""


@mypyc_attr(acyclic=True)
class PeerLimits:
    """Allows ``limit`` in each ``period`` seconds to each peer, in bounded memory; now and then two peers share one.

    Which peers do is decided by a hash that only we can compute, and anew in each period. Were there one limit for all,
    an attacker could have us answer a third party until it is used up, and learn from what is left for himself whether
    we did answer: whether a connection that he guesses exists (as in CVE-2016-5696).
    """

    __slots__ = ("_period", "_secret", "_used")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._period = -1.0
        self._used = [0] * SLOTS

    def allow(self, now: float, peer: str, limit: int, period: float) -> bool:
        """Whether one more may be sent to ``peer`` now; counts it if so."""
        number = now // period
        if number != self._period:
            self._period = number
            self._used = [0] * SLOTS
        slot = hashlib.blake2s(f"{number} {peer}".encode(), key=self._secret, digest_size=1).digest()[0]
        if self._used[slot] >= limit:
            return False
        self._used[slot] += 1
        return True
