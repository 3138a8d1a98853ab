"""Flows: what each kind does, and what is measured of it."""

from __future__ import annotations

import gc
import itertools

import pytest

from foxpy.layers.tcp import TcpConfig, TcpPattern
from foxpy.testing.lab import DropTail, Flow, Host, Lab, Series, Uniform


def pair(lab: Lab, *, rate: float = 10e6, loss: float = 0.0) -> tuple[Host, Host]:
    a, b = lab.host("a"), lab.host("b")
    lab.link(a, b, rate=rate, delay=0.01, queue=DropTail(packets=50), loss=Uniform(loss))
    return a, b


@pytest.mark.parametrize("size", [0, 1, 1460, 65521, 65522, 1_000_000])
def test_a_transfer_of_any_size(size: int) -> None:
    lab = Lab(seed=1)
    a, b = pair(lab)
    flow = lab.bulk(a, b, size)
    lab.run()
    assert flow.delivered == size
    assert flow.opener is not None
    assert flow.opener.received == 0


def test_many_transfers_at_once_through_a_bad_link() -> None:
    lab = Lab(seed=1)
    a, b = pair(lab, loss=0.03)
    flows = [lab.bulk(a, b, 20_000 + number, at=number / 50) for number in range(20)]
    lab.run()
    assert [flow.delivered for flow in flows] == [20_000 + number for number in range(20)]
    assert all(flow.finished is not None for flow in flows)


def test_a_flow_begins_when_it_is_told() -> None:
    lab = Lab(seed=1)
    a, b = pair(lab)
    flow = lab.bulk(a, b, 1000, at=3.0)
    lab.run(until=2.9)
    assert (flow.started, flow.duration) == (None, 0.0)
    lab.run()
    assert flow.started == 3.0
    assert flow.duration < 0.2


def test_requests_and_replies() -> None:
    lab = Lab(seed=1)
    a, b = pair(lab)
    flow = lab.requests(a, b, 30, request=100, reply=5000, think=0.1)
    lab.run()
    assert flow.answered == len(flow.latencies) == 30
    assert flow.delivered == 30 * 100
    assert flow.opener is not None
    assert flow.opener.received == 30 * 5000
    # 20 ms there and back, and 4 ms to send 5000 bytes
    assert 0.024 < min(flow.latencies) < 0.03
    assert 1.5 < flow.duration < 6.0


def test_requests_without_a_pause_follow_each_other() -> None:
    lab = Lab(seed=1)
    a, b = pair(lab)
    flow = lab.requests(a, b, 10, reply=1000)
    lab.run()
    assert flow.duration < 0.4


def test_on_and_off() -> None:
    """Half of the time at 800 kbit/s, for a minute."""
    lab = Lab(seed=1)
    a, b = pair(lab)
    flow = lab.on_off(a, b, rate=8e5, seconds=60.0, on=0.5, off=0.5, piece=500)
    lab.run()
    assert flow.delivered % 500 == 0
    assert flow.delivered == pytest.approx(3_000_000, rel=0.25)
    assert flow.duration == pytest.approx(60.0, abs=0.5)
    rates = [
        8 * (second.delivered - first.delivered) / (second.time - first.time)
        for first, second in itertools.pairwise(flow.samples)
    ]
    assert min(rates) == 0.0
    assert max(rates) == pytest.approx(8e5, rel=0.3)


def test_always_on() -> None:
    lab = Lab(seed=1)
    a, b = pair(lab)
    flow = lab.on_off(a, b, rate=8e5, seconds=5.0, off=0.0, on=1.0)
    lab.run()
    assert flow.delivered == pytest.approx(500_000, rel=0.01)


@pytest.mark.parametrize("kind", ["on_off", "requests"])
def test_stopping_before_its_end(kind: str) -> None:
    lab = Lab(seed=1)
    a, b = pair(lab)
    flow: Flow
    if kind == "on_off":
        flow = lab.on_off(a, b, rate=1e5, seconds=1000.0)
    else:
        flow = lab.requests(a, b, 100_000, think=0.1)
    lab.run(until=5.0)
    flow.stop()
    lab.run()
    assert flow.duration < 6.0
    lab.settle()
    assert lab.scheduler.timers.running() == 0


def test_a_flow_has_settings_of_its_own() -> None:
    lab = Lab(seed=1)
    a, b = pair(lab)
    one = lab.bulk(a, b, 100_000, tcp=TcpConfig(initial_window=2))
    lab.run()
    other = lab.bulk(a, b, 100_000, tcp=TcpConfig(initial_window=40))
    lab.run()
    assert other.duration < one.duration - 0.03


def test_samples_follow_a_flow() -> None:
    lab = Lab(seed=1, sampling=0.05)
    a, b = pair(lab)
    flow = lab.bulk(a, b, 3_000_000)
    lab.run()
    times = [sample.time for sample in flow.samples]
    assert times == pytest.approx([0.05 * number for number in range(1, len(times) + 1)])
    delivered = [sample.delivered for sample in flow.samples]
    assert delivered == sorted(delivered)
    last = flow.samples[-1]
    assert 0.02 < last.rtt < 0.1
    assert 0 < last.in_flight <= last.window + 2 * 1460
    assert last.retransmissions == flow.retransmissions
    occupancy = lab.links[0].there.samples
    assert max(each.packets for each in occupancy) > 10
    assert len(occupancy) >= len(flow.samples)


def test_no_samples_where_none_are_wanted() -> None:
    lab = Lab(seed=1, sampling=None)
    a, b = pair(lab)
    flow = lab.bulk(a, b, 300_000)
    lab.run()
    assert len(flow.samples) == len(lab.links[0].there.samples) == 0
    with pytest.raises(ValueError, match="0 samples"):
        flow.goodput_between(0.0, 10.0)


def test_finished_flows_can_be_forgotten() -> None:
    lab = Lab(seed=1)
    a, b = pair(lab)
    lab.bulk(a, b, 1000)
    endless = lab.bulk(a, b)
    lab.run()
    lab.forget()
    assert lab.flows == [endless]


def test_a_port_that_nobody_listens_to_any_more_leaves_nothing() -> None:
    lab = Lab(seed=1)
    a, b = pair(lab)

    def patterns() -> int:
        gc.collect()
        return sum(isinstance(each, TcpPattern) for each in gc.get_objects())

    before = patterns()
    for _ in range(20):
        lab.bulk(a, b, 10)
        lab.run()
        lab.forget()
    lab.settle()
    assert patterns() == before


def test_before_it_is_open_there_is_nothing_to_tell() -> None:
    lab = Lab(seed=1)
    a, b = pair(lab)
    flow = lab.bulk(a, b, 1000)
    assert (flow.delivered, flow.goodput, flow.retransmissions) == (0, 0.0, 0)
    with pytest.raises(ValueError, match="not open"):
        _ = flow.info
    lab.run()


# -- series


def test_a_series_that_is_full_keeps_every_other_one() -> None:
    series: Series[int] = Series(8)
    for number in range(100):
        series.take(number)
    kept = list(series)
    assert len(kept) <= 8
    assert kept[0] == 0
    distances = {second - first for first, second in itertools.pairwise(kept)}
    assert distances == {16}
    assert series[0] == 0
    assert series[:2] == [0, 16]
    assert len(series) == len(kept)
