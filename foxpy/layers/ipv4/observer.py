"""What a layer beside IP is told of a host's interfaces, whose addresses come and go."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from ipaddress import IPv4Interface
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foxpy.layers.ipv4.interface import Interface


class InterfaceObserver(ABC):
    """Told by ``Ip.observe``, on the stack's thread."""

    @abstractmethod
    def leaving(self, interface: Interface, addresses: Sequence[IPv4Interface]) -> None:
        """``interface`` is about to lose these addresses, or to be disabled with all of them; it can still send."""

    @abstractmethod
    def changed(self) -> None:
        """Interfaces have other addresses or groups, or other ones are enabled: also where a link was lost."""
