"""What sends to a neighbour, by the state of its entry.

A connection has one ArpSender. It passes each packet to a sender that the neighbour puts below it: to the Ethernet's
own while the neighbour is resolved, which costs one call; to another while packets must wait.
"""

from __future__ import annotations

from foxpy.errors import InvalidConnection
from foxpy.message import Writer
from foxpy.offload import Offload, Offloads
from foxpy.protocol import Sender


class ArpSender(Sender):
    """One connection's sender. Whoever knows where packets must go now sets ``below``."""

    __slots__ = ("_begun", "below")

    def __init__(self, below: Sender) -> None:
        self.below = below
        self._begun = below

    def begin(self, size: int) -> Writer:
        # Kept for commit: the neighbour's entry may change between the two steps.
        below = self._begun = self.below
        return below.begin(size)

    def commit(self, writer: Writer, payload: bytes) -> None:
        self._begun.commit(writer, payload)

    def limit(self) -> int:
        return self.below.limit()

    def offloads(self) -> Offloads:
        return self.below.offloads()

    def begin_offloaded(self, size: int, task: Offload) -> Writer:
        below = self._begun = self.below
        return below.begin_offloaded(size, task)


class ClosedSender(Sender):
    """Below every connection that is closed."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def begin(self, size: int) -> Writer:
        raise InvalidConnection(f"{self._name} is closed")

    def commit(self, writer: Writer, payload: bytes) -> None:
        raise InvalidConnection(f"{self._name} is closed")

    def limit(self) -> int:
        raise InvalidConnection(f"{self._name} is closed")
