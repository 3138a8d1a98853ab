"""The transitions of a connection, as a table: what ``transitions.py`` may do, and what the documentation draws.

``render()`` prints it, ``dot()`` gives the drawing of RFC 9293's figure 5 for Graphviz. The tests check that every
transition they see is in the table, and that they see every transition that is in it.
"""

from __future__ import annotations

import enum
from typing import Final, NamedTuple


class Event(enum.Enum):
    """What can happen to a connection ([9293] section 3.10)."""

    ACTIVE_OPEN = "active open"
    PASSIVE_OPEN = "SYN to a listener"
    CLOSE = "close"
    ABORT = "abort"
    SEGMENT = "segment"
    TIMEOUT = "timeout"
    UNREACHABLE = "ICMP error"


class Transition(NamedTuple):
    """One arrow. ``label`` says what makes it happen, and after the slash what is sent."""

    source: str
    event: Event
    target: str
    label: str


TABLE: Final[tuple[Transition, ...]] = (
    # opening
    Transition("CLOSED", Event.ACTIVE_OPEN, "SYN-SENT", "open / SYN"),
    Transition("CLOSED", Event.PASSIVE_OPEN, "SYN-RECEIVED", "SYN to a listener / SYN,ACK"),
    Transition("SYN-SENT", Event.SEGMENT, "ESTABLISHED", "SYN,ACK / ACK"),
    Transition("SYN-SENT", Event.SEGMENT, "CLOSE-WAIT", "SYN,ACK,FIN / ACK"),
    Transition("SYN-SENT", Event.SEGMENT, "SYN-RECEIVED", "SYN / SYN,ACK"),
    Transition("SYN-SENT", Event.SEGMENT, "CLOSED", "RST,ACK"),
    Transition("SYN-SENT", Event.CLOSE, "CLOSED", "close"),
    Transition("SYN-SENT", Event.ABORT, "CLOSED", "abort"),
    Transition("SYN-SENT", Event.TIMEOUT, "CLOSED", "R2"),
    Transition("SYN-SENT", Event.UNREACHABLE, "CLOSED", "hard error"),
    Transition("SYN-RECEIVED", Event.SEGMENT, "ESTABLISHED", "ACK of SYN"),
    Transition("SYN-RECEIVED", Event.SEGMENT, "FIN-WAIT-1", "ACK of SYN, closed meanwhile / FIN"),
    Transition("SYN-RECEIVED", Event.SEGMENT, "CLOSING", "ACK of SYN and FIN, closed meanwhile / FIN, ACK"),
    Transition("SYN-RECEIVED", Event.SEGMENT, "CLOSE-WAIT", "ACK of SYN and FIN / ACK"),
    Transition("SYN-RECEIVED", Event.SEGMENT, "CLOSED", "RST"),
    Transition("SYN-RECEIVED", Event.ABORT, "CLOSED", "abort / RST"),
    Transition("SYN-RECEIVED", Event.TIMEOUT, "CLOSED", "R2"),
    Transition("SYN-RECEIVED", Event.UNREACHABLE, "CLOSED", "hard error"),
    # open
    Transition("ESTABLISHED", Event.CLOSE, "FIN-WAIT-1", "close / FIN"),
    Transition("ESTABLISHED", Event.CLOSE, "CLOSED", "close with unread data / RST"),
    Transition("ESTABLISHED", Event.SEGMENT, "CLOSE-WAIT", "FIN / ACK"),
    Transition("ESTABLISHED", Event.SEGMENT, "CLOSED", "RST"),
    Transition("ESTABLISHED", Event.ABORT, "CLOSED", "abort / RST"),
    Transition("ESTABLISHED", Event.TIMEOUT, "CLOSED", "R2"),
    # we closed first
    Transition("FIN-WAIT-1", Event.SEGMENT, "FIN-WAIT-2", "ACK of FIN"),
    Transition("FIN-WAIT-1", Event.SEGMENT, "CLOSING", "FIN / ACK"),
    Transition("FIN-WAIT-1", Event.SEGMENT, "TIME-WAIT", "ACK of FIN, and FIN / ACK"),
    Transition("FIN-WAIT-1", Event.SEGMENT, "CLOSED", "RST"),
    Transition("FIN-WAIT-1", Event.CLOSE, "CLOSED", "close with unread data / RST"),
    Transition("FIN-WAIT-1", Event.ABORT, "CLOSED", "abort / RST"),
    Transition("FIN-WAIT-1", Event.TIMEOUT, "CLOSED", "R2"),
    Transition("FIN-WAIT-2", Event.SEGMENT, "TIME-WAIT", "FIN / ACK"),
    Transition("FIN-WAIT-2", Event.SEGMENT, "CLOSED", "RST"),
    Transition("FIN-WAIT-2", Event.CLOSE, "CLOSED", "close with unread data / RST"),
    Transition("FIN-WAIT-2", Event.ABORT, "CLOSED", "abort / RST"),
    Transition("FIN-WAIT-2", Event.TIMEOUT, "CLOSED", "nobody closes / RST"),
    # both closed at once
    Transition("CLOSING", Event.SEGMENT, "TIME-WAIT", "ACK of FIN"),
    Transition("CLOSING", Event.SEGMENT, "CLOSED", "RST"),
    Transition("CLOSING", Event.CLOSE, "CLOSED", "close with unread data / RST"),
    Transition("CLOSING", Event.ABORT, "CLOSED", "abort"),
    Transition("CLOSING", Event.TIMEOUT, "CLOSED", "R2"),
    # the peer closed first
    Transition("CLOSE-WAIT", Event.CLOSE, "LAST-ACK", "close / FIN"),
    Transition("CLOSE-WAIT", Event.CLOSE, "CLOSED", "close with unread data / RST"),
    Transition("CLOSE-WAIT", Event.SEGMENT, "CLOSED", "RST"),
    Transition("CLOSE-WAIT", Event.ABORT, "CLOSED", "abort / RST"),
    Transition("CLOSE-WAIT", Event.TIMEOUT, "CLOSED", "R2"),
    Transition("LAST-ACK", Event.SEGMENT, "CLOSED", "ACK of FIN"),
    Transition("LAST-ACK", Event.CLOSE, "CLOSED", "close with unread data / RST"),
    Transition("LAST-ACK", Event.ABORT, "CLOSED", "abort"),
    Transition("LAST-ACK", Event.TIMEOUT, "CLOSED", "R2"),
    # lingering
    Transition("TIME-WAIT", Event.TIMEOUT, "CLOSED", "2 MSL"),
    Transition("TIME-WAIT", Event.SEGMENT, "CLOSED", "RST, or SYN of a new connection"),
    Transition("TIME-WAIT", Event.ABORT, "CLOSED", "abort"),
)


def allowed(source: str, event: Event, target: str) -> bool:
    """Whether the table has this transition."""
    return any(row.source == source and row.event is event and row.target == target for row in TABLE)


def render() -> str:
    """The table as text, one transition a line."""
    return "\n".join(f"{row.source:<13} --{row.label + '-->':-<45} {row.target}" for row in TABLE)


STYLE: Final = (
    '  nodesep=0.6; ranksep=0.55; bgcolor="white";',
    '  node [shape=box, style="rounded,filled", fillcolor="#eef3fb", fontname="Helvetica", fontsize=12];',
    '  edge [fontname="Helvetica", fontsize=10];',
)


def dot() -> str:
    """The diagram for Graphviz. Ends that any state can come to (reset, abort, time-out) are left to the table.

    docs/tcp-states.svg: ``python -c 'from foxpy.layers.tcp.table import dot; print(dot())' | dot -Tsvg``
    """
    arrows = [
        f'  "{row.source}" -> "{row.target}" [label="{row.label}"];'
        for row in TABLE
        if row.target != "CLOSED" or row.label in ("ACK of FIN", "2 MSL", "close")
    ]
    return "\n".join(("digraph tcp {", *STYLE, *arrows, "}"))
