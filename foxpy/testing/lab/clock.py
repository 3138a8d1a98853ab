"""Virtual time without an event loop: the Scheduler is turned by hand, and the clock jumps to what is due next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from foxpy.runtime import Scheduler

FOREVER: Final = float("inf")


class VirtualTime:
    """A Scheduler, and the clock that it reads. An event costs what it does, and nothing for waiting or waking."""

    __slots__ = ("_now", "scheduler")

    def __init__(self) -> None:
        self._now = 0.0
        self.scheduler = Scheduler(self.now)

    def now(self) -> float:
        """Virtual seconds since this was made."""
        return self._now

    def run(self, until: float, over: Callable[[], bool]) -> bool:
        """Let everything happen that is due by ``until``, in its order, or until ``over``, which is asked before the
        clock moves.

        Whether it was ``over``. Otherwise the time is ``until``, where that is a time. An error of what happens comes
        out of here.
        """
        scheduler = self.scheduler
        while True:
            while scheduler.run():
                pass
            if over():
                return True
            due = scheduler.pending()
            if due > until or due == FOREVER:
                if self._now < until != FOREVER:
                    self._now = until
                return False
            if due > self._now:
                self._now = due
