"""What the kernel announces, and what turns a Scheduler: the two sides between which it stands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from foxpy.source import Source

if TYPE_CHECKING:
    from foxpy.runtime import Runtime


class Descriptor(Source):
    """A Source that the kernel announces through a file descriptor."""

    @abstractmethod
    def fileno(self) -> int:
        """A non-blocking descriptor that is readable while frames wait."""

    def source(self) -> Source:
        """What is pumped in its place, where that is quicker."""
        return self


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
