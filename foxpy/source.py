"""Where frames come from."""

from __future__ import annotations

from abc import ABC, abstractmethod

from foxpy.errors import unwritten
from foxpy.mypyc_attributes import mypyc_attr


@mypyc_attr(allow_interpreted_subclasses=True)
class Source(ABC):
    """Something that hands frames up when it is told that they are there."""

    __slots__ = ()

    @abstractmethod
    def burst(self, budget: int) -> bool:
        """Hand up at most ``budget`` frames; whether more are waiting. Does not block."""
        raise unwritten(self, "burst")

    def taken(self) -> int:
        """How many frames it has handed up since it was made; always 0 where it is not worth while to look for an
        answer before it says that one is there."""
        return 0
