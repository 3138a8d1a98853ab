"""Transfers between Linux's TCP and foxpy's through a relay that spoils the path: all that was sent arrives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from foxpy.bench.impaired import IMPAIRMENTS, INTO, OUT_OF, Bench, bench
from foxpy.bench.machine import build
from foxpy.bench.settings import Settings

SIZE = 150_000
UNTIL_DOWN = 4_000_000
"""As much as is still under way when the link goes down."""


@pytest.fixture(scope="module")
def made() -> Iterator[Bench]:
    with bench(Settings(build(), 1)) as machines:
        yield machines


@pytest.mark.interop("ethtool")
@pytest.mark.slow
@pytest.mark.parametrize("way", [INTO, OUT_OF])
@pytest.mark.parametrize("name", IMPAIRMENTS)
def test_what_was_sent_arrives(made: Bench, name: str, way: str) -> None:
    impairment = IMPAIRMENTS[name]
    size = SIZE if impairment.down is None else UNTIL_DOWN
    made.seconds(impairment, way, True, "cubic", size, 1)  # raises where SHA-256 differs
