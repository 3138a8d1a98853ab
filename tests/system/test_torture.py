"""Every stack under everything at once.

More of it: ``FOXPY_TORTURE=200 pytest -m slow tests/system`` tries the seeds 0 to 199 of every kind.
"""

from __future__ import annotations

import os

import pytest

from foxpy.testing import virtual
from tests.system.network import KINDS, Network
from tests.system.torture import Torture

MANY = int(os.environ.get("FOXPY_TORTURE", "10"))


async def tortured(kind: str, seed: int) -> str:
    """The trace of one run."""
    count = 2 if kind == "tcp_ip_tun" else 2 + seed % 5
    network = Network(kind, count, seed, mtu=(1500, 1500, 600, 9000)[seed % 4])
    await Torture(network).run()
    return network.trace


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_everything_at_once(kind: str, seed: int) -> None:
    virtual(tortured, kind, seed)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2, MANY))
def test_everything_at_once_many_times(kind: str, seed: int) -> None:
    virtual(tortured, kind, seed)
