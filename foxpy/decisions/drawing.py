"""The plot of one connection: the time-sequence graph that tcptrace draws, windows, round trips, delivery rate.

Needs matplotlib, the extra ``plot``. The same log gives the same file, byte for byte.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from foxpy.decisions.series import Bars, Line, Series, largest, spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SENT, AGAIN, ACKED, WINDOW, SACKED = "#1f5fa8", "#c0392b", "#2a7f3e", "#c77b00", "#7a3b8f"
FAINT, REPAIR = "#bbbbbb", "#fbe9e7"


class Missing(Exception):
    """matplotlib is not installed."""


def available() -> None:
    """Raises Missing, with the remedy, where plots cannot be drawn."""
    try:
        import matplotlib  # noqa: F401  # only whether it is there
    except ImportError:
        raise Missing("plots need matplotlib; run: pip install 'foxpy[plot]'") from None


def draw(found: Series, path: Path) -> None:
    """Write the plot to ``path`` as SVG. Raises Missing, OSError."""
    available()
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot
    from matplotlib.ticker import EngFormatter

    with pyplot.rc_context(
        {"font.size": 8, "svg.fonttype": "none", "svg.hashsalt": "foxpy", "axes.spines.top": False,
         "axes.spines.right": False}
    ):  # fmt: skip
        panels = [_sequence, _windows, _round_trips, _rate] if found.sender else [_sequence, _rate]
        heights = [3.2, 1.6, 1.3, 1.3] if found.sender else [3.2, 1.3]
        figure, axes = pyplot.subplots(
            len(panels), 1, figsize=(9.0, sum(heights) + 1.0), height_ratios=heights, sharex=True, squeeze=False
        )
        for place, panel in zip(axes[:, 0], panels, strict=True):
            _mark(place, found)
            panel(place, found)
            place.grid(True, color="#eeeeee", linewidth=0.6)
            place.set_axisbelow(True)
            if place.get_legend_handles_labels()[0]:
                place.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(1.0, 1.0))
            unit = {_rate: "bit/s", _round_trips: "s"}.get(panel, "B")
            place.yaxis.set_major_formatter(EngFormatter(unit=unit))
            place.set_ylim(bottom=0 if panel is not _sequence else None)
        axes[-1, 0].set_xlabel("seconds since the connection began")
        figure.suptitle(found.connection, fontsize=9)
        figure.tight_layout()
        figure.savefig(path, format="svg", metadata={"Date": None})
        pyplot.close(figure)


def _mark(axes: Axes, found: Series) -> None:
    """What every panel shows: when losses were repaired, when the timer went off."""
    for began, ended in found.repairs:
        axes.axvspan(began, ended, color=REPAIR, linewidth=0, zorder=0)
    for time in found.timeouts:
        axes.axvline(time, color=AGAIN, linewidth=0.7, linestyle=":", zorder=1)


def _sequence(axes: Axes, found: Series) -> None:
    _step(axes, found.edge, WINDOW, "receive window" if found.sender else "our window")
    _step(axes, found.acked, ACKED, "acknowledged")
    _bars(axes, found.ahead, SACKED, "SACKed" if found.sender else "early", 0.9)
    _bars(axes, found.new, SENT, "sent" if found.sender else "delivered", 1.4)
    _bars(axes, found.again, AGAIN, "sent again", 1.8)
    axes.plot(found.again.times, found.again.starts, ".", color=AGAIN, markersize=3)  # to be seen from afar
    axes.set_ylabel("sequence number")
    numbers = [*found.new.ends, *found.again.ends, *(int(value) for value in found.acked.values)]
    if numbers:
        starts = [*found.new.starts, *found.again.starts, *(int(value) for value in found.acked.values)]
        least, most = min(starts), max(numbers)
        # a window far larger than what is sent into it would press everything else to the ground
        top = min(most + 0.35 * (most - least), largest((found.edge,)) or most)
        axes.set_ylim(least - 0.03 * (most - least) - 1, max(top, most) + 0.03 * (most - least) + 1)


def _windows(axes: Axes, found: Series) -> None:
    _step(axes, found.flight, FAINT, "in flight")
    _step(axes, found.cwnd, SENT, "congestion window")
    _step(axes, found.ssthresh, AGAIN, "threshold", linestyle="--")
    axes.set_ylabel("windows")
    most = largest((found.flight, found.cwnd))
    if most:
        axes.set_ylim(top=1.1 * most)


def _round_trips(axes: Axes, found: Series) -> None:
    samples = found.samples
    if samples.times:
        # short bars, all in one line: as many markers would take five times the room
        half = 0.005 * largest((samples, found.rto))
        dots = Bars(samples.times, [each - half for each in samples.values], [each + half for each in samples.values])
        _bars(axes, dots, FAINT, "samples", 2.0)
    _step(axes, found.srtt, SENT, "smoothed")
    _step(axes, found.rto, AGAIN, "timeout", linestyle="--")
    axes.set_ylabel("round trip")


def _rate(axes: Axes, found: Series) -> None:
    rate = found.rate
    if rate.times:
        bits = [8 * value for value in rate.values]
        axes.plot(rate.times, bits, color=ACKED, linewidth=1.0, label="delivered")
    axes.set_ylabel("rate")


def _step(axes: Axes, line: Line, colour: str, label: str, linestyle: str = "-") -> None:
    if line.times:
        axes.plot(
            line.times,
            line.values,
            color=colour,
            linewidth=1.0,
            linestyle=linestyle,
            drawstyle="steps-post",
            label=label,
        )


def _bars(axes: Axes, bars: Bars, colour: str, label: str, width: float) -> None:
    if bars.times:
        axes.plot(*spread(bars), color=colour, linewidth=width, solid_capstyle="butt", label=label)
