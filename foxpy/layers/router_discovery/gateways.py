"""The default routers that a host knows as the default gateways of its IP."""

from __future__ import annotations

from ipaddress import IPv4Address

from foxpy.layers.ipv4 import Ip, SetDefaultGateway
from foxpy.layers.ipv4.routes import EVERYWHERE
from foxpy.layers.router_discovery.routers import Routers


class Gateways:
    """Sets them whenever the table's order has changed, and only then: where a gateway did not answer, IP goes on with
    the next of them, and that is not to be undone by everything that is heard.

    What somebody else sets is kept, as configured routers among those of the table (RFC 1256, section 5.3).
    """

    __slots__ = ("_ip", "_preference", "_ranked", "_routers")

    def __init__(self, ip: Ip, routers: Routers, preference: int) -> None:
        self._ip = ip
        self._routers = routers
        self._preference = preference
        self._ranked: tuple[IPv4Address, ...] = ()

    def install(self) -> None:
        elsewhere = self._notice()
        is_neighbour = self._ip.routes.is_neighbour
        ranked = tuple(
            each.address for each in self._routers.ranked() if each.configured or is_neighbour(int(each.address))
        )
        if ranked != self._ranked or elsewhere:
            self._ranked = ranked
            self._set(ranked)

    def stop(self) -> None:
        """Leave those that somebody else has set."""
        self._notice()
        self._set(tuple(each.address for each in self._routers.ranked() if each.configured))
        self._ranked = ()

    def _notice(self) -> bool:
        """Whether somebody else has set others, which are the configured ones from now on."""
        now = self._ip.routes.gateways(EVERYWHERE)
        elsewhere = set(now) != set(self._ranked)
        if elsewhere:
            self._routers.configure(now, self._preference)
        return elsewhere

    def _set(self, gateways: tuple[IPv4Address, ...]) -> None:
        if gateways != self._ip.routes.gateways(EVERYWHERE):
            self._ip.control(SetDefaultGateway(gateways[0], gateways[1:]) if gateways else SetDefaultGateway(None))
