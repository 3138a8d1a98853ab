"""How the benchmarks report: rounds interleaved, ratios within each round, medians, as a table or as JSON."""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Sequence
from typing import TypeAlias

from rig import PEERS
from tables import table

Rounds: TypeAlias = list[dict[str, float]]
"""One figure for each peer, for each round."""


def arguments(about: str) -> argparse.ArgumentParser:
    """The options that the benchmarks share."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="rounds, all peers in each")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long to measure one peer in one round")
    parser.add_argument("--cpu", type=int, default=0, help="the CPU that everything is pinned to")
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=PEERS, help="who")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return parser


def medians(rounds: Rounds) -> dict[str, float]:
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


def ratios(rounds: Rounds, pairs: Sequence[tuple[str, str]]) -> dict[str, list[float]]:
    """For each pair whose members were both measured the ratio of the first to the second, for each round."""
    return {
        f"{one} / {other}": [each[one] / each[other] for each in rounds]
        for one, other in pairs
        if {one, other} <= rounds[0].keys()
    }


def ratio_table(found: dict[str, list[float]]) -> str:
    rows = [
        [name, f"{statistics.median(all_):.3g}", " ".join(f"{each:.3g}" for each in all_)]
        for name, all_ in found.items()
    ]
    return table(["ratio", "median", "rounds"], rows)


def troubles_line(troubles: dict[str, dict[str, int]]) -> str:
    """What the client's TCP met with each peer, in one line."""
    parts = (
        f"{peer} {', '.join(f'{count} {kind}' for kind, count in kinds.items())}" for peer, kinds in troubles.items()
    )
    return "segments, seen from the client: " + "; ".join(parts)


def as_json(**parts: object) -> str:
    return json.dumps(parts, indent=2)
