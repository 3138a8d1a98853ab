"""Frames without a stack: ``python -m foxpy.bench.servers.frames KIND INTERFACE MODE SECONDS``.

KIND is xdp-raw, the socket of AF_XDP by itself, or one of ``servers.devices.KINDS``, a device with nothing above it.
MODE is receive, drain (only xdp-raw), transmit or reflect, as in ``c/xsk.c``. Says "ready" on standard error, waits for
the first frame, prints one line of JSON.
"""

from __future__ import annotations

import json
import struct
import sys
import time
from array import array
from collections.abc import Callable
from operator import itemgetter
from typing import Final, TypeAlias

import trio

from foxpy.bench.frames import BATCH, SMALL
from foxpy.bench.servers.devices import device
from foxpy.devices.device import WIRE, Device, EthernetFrames
from foxpy.devices.xdp import XdpConfig, XdpSocket
from foxpy.protocol import Receiver, Sender
from foxpy.runtime import Source

CONFIG: Final = XdpConfig(chunks=8192, ring=4096, budget=4096)
"""Those of ``c/xsk.c``."""
HALF: Final = CONFIG.ring // 2
PATIENCE: Final = 20.0

Step: TypeAlias = Callable[[], int]
"""Does what can be done now, and says how many frames that were."""


def timed(step: Step, seconds: float, waiting: bool) -> dict[str, float]:
    """Do ``step`` for ``seconds``, from the first frame on where frames are waited for."""
    clock = time.perf_counter
    print("ready", file=sys.stderr, flush=True)
    frames = 0
    silent = clock() + PATIENCE
    while waiting and not step():
        if clock() > silent:
            raise SystemExit("no frames have come")
    began = after = clock()
    until = began + seconds
    while after < until:
        frames += step()
        after = clock()
    return {"frames": frames, "seconds": after - began}


# -- the socket of AF_XDP


def receiving(socket: XdpSocket) -> Step:
    memory = socket.umem.memory

    def step() -> int:
        addresses, _ = socket.receive(BATCH)
        if addresses:
            sum(itemgetter(*addresses, 0)(memory))  # one call of C looks at all; with one address it gives no tuple
        return len(addresses)

    return step


def transmitting(socket: XdpSocket) -> Step:
    memory, size = socket.umem.memory, len(SMALL)
    lengths = array("Q", [size]) * BATCH
    write = struct.Struct(f"{size}s").pack_into  # a sixth quicker than a slice of the memory

    def step() -> int:
        addresses = socket.alloc(BATCH)
        for address in addresses:
            write(memory, address, SMALL)
        return socket.send(addresses, lengths if len(addresses) == BATCH else lengths[: len(addresses)])

    return step


def reflecting(socket: XdpSocket) -> Step:
    memory = socket.umem.memory

    def step() -> int:
        addresses, lengths = socket.receive(BATCH)
        for at in addresses:
            memory[at : at + 12] = memory[at + 6 : at + 12] + memory[at : at + 6]
        return socket.reflect(lengths)

    return step


def drained(socket: XdpSocket, seconds: float) -> dict[str, float]:
    """What the user's side of receiving costs: let frames gather, then time how long it takes to go through them."""
    clock, step, waiting = time.perf_counter, receiving(socket), socket.rx.waiting
    print("ready", file=sys.stderr, flush=True)
    silent = clock() + PATIENCE
    while not waiting():
        if clock() > silent:
            raise SystemExit("no frames have come")
    frames, spent = 0, 0.0
    until = clock() + seconds
    while clock() < until:
        if waiting() < HALF:
            continue
        before, left = clock(), HALF
        while left > 0:
            left -= step()
        spent += clock() - before
        frames += HALF - left
    return {"frames": frames, "seconds": spent}


def raw(interface: str, mode: str, seconds: float) -> dict[str, float]:
    with XdpSocket(interface, CONFIG) as socket:
        if mode == "drain":
            return drained(socket, seconds)
        step = {"receive": receiving, "transmit": transmitting, "reflect": reflecting}[mode](socket)
        return timed(step, seconds, mode != "transmit")


# -- devices


class Counting(Receiver):
    """What comes is counted, and with a sender sent back, the addresses exchanged."""

    def __init__(self) -> None:
        self.count = 0
        self.sender: Sender | None = None

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self.count += 1
        if self.sender is not None:
            self.sender.send(frame[start + 6 : start + 12] + frame[start : start + 6] + frame[start + 12 : end])


class Sending(Source):
    """A batch is sent as layers send one that they were caused to: the device is told when it ends."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def burst(self, budget: int) -> bool:
        for _ in range(budget):
            self._sender.send(SMALL)
        return True


async def over(made: Device[EthernetFrames], mode: str, seconds: float) -> dict[str, float]:
    """The device is pumped by hand, without a break: as busy as the socket."""
    made.initialize()
    counting, runtime = Counting(), made.runtime
    connection = made.open(WIRE, lambda _: counting)
    sender = made.send(connection)
    if mode == "reflect":
        counting.sender = sender
    source = Sending(sender) if mode == "transmit" else made
    assert isinstance(source, Source)

    def count() -> int:
        """Frames until now; those that the device could not send are none."""
        told = made.query()
        return told.sent if mode == "transmit" else counting.count - told.refused

    last = count()

    def step() -> int:
        nonlocal last
        runtime.pump(source, BATCH)
        runtime.scheduler.timers.run_due(runtime.scheduler.now())
        before, last = last, count()
        return last - before

    found = timed(step, seconds, mode != "transmit")
    made.finalize()
    return found


async def device_of(kind: str, interface: str, mode: str, seconds: float) -> dict[str, float]:
    return await over(device(f"{kind}:{interface}"), mode, seconds)


def main(kind: str, interface: str, mode: str, seconds: str) -> None:
    if kind == "xdp-raw":
        found = raw(interface, mode, float(seconds))
    else:
        found = trio.run(device_of, kind, interface, mode, float(seconds))
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
