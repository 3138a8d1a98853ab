"""Where the nanoseconds go: what each layer of foxpy takes of a full packet, on its way up and on its way down.

Two real hosts in one process, joined by hand; no device, no root. A layer's time is that of the stack up to it less
that of the stack below it, and calling nothing is taken off all. Ethernet, IPv4 and UDP do the same packet over and
over; TCP sends real streams: a write of 32 full segments, that arrive in one batch and are acknowledged together.

It measures the foxpy that it imports: the tree interpreted, or with PYTHONPATH one that is compiled.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Final

import attrs
import trio
from hosts.packets import ways
from hosts.pair import pair
from hosts.segments import COUNT, MSS, Spent, stream
from machine import machine
from packets.timing import least
from tables import table

from foxpy.native import MODE

BLOCK: Final = 5
"""Rounds of one kind before the other kind has its own."""


@attrs.frozen
class Result:
    """Nanoseconds of one packet; ``of`` is the packet that the layer handles, and None what does not exist."""

    of: str
    layer: str
    up: float | None
    down: float | None
    mode: str = MODE


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=40, help="turns that everything has (default: %(default)s)")
    parser.add_argument("--cpu", type=int, help="the CPU to stay on (default: the last that is allowed)")
    parser.add_argument("--json", action="store_true", help="print a list of objects instead of tables")
    options = parser.parse_args()
    cpu = max(os.sched_getaffinity(0)) if options.cpu is None else options.cpu
    os.sched_setaffinity(0, {cpu})
    packets, whole, bare = trio.run(measured, options.rounds)
    found = results(packets, whole, bare)
    if options.json:
        print(json.dumps([attrs.asdict(each) for each in found], indent=2))
    else:
        print("\n".join(f"{key:>7}: {value}" for key, value in machine(cpu).items()))
        for kind in dict.fromkeys(each.of for each in found):
            print(f"\n{shown(kind, [each for each in found if each.of == kind])}")
    return 0


async def measured(rounds: int) -> tuple[Mapping[str, float], Spent, Spent]:
    """The packets, TCP, and TCP without checksums."""
    async with AsyncExitStack() as hosts:
        timed = ways(await hosts.enter_async_context(pair()))
        streams = [await stream(await hosts.enter_async_context(pair(checksums=each))) for each in (True, False)]
        packets = dict.fromkeys(timed, float("inf"))
        spent = [Spent(*[float("inf")] * 4) for _ in streams]
        # Nothing is awaited from here on: no timer goes off between two turns.
        for done in range(0, rounds, BLOCK):
            count = min(BLOCK, rounds - done)
            packets = {name: min(packets[name], time) for name, time in least(timed, count).items()}
            for _ in range(count):
                spent = [best.least(each.turn()) for best, each in zip(spent, streams, strict=True)]
        return packets, spent[0], spent[1]


def results(packets: Mapping[str, float], whole: Spent, bare: Spent) -> list[Result]:
    def stack(layer: str, way: str) -> float:
        return packets[f"{layer} {way}"] - packets[f"nothing {way}"]

    def differences(way: str, top: float, without: float) -> list[float]:
        below = [stack(layer, way) for layer in ("device", "Ethernet", "IPv4")]
        sums = [0.0, *below, without, top]
        return [sums[number + 1] - sums[number] for number in range(len(sums) - 1)] + [top]

    def rows(of: str, name: str, up: list[float], down: list[float]) -> list[Result]:
        layers = ("device", "Ethernet", "IPv4", name, f"{name}'s checksum", "all")
        return [Result(of, *each) for each in zip(layers, up, down, strict=True)]

    udp = [differences(way, stack("UDP", way), stack("UDP, no checksum", way)) for way in ("up", "down")]
    tcp = [differences("up", whole.up, bare.up), differences("down", whole.down, bare.down)]
    return [
        *rows("UDP, 1472 bytes", "UDP", *udp),
        *rows(f"TCP, {MSS} bytes", "TCP", *tcp),
        Result("once a batch", "a batch with nothing in it", packets["batch"], None),
        Result("once a batch", f"TCP's acknowledgement of {COUNT} segments, all layers", whole.ack_up, whole.ack_down),
    ]


def shown(kind: str, found: Sequence[Result]) -> str:
    total = found[-1]
    shares = total.layer == "all"

    def cells(each: Result) -> list[str]:
        line = [each.layer]
        for one, most in ((each.up, total.up), (each.down, total.down)):
            line.append("" if one is None else f"{one:.0f} ns")
            if shares and one is not None and most:
                line.append(f"{one / most:.0%}")
        return line

    return table([kind, "up", *([""] * shares), "down", *([""] * shares)], list(map(cells, found)))


if __name__ == "__main__":
    sys.exit(main())
