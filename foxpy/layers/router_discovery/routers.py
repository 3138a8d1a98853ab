"""The default routers that a host knows (RFC 1256, section 5.3), a bounded table."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Final

from foxpy.errors import TimedOut
from foxpy.layers.router_discovery.counters import Counters
from foxpy.runtime import Runtime
from foxpy.status import Aborted, Closed, Forgotten, Status

NEVER: Final = float("inf")


class Router:
    """One of them."""

    __slots__ = ("address", "expires", "interface", "preference")

    interface: str
    """Where it was heard last; empty where it was not heard."""

    def __init__(self, address: IPv4Address, interface: str, preference: int, expires: float) -> None:
        self.address = address
        self.interface = interface
        self.preference = preference
        self.expires = expires

    @property
    def configured(self) -> bool:
        """It was set by other means, and no advertisement changes its preference, or has it expire."""
        return self.expires == NEVER


class Routers:
    """Those of one host, by address."""

    __slots__ = ("_counters", "_dropped", "_limit", "_runtime", "_settle", "_timer", "by_address")

    by_address: dict[IPv4Address, Router]

    def __init__(self, runtime: Runtime, limit: int, counters: Counters, settle: Callable[[], None]) -> None:
        """``settle`` is called when the lifetimes of some have passed, and they are dropped."""
        self._runtime = runtime
        self._limit = limit
        self._counters = counters
        self._settle = settle
        self._dropped: list[tuple[Router, Status]] = []
        self._timer = runtime.timer(self._expired)
        self.by_address = {}

    def ranked(self) -> list[Router]:
        """The highest preference first; of equals those that were set otherwise, then those known longest."""
        return sorted(self.by_address.values(), key=lambda each: (-each.preference, not each.configured))

    def configure(self, addresses: tuple[IPv4Address, ...], preference: int) -> None:
        """These have been set otherwise, and no others."""
        for router in [each for each in self.by_address.values() if each.configured and each.address not in addresses]:
            self._drop(router, Closed())
        for address in addresses:
            router = self.by_address.pop(address, Router(address, "", preference, NEVER))
            router.preference, router.expires = preference, NEVER
            self.by_address[address] = router  # in the order in which they were set

    def heard(self, address: IPv4Address, interface: str, preference: int, lifetime: int) -> Router | None:
        """An advertisement lists it; None where it is not known now."""
        router = self.by_address.get(address)
        if router is not None and router.configured:
            router.interface = interface
            return router
        if lifetime == 0:
            if router is not None:
                self._drop(router, Closed())
            return None
        expires = self._runtime.now + lifetime
        if router is None:
            if not self._make_room(preference):
                self._counters.crowded_out += 1
                return None
            router = self.by_address[address] = Router(address, interface, preference, expires)
        router.interface, router.preference, router.expires = interface, preference, expires
        self._wait()
        return router

    def forget(self, address: IPv4Address) -> None:
        """It is no default router."""
        router = self.by_address.get(address)
        if router is not None and not router.configured:
            self._drop(router, Closed())

    def dropped(self) -> list[tuple[Router, Status]]:
        """Those that were dropped since the last time, and why: to be told when nothing here is half done."""
        dropped, self._dropped = self._dropped, []
        return dropped

    def clear(self) -> None:
        """For ``release``: nobody is told."""
        self.by_address.clear()
        self._dropped = []
        self._timer.stop()

    def _make_room(self, preference: int) -> bool:
        """Whether there is room for one with that preference: the lowest goes, if it is lower, the youngest first."""
        learned = [each for each in self.by_address.values() if not each.configured]
        if len(learned) < self._limit:
            return True
        worst = min(reversed(learned), key=lambda each: each.preference)
        if worst.preference >= preference:
            return False
        self._counters.crowded_out += 1
        self._drop(worst, Forgotten())
        return True

    def _drop(self, router: Router, why: Status) -> None:
        del self.by_address[router.address]
        self._dropped.append((router, why))

    def _wait(self) -> None:
        soonest = min((each.expires for each in self.by_address.values()), default=NEVER)
        if soonest == NEVER:
            self._timer.stop()
        else:
            self._timer.start_at(soonest)

    def _expired(self) -> None:
        now = self._runtime.now
        for router in [each for each in self.by_address.values() if each.expires <= now]:
            self._drop(router, Aborted(TimedOut(f"router {router.address} was not heard in its lifetime")))
        self._wait()
        self._settle()
