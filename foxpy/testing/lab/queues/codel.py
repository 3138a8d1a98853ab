"""CoDel: drop or mark when even the shortest wait of late has been too long ([8289])."""

from __future__ import annotations

import math
import random

import attrs

from foxpy.testing.lab.queues.base import Discipline, Queue


@attrs.frozen(kw_only=True)
class CoDel(Discipline):
    """The defaults are those of [8289] section 4.4. Raises ValueError where one is not above 0."""

    target: float = attrs.field(default=0.005, validator=attrs.validators.gt(0.0))
    """Seconds of waiting that are acceptable as a standing queue."""
    interval: float = attrs.field(default=0.1, validator=attrs.validators.gt(0.0))
    """Seconds in which the wait has to come down to that once: about the longest usual round trip."""
    packets: int = attrs.field(default=1000, validator=attrs.validators.ge(1))
    """What the queue holds at all."""
    ecn: bool = True
    """Mark what understands it, in place of dropping it ([3168] section 5)."""

    def queue(self, generator: random.Random, rate: float) -> Queue:
        return _CoDel(self)


class _CoDel(Queue):
    __slots__ = ("_above", "_config", "_count", "_dropping", "_largest", "_last", "_next")

    def __init__(self, config: CoDel) -> None:
        super().__init__()
        self._config = config
        self._largest = 0
        """The largest frame seen: less than this is no standing queue."""
        self._above: float | None = None
        """When the wait will have been above the target for an interval."""
        self._dropping = False
        self._next = 0.0
        """When the next is to be dropped."""
        self._count = 0
        """How many were, since dropping began."""
        self._last = 0
        """``_count`` when it last began."""

    def offer(self, frame: bytes, now: float) -> None:
        if len(self._waiting) >= self._config.packets:
            self.drop()
            return
        self._largest = max(self._largest, len(frame))
        self.put(frame, now)

    def take(self, now: float) -> bytes | None:
        bad = self._standing(now)
        if self._dropping:
            if not bad:
                self._dropping = False
            while self._dropping and now >= self._next:
                self._count += 1
                stays = self._signal(now)
                self._dropping = stays or self._standing(now)
                if self._dropping:
                    self._next += self._step()
                if stays:
                    break
        elif bad:
            if not self._signal(now):
                self._standing(now)
            self._begin(now)
        return self.pull(now)

    def _standing(self, now: float) -> bool:
        """Whether the head has waited too long, and so has every one for an interval ([8289] section 5.6)."""
        waiting = self._waiting
        if not waiting:
            self._above = None
            return False
        since, head = waiting[0]
        if now - since < self._config.target or self.size - len(head) <= self._largest:
            self._above = None
        elif self._above is None:
            self._above = now + self._config.interval
        else:
            return now >= self._above
        return False

    def _signal(self, now: float) -> bool:
        """Tell the sender of the head, which stays if it can be marked; whether it stays."""
        if self._config.ecn and self.mark_head():
            return True
        self.drop_head(now)
        return False

    def _begin(self, now: float) -> None:
        """Begin to drop; where that ended not long ago, at about the rate that was right then ([8289] section 5.5)."""
        fresh = self._count - self._last
        recent = now - self._next < 16.0 * self._config.interval
        self._dropping = True
        self._count = fresh if fresh > 1 and recent else 1
        self._last = self._count
        self._next = now + self._step()

    def _step(self) -> float:
        """Time to the next drop: their rate grows with the root of their number ([8289] section 3.3)."""
        return self._config.interval / math.sqrt(self._count)
