"""Transfers of a given size: completion time and goodput over loss, round trip, buffer, algorithm, competing flows."""

from __future__ import annotations

from itertools import product
from statistics import fmean
from typing import Final

import attrs

from foxpy.testing.lab import Lab, Uniform, jain
from simulations.experiment import Row, buffer, experiment, pair, using

SIZE: Final = 1_000_000
"""Bytes of each flow."""
SEEDS: Final = 2


@attrs.frozen
class Transfers:
    """So many flows begin within a tenth of a second."""

    algorithm: str
    flows: int
    rtt: float
    products: float
    loss: float


def row(cell: Transfers) -> Row:
    """The mean of a few seeds."""
    completions, lasts, goodputs, indices, again, waits = [], [], [], [], [], []
    for seed in range(1, SEEDS + 1):
        lab = Lab(seed, sampling=None, keep=0)
        a, b, link = pair(lab, cell.rtt, buffer(cell.rtt, cell.products), Uniform(cell.loss) if cell.loss else None)
        step = 0.1 / cell.flows
        flows = [lab.bulk(a, b, SIZE, at=number * step, tcp=using(cell.algorithm)) for number in range(cell.flows)]
        lab.run()
        completions.append(fmean(flow.duration for flow in flows))
        lasts.append(lab.now)
        goodputs.append(sum(flow.delivered for flow in flows) * 8 / lab.now / 1e6)
        indices.append(jain(flow.goodput for flow in flows))
        again.append(sum(flow.retransmissions for flow in flows))
        waits.append(link.there.info().queue.mean_delay * 1e3)
        lab.close()
    return (
        cell.algorithm,
        str(cell.flows),
        f"{cell.rtt * 1e3:.0f}",
        f"{cell.products:g}",
        f"{cell.loss:.1%}",
        f"{fmean(completions):.2f}",
        f"{fmean(lasts):.2f}",
        f"{fmean(goodputs):.2f}",
        f"{fmean(indices):.3f}",
        f"{fmean(again):.0f}",
        f"{fmean(waits):.1f}",
    )


TRANSFERS: Final = experiment(
    "transfers",
    f"{SIZE:,} bytes a flow over 10 Mbit/s, drop-tail; the mean of {SEEDS} runs",
    (
        "algorithm",
        "flows",
        "RTT ms",
        "buffer BDP",
        "loss",
        "completion s",
        "last s",
        "goodput Mbit/s",
        "Jain",
        "resent",
        "wait ms",
    ),
    tuple(
        Transfers(*values)
        for values in product(("newreno", "cubic", "vegas", "bbr"), (1, 4), (0.02, 0.1), (0.5, 2.0), (0.0, 0.001, 0.01))
    ),
    row,
    lambda cell: cell.flows == 1 and cell.rtt == 0.02 and cell.products == 2.0,
)
