"""The same seed gives the same frames at the same times, in this process and in another with other hashes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from foxpy.testing import virtual
from tests.system.test_torture import tortured


def traces() -> list[str]:
    return [virtual(tortured, kind, 0) for kind in ("tcp_ip", "reliable_ethernet")]


def test_the_same_seed_gives_the_same_trace() -> None:
    first = traces()
    assert first == traces()
    assert len(set(first)) == len(first)


@pytest.mark.slow
def test_the_trace_does_not_depend_on_hashes() -> None:
    program = "from tests.system.test_trace import traces; print(traces())"
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert told == {f"{traces()}\n"}
