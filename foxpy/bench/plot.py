"""Plots as SVG: ratios with their targets, or lines over what varies. Needs matplotlib, the extra ``bench``."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foxpy.bench.figures import Curves, Result, Row, Sense
from foxpy.bench.report import figure as shown
from foxpy.bench.settings import Refused

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OURS, THEIRS, GOOD, BAD, FAINT = "#1f5fa8", "#777777", "#2a7f3e", "#c0392b", "#bbbbbb"
COLOURS: Final = (OURS, THEIRS, "#c77b00", "#7a3b8f", GOOD)
MARKERS: Final = "osD^v"


def available() -> None:
    """Raises Refused where matplotlib is not installed: better before hours of measuring than after."""
    try:
        import matplotlib  # noqa: F401  # only whether it is there
    except ImportError:
        raise Refused("plots need matplotlib; run: pip install 'foxpy[bench]'") from None


def save(result: Result, path: Path) -> None:
    """Write the plot of ``result``: its curves where it has any, else its ratios. Raises Refused, OSError."""
    available()
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    with pyplot.rc_context(
        {"font.size": 9, "svg.fonttype": "none", "svg.hashsalt": "foxpy", "axes.spines.top": False,
         "axes.spines.right": False}
    ):  # fmt: skip
        if result.curves:
            figure, panels = pyplot.subplots(
                1, len(result.curves), figsize=(5.2 * len(result.curves) + 0.6, 3.8), squeeze=False
            )
            for axes, curves in zip(panels[0], result.curves, strict=True):
                _lines(axes, curves)
        else:
            beside = [row for row in result.rows if row.peer is not None]
            rates = [row for row in beside if not row.less_is_better]
            times = [row for row in beside if row.less_is_better]
            alone = [[row] for row in result.rows if row.peer is None]
            parts = [part for part in (rates, times, *alone) if part]
            heights = [1.2 + 0.32 * len(part) for part in parts]
            figure, panels = pyplot.subplots(
                len(parts), 1, figsize=(8.4, sum(heights)), height_ratios=heights, squeeze=False
            )
            for axes, part in zip(panels[:, 0], parts, strict=True):
                _figure(axes, part[0]) if part in alone else _ratios(axes, part)
        figure.suptitle(result.title, fontsize=11)
        figure.tight_layout()
        figure.savefig(path, format="svg", metadata={"Date": None})
        pyplot.close(figure)


def _lines(axes: Axes, curves: Curves) -> None:
    for line, colour, marker in zip(curves.lines, COLOURS, MARKERS, strict=False):
        axes.plot(line.xs, line.ys, color=colour, marker=marker, markersize=4, linewidth=1.4, label=line.name)
    if curves.logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)
    axes.set_xlabel(curves.x)
    axes.set_ylabel(curves.y)
    axes.grid(True, color="#eeeeee", linewidth=0.6)
    axes.legend(frameon=False)


def _ratios(axes: Axes, rows: list[Row]) -> None:
    """A dot for the median, a line for the spread, a bar across for the target; a logarithmic axis."""
    for place, row in enumerate(rows):
        found = row.ratios
        if found is None:
            continue  # the peer did nothing in any round
        middle = statistics.median(found)
        colour = {None: OURS, True: GOOD, False: BAD}[row.met]
        axes.plot(
            [min(found), max(found)], [place, place], color=colour, linewidth=3, alpha=0.35, solid_capstyle="butt"
        )
        axes.plot([middle], [place], marker="o", color=colour, markersize=5)
        axes.annotate(shown(middle), (middle, place), (0, 5), textcoords="offset points", ha="center", fontsize=7)
        if row.target is not None:
            good_right = row.target.sense is Sense.AT_LEAST
            axes.plot([row.target.figure], [place], marker=">" if good_right else "<", color="black", markersize=4)
    axes.axvline(1.0, color=FAINT, linewidth=0.8, zorder=0)
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [f"{row.name} / {row.peer_name}" for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.8)
    low, high = axes.get_xlim()
    axes.xaxis.set_major_formatter(_plainly)
    axes.xaxis.set_minor_formatter(_plainly if high < 10 * low else _not)
    better = "less is better" if rows[0].less_is_better else "more is better"
    axes.set_xlabel(f"foxpy / the other: {better}; triangles are targets", fontsize=8)
    axes.grid(True, axis="x", which="major", color="#eeeeee", linewidth=0.6)
    axes.set_axisbelow(True)


def _plainly(value: float, place: float) -> str:
    return f"{value:g}"


def _not(value: float, place: float) -> str:
    return ""


def _figure(axes: Axes, row: Row) -> None:
    """A bar from zero for what has no peer, with its spread, and a line for the target."""
    colour = {None: OURS, True: GOOD, False: BAD}[row.met]
    middle = statistics.median(row.ours)
    axes.barh([row.name], [middle], color=colour, height=0.5, alpha=0.8)
    axes.plot([min(row.ours), max(row.ours)], [0, 0], color="black", linewidth=1.5)
    if row.target is not None:
        axes.axvline(row.target.figure, color="black", linewidth=0.8)
        axes.annotate(
            str(row.target), (row.target.figure, 0.4), (-3, 0), textcoords="offset points", fontsize=7, ha="right"
        )
    axes.set_ylim(-0.6, 0.8)
    axes.set_xlabel(row.unit)
