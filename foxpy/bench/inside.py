"""Two hosts in this process, for measurements of the stack alone: ``python -m foxpy.bench.inside COMMAND ...``.

A segment in memory joins them, without offloads: every frame is whole, summed and checked by both ends. The Scheduler
is turned by hand, so that neither trio nor the kernel has any part in what is timed. Prints one line of JSON.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Final, Generic

import attrs
import trio

from foxpy.addresses import MacAddress, Port
from foxpy.bench.servers.stack import build
from foxpy.devices.link import link
from foxpy.driver import running
from foxpy.layers.ethernet import ethernet
from foxpy.layers.tcp import Configure, Tcp, TcpAddress, TcpConfig, TcpConnection, TcpPattern, tcp
from foxpy.protocol import Host, Receiver, Sender
from foxpy.runtime import Scheduler

PORT: Final = Port(9)
EXPERIMENT: Final = 0x88B5
"""One of the two ethertypes that IEEE 802 sets aside."""
UNDER_WAY: Final = 128 * 1024
"""Bytes that are sent before the segment is given its turn; well within the window, and what a station holds."""
WRITES: Final = 64
WARMING: Final = 0.2
CHECKED: Final = 1_000_000
BLOCK: Final = 65536
PATIENCE: Final = 10.0
"""Seconds after which what has not arrived is lost."""


class NotMeasured(RuntimeError):
    """Not everything arrived, or something else: there is nothing to be measured."""


class Sink(Receiver):
    """Counts what comes, and hashes it where asked to."""

    def __init__(self) -> None:
        self.size = 0
        self.hashing = False
        self.seen = hashlib.sha256()

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self.size += end - start
        if self.hashing:
            self.seen.update(frame[start:end])


@attrs.frozen
class Pair(Generic[Host]):
    """The TCPs of both hosts, and how the one names the other."""

    scheduler: Scheduler
    near: Tcp[Host]
    far: Tcp[Host]
    peer: Host

    def settle(self) -> None:
        """Let everything that is under way arrive."""
        while self.scheduler.run():
            pass


@asynccontextmanager
async def over_ip() -> AsyncIterator[Pair[IPv4Address]]:
    """TCP/IP, with checksums."""
    segment = link(seed=1)
    near, far = (build(segment.attach(), IPv4Interface(f"192.0.2.{number}/24")) for number in (1, 2))
    async with near.running(), far.running():
        yield Pair(segment.scheduler, near.tcp, far.tcp, IPv4Address("192.0.2.2"))


@asynccontextmanager
async def over_ethernet() -> AsyncIterator[Pair[MacAddress]]:
    """TCP straight over Ethernet, without."""
    segment = link(seed=1)
    layers = [ethernet(segment.attach(), MacAddress.local(number)) for number in (1, 2)]
    near, far = (tcp(layer.carrier(EXPERIMENT), checksums=False) for layer in layers)
    async with running(*layers, near, far):
        yield Pair(segment.scheduler, near, far, layers[1].address)


class Stream(Generic[Host]):
    """One connection of a Pair, from the near host to the far one."""

    def __init__(self, pair: Pair[Host], connection: TcpConnection[Host], sink: Sink) -> None:
        self.pair = pair
        self.sink = sink
        self.sender: Sender = pair.near.send(connection)
        self.sent = 0
        # Every write is to be a segment of its own, as long as it fits into one.
        pair.near.control(Configure(connection, TcpConfig(nagle=False)))

    def push(self, seconds: float, size: int) -> float:
        """Write ``size`` bytes at a time for ``seconds``; bytes that arrived per second."""
        data = random.Random(size).randbytes(size)
        writes = max(1, min(WRITES, UNDER_WAY // size))
        sender, clock = self.sender, time.perf_counter
        before, began = self.sink.size, clock()
        until = began + seconds
        while clock() < until:
            for _ in range(writes):
                if sender.limit() < size:
                    break
                sender.send(data)
                self.sent += size
            self.pair.settle()
        self.arrive()
        return (self.sink.size - before) / (clock() - began)

    def arrive(self) -> None:
        """Turn the segment until all that was sent is there. Raises NotMeasured after PATIENCE."""
        # One turn is enough while the segment is quick. A machine with other work makes its round trips long: then
        # TCP paces, and there are timers to wait for.
        until = time.perf_counter() + PATIENCE
        while self.sink.size < self.sent:
            self.pair.settle()
            if time.perf_counter() > until:
                raise NotMeasured(f"{self.sent} bytes were sent, {self.sink.size} have arrived")

    def check(self) -> None:
        """What arrives is what was sent. Raises NotMeasured."""
        data = random.Random(0).randbytes(CHECKED)
        self.sink.hashing = True
        for at in range(0, CHECKED, BLOCK):
            part = data[at : at + BLOCK]
            self.sender.send(part)
            self.sent += len(part)
            self.arrive()
        self.sink.hashing = False
        if self.sink.seen.digest() != hashlib.sha256(data).digest():
            raise NotMeasured("SHA-256 of what arrived differs")


async def opened(pair: Pair[Host]) -> Stream[Host]:
    sink = Sink()
    pair.far.listen(TcpPattern(PORT), lambda _: sink)
    connection = await pair.near.active_open(TcpAddress(pair.peer, PORT), lambda _: Sink())
    return Stream(pair, connection, sink)


async def goodput(pair: Pair[Host], seconds: float, size: int) -> dict[str, float]:
    """Bytes per second by writes of ``size`` bytes, and what a full segment carries."""
    stream = await opened(pair)
    stream.check()
    stream.push(WARMING, size)
    mss = pair.near.query().details()[0].mss
    return {"rate": stream.push(seconds, size), "mss": mss}


# -- memory


def resident() -> int:
    """Bytes of memory that this process has."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Idle(Receiver):
    """One for all, so that no application's memory is counted."""

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        return


