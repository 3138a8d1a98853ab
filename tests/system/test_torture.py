"""Every stack under everything at once.

More of it: ``FOXPY_TORTURE=200 pytest tests/system/test_torture.py`` tries the seeds 0 to 199 of every kind.
"""

from __future__ import annotations

import os
from typing import Final

import pytest

from foxpy.testing import virtual
from tests.system.network import KINDS, Network
from tests.system.torture import Torture

FEW: Final = 2
MANY: Final = int(os.environ.get("FOXPY_TORTURE", FEW))
SLOW: Final = [pytest.param(seed, marks=pytest.mark.slow) for seed in range(FEW, MANY)]


async def tortured(kind: str, seed: int) -> str:
    """The trace of one run."""
    count = 2 if kind == "tcp_ip_tun" else 2 + seed % 5
    network = Network(kind, count, seed, mtu=(1500, 1500, 600, 9000)[seed % 4])
    await Torture(network).run()
    return network.trace


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [*range(FEW), *SLOW])
def test_everything_at_once(kind: str, seed: int) -> None:
    virtual(tortured, kind, seed)
