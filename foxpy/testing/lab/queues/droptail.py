"""Drop-tail: what comes when the queue is full is lost."""

from __future__ import annotations

import random

import attrs

from foxpy.testing.lab.queues.base import Discipline, Queue

_LIMIT = attrs.validators.optional(attrs.validators.ge(1))


@attrs.frozen
class DropTail(Discipline):
    """So many frames may wait, or so many bytes; where both are given, both hold. Raises ValueError below 1."""

    packets: int | None = attrs.field(default=None, validator=_LIMIT)
    """1000 where nothing is given."""
    size: int | None = attrs.field(default=None, validator=_LIMIT)
    """Bytes."""

    def queue(self, generator: random.Random, rate: float) -> Queue:
        packets = 1000 if self.packets is None and self.size is None else self.packets
        return _DropTail(packets or 1 << 40, self.size or 1 << 60)


class _DropTail(Queue):
    __slots__ = ("_most", "_room")

    def __init__(self, most: int, room: int) -> None:
        super().__init__()
        self._most = most
        self._room = room

    def offer(self, frame: bytes, now: float) -> None:
        # A frame never waits in vain for a queue that is too small for it: an empty queue takes any.
        if self._waiting and (len(self._waiting) >= self._most or self.size + len(frame) > self._room):
            self.drop()
        else:
            self.put(frame, now)
