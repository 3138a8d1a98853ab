"""Carrying out what a host is told by ``control``: about its interfaces, their addresses and groups, and its routes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Interface
from typing import assert_never

from foxpy.errors import BadAddress
from foxpy.layers.ipv4.control import (
    AddAddress,
    Administered,
    DisableInterface,
    EnableInterface,
    InterfaceInfo,
    JoinGroup,
    LeaveGroup,
    RemoveAddress,
    RemoveRoute,
    SetDefaultGateway,
    SetDirectRoute,
    SetInterfaceAddress,
    SetSpecificGateway,
)
from foxpy.layers.ipv4.destinations import Destinations
from foxpy.layers.ipv4.interface import Interface, interface_address
from foxpy.layers.ipv4.numbers import ALL_HOSTS
from foxpy.layers.ipv4.observer import InterfaceObserver
from foxpy.layers.ipv4.routes import EVERYWHERE, Routes


class Administration:
    """The interfaces of one host by name, and what follows when they change: claims, routes, destinations."""

    __slots__ = ("_destinations", "_interfaces", "_lost", "_routes", "observers", "running")

    observers: dict[InterfaceObserver, None]
    running: bool
    """Whether the host is initialized, so that its links can be told."""

    def __init__(
        self,
        interfaces: Sequence[Interface],
        routes: Routes,
        destinations: Destinations,
        lost: Callable[[set[IPv4Address]], None],
    ) -> None:
        """``lost`` is told of addresses that the host has no more."""
        self._interfaces = interfaces
        self._routes = routes
        self._destinations = destinations
        self._lost = lost
        self.observers = {}
        self.running = False
        for each in interfaces:
            each.groups.add(ALL_HOSTS)  # RFC 1122, section 3.3.7
        self.changed()

    def changed(self) -> None:
        """Something about an interface is not what it was."""
        self._routes.rebuild()
        self._destinations.rebuild()
        for observer in list(self.observers):
            observer.changed()

    def _leaving(self, interface: Interface, addresses: Sequence[IPv4Interface]) -> None:
        if addresses and self.running and interface.enabled:
            for observer in list(self.observers):
                observer.leaving(interface, addresses)

    def carry_out(self, request: Administered) -> None:
        """Raises BadAddress for what names no interface of this host, no neighbour, no group or no host's address."""
        match request:
            case SetDefaultGateway(gateway, others):
                if gateway is None:
                    self._routes.remove(EVERYWHERE)
                else:
                    self._routes.set_gateways(EVERYWHERE, (gateway, *others))
            case SetSpecificGateway(destination, gateway, others):
                self._routes.set_gateways(destination, (gateway, *others))
            case SetDirectRoute(destination, name):
                self._routes.set_direct(destination, self._named(name))
            case RemoveRoute(destination):
                self._routes.remove(destination)
            case SetInterfaceAddress(name, address):
                self._replace_addresses(self._named(name), address)
            case AddAddress(name, address):
                self._add_address(self._named(name), address)
            case RemoveAddress(name, address):
                self._remove_address(self._named(name), address)
            case DisableInterface(name):
                self._enable(self._named(name), False)
            case EnableInterface(name):
                self._enable(self._named(name), True)
            case JoinGroup(group, name):
                self._join(group, name)
            case LeaveGroup(group, name):
                self._leave(group, name)
            case never:
                assert_never(never)

    def info(self) -> tuple[InterfaceInfo, ...]:
        return tuple(
            InterfaceInfo(
                name=each.name,
                addresses=tuple(each.addresses),
                enabled=each.enabled,
                mtu=each.mtu,
                groups=frozenset(IPv4Address(group) for group in each.groups),
                broadcasts=each.link.broadcasts,
                neighbours=each.hops,
            )
            for each in self._interfaces
        )

    def _named(self, name: str) -> Interface:
        for interface in self._interfaces:
            if interface.name == name:
                return interface
        known = ", ".join(interface.name for interface in self._interfaces)
        raise BadAddress(f"no interface {name!r}; there are {known}")

    def _enable(self, interface: Interface, enabled: bool) -> None:
        interface.lost = False  # from now on it is as somebody wanted it
        if interface.enabled is enabled:
            return
        self._leaving(interface, interface.addresses)
        interface.enabled = enabled
        if self.running:
            for each in interface.addresses:
                (interface.link.claim if enabled else interface.link.disclaim)(each)
        self.changed()

    def _add_address(self, interface: Interface, address: IPv4Interface) -> None:
        if address not in interface.addresses:
            self._set(interface, [*interface.addresses, interface_address(address)])

    def _remove_address(self, interface: Interface, address: IPv4Interface) -> None:
        self._set(interface, [each for each in interface.addresses if each != address])

    def _replace_addresses(self, interface: Interface, address: IPv4Interface) -> None:
        self._set(interface, [interface_address(address)])
        self._enable(interface, True)

    def _set(self, interface: Interface, addresses: list[IPv4Interface]) -> None:
        gone = [each for each in interface.addresses if each not in addresses]
        new = [each for each in addresses if each not in interface.addresses]
        self._leaving(interface, gone)
        interface.addresses = addresses
        if self.running and interface.enabled:
            for each in gone:
                interface.link.disclaim(each)
            for each in new:
                interface.link.claim(each)
        self.changed()
        lost = {each.ip for each in gone if not self._routes.is_own(int(each.ip))}
        if lost:
            self._lost(lost)

    def _join(self, group: IPv4Address, name: str | None) -> None:
        for interface in self._members(group, name):
            interface.groups.add(int(group))
        self.changed()

    def _leave(self, group: IPv4Address, name: str | None) -> None:
        for interface in self._members(group, name):
            if int(group) != ALL_HOSTS:
                interface.groups.discard(int(group))
        self.changed()

    def _members(self, group: IPv4Address, name: str | None) -> Iterable[Interface]:
        if not group.is_multicast:
            raise BadAddress(f"{group} is not a multicast group: those are 224.0.0.0 to 239.255.255.255")
        return self._interfaces if name is None else (self._named(name),)
