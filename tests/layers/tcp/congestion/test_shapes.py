"""The algorithms in the laboratory: what each gets against loss, beside others, and the queue that it keeps.

The figures are those of the RFCs and papers, in shape: within what one seed may be off.
"""

from __future__ import annotations

import math

import attrs
import pytest

from foxpy.layers.tcp import TcpConfig
from foxpy.testing.lab import DropTail, Lab, Uniform, assert_goodput

MSS = 1448
"""With timestamps."""


@attrs.frozen
class Outcome:
    shares: list[float]
    """Of the rate of the link, in the second half of the run."""
    queue: float
    """Mean packets, then."""


def outcome(
    *names: str,
    rate: float = 4e6,
    delay: float = 0.02,
    queue: int = 60,
    loss: float = 0.0,
    seconds: float = 20.0,
    seed: int = 1,
) -> Outcome:
    """Flows in one direction of one link, begun two seconds apart."""
    lab = Lab(seed)
    one, other = lab.host("one"), lab.host("other")
    link = lab.link(one, other, rate=rate, delay=delay, queue=DropTail(packets=queue), loss=Uniform(loss))
    flows = [
        lab.bulk(one, other, at=2.0 * number, tcp=TcpConfig(congestion_control=name))
        for number, name in enumerate(names)
    ]
    lab.run(until=seconds / 2)
    before = [flow.delivered for flow in flows]
    lab.run(until=seconds)
    shares = [8 * (flow.delivered - had) / rate / (seconds / 2) for flow, had in zip(flows, before, strict=True)]
    held = [sample.packets for sample in link.there.samples if sample.time > seconds / 2]
    lab.close()
    return Outcome(shares, sum(held) / len(held))


def window(name: str, loss: float, round_trip: float, seconds: float) -> float:
    """The mean window in segments on a path that loses so much, and is too fast to be filled."""
    rate = 50e6
    got = outcome(name, rate=rate, delay=round_trip / 2, queue=1000, loss=loss, seconds=seconds)
    return got.shares[0] * rate / 8 * round_trip / MSS


# -- against loss


@pytest.mark.parametrize("name", ["newreno", "cubic", "vegas"])
def test_on_short_paths_the_window_is_that_of_the_root(name: str) -> None:
    """Mathis et al.: sqrt(3/2) / sqrt(p); in RFC 9438, section 4.3, CUBIC is made to have the same."""
    loss = 0.01
    assert window(name, loss, 0.05, 40.0) == pytest.approx(math.sqrt(1.5 / loss), rel=0.35)


@pytest.mark.slow
def test_cubic_has_more_on_long_paths() -> None:
    """RFC 9438, section 5.1, equation 5: the three-quarter power, with C = 0.4 a factor of 1.054.

    A loss comes every four seconds: it takes minutes until they are many enough for a mean.
    """
    loss, round_trip, seconds = 0.0005, 0.2, 240.0
    cubic = window("cubic", loss, round_trip, seconds)
    assert cubic == pytest.approx(1.054 * (round_trip / loss) ** 0.75, rel=0.3)
    assert cubic > 1.2 * math.sqrt(1.5 / loss)  # what NewReno comes to, however long the path is


def test_bbr_takes_no_loss_for_congestion() -> None:
    """Where 3 % are lost it delivers nearly all that the link lets through."""
    (bbr,) = outcome("bbr", loss=0.03).shares
    (cubic,) = outcome("cubic", loss=0.03).shares
    assert bbr > 0.8
    assert cubic < 0.7 * bbr


# -- alone


@pytest.mark.parametrize("name", ["newreno", "cubic", "vegas", "bbr"])
def test_each_fills_a_clean_link(name: str) -> None:
    assert outcome(name).shares[0] > 0.9


def test_slow_start_fills_a_path_that_holds_more_than_its_queue() -> None:
    """625 kB on the way and 200 kB in the queue: bursts of half a window would overflow it at 400 kB, twice."""
    with Lab(1) as lab:
        one, other = lab.host("one"), lab.host("other")
        lab.link(one, other, rate=50e6, delay=0.05, queue=DropTail(size=200_000))
        flow = lab.bulk(one, other, 10_000_000, tcp=TcpConfig(congestion_control="cubic"))
        lab.run()
        assert_goodput(flow, at_least=0.66 * 50e6)


def test_vegas_and_bbr_keep_the_queue_short() -> None:
    """Vegas two to four segments; BBR its quanta. CUBIC fills what there is."""
    cubic = outcome("cubic").queue
    assert outcome("vegas").queue < 8
    assert outcome("bbr").queue < cubic / 4
    assert cubic > 20


# -- beside others


@pytest.mark.parametrize(
    ("name", "least"), [("newreno", 0.85), ("cubic", 0.85), ("bbr", 0.9), ("vegas", 0.75)], ids=str
)
def test_equals_share(name: str, least: float) -> None:
    """Jain's index. Of two Vegas, the one that begins later takes the queue of the other for its base."""
    shares = outcome(name, name, queue=25, seconds=30.0).shares
    assert sum(shares) > 0.9
    assert sum(shares) ** 2 / (2 * sum(share * share for share in shares)) > least


def test_cubic_beside_newreno_on_a_short_path() -> None:
    """RFC 9438, section 4.3: friendly there."""
    shares = outcome("cubic", "newreno", queue=25, seconds=30.0).shares
    assert min(shares) > 0.25


def test_vegas_gives_way() -> None:
    """To who fills the queue; a known weakness, and why it is for paths of one's own."""
    cubic, vegas = outcome("cubic", "vegas", queue=30, seconds=20.0).shares
    assert cubic > vegas > 0.02


def test_bbr_and_cubic_live_beside_each_other() -> None:
    shares = outcome("cubic", "bbr", seconds=30.0).shares
    assert sum(shares) > 0.9
    assert min(shares) > 0.1
