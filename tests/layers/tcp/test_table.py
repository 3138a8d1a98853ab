"""The transition table: the scripts below take every transition in it, and no other.

That no other is ever taken is checked by ``tcp_machines.End`` in all tests of the machine.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from foxpy.layers.tcp.segment import ACK, FIN, RST, SYN
from foxpy.layers.tcp.states import Why
from foxpy.layers.tcp.table import TABLE, Event, allowed, dot, render
from tests.support.tcp_ladder import (
    Ladder,
    close_wait,
    closing,
    established,
    fin_wait_1,
    fin_wait_2,
    last_ack,
    syn_received,
    syn_sent,
    time_wait,
)

MAKERS: dict[str, Callable[[], Ladder]] = {
    "CLOSED": Ladder,
    "SYN-SENT": syn_sent,
    "SYN-RECEIVED": syn_received,
    "ESTABLISHED": established,
    "FIN-WAIT-1": fin_wait_1,
    "FIN-WAIT-2": fin_wait_2,
    "CLOSING": closing,
    "CLOSE-WAIT": close_wait,
    "LAST-ACK": last_ack,
    "TIME-WAIT": time_wait,
}


def segments(source: str, target: str) -> Callable[[Ladder], None]:
    """The segment that takes a connection from ``source`` to ``target``."""
    if target == "CLOSED":
        if source == "LAST-ACK":
            return lambda peer: peer.sends(ACK)
        return lambda peer: peer.sends(RST | (ACK if source == "SYN-SENT" else 0))
    if source == "SYN-SENT":
        flags = {"ESTABLISHED": SYN | ACK, "CLOSE-WAIT": SYN | ACK | FIN, "SYN-RECEIVED": SYN}[target]
        return lambda peer: peer.sends(flags)
    if (source, target) == ("FIN-WAIT-1", "CLOSING"):
        return lambda peer: peer.sends(FIN | ACK, ack=1)
    if (source, target) == ("SYN-RECEIVED", "FIN-WAIT-1"):
        return lambda peer: closed_before_it_opened(peer, ACK)
    if (source, target) == ("SYN-RECEIVED", "CLOSING"):
        return lambda peer: closed_before_it_opened(peer, FIN | ACK)
    flags = ACK if (source, target) == ("CLOSING", "TIME-WAIT") else 0
    if target in ("CLOSE-WAIT", "TIME-WAIT"):
        flags = flags or FIN | ACK
    return lambda peer: peer.sends(flags or ACK)


def closed_before_it_opened(peer: Ladder, flags: int) -> None:
    peer.end.half_close()
    peer.sends(flags)


def close_unread(peer: Ladder) -> None:
    peer.end.machine.tcb.rcv.held = 1
    peer.end.close()


def time_out(peer: Ladder) -> None:
    if peer.state in ("ESTABLISHED", "CLOSE-WAIT"):
        peer.end.send(b"x")
    if peer.state == "FIN-WAIT-2":
        peer.end.close()
    peer.advance(200)


def unreachable(peer: Ladder) -> None:
    peer.end.machine.unreachable(Why.REFUSED, peer.simulation.now)
    peer.end.perform()


def script(source: str, event: Event, target: str) -> Callable[[Ladder], None]:
    match event:
        case Event.ACTIVE_OPEN:
            return lambda peer: peer.end.open()
        case Event.PASSIVE_OPEN:
            return lambda peer: peer.sends(SYN)
        case Event.CLOSE if target == "CLOSED" and source != "SYN-SENT":
            return close_unread
        case Event.CLOSE:
            return lambda peer: peer.end.close()
        case Event.ABORT:
            return lambda peer: peer.end.abort()
        case Event.TIMEOUT:
            return time_out
        case Event.UNREACHABLE:
            return unreachable
        case Event.SEGMENT:
            return segments(source, target)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.source} {row.event.value} {row.target}")
def test_every_transition_is_taken(row: tuple[str, Event, str, str]) -> None:
    source, event, target, _ = row
    peer = MAKERS[source]()
    before = len(peer.end.taken)
    script(source, event, target)(peer)
    assert peer.end.taken[before] == (source, event, target)


def test_no_transition_is_in_the_table_twice() -> None:
    rows = [(row.source, row.event, row.target) for row in TABLE]
    assert len(rows) == len(set(rows))


def test_every_state_has_a_way_in_and_an_exit() -> None:
    assert {row.source for row in TABLE} == {row.target for row in TABLE} == set(MAKERS)
    reached = {"CLOSED"}
    while grown := {row.target for row in TABLE if row.source in reached} - reached:
        reached |= grown
    assert reached == set(MAKERS)


def test_a_transition_that_is_not_there_is_not_allowed() -> None:
    assert allowed("CLOSED", Event.ACTIVE_OPEN, "SYN-SENT")
    assert not allowed("TIME-WAIT", Event.SEGMENT, "ESTABLISHED")


def test_it_can_be_printed_and_drawn() -> None:
    assert len(render().splitlines()) == len(TABLE)
    assert "ESTABLISHED   --close / FIN--" in render()
    drawing = dot()
    assert drawing.startswith("digraph tcp {")
    assert '"FIN-WAIT-1" -> "CLOSING" [label="FIN / ACK"];' in drawing


def test_the_drawing_in_the_documentation_is_of_this_table() -> None:
    drawing = html.unescape((Path(__file__).parents[3] / "docs/tcp-states.svg").read_text())
    drawn = sorted(re.findall(r"<title>([A-Z0-9-]+)->([A-Z0-9-]+)</title>", drawing))
    arrows = sorted(re.findall(r'"([A-Z0-9-]+)" -> "([A-Z0-9-]+)"', dot()))
    assert drawn == arrows
    for label in re.findall(r'label="([^"]*)"', dot()):
        assert f">{label}<" in drawing
