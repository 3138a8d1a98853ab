"""Virtual time without an event loop: the Scheduler is turned by hand, and the clock jumps to what is due next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from foxpy.runtime import Scheduler

ROUNDS: Final = 100_000
"""Rounds of the Scheduler in one moment after which it is a storm that will not end by itself."""
FOREVER: Final = float("inf")


class Storm(AssertionError):
    """Things go on happening, and no time passes."""


class Clock:
    """The time in seconds, and what happens in it. An event costs what it does; nobody waits or is woken."""

    __slots__ = ("now", "scheduler")

    def __init__(self) -> None:
        self.now = 0.0
        self.scheduler = Scheduler(self._read)

    def _read(self) -> float:
        return self.now

    def settle(self) -> float:
        """Let everything happen that happens now. When the next thing does; infinity for never.

        Raises Storm where that does not end, and whatever is raised by what happens.
        """
        scheduler = self.scheduler
        for _ in range(ROUNDS):
            if not scheduler.run():
                due = scheduler.pending()
                if due > self.now:
                    return due
        raise Storm(f"after {ROUNDS} rounds at {self.now:.6f} s there is still something to do")

    def advance(self, until: float, enough: Callable[[], bool]) -> bool:
        """Let time pass until ``until``, or until ``enough()``, which is asked before each moment; whether it was that.

        Until infinity is as long as anything is left to happen.
        """
        while True:
            due = self.settle()
            if enough():
                return True
            if due > until or due == FOREVER:
                if self.now < until != FOREVER:
                    self.now = until
                return False
            self.now = due
