"""The protocol of the README: its header keeps the laws, and its layer carries what is whole and of its own flow."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.examples.mark import Mark, MarkInfo, mark, wire
from foxpy.addresses import Port
from foxpy.devices.device import WIRE
from foxpy.devices.link import link
from foxpy.driver import running
from foxpy.errors import TimedOut
from foxpy.layers.interposing import interposed
from foxpy.layers.tcp import tcp
from foxpy.runtime import Scheduler
from foxpy.streams import connect_tcp, listen_tcp
from foxpy.testing import Collector
from foxpy.testing.hosts import hosts
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


async def test_tcp_over_it() -> None:
    """As the README composes it; each host has its own instance, and one of them is of another flow."""
    one, other, foreign = hosts(3)
    client, server = (tcp(mark(host.ip.carrier(253), flow=7)) for host in (one, other))
    stranger = tcp(mark(foreign.ip.carrier(253), flow=8))
    async with running(client, server, stranger):
        listener = listen_tcp(server, Port(80))
        stream = await connect_tcp(client, other.address, Port(80))
        async with stream, await listener.accept() as accepted:
            await stream.send_all(b"marked")
            assert await accepted.receive_some() == b"marked"
        with pytest.raises(TimedOut):
            await connect_tcp(stranger, other.address, Port(80))


def test_the_readme_shows_this_protocol() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    definition = (ROOT / "docs/examples/mark/wire.py").read_text(encoding="utf-8").split("class Mark")[1]
    shown = readme.split("class Mark")[1].split("```")[0]
    assert shown.split() == definition.split()
