"""What a run is asked for, and who is told how far it is."""

from __future__ import annotations

import os
from collections.abc import Callable

import attrs

from foxpy.bench.machine import Build


class Refused(Exception):
    """It cannot be measured here. The message names what is missing, and what grants it."""


def _silent(doing: str) -> None:
    return


@attrs.frozen
class Settings:
    """``rounds`` of all peers in turn, ``seconds`` for each; the CPUs of the server and of the client."""

    build: Build
    rounds: int = 5
    seconds: float = 1.0
    cpu: int = 0
    other: Build | None = None
    """A second foxpy, measured beside the first."""
    peers: frozenset[str] | None = None
    """Those asked for; None for all that are usual."""
    progress: Callable[[str], None] = _silent

    @property
    def builds(self) -> tuple[Build, ...]:
        return (self.build,) if self.other is None else (self.build, self.other)

    @property
    def client_cpu(self) -> int:
        """Another CPU than ``cpu`` where there is one."""
        return next((cpu for cpu in sorted(available()) if cpu != self.cpu), self.cpu)

    def wants(self, peer: str) -> bool:
        return self.peers is None or peer in self.peers

    def pinned(self) -> str:
        if self.client_cpu == self.cpu:
            return f"Everything on CPU {self.cpu}, the only one"
        return f"Bulk: servers on CPU {self.cpu}, client on CPU {self.client_cpu}; round trips: all on CPU {self.cpu}"


_ALL = frozenset(os.sched_getaffinity(0))


def available() -> frozenset[int]:
    """The CPUs that this process was given when it began."""
    return _ALL
