"""Rounds: every peer once in each, so that what disturbs the machine disturbs them all alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from foxpy.bench.load import LoadFailed
from foxpy.bench.rig import Peer, Rig

Measure: TypeAlias = Callable[[Peer], float]
Figures: TypeAlias = dict[str, dict[str, list[float]]]
"""For each measurement and each peer one figure for each round."""


def interleaved(made: Rig, measures: Mapping[str, Measure], peers: Iterable[Peer], ours: Iterable[Peer]) -> Figures:
    """All ``measures`` of all ``peers``, in every round of ``made.settings``.

    A peer that gives up is left out, with the reason, unless it is one of ``ours``: then LoadFailed is raised.
    """
    settings = made.settings
    own = {peer.name for peer in ours}
    taking = list(peers)
    found: Figures = {what: {peer.name: [] for peer in taking} for what in measures}
    for number in range(1, settings.rounds + 1):
        for what, measure in measures.items():
            for peer in list(taking):
                settings.progress(f"round {number} of {settings.rounds}: {what}, {peer.name}")
                try:
                    found[what][peer.name].append(measure(peer))
                except LoadFailed as error:
                    if peer.name in own:
                        raise
                    made.left_out[peer.name] = str(error)
                    taking.remove(peer)
                    for figures in found.values():
                        del figures[peer.name]
    return found


def troubles(made: Rig) -> list[str]:
    """What the client's TCP met with each peer, where it met anything."""
    return [
        f"{peer}: " + ", ".join(f"{count} segments {kind}" for kind, count in kinds.items() if count)
        for peer, kinds in made.troubles.items()
        if any(kinds.values())
    ]