async def memory(pair: Pair[Host], count: int) -> dict[str, float]:
    """Bytes of memory for each end of ``count`` established connections."""
    idle = Idle()
    pair.far.listen(TcpPattern(PORT), lambda _: idle)
    address = TcpAddress(pair.peer, PORT)
    kept = []

    async def some(number: int) -> None:
        async with trio.open_nursery() as nursery:
            for _ in range(number):
                nursery.start_soon(one)

    async def one() -> None:
        kept.append(await pair.near.active_open(address, lambda _: idle))

    await some(100)  # what is made once, and trio's own tasks
    before, first = resident(), len(kept)
    for _ in range(0, count, 100):
        await some(min(100, count - len(kept) + first))
    await trio.sleep(1.0)  # delayed acknowledgements are sent, and their timers gone
    ends = 2 * (len(kept) - first)
    used = resident() - before
    if pair.near.query().connections != len(kept) or pair.far.query().connections != len(kept):
        raise NotMeasured("not all connections are established")
    return {"bytes": used / ends, "connections": ends / 2}


# -- the command


async def within(
    make: Callable[[], AbstractAsyncContextManager[Pair[Host]]],
    work: Callable[[Pair[Host]], Awaitable[dict[str, float]]],
) -> dict[str, float]:
    """What ``work`` measured. Raises NotMeasured."""
    async with make() as pair:
        try:
            return await work(pair)
        except NotMeasured as found:
            failed = found  # raised out here, as the nurseries of the hosts would wrap it
    raise failed


def measured(command: str, *arguments: str) -> dict[str, float]:
    match command, arguments:
        case "ip", (seconds, size):
            return trio.run(within, over_ip, partial(goodput, seconds=float(seconds), size=int(size)))
        case "ethernet", (seconds, size):
            return trio.run(within, over_ethernet, partial(goodput, seconds=float(seconds), size=int(size)))
        case "memory", (count,):
            return trio.run(within, over_ip, partial(memory, count=int(count)))
        case _:
            raise SystemExit(f"no such command: {command} {' '.join(arguments)}")


def main(command: str, *arguments: str) -> None:
    try:
        print(json.dumps(measured(command, *arguments)))
    except NotMeasured as failed:
        raise SystemExit(str(failed)) from None


if __name__ == "__main__":
    main(*sys.argv[1:])
