"""The arithmetic of measuring: medians of rounds, ratios within a round, targets and whether they are met."""

from __future__ import annotations

import enum
import statistics
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import attrs

Samples: TypeAlias = Sequence[float]
"""One figure for each round."""


class Sense(enum.Enum):
    """Which side of a target is the good one."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


@attrs.frozen
class Target:
    """What a measurement is to reach: of the ratio to the peer, or of our own figure where there is no peer."""

    sense: Sense
    figure: float

    def met(self, value: float) -> bool:
        return value >= self.figure if self.sense is Sense.AT_LEAST else value <= self.figure

    def __str__(self) -> str:
        return f"{self.sense.value} {self.figure:g}"


def at_least(figure: float) -> Target:
    return Target(Sense.AT_LEAST, figure)


def at_most(figure: float) -> Target:
    return Target(Sense.AT_MOST, figure)


def ratios(ours: Samples, peer: Samples) -> list[float]:
    """The ratio of each round in which the peer did anything. Raises ValueError where one has more rounds."""
    return [one / other for one, other in zip(ours, peer, strict=True) if other]


def slope(xs: Samples, ys: Samples) -> tuple[float, float]:
    """The straight line through the points by least squares: what one more of ``xs`` adds, and what 0 of it takes.

    Raises ValueError where all ``xs`` are one.
    """
    middle, height = statistics.fmean(xs), statistics.fmean(ys)
    spread = sum((x - middle) ** 2 for x in xs)
    if not spread:
        raise ValueError("a line needs points at two places")
    rise = sum((x - middle) * (y - height) for x, y in zip(xs, ys, strict=True)) / spread
    return rise, height - rise * middle


@attrs.frozen
class Row:
    """One measurement beside one peer, or alone."""

    name: str
    unit: str
    ours: Samples
    peer_name: str | None = None
    peer: Samples | None = None
    target: Target | None = None

    @property
    def less_is_better(self) -> bool:
        """Times and sizes; all else are rates."""
        return self.unit in ("us", "ns", "ns/byte", "bytes")

    @property
    def ratios(self) -> list[float] | None:
        """None without a peer, or with one that did nothing in any round."""
        return None if self.peer is None else ratios(self.ours, self.peer) or None

    @property
    def judged(self) -> Samples | None:
        """What a target is about: the ratios, or our own figures where there is no peer."""
        return self.ours if self.peer is None else self.ratios

    @property
    def met(self) -> bool | None:
        """Whether the median reaches the target; None where there is none, or nothing to judge."""
        judged = self.judged
        return None if self.target is None or judged is None else self.target.met(statistics.median(judged))

    def as_json(self) -> dict[str, object]:
        """Medians; ``spread`` is the smallest and the largest of what is judged, the ratio or else our own figure."""
        found, judged = self.ratios, self.judged
        return {
            "name": self.name,
            "ours": statistics.median(self.ours),
            "peer_name": self.peer_name,
            "peer": None if self.peer is None else statistics.median(self.peer),
            "unit": self.unit,
            "ratio": None if found is None else statistics.median(found),
            "target": None if self.target is None else str(self.target),
            "met": self.met,
            "spread": None if judged is None else [min(judged), max(judged)],
            "rounds": len(self.ours),
        }


@attrs.frozen
class Line:
    """Medians over something that varies, for a plot."""

    name: str
    xs: Samples
    ys: Samples


@attrs.frozen
class Curves:
    """Lines of one plot, and what its axes are."""

    x: str
    y: str
    lines: Sequence[Line]
    logarithmic: bool = False


@attrs.frozen
class Table:
    """A table that is not one of ratios."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@attrs.frozen
class Result:
    """What a subcommand has found."""

    title: str
    rows: Sequence[Row]
    how: str
    """What was done, in a sentence or two: what a reader must know to believe it."""
    curves: Sequence[Curves] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    left_out: Mapping[str, str] = attrs.field(factory=dict)
    """Peers that could not be measured, and the reason."""
