"""Waiting for what the synchronous stack will say: the one place where opens and closes meet the event loop."""

from __future__ import annotations

from typing import Generic, Never, TypeVar

import trio

from foxpy.errors import NotInitialized
from foxpy.protocol import Address, Conn, Handler, Listening, Pattern, Protocol, Receiver

T = TypeVar("T")


class Waiter(Generic[T]):
    """One outcome, said once by the stack and waited for by a task. What is said after the first time is ignored."""

    __slots__ = ("_error", "_event", "_value")

    def __init__(self) -> None:
        self._event = trio.Event()
        self._value: list[T] = []
        self._error: BaseException | None = None

    @property
    def done(self) -> bool:
        return self._event.is_set()

    def succeed(self, value: T) -> None:
        """Let ``wait`` return ``value``."""
        if not self.done:
            self._value.append(value)
            self._event.set()

    def fail(self, error: BaseException) -> None:
        """Let ``wait`` raise ``error``."""
        if not self.done:
            self._error = error
            self._event.set()

    async def wait(self) -> T:
        """The outcome; a checkpoint. Cancelling it leaves the outcome unknown: the caller undoes what it began."""
        await self._event.wait()
        if self._error is not None:
            raise self._error
        return self._value[0]


async def first(
    protocol: Protocol[Address, Pattern, Conn, Never, object], pattern: Pattern, handler: Handler[Conn]
) -> Conn:
    """The first connection that ``protocol`` accepts for ``pattern``, handled by ``handler``: a passive open.

    It stops listening before that connection is handled, so that a second peer finds nobody. Raises what ``listen``
    does, and NotInitialized where the protocol is finalized before a peer has come.
    """
    waiter: Waiter[Conn] = Waiter()
    listening: list[Listening] = []

    def accept(connection: Conn) -> Receiver:
        listening[0].stop()
        receiver = handler(connection)
        waiter.succeed(connection)
        return receiver

    listening.append(protocol.listen(pattern, accept))
    ended = NotInitialized(f"{type(protocol).__name__} was finalized while it waited for a peer")
    forget = protocol.when_released(lambda: waiter.fail(ended))
    try:
        return await waiter.wait()
    finally:
        forget()
        listening[0].stop()
