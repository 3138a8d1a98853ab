"""Forged reports that packets are too big: RFC 5927, section 7.2."""

from __future__ import annotations

from foxpy.layers.icmp.wire import Unreachable
from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK
from foxpy.layers.tcp.wire import append_tcp
from tests.layers.tcp.test_over_ipv4 import TcpBench, accepted
from tests.support.ip_bench import PEER, US
from tests.support.tcp_ladder import Ladder, established

SMALL = 500
"""What a report claims: 480 bytes of text."""


def reported(peer: Ladder, seq: int, limit: int = SMALL) -> bool:
    """A report about our number ``seq`` comes; whether it was believed."""
    machine = peer.end.machine
    believed = machine.credible(limit, peer.iss + seq & 0xFFFF_FFFF)
    if believed:
        machine.path_limit(limit, peer.simulation.now)
        peer.end.perform()
    return believed


def proven(config: TcpConfig | None = None) -> Ladder:
    """A full segment has arrived, and another two are on their way."""
    peer = established(config)
    peer.end.send(bytes(3000))
    peer.sent.clear()
    peer.sends(ACK, ack=1001)
    return peer


def test_the_first_segments_believe_it_at_once() -> None:
    """Initial path MTU discovery: nothing as large has arrived yet."""
    peer = established()
    peer.end.send(bytes(3000))
    peer.sent.clear()
    assert reported(peer, 1)
    assert peer.expects(ACK, seq=1).payload == bytes(480)


def test_where_full_segments_arrive_it_is_doubted() -> None:
    peer = proven()
    assert not reported(peer, 1001)
    assert peer.end.machine.tcb.snd.mss == 1000
    assert peer.end.counters.reports_doubted == 1
    peer.expects_nothing()


def test_progress_shows_that_it_was_false() -> None:
    """ "If ... the TCP SEQ claimed by the pending message is acknowledged": it is cleared."""
    peer = proven()
    assert not reported(peer, 1001)
    peer.sends(ACK, ack=2001)
    peer.sent.clear()
    peer.advance(5.0)
    assert all(len(sent.payload) == 1000 for sent in peer.sent)
    assert peer.end.machine.tcb.snd.mss == 1000


def test_a_timeout_shows_that_it_was_true() -> None:
    """ "MAXSEGRTO of 1": the retransmission is as small as the report says."""
    peer = proven(TcpConfig(tail_loss_probe=False))
    assert not reported(peer, 1001)
    peer.advance(1.0)
    assert len(peer.expects(ACK, seq=1001).payload) == 480
    assert peer.end.machine.tcb.snd.mss == 480


def test_a_report_about_what_is_not_in_flight_is_nobodys() -> None:
    """Section 4.1."""
    peer = established()
    peer.end.send(bytes(3000))
    assert not reported(peer, -5)
    assert not reported(peer, 3001)
    assert peer.end.counters.reports_doubted == 0


def test_it_can_be_believed_at_once_by_the_settings() -> None:
    peer = proven(TcpConfig(doubt_too_big=False))
    assert reported(peer, 1001)
    assert peer.end.machine.tcb.snd.mss == 480


async def test_ip_changes_nothing_that_tcp_does_not_believe() -> None:
    """The table of path MTUs is for all connections: it must not be easier to fool than one of them."""
    bench = TcpBench()
    connection, _, seq = accepted(bench)

    def lie(number: int, mtu: int = 560) -> None:
        segment = bytearray()
        append_tcp(segment, 0, sport=7, dport=1000, seq=number, ack=101, flags=ACK, window=1000)
        quoted = IPv4(df=True, ttl=9, proto=6, src=US, dst=PEER, body=bytes(segment) + bytes(1400)).build()
        bench.tell(Unreachable(code=4, mtu=mtu, quoted=quoted))

    bench.tcp.send(connection).send(bytes(536))
    assert [len(bytes(each.body)) for _, each in bench.segments()] == [536]
    lie(seq + 5000)
    lie(seq - 1)
    lie(seq, 600)  # which nothing that was sent is larger than
    bench.arrives(ACK, seq=101, ack=seq + 536)
    bench.tcp.send(connection).send(bytes(536))
    lie(seq + 536)
    assert len(bench.ip.path_mtu) == 0
    assert bench.ip.counters.foreign_reports == 4
    assert bench.tcp.query().counters["reports_doubted"] == 1
    other = TcpBench()
    bench, (connection, _, seq) = other, accepted(other)
    bench.tcp.send(connection).send(bytes(536))
    lie(seq)
    assert len(bench.ip.path_mtu) == 1
    assert bench.tcp.query().details()[0].mss == 520
