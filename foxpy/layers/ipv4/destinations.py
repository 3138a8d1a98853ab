"""Which destinations are this host's, on which interface: what the receive path looks every datagram up in."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address

from foxpy.layers.ipv4.interface import Interface, broadcasts_of
from foxpy.layers.ipv4.numbers import LIMITED_BROADCAST, UNSPECIFIED


class Local:
    """An address that datagrams may come to: this host's, a group's, a broadcast. ``key`` is its part of a key."""

    __slots__ = ("address", "group", "key")

    def __init__(self, address: IPv4Address, key: int, group: bool) -> None:
        self.address = address
        self.key = key
        self.group = group


class Destinations:
    """Kept up to date by ``rebuild``; the tables themselves stay the same objects, which the receive path holds."""

    __slots__ = ("_groups", "_keys", "_locals", "_own")

    def __init__(self, interfaces: Iterable[Interface]) -> None:
        """``interfaces``: all of the host's, the loopback's too."""
        self._own: dict[Interface, dict[int, Local]] = {each: {} for each in interfaces}
        self._groups: dict[Interface, dict[int, Local]] = {each: {} for each in interfaces}
        self._locals: dict[int, Local] = {}
        self._keys = 0

    def of(self, interface: Interface, *, many: bool) -> dict[int, Local]:
        """What a datagram on ``interface`` may be for; if it was sent to ``many`` stations, only groups."""
        return self._groups[interface] if many else self._own[interface]

    def get(self, number: int) -> Local | None:
        """The address, where it is this host's on any interface."""
        return self._locals.get(number)

    def local(self, number: int, *, group: bool = False) -> Local:
        """The address, made where it is new."""
        local = self._locals.get(number)
        if local is None or local.group is not group:
            # Keys number the addresses in the order of their coming, which keeps them short; no number comes again.
            self._keys += 1
            local = self._locals[number] = Local(IPv4Address(number), self._keys << 40, group)
        return local

    def rebuild(self) -> None:
        """Make the tables anew from the addresses and groups of the interfaces, and which are enabled."""
        # Every address of this host is taken on every interface (the weak model of RFC 1122, section 3.3.4.2).
        addresses = {int(address.ip) for interface in self._own for address in interface.addresses}
        used = {UNSPECIFIED, *addresses}
        for interface, own in self._own.items():
            groups = self._groups[interface]
            groups.clear()
            own.clear()
            if not interface.enabled:
                continue
            broadcasts = [number for address in interface.addresses for number in broadcasts_of(address)]
            for number in (LIMITED_BROADCAST, *broadcasts, *interface.groups):
                groups[number] = self.local(number, group=True)
            own.update(groups)
            own.update((number, self.local(number)) for number in addresses)
            used |= groups.keys()
        self._locals = {number: local for number, local in self._locals.items() if number in used}
