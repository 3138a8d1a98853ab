"""Where frames come from, and what turns a Scheduler: the two sides between which it stands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foxpy.runtime import Runtime


class Source(ABC):
    """Where frames come from: something that hands them up when it is told that they are there."""

    @abstractmethod
    def burst(self, budget: int) -> bool:
        """Hand up at most ``budget`` frames; whether more are waiting. Does not block."""


class Descriptor(Source):
    """A Source that the kernel announces through a file descriptor."""

    @abstractmethod
    def fileno(self) -> int:
        """A non-blocking descriptor that is readable while frames wait."""

    def taken(self) -> int:
        """How many frames it has handed up since it was made; always 0 where it is not worth while to look for an
        answer before the kernel tells of one."""
        return 0


class Driver(ABC):
    """What turns a Scheduler: the bridge to an event loop. One at a time is in charge of a Scheduler."""

    @abstractmethod
    def wake(self) -> None:
        """There is something to do before the time that ``Scheduler.pending`` gave."""

    @abstractmethod
    def watch(self, descriptor: Descriptor, runtime: Runtime) -> None:
        """Pump ``descriptor`` whenever it is readable."""

    @abstractmethod
    def unwatch(self, descriptor: Descriptor) -> None:
        """Stop that, before the descriptor is closed."""
