"""One congestion control for all that is measured."""

from __future__ import annotations

import os
import socket

import pytest

from foxpy.bench import congestion
from foxpy.bench.congestion import DEFAULT, OURS, VARIABLE, available, choose, chosen, use
from foxpy.bench.settings import Refused
from foxpy.layers.tcp.congestion import ALGORITHMS


def used(wire: socket.socket) -> str:
    return wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).rstrip(b"\0").decode()


def test_foxpy_has_all_that_can_be_chosen() -> None:
    assert set(OURS.values()) <= set(ALGORITHMS)
    assert DEFAULT in OURS


def test_what_is_chosen_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert chosen() == DEFAULT
    monkeypatch.setenv(VARIABLE, "reno")
    with socket.socket() as wire:
        use(wire)
        assert used(wire) == "reno"
    choose(next(iter(available() & OURS.keys())))
    assert os.environ[VARIABLE] == chosen() in available()


def test_what_linux_has_not_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(congestion, "available", lambda: frozenset(("reno",)))
    with pytest.raises(Refused, match="--congestion bbr: this Linux has reno"):
        choose("bbr")


def test_what_nobody_asked_for_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "of-nobody")
    with socket.socket() as wire:
        before = used(wire)
        use(wire)
        assert used(wire) == before
