"""A trace that reads through the headers of micro-protocols."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy import dissect
from foxpy.addresses import Port
from foxpy.decode import Registry, told
from foxpy.devices.link import link
from foxpy.layers.acknowledge import acknowledge
from foxpy.layers.checksum import checksum
from foxpy.layers.fragment import fragment
from foxpy.layers.length import length
from foxpy.layers.sequence import sequence
from foxpy.layers.trace import framed, trace
from foxpy.protocol import Interposable
from foxpy.streams import connect_tcp, listen_tcp
from foxpy.testing import virtual
from stacks import reliable_ethernet, tcp_over_ethernet


class Anything(Interposable):
    """Only what is put on it matters."""


def read(*puts: Callable[[Anything], Anything]) -> dissect.Dissector:
    anything = Anything()
    for put in puts:
        put(anything)
    return framed(anything.interposers, dissect.tcp)


@pytest.mark.parametrize(
    "stack", [tcp_over_ethernet, reliable_ethernet], ids=["tcp_over_ethernet", "reliable_ethernet"]
)
def test_tcp_is_read_through_whatever_stands_below_it(stack: object) -> None:
    lines: list[str] = []

    async def main() -> None:
        segment = link(seed=1)
        near, far = segment.attach(), segment.attach()
        ethertypes = Registry()
        trace(near, lines.append, decode=dissect.frames(ethertypes))
        build = tcp_over_ethernet.build if stack is tcp_over_ethernet else reliable_ethernet.build
        client, server = build(near), build(far)
        ethertypes.add(told("mine", framed(client.tcp.over.interposers, dissect.tcp)), ethertype=0x88B5)
        async with client.running(), server.running():
            listen_tcp(server.tcp, Port(7))
            stream = await connect_tcp(client.tcp, server.ethernet.address, Port(7))
            await stream.send_all(b"x" * 100)

    virtual(main)
    assert any("> 7: Flags [S]" in line for line in lines)
    assert any(line.endswith("length 100") for line in lines)
    assert not any("0x88b5" in line for line in lines)


@given(st.binary(max_size=80))
def test_no_bytes_raise(data: bytes) -> None:
    everything = read(length, checksum, acknowledge, sequence, fragment)
    assert everything(data, 0, len(data))
    for put in (length, checksum, acknowledge, sequence, fragment):
        assert read(put)(b"\0\0" + data, 2, 2 + len(data))
