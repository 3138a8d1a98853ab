"""Virtual time for a script, which is no coroutine: it turns the Scheduler itself, and decides what time it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from foxpy.runtime import Scheduler
from foxpy.testing.peer.ladder import ScriptFailed

ROUNDS: Final = 100_000
"""Rounds of the Scheduler in one moment after which it is a storm that will not end by itself."""


class Clock:
    """The time in seconds, and what happens in it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.scheduler = Scheduler(self._read)

    def _read(self) -> float:
        return self.now

    def settle(self) -> None:
        """Let everything happen that happens now. Raises ScriptFailed where that does not end."""
        for _ in range(ROUNDS):
            if not self.scheduler.run() and self.scheduler.pending() > self.now:
                return
        raise ScriptFailed(f"after {ROUNDS} rounds at {self.now:.6f} s there is still something to do")

    def advance(self, until: float, enough: Callable[[], bool]) -> None:
        """Let time pass until ``until``, or until ``enough()``."""
        self.settle()
        while not enough():
            deadline = self.scheduler.pending()
            if deadline > until:
                self.now = max(self.now, until)
                return
            self.now = max(self.now, deadline)
            self.settle()
