"""What an entry of the cache needs from outside of it."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from foxpy.addresses import MacAddress
from foxpy.layers.arp.config import ArpConfig
from foxpy.layers.arp.counters import Counters
from foxpy.layers.arp.stations import Station
from foxpy.runtime import Runtime

if TYPE_CHECKING:  # an entry has an owner, and an owner its entries
    from foxpy.layers.arp.neighbour import Neighbour


class Evidence(enum.Enum):
    """How it was learned where a neighbour is."""

    ANSWER = "a reply to a request of ours"
    QUESTION = "it asked for an address of ours"
    OVERHEARD = "it said so to others, or unasked"


class Owner(ABC):
    """What an entry needs of the cache that it is in."""

    config: ArpConfig
    counters: Counters
    runtime: Runtime
    waiting_bytes: int
    """Of all entries together."""

    @abstractmethod
    def ask(self, address: IPv4Address, station: MacAddress | None) -> bool:
        """Send a request; False where the host's address is still being probed, so that it is too early to ask."""

    @abstractmethod
    def reach(self, address: MacAddress) -> Station:
        """The station at ``address``, to be let go with ``leave``. Raises what opening a path does."""

    @abstractmethod
    def leave(self, station: Station) -> None:
        """One user of ``station`` less."""

    @abstractmethod
    def largest(self) -> int:
        """The largest packet that a station takes, in bytes."""

    @abstractmethod
    def window(self) -> int | None:
        """``Offloads.window`` of the segment."""

    @abstractmethod
    def touch(self, neighbour: Neighbour) -> None:
        """There is news of ``neighbour``: it is the last to make room."""

    @abstractmethod
    def settle(self, neighbour: Neighbour) -> None:
        """Whether ``neighbour`` is pinned, by connections or as static, has changed."""

    @abstractmethod
    def forget(self, neighbour: Neighbour) -> None:
        """Nobody needs ``neighbour`` any more."""
