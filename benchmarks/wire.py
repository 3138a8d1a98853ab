"""The packet language beside ``struct`` by hand, dpkt, pypacker, scapy and construct: one task, one process, in turns.

The task is a frame of Ethernet, IPv4 and TCP with 64 bytes of payload. Whatever is compared is checked to give the same
result before it is timed. ``ratio`` is foxpy's time in times of the other's, and a target is the most that it may be;
only ratios mean anything on another machine. The compiled back end has a process of its own, with the same code by hand
in it; it is built first, which takes minutes. No root, no device. Ends with 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping

import attrs
from machine import machine
from packets import compiling, peers, startup
from packets.rows import COMPILED, EXEC, INSIDE, ONCE, Row, called, rows
from packets.task import Way
from packets.timing import least
from tables import table

import foxpy.wire.out

IS_COMPILED = not foxpy.wire.out.__file__.endswith(".py")
IMPORT_LIMIT = 0.2
"""Milliseconds of a class."""


@attrs.frozen
class Result:
    """foxpy's time (``ours``) and another's; ``target`` and ``met`` are None where nothing is asked for."""

    name: str
    ours: float
    peer_name: str
    peer: float
    unit: str
    ratio: float
    target: float | None
    met: bool | None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=40, help="turns that everything has (default: %(default)s)")
    parser.add_argument("--cpu", type=int, help="the CPU to stay on (default: the last that is allowed)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only rows whose name has this in it")
    parser.add_argument("--back-end", default="both", choices=("both", EXEC, COMPILED), help="which (default: both)")
    parser.add_argument("--json", action="store_true", help="print a list of objects instead of a table")
    options = parser.parse_args()
    cpu = max(os.sched_getaffinity(0)) if options.cpu is None else options.cpu
    os.sched_setaffinity(0, {cpu})
    there, missing = peers.found()
    for name in missing:
        print(f"{name} is not installed and left out: pip install 'foxpy[bench]'", file=sys.stderr)
    results: list[Result] = []
    if IS_COMPILED:
        results += compiled_here(options)
    else:
        if options.back_end != COMPILED:
            results += interpreted(options, there)
        if options.back_end != EXEC:
            results += compiled_elsewhere(options, cpu)
    tell("")
    if options.json:
        print(json.dumps([attrs.asdict(each) for each in results], indent=2))
    else:
        versions = ", ".join(f"{name} {peers.version(name)}" for name in there)
        print("\n".join(f"{key:>7}: {value}" for key, value in {**machine(cpu), "peers": versions}.items()), "\n")
        print(table(["", "foxpy", "beside", "", "ratio", "at most", ""], list(map(shown, results))))
    return any(each.met is False for each in results)


def interpreted(options: argparse.Namespace, there: Mapping[str, Mapping[str, Way]]) -> Iterator[Result]:
    yield from measured(rows(), EXEC, options, there)
    if options.only in "import":
        tell("import")
        spent = startup.milliseconds(options.rounds)
        yield result("import, a class", spent, "limit", IMPORT_LIMIT, "ms", 1.0)


def compiled_here(options: argparse.Namespace) -> Iterator[Result]:
    """foxpy is compiled in this process: the callers are interpreted, and compiled ones if they have been built."""
    yield from measured(rows(), COMPILED, options, {})
    callers = compiling.callers()
    if callers is not None:
        yield from measured(called(callers), ONCE, options, {})
        yield from measured(called(callers, inside=True), INSIDE, options, {})


def compiled_elsewhere(options: argparse.Namespace, cpu: int) -> list[Result]:
    """The rows of a process that has the compiled package in its path."""
    if not compiling.is_built():
        tell("compiling: minutes")
        try:
            compiling.build()
        except subprocess.CalledProcessError:
            print(f"not compiled, and left out: see {compiling.BUILT / 'build.log'}", file=sys.stderr)
            return []
    command = [sys.executable, __file__, "--json", "--back-end", COMPILED, "--only", options.only]
    command += ["--rounds", str(options.rounds), "--cpu", str(cpu)]
    path = {**os.environ, "PYTHONPATH": str(compiling.LIBRARY)}
    output = subprocess.run(command, env=path, stdout=subprocess.PIPE, check=False, text=True).stdout
    return [Result(**each) for each in json.loads(output)]


def measured(
    wanted: list[Row], back_end: str, options: argparse.Namespace, there: Mapping[str, Mapping[str, Way]]
) -> Iterator[Result]:
    """Compare and time what the rows name. Raises AssertionError where results differ."""
    chosen = [row for row in wanted if options.only in row.name]
    for number, row in enumerate(chosen, 1):
        tell(f"{back_end}, {number} of {len(chosen)}: {row.name}")
        ways = {"foxpy": row.ours, "by hand": row.hand}
        ways.update({name: there[name][row.part] for name in row.peers if name in there})
        expected = row.hand.result()
        for name, way in ways.items():
            if way.result() != expected:
                raise AssertionError(f"{row.name}: {expected!r} by hand, {way.result()!r} from {name}")
        found = least(ways, options.rounds)
        ours = found.pop("foxpy")
        for name, peer in found.items():
            factor = row.peers.get(name)
            target = row.targets.get(back_end) if name == "by hand" else None if factor is None else 1 / factor
            yield result(f"{row.name} ({back_end})", ours, name, peer, "ns", target)


def result(name: str, ours: float, peer_name: str, peer: float, unit: str, target: float | None) -> Result:
    ratio = ours / peer
    return Result(name, ours, peer_name, peer, unit, ratio, target, None if target is None else ratio <= target)


def shown(each: Result) -> list[str]:
    """A line of the table. Where foxpy is the faster one by design, how many times it is."""
    met = {None: "", True: "met", False: "MISSED"}[each.met]
    figures = "{:.3f} ms" if each.unit == "ms" else "{:.0f} ns"
    ratio, most = f"{each.ratio:.2f}", "" if each.target is None else f"{each.target:.2f}"
    if each.peer_name in peers.PEERS:
        ratio, most = f"1/{1 / each.ratio:.1f}", "" if each.target is None else f"1/{1 / each.target:.1f}"
    return [each.name, figures.format(each.ours), each.peer_name, figures.format(each.peer), ratio, most, met]


def tell(what: str) -> None:
    """Progress, for a person who waits."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
