"""The response function: the rate of one long flow against the probability of loss, beside what the RFCs reckon.

BBR is not among them: it takes no notice of losses at random, and would fill the link.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Final

import attrs

from foxpy.testing.lab import DropTail, Lab, Uniform
from simulations.experiment import Row, experiment, pair, using

RTT: Final = 0.1
RATE: Final = 1e9
"""More than any of them gets: nothing is queued."""
SINCE: Final = 5.0
TEXT: Final = 1448
"""Bytes of a segment's text, beside its timestamps."""


@attrs.frozen
class Response:
    """One flow."""

    algorithm: str
    loss: float
    until: float


def reno(loss: float) -> float:
    """Segments of the mean window: [9438] section 5.1, equation 5 with the constants of Reno."""
    return 1.2247 / math.sqrt(loss)


def cubic(loss: float, rtt: float) -> float:
    """[9438] section 5.1, equation 6; where Reno's is larger, CUBIC is as friendly (section 4.3)."""
    return max(1.054 * math.pow(rtt / loss, 0.75), reno(loss))


def row(cell: Response) -> Row:
    lab = Lab(1, keep=0)
    a, b, _ = pair(lab, RTT, DropTail(), Uniform(cell.loss), RATE)
    flow = lab.bulk(a, b, tcp=using(cell.algorithm))
    lab.run(until=cell.until)
    window = flow.goodput_between(SINCE, cell.until) * RTT / 8 / TEXT
    reckoned = {"newreno": reno(cell.loss), "cubic": cubic(cell.loss, RTT)}.get(cell.algorithm)
    return (
        cell.algorithm,
        f"{cell.loss:.2%}",
        f"{flow.goodput_between(SINCE, cell.until) / 1e6:.2f}",
        f"{window:.1f}",
        "-" if reckoned is None else f"{reckoned:.1f}",
        "-" if reckoned is None else f"{window / reckoned:.2f}",
    )


RESPONSE: Final = experiment(
    "response",
    f"One flow, {RTT * 1e3:.0f} ms, no bottleneck: the mean window in segments against the probability of loss",
    ("algorithm", "loss", "Mbit/s", "window", "RFC 9438", "ratio"),
    tuple(
        Response(name, loss, until)
        for name, (loss, until) in product(
            ("newreno", "cubic", "vegas"), ((0.03, 120.0), (0.01, 120.0), (0.003, 80.0), (0.001, 40.0))
        )
    ),
    row,
    lambda cell: cell.algorithm in ("newreno", "cubic") and cell.loss == 0.03,
)
