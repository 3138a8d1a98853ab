"""Two hosts in one process: what was sent is waited for, however long a busy machine makes the round trips."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from foxpy.addresses import MacAddress
from foxpy.bench import inside
from foxpy.bench.inside import CHECKED, EXPERIMENT, NotMeasured, Pair, opened, within
from foxpy.devices.link import link
from foxpy.driver import running
from foxpy.layers.ethernet import ethernet
from foxpy.layers.faults import faults
from foxpy.layers.tcp import tcp

PACED = 0.01
"""Seconds to the far host: from a round trip of 4 ms on, TCP paces what is sent."""


@asynccontextmanager
async def far_apart() -> AsyncIterator[Pair[MacAddress]]:
    segment = link(seed=1)
    layers = [ethernet(segment.attach(), MacAddress.local(number)) for number in (1, 2)]
    near, far = (tcp(faults(layer.carrier(EXPERIMENT), delay=PACED, direction="down")) for layer in layers)
    async with running(*layers, near, far):
        yield Pair(segment.scheduler, near, far, layers[1].address)


async def checked(pair: Pair[MacAddress]) -> dict[str, float]:
    stream = await opened(pair)
    stream.check()
    return {"arrived": stream.sink.size}


# The segment is turned by hand, without trio: its timers are the real clock's.


def test_a_slow_segment_is_waited_for() -> None:
    assert trio.run(within, far_apart, checked) == {"arrived": CHECKED}


def test_what_does_not_arrive_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "PATIENCE", PACED / 2)
    with pytest.raises(NotMeasured, match="65536 bytes were sent, 0 have arrived"):
        trio.run(within, far_apart, checked)
