"""How a task waits for the stack: one task at a time for each thing, woken at most once for each batch of packets."""

from __future__ import annotations

from types import TracebackType

import trio


class Bell:
    """One task waits, the stack rings. Ringing with nobody there does nothing: look before you wait."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: trio.lowlevel.Task | None = None

    async def wait(self) -> None:
        """Until the next ``ring``; a checkpoint. The task runs after the batch at hand, however often it is rung."""
        self._waiting = trio.lowlevel.current_task()

        def cancelled(_: object) -> trio.lowlevel.Abort:
            self._waiting = None
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(cancelled)

    def ring(self) -> None:
        """Wake the task that waits. May be called from anywhere in the stack."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            trio.lowlevel.reschedule(waiting)


class Turn:
    """``with turn:`` around what one task at a time may do. Raises trio.BusyResourceError for a second one."""

    __slots__ = ("_taken", "_what")

    def __init__(self, what: str) -> None:
        self._what = what
        self._taken = False

    def __enter__(self) -> None:
        if self._taken:
            raise trio.BusyResourceError(f"another task is already {self._what}")
        self._taken = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._taken = False
