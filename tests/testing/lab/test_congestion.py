"""What the congestion controls do on links: the shapes that their papers and RFCs promise.

Figures of all of them are in benchmarks/netsim/.
"""

from __future__ import annotations

import math
from typing import Final

import attrs
import pytest

from foxpy.layers.tcp import TcpConfig
from foxpy.testing.lab import (
    CoDel,
    Discipline,
    DropTail,
    Flow,
    Lab,
    Link,
    Loss,
    Red,
    Uniform,
    assert_fair,
    assert_goodput,
    assert_queue,
)

PLENTY: Final = TcpConfig(receive_buffer=4 << 20, initial_receive_window=4 << 20)
"""Windows that leave the decision to congestion control alone."""


@attrs.frozen
class Run:
    """What was seen from ``since`` on."""

    flows: list[Flow]
    link: Link
    since: float

    @property
    def goodputs(self) -> list[float]:
        return [flow.goodput_between(self.since, flow.now) for flow in self.flows]

    @property
    def wait(self) -> float:
        """The mean wait in the queue."""
        return self.link.there.info().queue.mean_delay


def running(
    *algorithms: str,
    until: float,
    since: float,
    rate: float,
    rtt: float,
    queue: Discipline,
    config: TcpConfig = PLENTY,
    loss: Loss | None = None,
    mtu: int = 1500,
) -> Run:
    """Endless flows over one link, half a second apart."""
    lab = Lab(seed=1, sampling=0.25)
    a, b = lab.host("a", tcp=config), lab.host("b", tcp=config)
    link = lab.link(a, b, rate=rate, delay=rtt / 2, queue=queue, loss=loss, mtu=mtu)
    flows: list[Flow] = [
        lab.bulk(a, b, at=number / 2, tcp=attrs.evolve(config, congestion_control=name))
        for number, name in enumerate(algorithms)
    ]
    lab.run(until=since)
    link.there.queue.forget(since)
    lab.run(until=until)
    return Run(flows, link, since)


# -- one flow


@pytest.mark.slow
def test_cubic_fills_a_gigabit_over_a_tenth_of_a_second() -> None:
    run = running(
        "cubic",
        until=4.0,
        since=2.0,
        rate=1e9,
        rtt=0.1,
        queue=DropTail(size=12_500_000),
        config=TcpConfig(),
        mtu=9000,
    )
    assert_goodput(run.flows[0], 0.9e9, since=run.since)


@pytest.mark.parametrize("loss", [0.001, 0.01])
@pytest.mark.parametrize("algorithm", ["newreno", "cubic"])
def test_the_window_follows_the_response_function(algorithm: str, loss: float) -> None:
    """[9438] section 5.1: Reno's mean window is sqrt(1.5 / p), CUBIC's 1.054 (RTT / p) ^ 0.75 where that is more."""
    run = running(algorithm, until=40.0, since=5.0, rate=1e9, rtt=0.1, queue=DropTail(), loss=Uniform(loss))
    expected = math.sqrt(1.5 / loss)
    if algorithm == "cubic":
        expected = max(expected, 1.054 * math.pow(0.1 / loss, 0.75))
    window = run.goodputs[0] * 0.1 / 8 / 1448
    assert 0.7 * expected < window < 1.5 * expected


def test_losses_that_are_nobodys_fault_do_not_stop_bbr() -> None:
    bbr, cubic = (
        running(name, until=12.0, since=3.0, rate=10e6, rtt=0.04, queue=DropTail(packets=100), loss=Uniform(0.01))
        for name in ("bbr", "cubic")
    )
    assert bbr.goodputs[0] > 8e6
    assert bbr.goodputs[0] > 2 * cubic.goodputs[0]


def test_vegas_and_bbr_keep_a_shorter_queue_than_cubic() -> None:
    """A queue of four bandwidth-delay products: CUBIC fills it, Vegas keeps a few segments in it, BBR less than one
    product ([Vegas] section 4; [BBR] section 4.6.3)."""
    runs = {
        name: running(name, until=12.0, since=4.0, rate=10e6, rtt=0.04, queue=DropTail(packets=132))
        for name in ("cubic", "vegas", "bbr")
    }
    for run in runs.values():
        assert_goodput(run.flows[0], 0.85 * 10e6, since=run.since)
    assert runs["cubic"].wait > 0.08
    assert_queue(runs["vegas"].link.there, mean=0.02)
    assert_queue(runs["bbr"].link.there, mean=0.04)
    assert runs["vegas"].flows[0].retransmissions == 0


# -- many flows


@pytest.mark.parametrize(("algorithm", "index"), [("newreno", 0.9), ("cubic", 0.9), ("vegas", 0.8), ("bbr", 0.85)])
def test_equals_share_a_link(algorithm: str, index: float) -> None:
    run = running(*[algorithm] * 3, until=30.0, since=8.0, rate=5e6, rtt=0.04, queue=DropTail(packets=33))
    assert_fair(run.flows, index, since=run.since)
    assert sum(run.goodputs) > 0.9 * 5e6


def test_cubic_is_friendly_to_reno_on_a_short_path() -> None:
    """[9438] section 4.3: where Reno does well, CUBIC does as it does."""
    run = running("cubic", "newreno", until=40.0, since=10.0, rate=5e6, rtt=0.02, queue=DropTail(packets=17))
    assert_fair(run.flows, 0.8, since=run.since)


# -- ECN


@pytest.mark.parametrize("queue", [CoDel(), Red(packets=200)], ids=["codel", "red"])
def test_marks_do_what_drops_do_and_nothing_is_sent_again(queue: Discipline) -> None:
    asking = attrs.evolve(PLENTY, ecn="always")
    run = running("cubic", until=10.0, since=3.0, rate=5e6, rtt=0.04, queue=queue, config=asking)
    info = run.link.there.info().queue
    assert info.marked > 5
    assert info.dropped == run.flows[0].retransmissions == 0
    assert run.wait < 0.03
    assert_goodput(run.flows[0], 0.8 * 5e6, since=run.since)


def test_who_does_not_ask_for_marks_gets_none() -> None:
    run = running("cubic", until=10.0, since=3.0, rate=5e6, rtt=0.04, queue=CoDel())
    info = run.link.there.info().queue
    assert info.marked == 0
    assert info.dropped > 5
