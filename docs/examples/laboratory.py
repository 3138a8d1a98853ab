"""The laboratory of docs/lab.md: two transfers over a link with a short queue, and a link that goes down."""

from __future__ import annotations

from foxpy.layers.tcp import TcpConfig
from foxpy.testing.lab import DropTail, Lab, Segments, Uniform, assert_fair, assert_goodput, assert_nothing_left


def test_two_transfers_share_a_link() -> None:
    with Lab(seed=1) as lab:
        a, b = lab.host("a"), lab.host("b")
        link = lab.link(a, b, rate=10e6, delay=0.02, queue=DropTail(packets=50), loss=Uniform(0.0001))
        cubic = lab.bulk(a, b, 8_000_000)
        reno = lab.bulk(a, b, 8_000_000, tcp=TcpConfig(congestion_control="newreno"))
        lab.run()  # until both are done: some 14 s, in a second or two
        assert_goodput(cubic, at_least=3e6)
        assert_fair([cubic, reno], at_least=0.8)
        assert max(sample.rtt for sample in cubic.samples) < 0.12
        assert link.there.info().queue.peak_packets == 50
        lab.settle()
        assert_nothing_left(lab)


def test_a_lost_segment_and_an_outage() -> None:
    with Lab(seed=1, captures="captures") as lab:
        a, b = lab.host("a"), lab.host("b")
        link = lab.link(a, b, rate=10e6, delay=0.02, loss=Segments(3, 7))
        link.outage(at=0.5, seconds=2.0)
        flow = lab.bulk(a, b, 1_000_000)
        lab.run()
        assert 3.0 < flow.duration < 6.0
        assert link.there.info().lost == 2
