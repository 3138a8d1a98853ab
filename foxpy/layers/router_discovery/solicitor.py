"""The host's part on one interface: when it asks for routers (RFC 1256, section 5.3)."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address

from foxpy.layers.ipv4 import Interface
from foxpy.layers.router_discovery.config import (
    MAX_SOLICITATION_DELAY,
    MAX_SOLICITATIONS,
    SOLICITATION_INTERVAL,
    InterfaceVariables,
)
from foxpy.layers.router_discovery.part import Part
from foxpy.layers.router_discovery.speaker import Speaker
from foxpy.layers.router_discovery.wire import RouterSolicitation
from foxpy.runtime import Runtime


class Solicitor(Part):
    """Asks a few times whenever the interface begins to work, until a router is heard; then never again.

    An interface without an address does not ask, though it might: no router is its neighbour.
    """

    __slots__ = ("_interface", "_left", "_runtime", "_speaker", "_timer", "_works")

    def __init__(self, runtime: Runtime, interface: Interface, variables: InterfaceVariables, speaker: Speaker) -> None:
        self._runtime = runtime
        self._interface = interface
        self._speaker = speaker
        self._timer = runtime.timer(self._due)
        self._works = False
        self._left = 0
        self.variables = variables

    def configured(self) -> None:
        self.changed()

    def changed(self) -> None:
        worked = self._works
        self._works = self.variables.perform and self._interface.enabled and bool(self._interface.addresses)
        if self._works and not worked:
            self._left = MAX_SOLICITATIONS
            # Hosts that are switched on together are not to ask together.
            self._timer.start(self._runtime.random.uniform(0.0, MAX_SOLICITATION_DELAY))
        elif not self._works:
            self._timer.stop()

    def withdraw(self, addresses: Iterable[IPv4Address]) -> None:
        """A host has told nobody of them."""

    def heard(self) -> None:
        """There was a valid advertisement: none may be asked for any more."""
        self._timer.stop()

    def stop(self) -> None:
        self._timer.stop()
        self._works = False

    def _due(self) -> None:
        self._left -= 1
        local = self._interface.addresses[0].ip
        if self._speaker.say(RouterSolicitation().build(), self.variables.solicitation_address, local):
            self._speaker.counters.solicitations_sent += 1
        if self._left:
            self._timer.start(SOLICITATION_INTERVAL)
