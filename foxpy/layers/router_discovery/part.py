"""What a host does on one interface: a router advertises there, another host looks for routers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from ipaddress import IPv4Address

from foxpy.layers.router_discovery.config import InterfaceVariables


class Part(ABC):
    """The router's or the host's part on one interface. It runs from the first ``changed`` to ``stop``."""

    __slots__ = ("variables",)

    variables: InterfaceVariables

    @abstractmethod
    def configured(self) -> None:
        """The variables are others now, while it runs."""

    @abstractmethod
    def changed(self) -> None:
        """The interface may have other addresses than before, or be enabled or not, or addresses other variables."""

    @abstractmethod
    def withdraw(self, addresses: Iterable[IPv4Address]) -> None:
        """The interface is about to lose these, or they are not to be advertised any more."""

    @abstractmethod
    def stop(self) -> None:
        """For ``release``."""
