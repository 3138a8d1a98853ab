"""``foxpy bench connections``: how many connections a second, and the memory of each that is idle."""

from __future__ import annotations

from typing import Final

from foxpy.bench import load
from foxpy.bench.figures import Result, Row, at_least, at_most
from foxpy.bench.rig import Peer, Rig, rig
from foxpy.bench.rounds import interleaved, troubles
from foxpy.bench.services import SHORT
from foxpy.bench.settings import Settings
from foxpy.bench.workers import inside

PEERS: Final = ("linux",)

IDLE: Final = 10_000
SOURCES: Final = 16
RATE: Final = at_least(0.5)
MEMORY: Final = at_most(4096)
"""Compiled."""

HOW: Final = (
    "The client, in {language}, opens a connection, sends a byte, waits for it to come back and closes, one after the"
    " other, from {sources} addresses in turn, so that TIME-WAIT, which is the client's, uses up no ports. No offloads"
    " on tap or veth. All on CPU {cpu}. Memory: two hosts in one process, {idle} connections between them, established,"
    " with no application; the growth of the resident set divided by the ends, two for each connection."
)


def measure(settings: Settings) -> Result:
    """Raises Refused where this user cannot make network namespaces."""
    memory: dict[str, list[float]] = {build.mode: [] for build in settings.builds}
    for build in settings.builds:
        for number in range(1, settings.rounds + 1):
            settings.progress(f"memory, foxpy {build.mode}, {number} of {settings.rounds}")
            memory[build.mode].append(inside(settings, build, "memory", str(IDLE))["bytes"])
    with rig(settings) as made:
        ours = [made.foxpy(f"foxpy {build.mode}", build, "tap-plain") for build in settings.builds]
        others = [made.linux("linux", offloads=False)] if settings.wants("linux") else []

        def rate(peer: Peer) -> float:
            sources = ",".join(_sources(made, peer))
            told = made.load(peer, "calls", peer.address, str(SHORT), str(settings.seconds), sources, apart=False)
            return told["rate"] / 1e3

        figures = interleaved(made, {"connections": rate}, (*ours, *others), ours)["connections"]
        rows = [
            Row(
                f"open, 1 byte each way, close, {peer.name}",
                "k/s",
                figures[peer.name],
                "linux" if "linux" in figures else None,
                figures.get("linux"),
                RATE if "linux" in figures else None,
            )
            for peer in ours
        ]
        rows += [
            Row(
                f"memory of an idle connection's end, {build.mode}",
                "bytes",
                memory[build.mode],
                target=MEMORY if build.compiled else None,
            )
            for build in settings.builds
        ]
        return Result(
            "Connections",
            rows,
            HOW.format(language=load.language(), sources=SOURCES, cpu=settings.cpu, idle=IDLE),
            notes=troubles(made),
            left_out=made.left_out,
        )


def _sources(made: Rig, peer: Peer) -> list[str]:
    """Addresses of the client on the link to ``peer``, given to it on first use."""
    network, _, _ = peer.address.rpartition(".")
    addresses = [f"{network}.{number}" for number in range(100, 100 + SOURCES)]
    device = made.client.ip("route", "get", peer.address).split(" dev ")[1].split()[0]
    has = made.client.ip("address", "show", "dev", device)
    for address in addresses:
        if f" {address}/" not in has:
            made.client.ip("address", "add", f"{address}/24", "dev", device)
    return addresses
