"""Ephemeral ports: which local port a connection gets whose owner does not care (RFC 6056).

An attacker who cannot see a connection must guess its ports to reset it or to inject data. Algorithm 4 of the RFC
(section 3.3.4, double hash) makes that hard, and still reuses a port towards one destination as late as possible.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

import attrs

from foxpy.addresses import Port, port
from foxpy.errors import BadAddress, OpenFailed
from foxpy.runtime import Runtime

ANY: Final = Port(0)
"""Asks for an ephemeral port."""
FIRST: Final = Port(32768)
LAST: Final = Port(65535)
"""The usual range: as wide as it can be (RFC 6056, section 3.2) without ports that services are known by."""
COUNTERS: Final = 256
"""TABLE_LENGTH of the algorithm: how many destinations advance independently of each other."""


def check_port(instance: object, attribute: attrs.Attribute[Port], value: Port) -> None:
    """Validates the field of an address or a pattern that names a port. Raises BadAddress."""
    if not 1 <= value <= LAST:
        raise BadAddress(f"{type(instance).__name__}: {attribute.name} {value} is outside 1..65535")


def check_port_or_any(instance: object, attribute: attrs.Attribute[Port], value: Port) -> None:
    """The same for a field that may be ``ANY``."""
    if value != ANY:
        check_port(instance, attribute, value)


class PortsInUse:
    """Local ports, and how many connections and listeners have each."""

    __slots__ = ("_owners",)

    def __init__(self) -> None:
        self._owners: dict[Port, int] = {}

    def __contains__(self, port: Port) -> bool:
        return port in self._owners

    def take(self, port: Port) -> None:
        """``port`` has one owner more."""
        self._owners[port] = self._owners.get(port, 0) + 1

    def give_back(self, port: Port) -> None:
        """One of its owners needs ``port`` no more."""
        owners = self._owners.get(port, 0)
        if owners > 1:
            self._owners[port] = owners - 1
        else:
            self._owners.pop(port, None)

    def clear(self) -> None:
        """All are free: for ``release``."""
        self._owners.clear()


class Ports:
    """Chooses local ports for one transport protocol of one host."""

    __slots__ = ("_counters", "_first", "_secret", "_size")

    def __init__(self, runtime: Runtime, first: Port = FIRST, last: Port = LAST) -> None:
        """Ports from ``first`` to ``last``, both included. Raises BadAddress for none, or outside 1..65535."""
        if not 1 <= first <= port(last):
            raise BadAddress(f"ephemeral ports {first} to {last}: need 1 <= first <= last <= 65535")
        self._first = first
        self._size = last - first + 1
        self._secret = runtime.secret
        # Where each counter starts is the second secret (RFC 6056: initialized with random values).
        self._counters = [runtime.random.randrange(self._size) for _ in range(COUNTERS)]

    def allocate(self, destination: str, in_use: Callable[[Port], bool]) -> Port:
        """A port for which ``in_use`` is false; ``destination`` names local host, remote host and remote port.

        Looks at each port of the range at most once. Raises OpenFailed where all of them are in use.
        """
        digest = hashlib.blake2b(destination.encode(), key=self._secret, digest_size=8).digest()
        offset = int.from_bytes(digest[:4], "big")  # F: where this destination's sequence lies
        index = digest[4] % COUNTERS  # G: which counter it shares
        for _ in range(self._size):
            chosen = Port(self._first + (offset + self._counters[index]) % self._size)
            self._counters[index] = (self._counters[index] + 1) % self._size
            if not in_use(chosen):
                return chosen
        raise OpenFailed(
            f"all local ports from {self._first} to {self._first + self._size - 1} are in use towards {destination}; "
            "close some connections, or widen the range in the configuration"
        )
