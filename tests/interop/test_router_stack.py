"""stacks/router.py between two Linuxes that know of each other only by it."""

from __future__ import annotations

import hashlib
import random
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import IPv4Interface
from typing import Final

import pytest
import trio

from foxpy.devices.tap import tap
from foxpy.driver import trio_scheduler
from foxpy.layers.ipv4 import IpInfo
from foxpy.runtime import Runtime
from foxpy.testing.namespaces import Namespace, namespace
from stacks import router

LEFT, LEFT_ROUTER = "192.0.2.1", "192.0.2.254"
RIGHT, RIGHT_ROUTER = "198.51.100.1", "198.51.100.254"
NARROW: Final = 1280
"""The right link's MTU: what is larger is cut up there, or refused, and then sent smaller."""
DATA: Final = random.Random(1).randbytes(3_000_000)


@asynccontextmanager
async def joined(left: Namespace, *, mtu: int, offloads: bool) -> AsyncIterator[tuple[Namespace, router.Router]]:
    """The other machine, and the router between it and ``left``."""
    with namespace() as right:
        runtime = Runtime(trio_scheduler())
        near = tap("near", kernel_address=f"{LEFT}/24", offloads=offloads, runtime=runtime)
        far = tap("far", kernel_address=f"{RIGHT}/24", mtu=mtu, offloads=offloads, runtime=runtime)
        with left.entered():
            near.initialize()
        with right.entered():
            far.initialize()
        left.ip("route", "add", "default", "via", LEFT_ROUTER)
        right.ip("route", "add", "default", "via", RIGHT_ROUTER)
        stack = router.build(near, far, IPv4Interface(f"{LEFT_ROUTER}/24"), IPv4Interface(f"{RIGHT_ROUTER}/24"))
        async with stack.running():
            near.finalize()
            far.finalize()
            yield right, stack


def carried(client: Namespace, server: Namespace, address: str) -> tuple[str, str]:
    """DATA from a client to a server by TCP, and back: the digests of what arrived at both."""
    with server.entered():
        listening = socket.create_server((address, 0))
    with client.entered():
        calling = socket.socket()
    with listening, calling:
        calling.settimeout(20)
        calling.connect(listening.getsockname())
        answering, _ = listening.accept()
        with answering:
            answering.settimeout(20)
            return sent(calling, answering), sent(answering, calling)


def sent(one: socket.socket, other: socket.socket) -> str:
    sending = threading.Thread(target=one.sendall, args=(DATA,))
    sending.start()
    seen, left = hashlib.sha256(), len(DATA)
    while left:
        part = other.recv(min(left, 1 << 16))
        assert part, "closed too early"
        seen.update(part)
        left -= len(part)
    sending.join()
    return seen.hexdigest()


@pytest.mark.interop
@pytest.mark.parametrize("offloads", [False, True], ids=["plain", "offloads"])
@pytest.mark.parametrize("mtu", [1500, NARROW])
async def test_tcp_passes_both_ways(place: Namespace, mtu: int, offloads: bool) -> None:
    """Path MTU discovery included: the client's segments are too large for the narrow link until it is told."""
    whole = hashlib.sha256(DATA).hexdigest()
    async with joined(place, mtu=mtu, offloads=offloads) as (right, stack):
        assert await trio.to_thread.run_sync(carried, place, right, RIGHT) == (whole, whole)
        assert await trio.to_thread.run_sync(carried, right, place, LEFT) == (whole, whole)
        told: IpInfo = stack.ip.query()
    assert told.packets_forwarded > 0


@pytest.mark.interop("ping", "traceroute")
async def test_tools_see_a_hop(place: Namespace) -> None:
    async with joined(place, mtu=NARROW, offloads=True) as (_, _):
        run = partial(trio.to_thread.run_sync, place.run)
        assert " 0% packet loss" in await run("ping", "-n", "-c", "3", "-i", "0.01", "-s", "4000", "-M", "dont", RIGHT)
        said = await run("traceroute", "-n", "-w", "2", RIGHT)
        hops = [line.split()[1] for line in said.splitlines()[1:]]
        assert hops == [LEFT_ROUTER, RIGHT]
