"""The protocol of the README: its header keeps the laws, and its layer carries what is whole and of its own flow."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from docs.examples.mark import Mark, MarkInfo, mark, wire
from foxpy.devices.device import WIRE
from foxpy.devices.link import link
from foxpy.layers.interposing import interposed
from foxpy.runtime import Scheduler
from foxpy.testing import Collector
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

ROOT: Final = Path(__file__).parent.parent


@given(strategy(wire.Mark))
def test_values(header: wire.Mark) -> None:
    check_value(header)


@given(st.binary(max_size=64))
def test_bytes(data: bytes) -> None:
    check_bytes(wire.Mark, data)


@given(st.binary(max_size=64), st.integers(0, 60))
def test_what_is_whole_and_of_the_flow_is_carried(payload: bytes, padding: int) -> None:
    device = mark(link(scheduler=Scheduler(lambda: 0.0)).attach(), flow=7)
    device.initialize()
    heard = Collector()
    device.open(WIRE, lambda _: heard)
    whole = wire.Mark(flow=7, body=payload).build()
    device.received(whole + bytes(padding))
    device.received(bytes([whole[0] ^ 1]) + whole[1:])
    device.received(whole[:-1])
    device.received(wire.Mark(flow=8, body=payload).build())
    assert heard.packets == [payload]
    assert interposed(device, Mark).info() == MarkInfo(damaged=2, foreign=1)


def test_the_readme_shows_this_protocol() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    definition = (ROOT / "docs/examples/mark/wire.py").read_text(encoding="utf-8").split("class Mark")[1]
    shown = readme.split("class Mark")[1].split("```")[0]
    assert shown.split() == definition.split()
