"""Rounds: interleaved, and what becomes of a peer that gives up."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from foxpy.bench.load import LoadFailed
from foxpy.bench.machine import build
from foxpy.bench.rig import Peer, Rig
from foxpy.bench.rounds import interleaved, troubles
from foxpy.bench.settings import Settings


def rig(rounds: int, said: list[str] | None = None) -> Rig:
    settings = Settings(build(), rounds=rounds, progress=(said if said is not None else []).append)
    return Rig(settings, Mock(), Mock())


def peer(name: str) -> Peer:
    return Peer(name, "", (), False)


def test_every_round_has_every_peer() -> None:
    order: list[str] = []

    def measure(what: str, one: Peer) -> float:
        order.append(f"{what} {one.name}")
        return float(len(order))

    ours, other = peer("foxpy"), peer("linux")
    found = interleaved(
        rig(2), {"a": lambda one: measure("a", one), "b": lambda one: measure("b", one)}, [ours, other], [ours]
    )
    assert order == ["a foxpy", "a linux", "b foxpy", "b linux"] * 2
    assert found == {"a": {"foxpy": [1, 5], "linux": [2, 6]}, "b": {"foxpy": [3, 7], "linux": [4, 8]}}


def test_a_peer_that_gives_up_is_left_out_of_everything_with_its_reason() -> None:
    ours, other, third = peer("foxpy"), peer("slirp"), peer("linux")
    turns = 0

    def measure(one: Peer) -> float:
        nonlocal turns
        turns += one is other
        if one is other and turns == 2:
            raise LoadFailed("nothing came back")
        return 1.0

    made = rig(3)
    found = interleaved(made, {"a": measure}, [ours, other, third], [ours])
    assert found == {"a": {"foxpy": [1.0] * 3, "linux": [1.0] * 3}}
    assert made.left_out == {"slirp": "nothing came back"}
    assert turns == 2


def test_ours_must_not_give_up() -> None:
    ours = peer("foxpy")

    def measure(one: Peer) -> float:
        raise LoadFailed("reset")

    with pytest.raises(LoadFailed, match="reset"):
        interleaved(rig(1), {"a": measure}, [ours], [ours])


def test_only_troubles_are_told() -> None:
    made = rig(1)
    made.troubles = {"linux": {"retransmitted": 3, "bad": 0}, "foxpy": {"retransmitted": 0, "bad": 0}}
    assert troubles(made) == ["linux: 3 segments retransmitted"]
