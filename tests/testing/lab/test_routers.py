"""Routers between links: paths, dumbbells, path MTU discovery, and routes that are the shortest."""

from __future__ import annotations

import itertools
from ipaddress import IPv4Address

import pytest

from foxpy.layers.icmp import IcmpAddress
from foxpy.layers.tcp import TcpConfig
from foxpy.testing.collector import Collector
from foxpy.testing.lab import (
    DropTail,
    Host,
    HostConfig,
    Lab,
    Uniform,
    Way,
    assert_fair,
    assert_goodput,
    assert_nothing_left,
    assert_queue,
    dumbbell,
    jain,
)


def line(lab: Lab, hops: int, *, mtu: int = 1500) -> tuple[Host, Host]:
    """Two hosts with so many routers between them; links between routers carry ``mtu``."""
    a, b = lab.host("a"), lab.host("b")
    last = a
    for number in range(hops):
        router = lab.router(f"r{number}")
        carries = mtu if number else 1500
        lab.link(last, router, rate=10e6, delay=0.005, queue=DropTail(packets=100), mtu=carries)
        last = router
    lab.link(last, b, rate=10e6, delay=0.005)
    return a, b


@pytest.mark.parametrize("hops", [1, 4])
def test_over_routers(hops: int) -> None:
    lab = Lab(seed=1)
    a, b = line(lab, hops)
    flows = [lab.bulk(a, b, 200_000), lab.bulk(b, a, 200_000)]
    lab.run()
    for flow in flows:
        assert_goodput(flow, 2e6)
    lab.settle()
    assert_nothing_left(lab)


def test_a_narrow_link_on_the_way_is_found() -> None:
    lab = Lab(seed=1)
    a, b = line(lab, 2, mtu=900)
    flow = lab.bulk(a, b, 200_000)
    lab.run()
    assert flow.info.mss <= 900 - 40
    router = lab.hosts[2].stack
    assert router.icmp.query().errors_sent >= 1
    assert router.ip.query().discards["too_big"] >= 1
    assert_goodput(flow, 2e6)


def test_the_fewest_links_are_taken() -> None:
    lab = Lab(seed=1)
    a, far = lab.host("a"), lab.router("far")
    routers = [lab.router(f"r{number}") for number in range(3)]
    for one, other in itertools.pairwise([a, *routers, far]):
        lab.link(one, other)
    short = lab.router("short")
    lab.link(a, short)
    by = lab.link(short, far)
    b = lab.host("b")
    lab.link(far, b)
    flow = lab.bulk(a, b, 100_000)
    lab.run()
    assert by.there.info().sent > 60
    assert flow.delivered == 100_000


def test_a_host_passes_nothing_on() -> None:
    lab = Lab(seed=1)
    a, middle, b = lab.host("a"), lab.host("middle"), lab.host("b")
    lab.link(a, middle)
    lab.link(middle, b)
    flow = lab.bulk(a, b, 1000, tcp=TcpConfig(give_up_syn_after=5.0))
    flow.may_fail = True
    lab.run(limit=300.0)
    assert flow.error is not None


def test_routers_answer_and_tell() -> None:
    lab = Lab(seed=1)
    a, _ = line(lab, 2)
    far = lab.hosts[-1]
    heard = Collector()
    far_address = far.attachments[0].address.ip
    session = a.stack.icmp.open(IcmpAddress(far_address), lambda _: heard)
    a.stack.icmp.send(session).send(b"ping")
    lab.run(until=1.0)
    assert heard.packets == [b"ping"]
    assert far_address == IPv4Address("10.0.1.2")


def test_two_links_between_the_same_hosts_have_names_of_their_own() -> None:
    lab = Lab()
    a, b = lab.host("a"), lab.host("b")
    assert [lab.link(a, b).name for _ in range(3)] == ["a-b", "a-b.2", "a-b.3"]


# -- dumbbells


def test_flows_with_equal_ways_share_a_bottleneck() -> None:
    lab = Lab(seed=1)
    net = dumbbell(lab, Way(rate=10e6, delay=0.01, queue=DropTail(packets=60)), [0.01] * 3)
    flows = [lab.bulk(source, sink, at=number / 7) for number, (source, sink) in enumerate(net.pairs)]
    lab.run(until=25.0)
    assert_fair(flows, 0.9, since=10.0)
    total = sum(flow.goodput_between(10.0, 25.0) for flow in flows)
    assert total > 9e6
    assert_queue(net.bottleneck.there, mean=0.075, peak=0.075)


def test_a_dumbbells_ways_are_as_long_as_asked() -> None:
    lab = Lab(seed=1)
    way = Way(rate=100e6, delay=0.01, loss=Uniform(0.0))
    net = dumbbell(lab, way, [0.005, 0.05], back=Way(delay=0.02), config=HostConfig(tcp=TcpConfig(nagle=False)))
    flows = [lab.requests(source, sink, 20, reply=100) for source, sink in net.pairs]
    lab.run()
    for flow, delay in zip(flows, (0.005, 0.05), strict=True):
        assert min(flow.latencies) == pytest.approx(2 * delay + 0.03, rel=0.02)
        assert flow.source.config.tcp.nagle is False


# -- measures


def test_jains_index() -> None:
    assert jain([3.0, 3.0, 3.0]) == 1.0
    assert jain([1.0, 0.0, 0.0, 0.0]) == 0.25
    assert jain([0.0, 0.0]) == 1.0
    with pytest.raises(ValueError, match="nobody"):
        jain([])


def test_assertions_say_what_was_measured() -> None:
    lab = Lab(seed=1)
    a, b = line(lab, 0)
    one, other = lab.bulk(a, b, 500_000), lab.bulk(a, b, 100_000)
    lab.run()
    with pytest.raises(AssertionError, match=r"flow 0 a-b: \d+\.\d{3} Mbit/s"):
        assert_goodput(one, 1e9)
    with pytest.raises(AssertionError, match=r"Jain's index is 0\.\d+; Mbit/s: 0 a-b: "):
        assert_fair([one, other], 0.999999)
    with pytest.raises(AssertionError, match=r"waits of \d"):
        assert_queue(lab.links[0].there, mean=0.0)
    with pytest.raises(AssertionError, match="host a"):
        assert_nothing_left(lab)
