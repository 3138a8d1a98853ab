"""Explicit Congestion Notification as a network layer offers it to what is above ([3168] section 5).

A carrier whose packets have an ECN field gives each path an ``EcnField``; over other links there is none, and transport
protocols do not agree on its use.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

from foxpy.errors import unwritten
from foxpy.mypyc_attributes import mypyc_attr

NOT_ECT: Final = 0
ECT_0: Final = 2
"""The sender answers to marks: a queue may mark the packet in place of dropping it."""
CE: Final = 3
"""Congestion was experienced."""


@mypyc_attr(allow_interpreted_subclasses=True)
class EcnField(ABC):
    """The ECN field of the packets of one path, in both directions."""

    __slots__ = ("sending",)

    sending: int
    """The codepoint of packets that are begun from now on; NOT_ECT to begin with."""

    def __init__(self) -> None:
        self.sending = NOT_ECT

    @abstractmethod
    def arrived(self, frame: bytes, start: int) -> int:
        """The codepoint of the packet whose data begins at ``frame[start]``, from inside ``deliver`` alone; NOT_ECT
        where something interposed has made another packet of it. Must not raise."""
        raise unwritten(self, "arrived")
