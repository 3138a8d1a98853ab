"""Epochs: names of runs of numbers, by which a peer that was restarted is not taken for its former self.

A number of 32 bits. The upper 24 are a life's, chosen at random; the lower 8 count how often numbering began anew in
that life. So of two epochs of one life it is known which is the later (RFC 1982), even to one who hears of both at the
same time: what was sent in the former may be lost and come again after what was sent in the latter.
"""

from __future__ import annotations

import random
from collections import deque
from typing import Final

RETIRED: Final = 8
"""How many former epochs of a peer are remembered, so that stragglers of theirs are known."""
BEGINNINGS: Final = 0x100
"""Of one life, until they come again."""
NONE: Final = 0
"""The name of none."""


def drawn(source: random.Random) -> int:
    """The first epoch of a new life."""
    return (source.getrandbits(24) or 1) * BEGINNINGS


def following(epoch: int) -> int:
    """The next one of the same life."""
    return epoch - epoch % BEGINNINGS + (epoch + 1) % BEGINNINGS


class Epochs:
    """Those of one peer, as they are heard of."""

    __slots__ = ("_retired", "current")

    current: int
    """The one that counts; NONE before the first."""

    def __init__(self) -> None:
        self.current = NONE
        self._retired: deque[int] = deque(maxlen=RETIRED)

    def over(self, epoch: int) -> bool:
        """Whether ``epoch`` is of the past, or none at all."""
        current = self.current
        if epoch == current:
            return epoch == NONE
        if epoch == NONE or epoch in self._retired:
            return True
        same_life = epoch // BEGINNINGS == current // BEGINNINGS and current != NONE
        return same_life and (current - epoch) % BEGINNINGS < BEGINNINGS // 2

    def begin(self, epoch: int) -> None:
        """``epoch`` is the current one from now on."""
        if self.current != NONE:
            self._retired.append(self.current)
        self.current = epoch
