"""The cache: all neighbours that are known, asked for, or failed to answer."""

from __future__ import annotations

from ipaddress import IPv4Address

from foxpy.errors import OpenFailed
from foxpy.layers.arp.config import ArpConfig
from foxpy.layers.arp.connection import NeighbourInfo
from foxpy.layers.arp.counters import Counters
from foxpy.layers.arp.neighbour import PERMANENT, Neighbour
from foxpy.layers.arp.owner import Owner
from foxpy.runtime import Runtime


class Cache(Owner):
    """A bounded table of neighbours.

    Entries that a connection has open, and static ones, are pinned. The others were left by connections that are closed
    or begun by neighbours that asked for us; the one longest without news makes room first. So strangers, who can be
    invented at no cost, never push out a neighbour that is in use.
    """

    def __init__(self, runtime: Runtime, config: ArpConfig, counters: Counters) -> None:
        self.runtime = runtime
        self.config = config
        self.counters = counters
        self.waiting_bytes = 0
        self._pinned: dict[IPv4Address, Neighbour] = {}
        self._idle: dict[IPv4Address, Neighbour] = {}  # in the order of their latest news

    def __len__(self) -> int:
        return len(self._pinned) + len(self._idle)

    def find(self, address: IPv4Address) -> Neighbour | None:
        return self._pinned.get(address) or self._idle.get(address)

    def require(self, address: IPv4Address) -> Neighbour:
        """The entry of ``address``, made where there is none. Raises OpenFailed where every entry is pinned."""
        neighbour = self.find(address) or self._make(address)
        if neighbour is None:
            raise OpenFailed(f"all {self.config.neighbours} entries of the ARP cache are open; close some, or raise it")
        return neighbour

    def met(self, address: IPv4Address) -> Neighbour | None:
        """The entry of a neighbour that asked for this host, made where there is room; None where there is none."""
        neighbour = self.find(address) or self._make(address)
        if neighbour is None:
            self.counters.table_full += 1
        return neighbour

    def _make(self, address: IPv4Address) -> Neighbour | None:
        if len(self) >= self.config.neighbours:
            if not self._idle:
                return None
            self.counters.evicted += 1
            self.forget(next(iter(self._idle.values())))
        neighbour = self._idle[address] = Neighbour(self, address)
        return neighbour

    # -- what an entry says of itself

    def touch(self, neighbour: Neighbour) -> None:
        if self._idle.pop(neighbour.address, None) is not None:
            self._idle[neighbour.address] = neighbour

    def settle(self, neighbour: Neighbour) -> None:
        address = neighbour.address
        if neighbour.pinned:
            self._idle.pop(address, None)
            self._pinned[address] = neighbour
        elif self._pinned.pop(address, None) is not None:
            self._idle[address] = neighbour

    def forget(self, neighbour: Neighbour) -> None:
        self._pinned.pop(neighbour.address, None)
        self._idle.pop(neighbour.address, None)
        neighbour.reset()

    # -- as a whole

    def remove(self, address: IPv4Address) -> None:
        """Forget what is known of ``address``; open connections ask anew."""
        neighbour = self.find(address)
        if neighbour is not None:
            self._clear(neighbour)

    def flush(self) -> None:
        """Forget everything but static entries."""
        for neighbour in self._all():
            if neighbour.state is not PERMANENT:
                self._clear(neighbour)

    def _clear(self, neighbour: Neighbour) -> None:
        neighbour.reset()
        self.settle(neighbour)
        if not neighbour.pinned:
            self.forget(neighbour)

    def clear(self) -> None:
        """Forget everything, and stop every timer; for ``release``. No connection may be open."""
        for neighbour in self._all():
            self.forget(neighbour)

    def _all(self) -> list[Neighbour]:
        return [*self._pinned.values(), *self._idle.values()]

    def info(self) -> tuple[NeighbourInfo, ...]:
        return tuple(neighbour.info() for neighbour in self._all())
