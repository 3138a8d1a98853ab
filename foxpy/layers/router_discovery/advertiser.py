"""The router's part on one interface: when it advertises what (RFC 1256, section 4.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address
from typing import Final

from foxpy.layers.ipv4 import Interface
from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.router_discovery.config import (
    MAX_INITIAL_ADVERT_INTERVAL,
    MAX_INITIAL_ADVERTISEMENTS,
    MAX_RESPONSE_DELAY,
    AddressVariables,
    InterfaceVariables,
)
from foxpy.layers.router_discovery.part import Part
from foxpy.layers.router_discovery.speaker import Speaker
from foxpy.layers.router_discovery.wire import WORDS, Entry, RouterAdvertisement
from foxpy.runtime import Runtime

MOST_ENTRIES: Final = 255
"""What the number of entries has room for."""


class Advertiser(Part):
    """Advertises the addresses of one interface as long as it is enabled and has any to advertise.

    One timer is for all that is multicast: an answer takes the place of the next advertisement, as all hosts hear it.
    So however many solicitations come, they are answered by one message in as long as an answer is put off, and
    nothing is kept for who asked. Nobody is answered alone, which RFC 1256 leaves open.
    """

    __slots__ = (
        "_answering",
        "_interface",
        "_of",
        "_runtime",
        "_said",
        "_sent",
        "_speaker",
        "_timer",
        "_wanted",
    )

    def __init__(
        self,
        runtime: Runtime,
        interface: Interface,
        variables: InterfaceVariables,
        of: Callable[[IPv4Address], AddressVariables],
        speaker: Speaker,
    ) -> None:
        """``of``: the variables of an address."""
        self._runtime = runtime
        self._interface = interface
        self._of = of
        self._speaker = speaker
        self._timer = runtime.timer(self._due)
        self._wanted: dict[IPv4Address, int] = {}  # the addresses to advertise, with their preferences
        self._said: dict[IPv4Address, int] = {}  # those that hosts have been told
        self._sent = 0  # how often, since it was last something else
        self._answering = False
        self.variables = variables

    @property
    def advertising(self) -> bool:
        return self._timer.running

    def configured(self) -> None:
        if self.advertising:
            self._begin()

    def changed(self) -> None:
        wanted = self._to_advertise()
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if wanted:
            self._begin()
        else:
            self._timer.stop()

    def solicited(self) -> bool:
        """A host asks; whether it is answered, within MAX_RESPONSE_DELAY."""
        if not self.advertising:
            return False
        if not self._answering:  # or a flood would draw delays until one is short
            self._answering = True
            self._soon()
        return True

    def withdraw(self, addresses: Iterable[IPv4Address]) -> None:
        """Tells hosts that they are no routers any more, as far as they were told that they are."""
        gone = {each: self._said.pop(each) for each in list(addresses) if each in self._said}
        self._tell(gone, 0)

    def stop(self) -> None:
        self.withdraw(list(self._said))
        self._timer.stop()
        self._wanted = {}

    def _to_advertise(self) -> dict[IPv4Address, int]:
        if not self._interface.enabled:
            return {}
        found = {each.ip: self._of(each.ip) for each in self._interface.addresses}
        return {address: variables.preference for address, variables in found.items() if variables.advertise}

    # -- when

    def _begin(self) -> None:
        """It has become an advertising interface, or advertises something else."""
        self._sent = 0
        self._soon()

    def _soon(self) -> None:
        """Not at once: other routers may have been started or asked at the same time."""
        delay = self._runtime.random.uniform(0.0, MAX_RESPONSE_DELAY)
        self._timer.start_at(min(self._timer.deadline, self._runtime.now + delay))

    def _due(self) -> None:
        self._answering = False
        self._said = dict(self._wanted)
        self._tell(self._said, self.variables.lifetime)
        self._sent += 1
        interval = self._runtime.random.uniform(self.variables.min_interval, self.variables.max_interval)
        if self._sent < MAX_INITIAL_ADVERTISEMENTS:
            interval = min(interval, MAX_INITIAL_ADVERT_INTERVAL)
        self._timer.start(interval)

    # -- what

    def _tell(self, addresses: dict[IPv4Address, int], lifetime: int) -> None:
        """In as many messages as the link needs."""
        interface = self._interface
        if not addresses or not interface.addresses:
            return
        room = (interface.mtu - IPv4.MIN - RouterAdvertisement.MIN) // (4 * WORDS)
        size = max(1, min(room, MOST_ENTRIES))
        entries = [Entry(words=WORDS, address=each, preference=level) for each, level in addresses.items()]
        for at in range(0, len(entries), size):
            message = RouterAdvertisement(lifetime=lifetime, routers=entries[at : at + size])
            if self._speaker.say(message.build(), self.variables.advertisement_address, interface.addresses[0].ip):
                self._speaker.counters.advertisements_sent += 1
