"""The tables of connections and listeners."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.demux import Connections, Listeners
from foxpy.devices.device import WireConnection
from foxpy.errors import OpenFailed
from foxpy.testing import Acceptor


def table(limit: int) -> tuple[Connections[int, WireConnection], list[str]]:
    forgotten: list[str] = []
    return Connections(limit, lambda connection: forgotten.append(connection.name)), forgotten


def test_the_oldest_passive_connection_makes_room_and_active_ones_stay() -> None:
    connections, forgotten = table(2)
    connections.add(0, WireConnection("ours"), passive=False)
    for key in range(1, 5):
        connections.add(key, WireConnection(f"theirs {key}"), passive=True)
    assert forgotten == ["theirs 1", "theirs 2"]
    assert sorted(connections.open) == [0, 3, 4]
    assert connections.forgotten == 2
    assert connections.is_passive(3)
    assert not connections.is_passive(0)


def test_a_key_is_taken_once() -> None:
    connections, _ = table(2)
    first = WireConnection("first")
    connections.add(1, first, passive=False)
    with pytest.raises(OpenFailed, match="second is open already"):
        connections.add(1, WireConnection("second"), passive=True)
    connections.remove(1, first)
    connections.remove(1, first)
    connections.add(1, WireConnection("second"), passive=True)


def test_who_was_forgotten_takes_nobody_out() -> None:
    connections, forgotten = table(1)
    old, new = WireConnection("old"), WireConnection("new")
    connections.add(1, old, passive=True)
    connections.add(2, WireConnection("other"), passive=True)
    assert forgotten == ["old"]
    connections.add(1, new, passive=False)
    connections.remove(1, old)
    assert connections.open[1] is new


@given(st.integers(1, 5), st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.booleans())))
def test_passive_connections_never_exceed_their_limit(limit: int, steps: list[tuple[int, bool, bool]]) -> None:
    connections, forgotten = table(limit)
    active: set[int] = set()
    for key, passive, remove in steps:
        if remove:
            if key in connections.open:
                connections.remove(key, connections.open[key])
            active.discard(key)
        elif key not in connections.open:
            connections.add(key, WireConnection(str(key)), passive=passive)
            if not passive:
                active.add(key)
    assert len(connections.open) <= len(active) + limit
    assert active <= connections.open.keys()
    assert len(forgotten) == connections.forgotten
    assert len(connections.clear()) <= len(active) + limit
    assert not connections.open


def test_the_first_pattern_that_anybody_listens_to_wins() -> None:
    listeners: Listeners[str, WireConnection] = Listeners()
    general, special = Acceptor[WireConnection](), Acceptor[WireConnection]()
    listeners.listen("any", general)
    listening = listeners.listen("one", special)
    assert listeners.match(["one", "any"]) is special
    listening.stop()
    listening.stop()
    assert listeners.match(["one", "any"]) is general
    assert listeners.match(["none"]) is None


@pytest.mark.parametrize("same", [True, False])
def test_stopping_an_old_listening_does_not_stop_a_new_one(same: bool) -> None:
    listeners: Listeners[str, WireConnection] = Listeners()
    accept = Acceptor[WireConnection]()
    old = listeners.listen("a", accept)
    with pytest.raises(OpenFailed, match="listens to a already"):
        listeners.listen("a", accept)
    old.stop()
    anew = accept if same else Acceptor[WireConnection]()
    listeners.listen("a", anew)
    old.stop()
    assert listeners.match(["a"]) is anew


def test_each_pattern_that_is_stopped_is_told_of_once() -> None:
    stopped: list[str] = []
    listeners: Listeners[str, WireConnection] = Listeners(stopped.append)
    first, second = (listeners.listen(pattern, Acceptor[WireConnection]()) for pattern in ("a", "b"))
    first.stop()
    first.stop()
    assert stopped == ["a"]
    assert len(listeners) == 1
    listeners.clear()
    second.stop()
    assert stopped == ["a"]
