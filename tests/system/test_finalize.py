"""Stacks that are finalized at any moment: everything ends, everybody who waits wakes, and they can begin again."""

from __future__ import annotations

from typing import Final

import pytest
import trio

from foxpy.driver import running
from foxpy.testing import virtual
from tests.system.network import KINDS, Network
from tests.system.torture import Torture, assert_nothing_runs
from tests.system.traffic import Traffic

ROUNDS: Final = 6
WAKES: Final = 30.0
"""Seconds until the last application has noticed: the longest that one sleeps between two calls, twice."""


async def ended_at_any_moment(kind: str, seed: int) -> None:
    network = Network(kind, 2 if kind == "tcp_ip_tun" else 3, seed)
    async with running(*(listener.device for listener in network.listeners)):
        for _ in range(ROUNDS):
            await one_round(network)
        await Torture(network, storm=0.0).storm_and_calm()


async def one_round(network: Network) -> None:
    """Everybody uses everything, until all hosts are finalized, one soon after the other or all at once."""
    traffic, choose = Traffic(network), network.random
    for member in network.members:
        network.start(member)
    async with trio.open_nursery() as nursery:
        for member in network.members:
            nursery.start_soon(traffic.serve, member)
            nursery.start_soon(traffic.collect, member)
            nursery.start_soon(traffic.deliver_post, member)
            for other in network.members:
                if other is not member:
                    nursery.start_soon(traffic.talk, member, other.number)
                    nursery.start_soon(traffic.scatter, member, other.number, 10)
                    nursery.start_soon(traffic.post, member, other.number, 10)
                    nursery.start_soon(traffic.ping, member, other.number)
        await trio.sleep(choose.choice((0.0, 0.0001, 0.01, 0.3, 3.0, 20.0)) * choose.random())
        for member in network.members:
            network.stop(member)
            await trio.sleep(choose.choice((0.0, 0.0, 0.05)))
        assert_nothing_runs(network)
        traffic.close()
        nursery.cancel_scope.deadline = trio.current_time() + WAKES
    assert not nursery.cancel_scope.cancelled_caught, "somebody waits for what was finalized"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_everything_ends_with_its_stack(kind: str, seed: int) -> None:
    virtual(ended_at_any_moment, kind, seed)
