"""Floods, forgeries and garbage beside the traffic of all the others."""

from __future__ import annotations

import pytest
import trio

from foxpy.driver import running
from foxpy.testing import virtual
from tests.system.intruder import Intruder
from tests.system.network import UNGUARDED, Network
from tests.system.torture import STORM, Torture, assert_nothing_runs


async def intruded(kind: str, seed: int) -> None:
    network = Network(kind, 3, seed)
    async with running(*(listener.device for listener in network.listeners)):
        intruder = Intruder(network.left, 3, seed, damages=kind not in UNGUARDED)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(intruder.intrude, STORM)
            await Torture(network).storm_and_calm()
        for member in network.members:
            network.stop(member)
        assert_nothing_runs(network)


@pytest.mark.parametrize("kind", ["tcp_ip", "udp_ip", "tcp_over_udp", "tcp_over_ethernet", "udp_unchecked", "cramped"])
@pytest.mark.parametrize("seed", range(2))
def test_an_intruder_stops_nobody_for_good(kind: str, seed: int) -> None:
    virtual(intruded, kind, seed)
