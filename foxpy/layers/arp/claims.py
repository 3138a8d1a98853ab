"""The addresses of this host: probed for, announced and defended (RFC 5227)."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface
from typing import TypeAlias

from foxpy.addresses import MacAddress
from foxpy.layers.arp.config import (
    ANNOUNCE_INTERVAL,
    ANNOUNCE_NUM,
    ANNOUNCE_WAIT,
    DEFEND_INTERVAL,
    MAX_CONFLICTS,
    PROBE_MAX,
    PROBE_MIN,
    PROBE_NUM,
    PROBE_WAIT,
    RATE_LIMIT_INTERVAL,
    ArpConfig,
    Defence,
)
from foxpy.layers.arp.connection import AddressConflict, AddressInUse, ClaimEvent, ClaimInfo
from foxpy.layers.arp.counters import Counters
from foxpy.layers.arp.speaker import Speaker
from foxpy.runtime import Runtime

Watch: TypeAlias = Callable[[ClaimEvent], None]
"""Told what becomes of a claim, on the stack's thread; may claim and disclaim from inside."""


class Claim:
    """One address that this host has, or will have once nobody has answered its probes."""

    __slots__ = ("address", "defended", "in_use", "interface", "left", "probed", "timer", "watch")

    def __init__(
        self,
        interface: IPv4Interface,
        watch: Watch | None,
        probed: bool,
        runtime: Runtime,
        step: Callable[[Claim], None],
    ) -> None:
        self.interface = interface
        self.address = interface.ip
        self.watch = watch
        self.probed = probed
        self.in_use = False
        self.left = 0
        """Probes or announcements still to be sent."""
        self.defended = float("-inf")
        """When it was defended last, in seconds of the clock."""
        self.timer = runtime.timer(lambda: step(self))


class Claims:
    """All of them, while the layer is initialized and before."""

    def __init__(self, runtime: Runtime, config: ArpConfig, counters: Counters, speaker: Speaker) -> None:
        self._runtime = runtime
        self._config = config
        self._counters = counters
        self._speaker = speaker
        self._claims: dict[IPv4Address, Claim] = {}
        self._running = False
        self._next_attempt = float("-inf")

    # -- lifecycle

    def start(self) -> None:
        """Begin with every address claimed so far."""
        self._running = True
        for claim in list(self._claims.values()):
            self._begin(claim)

    def stop(self) -> None:
        """Say nothing more. The claims stay, and begin anew at the next start."""
        self._running = False
        for claim in self._claims.values():
            claim.timer.stop()
            claim.in_use = False

    # -- what a layer above does

    def claim(self, interface: IPv4Interface, watch: Watch | None, probe: bool) -> None:
        """Harmless where it is claimed already, but for ``watch``, which takes the former's place."""
        claim = self._claims.get(interface.ip)
        if claim is not None and claim.interface == interface:
            claim.watch = watch
            return
        self.disclaim(interface.ip)
        claim = self._claims[interface.ip] = Claim(interface, watch, probe, self._runtime, self._step)
        if self._running:
            self._begin(claim)

    def disclaim(self, address: IPv4Address) -> None:
        claim = self._claims.pop(address, None)
        if claim is not None:
            claim.timer.stop()

    # -- what the layer asks

    def get(self, address: IPv4Address) -> Claim | None:
        return self._claims.get(address)

    def in_use(self, address: IPv4Address) -> bool:
        claim = self._claims.get(address)
        return claim is not None and claim.in_use

    def source(self, target: IPv4Address) -> IPv4Address | None:
        """The address to ask for ``target`` from: one on its network, else the first; None where there is none.

        Never for an address of this host: that request would be an announcement.
        """
        if target in self._claims:
            return None
        first: IPv4Address | None = None
        for claim in self._claims.values():
            if claim.in_use:
                if target in claim.interface.network:
                    return claim.address
                first = first or claim.address
        return first

    @property
    def probing(self) -> bool:
        """Whether some address may soon be in use."""
        return any(not claim.in_use for claim in self._claims.values())

    def on_link(self, address: IPv4Address) -> bool:
        """Whether ``address`` can be a host's on this link, as far as the claimed networks tell."""
        for claim in self._claims.values():
            network = claim.interface.network
            # RFC 3021: the two addresses of a /31 are both hosts.
            if address == network.broadcast_address and network.prefixlen < 31:
                return False
        return True

    def info(self) -> tuple[ClaimInfo, ...]:
        return tuple(ClaimInfo(claim.interface, claim.in_use) for claim in self._claims.values())

    # -- probing and announcing

    def _begin(self, claim: Claim) -> None:
        if not claim.probed:
            self._use(claim)
            return
        now = self._runtime.now
        # RFC 5227, section 2.1.1: after MAX_CONFLICTS, one new address in RATE_LIMIT_INTERVAL.
        wait = max(0.0, self._next_attempt - now) if self._counters.conflicts >= MAX_CONFLICTS else 0.0
        self._next_attempt = now + wait + RATE_LIMIT_INTERVAL
        claim.left = PROBE_NUM
        claim.timer.start(wait + self._runtime.random.uniform(0.0, PROBE_WAIT))

    def _use(self, claim: Claim) -> None:
        """RFC 5227, section 2.3: it may be used from the first announcement on."""
        claim.in_use = True
        claim.left = ANNOUNCE_NUM
        self._step(claim)
        self._tell(claim, AddressInUse(claim.address))

    def _step(self, claim: Claim) -> None:
        """Send the next probe or announcement."""
        if claim.in_use:
            self._speaker.announce(claim.address)
            claim.left -= 1
            if claim.left:
                claim.timer.start(ANNOUNCE_INTERVAL)
        elif claim.left:
            self._speaker.probe(claim.address)
            claim.left -= 1
            claim.timer.start(self._runtime.random.uniform(PROBE_MIN, PROBE_MAX) if claim.left else ANNOUNCE_WAIT)
        else:
            self._use(claim)

    # -- conflicts

    def conflict(self, claim: Claim, station: MacAddress) -> None:
        """``station`` uses the address of ``claim``, or is probing for it as this host is."""
        self._counters.conflicts += 1
        if not claim.in_use:
            self._lose(claim, station)  # section 2.1.1
            return
        defence = self._config.defence
        now = self._runtime.now
        if defence is Defence.ABANDON:
            self._lose(claim, station)
        elif now - claim.defended >= DEFEND_INTERVAL:
            claim.defended = now
            self._counters.defended += 1
            self._speaker.announce(claim.address)
            self._tell(claim, AddressConflict(claim.address, station, lost=False))
        elif defence is Defence.ONCE:
            self._lose(claim, station)

    def _lose(self, claim: Claim, station: MacAddress) -> None:
        self._counters.lost += 1
        self.disclaim(claim.address)
        self._tell(claim, AddressConflict(claim.address, station, lost=True))

    def _tell(self, claim: Claim, event: ClaimEvent) -> None:
        observer = self._runtime.observer
        if observer is not None:
            observer(event)
        if claim.watch is not None:
            claim.watch(event)
