"""Hosts that live long: round after round of everything leaves no more in memory than the first rounds did."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Final

import pytest

from foxpy.driver import running
from foxpy.testing import virtual
from tests.system.network import Network
from tests.system.torture import Torture

ROUNDS: Final = 6
WARM: Final = 3
"""Rounds after which every cache is full."""
SLACK: Final = 40_000
"""Bytes that may come and go: heaps and tables that keep their size. One connection that stays is about 5000."""


async def sizes(kind: str) -> list[int]:
    """What is allocated at rest after each round."""
    network = Network(kind, 2 if kind == "tcp_ip_tun" else 3, 7)
    found = []
    async with running(*(listener.device for listener in network.listeners)):
        for _ in range(ROUNDS):
            await Torture(network, storm=60.0).storm_and_calm()
            for member in network.members:
                network.stop(member)
            gc.collect()
            found.append(tracemalloc.get_traced_memory()[0])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["tcp_ip", "reliable_ethernet", "two_interfaces"])
def test_memory_does_not_grow(kind: str) -> None:
    tracemalloc.start()
    try:
        found = virtual(sizes, kind)
    finally:
        tracemalloc.stop()
    assert max(found[WARM:]) - max(found[:WARM]) < SLACK, found
