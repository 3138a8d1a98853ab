"""Flows that go on: what each gets, how fair that is, and the queue that they keep."""

from __future__ import annotations

from itertools import product
from typing import Final

import attrs

from foxpy.testing.lab import Lab, jain
from simulations.experiment import Row, buffer, experiment, pair, using

RTT: Final = 0.04
SINCE: Final = 5.0
UNTIL: Final = 20.0


@attrs.frozen
class Steady:
    """One flow for each name, begun one half second after the other."""

    algorithms: tuple[str, ...]
    products: float


def row(cell: Steady) -> Row:
    lab = Lab(1, keep=0)
    a, b, link = pair(lab, RTT, buffer(RTT, cell.products))
    flows = [lab.bulk(a, b, at=number / 2, tcp=using(name)) for number, name in enumerate(cell.algorithms)]
    lab.run(until=SINCE)
    link.there.queue.forget(SINCE)
    before = link.there.info()
    lab.run(until=UNTIL)
    info = link.there.info()
    goodputs = [flow.goodput_between(SINCE, UNTIL) / 1e6 for flow in flows]
    names = list(dict.fromkeys(cell.algorithms))
    return (
        " + ".join(f"{cell.algorithms.count(name)} {name}" for name in names),
        f"{cell.products:g}",
        " + ".join(
            f"{sum(goodput for goodput, its in zip(goodputs, cell.algorithms, strict=True) if its == name):.2f}"
            for name in names
        ),
        f"{sum(goodputs):.2f}",
        f"{jain(goodputs):.3f}",
        f"{info.queue.mean_delay * 1e3:.1f}",
        f"{info.queue.peak_delay * 1e3:.1f}",
        f"{(info.queue.dropped - before.queue.dropped) / max(1, info.sent - before.sent):.2%}",
    )


COLUMNS: Final = ("flows", "buffer BDP", "Mbit/s", "together", "Jain", "wait ms", "peak ms", "dropped")

EQUALS: Final = experiment(
    "equals",
    f"Flows of one algorithm over 10 Mbit/s and {RTT * 1e3:.0f} ms, drop-tail, from second {SINCE:.0f} to {UNTIL:.0f}",
    COLUMNS,
    tuple(
        Steady((name,) * count, products)
        for name, count, products in product(("newreno", "cubic", "vegas", "bbr"), (1, 2, 4), (0.5, 2.0))
    ),
    row,
    lambda cell: len(cell.algorithms) == 1 and cell.products == 2.0,
)

RIVALS: Final = experiment(
    "rivals",
    f"Two flows of one algorithm against two of another over 10 Mbit/s and {RTT * 1e3:.0f} ms, drop-tail",
    COLUMNS,
    tuple(
        Steady((one, other, one, other), products)
        for (one, other), products in product(
            (("newreno", "cubic"), ("vegas", "cubic"), ("bbr", "cubic"), ("vegas", "newreno"), ("bbr", "newreno")),
            (0.5, 2.0),
        )
    ),
    row,
    lambda cell: not cell.algorithms,
)
