"""An experiment: cells that are independent of each other, each of which becomes one line of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, TypeAlias, TypeVar

import attrs

from foxpy.layers.tcp import TcpConfig
from foxpy.testing.lab import Discipline, DropTail, Host, Lab, Link, Loss

Cell = TypeVar("Cell")
Row: TypeAlias = tuple[str, ...]

RATE: Final = 10e6
"""Bits a second of the bottleneck: what happens does not depend on it, but what it costs to try does."""
FRAME: Final = 1514


def buffer(rtt: float, products: float, rate: float = RATE) -> Discipline:
    """Drop-tail of so many bandwidth-delay products, and of two frames at least."""
    return DropTail(packets=max(2, round(products * rate * rtt / 8 / FRAME)))


def pair(
    lab: Lab, rtt: float, queue: Discipline, loss: Loss | None = None, rate: float = RATE
) -> tuple[Host, Host, Link]:
    """Two hosts with one link between them; what is queued and lost is so on the way there alone. Their windows are
    as large as what a path of this size can hold, so that congestion control alone decides."""
    window = TcpConfig(receive_buffer=4 << 20, initial_receive_window=4 << 20)
    a, b = lab.host("a", tcp=window), lab.host("b", tcp=window)
    link = lab.link(a, b, rate=rate, delay=rtt / 2, queue=queue, loss=loss)
    return a, b, link


def using(algorithm: str) -> TcpConfig:
    """The settings of a connection with this congestion control."""
    return TcpConfig(congestion_control=algorithm, receive_buffer=4 << 20, initial_receive_window=4 << 20)


@attrs.frozen
class Experiment:
    """One table."""

    name: str
    """Of the file, without .txt."""
    about: str
    columns: tuple[str, ...]
    cells: tuple[Callable[[], Row], ...]
    """Each tries one cell, and gives its line."""
    fast: frozenset[int]
    """The numbers of those that a test tries again."""


def experiment(
    name: str,
    about: str,
    columns: tuple[str, ...],
    cells: Iterable[Cell],
    row: Callable[[Cell], Row],
    fast: Callable[[Cell], bool],
) -> Experiment:
    """``row`` tries one of ``cells``; ``fast`` says whether it is one that a test tries again."""
    found = tuple(cells)
    numbers = frozenset(number for number, cell in enumerate(found) if fast(cell))
    return Experiment(name, about, columns, tuple(partial(row, cell) for cell in found), numbers)


def table(experiment: Experiment, rows: dict[int, Row]) -> Iterator[str]:
    """The lines of the table's file, for the rows by number."""
    yield f"# {experiment.about}"
    yield f"# python benchmarks/netsim.py {experiment.name}"
    lines = [experiment.columns, *(rows[number] for number in sorted(rows))]
    widths = [max(len(line[column]) for line in lines) for column in range(len(experiment.columns))]
    for line in lines:
        yield "  ".join(value.rjust(width) for value, width in zip(line, widths, strict=True))
