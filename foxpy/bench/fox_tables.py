"""``foxpy bench fox-tables``: the tables of round trips and of throughput of "Signatures for a Network Protocol Stack"
(Biagioni, Harper, Lee, Milnes, 1994), on this machine."""

from __future__ import annotations

import statistics
from typing import Final

from foxpy.bench import load
from foxpy.bench.congestion import chosen
from foxpy.bench.figures import Result, Row, Table
from foxpy.bench.report import figure
from foxpy.bench.rig import Peer, rig
from foxpy.bench.rounds import Figures, interleaved, troubles
from foxpy.bench.services import ECHO, IP_ECHO, IP_SINK, SINK
from foxpy.bench.settings import Settings
from foxpy.bench.tcp import INTO, fitting, timed

PEERS: Final = ("linux",)

PORTION: Final = 24_576
"""Bytes until the receiver confirms, as in the paper, where it was what Mach kept for the network."""
SMALL: Final = 64
MICROSECONDS: Final = 1e6
MEGABITS: Final = 8 / 1e6

TRIPS_THEN: Final = {"IP": (19.6, 3.5), "UDP": (22.5, 3.9), "TCP": (54.8, 4.9)}
"""Table 4: milliseconds of Fox Net and of the x-kernel, on DECstations with a 25 MHz R3000."""
SPEEDS_THEN: Final = {
    "IP": (2.3, 2.2),
    "IP-frag": (1.3, 4.4),
    "UDP": (2.1, 2.0),
    "UDP-frag": (1.4, 4.3),
    "TCP": (0.3, 2.4),
}
"""Table 5: Mb/s of both, over an Ethernet of 10 Mb/s."""
PACKETS: Final = {
    "IP": ("ip", IP_SINK, 1480),
    "IP-frag": ("ip", IP_SINK, PORTION),
    "UDP": ("udp", SINK, 1472),
    "UDP-frag": ("udp", SINK, PORTION),
}
"""The largest packets that need no fragments, and those of a whole portion."""

HOW: Final = (
    "As in the paper, but for the other end, which is Linux for both, a program in {language}: foxpy is over a tap,"
    " Linux over a veth, with MTU 1500 and without offloads. Round trips are of {size} bytes, one under way, p50; of IP"
    " over protocol 253. Throughput is what the receiver takes: for IP and UDP it confirms every {portion} bytes"
    " (fragmented: one packet of that size), TCP has its own window, of up to 512 KB, not the paper's 4096 bytes, and"
    " {congestion}. Round trips all on CPU {cpu}; throughput: server on CPU {cpu}, client on CPU {client}."
)


def measure(settings: Settings) -> Result:
    """Raises Refused where this user cannot make network namespaces."""
    with rig(settings) as made:
        ours = [made.foxpy(f"foxpy {build.mode}", build, "tap-plain") for build in settings.builds]
        others = [made.linux("linux", offloads=False)] if settings.wants("linux") else []
        peers = (*ours, *others)
        seconds = str(settings.seconds)
        for peer in ours:
            made.check(peer, 1_000_000)
        sizes = {peer.name: fitting(made, peer, INTO) for peer in peers}

        def bounce(peer: Peer, kind: str, number: int) -> float:
            arguments = ("bounce", kind, peer.address, str(number), str(SMALL), seconds)
            return made.load(peer, *arguments, apart=False)["p50"] * MICROSECONDS

        def echo(peer: Peer) -> float:
            told = made.load(peer, "echo", peer.address, str(ECHO), str(SMALL), seconds, apart=False)
            return told["p50"] * MICROSECONDS

        def confirmed(peer: Peer, name: str) -> float:
            kind, number, size = PACKETS[name]
            arguments = ("confirmed", kind, peer.address, str(number), str(size), str(PORTION), seconds)
            return made.load(peer, *arguments, apart=True)["rate"] * MEGABITS

        def bulk(peer: Peer) -> float:
            return sizes[peer.name] / timed(made, peer, INTO, sizes[peer.name]) * MEGABITS

        trips = interleaved(
            made,
            {
                "IP": lambda peer: bounce(peer, "ip", IP_ECHO),
                "UDP": lambda peer: bounce(peer, "udp", ECHO),
                "TCP": echo,
            },
            peers,
            ours,
        )
        speeds = interleaved(
            made,
            {
                "IP": lambda peer: confirmed(peer, "IP"),
                "IP-frag": lambda peer: confirmed(peer, "IP-frag"),
                "UDP": lambda peer: confirmed(peer, "UDP"),
                "UDP-frag": lambda peer: confirmed(peer, "UDP-frag"),
                "TCP": bulk,
            },
            peers,
            ours,
        )
        names = [peer.name for peer in ours]
        return Result(
            "The tables of 1994",
            [*_rows(trips, names, "round trip", "us"), *_rows(speeds, names, "throughput", "Mb/s")],
            HOW.format(
                language=load.language(),
                congestion=chosen(),
                size=SMALL,
                portion=PORTION,
                cpu=settings.cpu,
                client=settings.client_cpu,
            ),
            tables=[
                _table("Table 4: round trip, us", trips, {k: (f * 1000, x * 1000) for k, (f, x) in TRIPS_THEN.items()}),
                _table("Table 5: throughput, Mb/s", speeds, SPEEDS_THEN),
            ],
            notes=troubles(made),
            left_out=made.left_out,
        )


def _rows(found: Figures, ours: list[str], what: str, unit: str) -> list[Row]:
    other = "linux" if "linux" in next(iter(found.values())) else None
    return [
        Row(f"{kind} {what}, {name}", unit, figures[name], other, figures.get("linux"))
        for name in ours
        for kind, figures in found.items()
    ]


def _table(title: str, found: Figures, then: dict[str, tuple[float, float]]) -> Table:
    kinds = list(found)
    rows = [[name, *(figure(statistics.median(found[kind][name])) for kind in kinds)] for name in found[kinds[0]]]
    for index, name in enumerate(("Fox Net, 1994", "x-kernel, 1994")):
        rows.append([name, *(figure(then[kind][index]) for kind in kinds)])
    return Table(title, ["", *kinds], rows)
