"""What a run found, as text for people and as JSON for programs."""

from __future__ import annotations

import json
import statistics
import textwrap
from collections.abc import Sequence

from foxpy.bench.figures import Result, Row
from foxpy.bench.machine import machine
from foxpy.bench.table import table

WIDTH = 110


def as_json(results: Sequence[Result]) -> str:
    """A list of objects; see ``Row.as_json``. Each says what it was measured on, too."""
    where = machine()
    return json.dumps([{**row.as_json(), "machine": where} for result in results for row in result.rows], indent=2)


def as_text(result: Result) -> str:
    parts = [result.title + "\n" + "=" * len(result.title), textwrap.fill(result.how, WIDTH)]
    if result.rows:
        parts.append(rows_table(result.rows))
    parts += [f"{each.title}\n\n{table(each.head, each.rows)}" for each in result.tables]
    if result.notes:
        parts.append("\n".join(textwrap.fill(note, WIDTH, subsequent_indent="  ") for note in result.notes))
    parts += left_out(result)
    return "\n\n".join(parts) + "\n"


def left_out(result: Result) -> list[str]:
    """Who is, and why: a line or two for each."""
    return [textwrap.fill(f"left out: {name}: {reason}", WIDTH) for name, reason in result.left_out.items()]


def machine_text() -> str:
    return "\n".join(f"{name:>7}: {value}" for name, value in machine().items())


def rows_table(rows: Sequence[Row]) -> str:
    head = ["median of rounds", "foxpy", "beside", "", "ratio", "rounds", "target", ""]
    return table(head, [_cells(row) for row in rows])


def _cells(row: Row) -> list[str]:
    found = row.ratios
    judged = row.judged
    spread = "" if judged is None else f"{figure(min(judged))} .. {figure(max(judged))}"
    return [
        row.name,
        f"{figure(statistics.median(row.ours))} {row.unit}",
        row.peer_name or "",
        "" if row.peer is None else f"{figure(statistics.median(row.peer))} {row.unit}",
        "" if found is None else figure(statistics.median(found)),
        spread,
        "" if row.target is None else str(row.target),
        {None: "", True: "met", False: "MISSED"}[row.met],
    ]


def figure(value: float) -> str:
    """Three digits that mean something, and no exponent."""
    size = abs(value)
    if size >= 100 or value == 0:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 1 else f"{value:.3g}"
