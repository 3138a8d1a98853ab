"""A thousand connections in a row, opened and closed by Linux over a tap, leave nothing behind."""

from __future__ import annotations

import gc
import socket
import tracemalloc
from ipaddress import IPv4Address, IPv4Interface
from typing import Final

import attrs
import pytest
import trio

from foxpy.addresses import Port
from foxpy.devices.tap import tap
from foxpy.driver import running
from foxpy.layers.arp import arp
from foxpy.layers.ethernet import ethernet
from foxpy.layers.ipv4 import interface, ipv4
from foxpy.layers.tcp import Tcp, TcpConfig, tcp
from foxpy.streams import TcpStream, listen_tcp
from foxpy.testing.namespaces import Namespace
from foxpy.timers import SPARE

LINUX, FOXPY = "192.0.2.1", "192.0.2.2"
CONNECTIONS: Final = 1000
MSL: Final = 0.05
"""Short, so that the end of TIME-WAIT can be waited for."""

WITHOUT_DEADLINES: Final = [
    tracemalloc.Filter(inclusive=False, filename_pattern=f"*/trio/{name}") for name in ("_timeouts.py", "_core/_run.py")
]
"""trio keeps up to a thousand deadlines that were called off; how many of ours there are is a matter of luck."""

LITTLE: Final = 50_000 + 256 * SPARE
"""Bytes that a thousand connections may leave: what one of them has is 3,000 and more. Up to SPARE timers wait to be
taken up again, with their entries in the queue; how many, is a matter of how many connections were closing at once."""

STOPPED: Final = 1.5
"""A timer that was stopped stays in the heap until it would have fired: the first retransmission's after a second."""


@attrs.frozen
class Left:
    """What there is at one moment."""

    connections: int
    half_open: int
    time_wait: int
    paths: int
    timers: int
    tasks: int


def left(layer: Tcp[IPv4Address]) -> Left:
    info = layer.query()
    return Left(
        info.connections,
        info.half_open,
        info.time_wait,
        info.paths,
        layer.runtime.scheduler.timers.running(),
        trio.lowlevel.current_statistics().tasks_living,
    )


@pytest.mark.interop
@pytest.mark.slow
@pytest.mark.parametrize("closes_first", ["linux", "foxpy"])
async def test_nothing_is_left(place: Namespace, closes_first: str) -> None:
    device = tap("tap0", kernel_address=f"{LINUX}/24")
    eth = ethernet(device)
    host = ipv4(interface(arp(eth.carrier(0x0806), eth.carrier(0x0800)).carrier(), IPv4Interface(f"{FOXPY}/24")))
    layer = tcp(host.carrier(6), config=TcpConfig(msl=MSL))
    with place.entered():
        device.initialize()
    async with running(layer), trio.open_nursery() as nursery:
        listener = listen_tcp(layer, Port(7))
        serve = say_goodbye if closes_first == "foxpy" else echo
        nursery.start_soon(trio.serve_listeners, serve, [listener])
        await trio.to_thread.run_sync(converse, place, 50)
        await settled(layer)
        gc.collect()
        before = left(layer)
        tracemalloc.start()
        await trio.to_thread.run_sync(converse, place, CONNECTIONS)
        await settled(layer)
        gc.collect()
        traces = tracemalloc.take_snapshot().filter_traces(WITHOUT_DEADLINES)
        tracemalloc.stop()
        after = left(layer)
        nursery.cancel_scope.cancel()
    device.finalize()
    assert attrs.evolve(after, timers=before.timers) == before
    assert after.timers <= before.timers + 1  # ARP may ask after the neighbour just then
    assert after.connections == after.time_wait == after.half_open == 0
    assert sum(trace.size for trace in traces.traces) < LITTLE


async def echo(stream: TcpStream[IPv4Address]) -> None:
    async with stream:
        while data := await stream.receive_some():
            await stream.send_all(data)


async def say_goodbye(stream: TcpStream[IPv4Address]) -> None:
    """Echo one message, and close before the peer does."""
    async with stream:
        await stream.send_all(await stream.receive_some())


def converse(place: Namespace, times: int) -> None:
    for number in range(times):
        with place.entered():
            wire = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        with wire:
            wire.settimeout(20)
            wire.connect((FOXPY, 7))
            said = f"connection {number}".encode()
            wire.sendall(said)
            assert wire.recv(100) == said
            wire.shutdown(socket.SHUT_WR)
            assert wire.recv(100) == b""


async def settled(layer: Tcp[IPv4Address]) -> None:
    """Wait until the last connections have ended."""
    with trio.fail_after(20):
        while layer.query().connections:
            await trio.sleep(MSL)
    await trio.sleep(MSL + STOPPED)
