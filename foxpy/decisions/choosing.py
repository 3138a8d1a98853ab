"""Which connection of a log is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from foxpy.layers.tcp.events import Delivered, Dropped, Sent, TcpEvent


class NoSuchConnection(ValueError):
    """A log has none, or not the one that is asked for, or several: says which."""


def by_connection(events: Iterable[TcpEvent]) -> dict[str, list[TcpEvent]]:
    """The events of each connection, in the order in which they begin; not what belonged to no connection."""
    found: dict[str, list[TcpEvent]] = {}
    for event in events:
        found.setdefault(event.connection, []).append(event)
    return {name: told for name, told in found.items() if not all(isinstance(event, Dropped) for event in told)}


def choose(found: Mapping[str, Sequence[TcpEvent]], wanted: str | None) -> Sequence[TcpEvent]:
    """The events of the connection that is ``wanted``: by its number in the list, or by a part of its name.

    None means the only one. Raises NoSuchConnection, which lists what there is.
    """
    if not found:
        raise NoSuchConnection("the log has no connection")
    names = list(found)
    if wanted is None:
        fitting = names
    elif wanted.isdecimal():
        fitting = [name for number, name in enumerate(names, 1) if str(number) == wanted]
    else:
        fitting = [name for name in names if name == wanted] or [name for name in names if wanted in name]
    if len(fitting) == 1:
        return found[fitting[0]]
    if wanted is None:
        problem = f"the log has {len(names)} connections"
    elif fitting:
        problem = f"{len(fitting)} connections are called something with {wanted!r}"
    else:
        problem = f"there is no connection {wanted!r}"
    raise NoSuchConnection(f"{problem}; choose one of\n{listing(found)}")


def listing(found: Mapping[str, Sequence[TcpEvent]], most: int = 40) -> str:
    """The connections, numbered, with what they moved."""
    lines = []
    for number, (name, events) in enumerate(found.items(), 1):
        if number > most:
            lines.append(f"  and {len(found) - most} more")
            break
        sent = sum(event.length for event in events if isinstance(event, Sent))
        received = sum(event.length for event in events if isinstance(event, Delivered))
        lines.append(f"  {number}  {name}: {sent:,} bytes sent, {received:,} received")
    return "\n".join(lines)
