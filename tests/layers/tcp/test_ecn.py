"""Explicit Congestion Notification: RFC 3168, sections 5 and 6.1."""

from __future__ import annotations

from typing import Final, Literal

import pytest

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK, CWR, ECE, FIN, SYN, Options
from foxpy.testing.lab import CoDel, Lab
from tests.support.tcp_ladder import Ladder

ALWAYS: Final = TcpConfig(ecn="always")
MSS: Final = Options(mss=1000)
SETUP: Final = ECE | CWR


def agreed(config: TcpConfig = ALWAYS) -> Ladder:
    """An open connection, of ours, with ECN."""
    peer = Ladder(config)
    peer.end.open()
    peer.expects(SYN | SETUP)
    peer.sends(SYN | ACK | ECE, options=MSS)
    peer.expects(ACK)
    return peer


def marks(peer: Ladder, data: bytes = b"x", flags: int = ACK, seq: int | None = None) -> None:
    """The peer sends text that is marked on its way."""
    segment = peer.segment(flags, data, seq=seq)
    segment.marked = True
    peer.gives(segment)
    peer.settle()


# -- 6.1.1, the handshake


@pytest.mark.parametrize(("ecn", "flags"), [("off", SYN), ("on request", SYN), ("always", SYN | SETUP)])
def test_what_our_syn_asks(ecn: Literal["off", "on request", "always"], flags: int) -> None:
    peer = Ladder(TcpConfig(ecn=ecn))
    peer.end.open()
    assert not peer.expects(flags).capable  # "A host MUST NOT set ECT on SYN or SYN-ACK packets."


@pytest.mark.requirement("SHLD-8")
@pytest.mark.parametrize(
    ("ecn", "asked", "answered"),
    [
        ("off", SETUP, 0),
        ("on request", SETUP, ECE),
        ("always", SETUP, ECE),
        ("on request", ECE, 0),
        ("on request", CWR, 0),
        ("on request", 0, 0),
    ],
)
def test_what_we_answer(ecn: Literal["off", "on request", "always"], asked: int, answered: int) -> None:
    """ "Otherwise, it MUST NOT send an ECN-setup SYN-ACK packet." """
    peer = Ladder(TcpConfig(ecn=ecn))
    peer.sends(SYN | asked, options=MSS)
    assert not peer.expects(SYN | ACK | answered).capable
    peer.sends(ACK)
    peer.end.send(b"data")
    assert peer.expects(ACK).capable is (answered != 0)


@pytest.mark.requirement("SHLD-8")
@pytest.mark.parametrize(("answer", "capable"), [(ECE, True), (0, False), (CWR, False), (SETUP, False)])
def test_what_agrees_with_our_syn(answer: int, capable: bool) -> None:
    """A peer that reflects all flags, as 6.1.1.2 has it, agrees on nothing."""
    peer = Ladder(ALWAYS)
    peer.end.open()
    peer.expects(SYN | SETUP)
    peer.sends(SYN | ACK | answer, options=MSS)
    peer.expects(ACK)
    peer.end.send(b"data")
    assert peer.expects(ACK).capable is capable
    assert ("ECN" in peer.end.machine.tcb.agreed()) is capable


def test_who_did_not_ask_is_not_agreed_with() -> None:
    peer = Ladder()
    peer.end.open()
    peer.expects(SYN)
    peer.sends(SYN | ACK | ECE, options=MSS)
    peer.expects(ACK)
    assert peer.end.machine.tcb.ecn is None


def test_a_syn_sent_again_does_not_ask() -> None:
    """6.1.1.1, and the rule that forbids ECT then; marks on what comes are answered all the same."""
    peer = Ladder(ALWAYS)
    peer.end.open()
    peer.expects(SYN | SETUP)
    peer.advance(1.0)
    peer.expects(SYN)
    peer.sends(SYN | ACK | ECE, options=MSS)
    peer.expects(ACK)
    peer.end.send(b"data")
    assert not peer.expects(ACK).capable
    marks(peer)
    peer.expects(ACK | ECE)


def test_a_peer_that_asks_no_more_is_not_sent_ect() -> None:
    """The scenario at the end of 6.1.1.1: a non-ECN-setup SYN behind an ECN-setup SYN."""
    peer = Ladder()
    peer.sends(SYN | SETUP, options=MSS)
    peer.expects(SYN | ACK | ECE)
    peer.sends(SYN, seq=0, options=MSS)
    peer.expects(SYN | ACK)
    peer.sends(ACK)
    peer.end.send(b"data")
    assert not peer.expects(ACK).capable


def test_a_simultaneous_open() -> None:
    peer = Ladder(ALWAYS)
    peer.end.open()
    peer.expects(SYN | SETUP)
    peer.sends(SYN | SETUP, options=MSS)
    peer.expects(SYN | ACK | ECE)
    peer.sends(SYN | ACK | ECE, seq=0, ack=1)
    peer.end.send(b"data")
    peer.advance(0)
    assert peer.sent[-1].capable


def test_a_path_without_the_field_has_no_ecn() -> None:
    peer = Ladder(ALWAYS)
    peer.end.machine.tcb.marking = False
    peer.end.open()
    peer.expects(SYN)
    peer.sends(SYN | ACK | ECE, options=MSS)
    peer.expects(ACK)
    assert peer.end.machine.tcb.ecn is None


# -- 6.1.2, the sender


@pytest.mark.requirement("SHLD-8")
def test_new_data_is_capable_and_nothing_else() -> None:
    """6.1.4: pure ACKs are not, 6.1.5: retransmissions are not."""
    peer = agreed(TcpConfig(ecn="always", keepalive=5.0, keepalive_interval=1.0))
    peer.end.send(b"data")
    assert peer.expects(ACK, b"data").capable
    peer.advance(0.25)
    assert not peer.expects(ACK, b"data").capable
    peer.sends(ACK, b"x")
    peer.advance(0.1)
    assert not peer.expects(ACK, b"").capable
    peer.advance(6)
    assert not peer.expects(ACK, b"").capable  # the keep-alive probe
    peer.end.half_close()
    peer.advance(0)
    assert not peer.sent[-1].capable


def test_a_window_probe_is_not() -> None:
    """6.1.6: neither ECT nor CWR."""
    peer = agreed()
    peer.sends(ACK, window=0)
    peer.end.send(bytes(100))
    peer.advance(1.5)
    probe = peer.expects(ACK, length=1)
    assert not probe.capable


@pytest.mark.requirement("SHLD-8")
def test_an_echo_halves_the_window_once_in_a_window_of_data() -> None:
    peer = agreed()
    congestion = peer.end.machine.tcb.congestion
    peer.end.send(bytes(30_000))
    assert [len(sent.payload) for sent in peer.sent] == [1000] * 10
    peer.sent.clear()
    peer.sends(ACK | ECE, ack=1001)
    halved = congestion.ssthresh
    assert congestion.window == halved < 10_000
    for count in range(2, 11):
        peer.sends(ACK | ECE, ack=1 + 1000 * count)
        assert congestion.window == halved  # "SHOULD NOT increase"
    assert peer.end.counters.ecn_reductions == 1
    assert peer.sent
    peer.sends(ACK | ECE)  # of what was sent since
    assert congestion.window < halved
    assert peer.end.counters.ecn_reductions == 2


def test_the_first_new_data_after_a_reduction_says_so() -> None:
    peer = agreed()
    peer.end.send(bytes(30_000))
    peer.sent.clear()
    peer.sends(ACK | ECE, ack=9001)
    first = peer.sent.popleft()
    assert first.flags & CWR
    assert len(first.payload) == 1000
    assert first.capable
    assert peer.sent
    assert not any(sent.flags & CWR for sent in peer.sent)


def test_cwr_is_not_on_what_is_cut_below() -> None:
    """It must be on the first of the pieces alone, so that one goes by itself."""
    peer = agreed()
    peer.end.machine.offloaded(65515, 0.0)
    peer.end.send(bytes(60_000))
    peer.expects(ACK, length=10_000)
    peer.sends(ACK | ECE)
    first = peer.expects(ACK | CWR)
    assert len(first.payload) == 1000
    peer.sent.clear()
    peer.sends(ACK)
    assert len(peer.sent[0].payload) > 1000
    assert peer.sent[0].capable


def test_a_loss_says_so_too_and_not_on_the_retransmission() -> None:
    peer = agreed()
    peer.end.send(bytes(10_000))
    peer.sent.clear()
    for _ in range(3):
        peer.sends(ACK, ack=1)
    peer.expects(ACK, seq=1, length=1000)
    peer.sends(ACK | ECE)
    assert peer.end.counters.ecn_reductions == 0  # the same window of data
    peer.sent.clear()
    peer.end.send(bytes(1000))
    peer.expects(ACK | CWR, length=1000)


def test_a_timeout_says_so() -> None:
    peer = agreed()
    peer.end.send(bytes(1000))
    peer.expects(ACK)
    peer.advance(0.25)
    peer.expects(ACK, seq=1)
    peer.sends(ACK)
    peer.end.send(bytes(1000))
    peer.expects(ACK | CWR, seq=1001)


def test_an_echo_means_nothing_where_nothing_was_agreed_on() -> None:
    peer = Ladder(TcpConfig(ecn="off"))
    peer.end.open()
    peer.expects(SYN)
    peer.sends(SYN | ACK, options=MSS)
    peer.expects(ACK)
    peer.end.send(bytes(10_000))
    window = peer.end.machine.tcb.congestion.window
    peer.sends(ACK | ECE, ack=1001)
    assert peer.end.machine.tcb.congestion.window >= window


# -- 6.1.3, the receiver


@pytest.mark.requirement("SHLD-8")
def test_a_mark_is_echoed_until_cwr_comes() -> None:
    peer = agreed()
    marks(peer, b"a")
    peer.expects(ACK | ECE, ack=2)
    peer.sends(ACK, b"b")
    peer.advance(0.1)
    peer.expects(ACK | ECE, ack=3)
    peer.end.send(b"data rides too")
    peer.expects(ACK | ECE, b"data rides too")
    peer.end.half_close()
    peer.expects(FIN | ACK | ECE)
    peer.sends(ACK | CWR, b"c")
    peer.expects(ACK, ack=4)
    assert peer.end.counters.congestion_marks == 1


def test_cwr_on_what_is_marked_ends_nothing() -> None:
    peer = agreed()
    marks(peer, b"a")
    peer.expects(ACK | ECE)
    marks(peer, b"b", ACK | CWR)
    peer.expects(ACK | ECE, ack=3)


def test_a_mark_outside_of_the_window_is_ignored() -> None:
    """6.1.5: an attacker could have sent it."""
    peer = agreed()
    peer.sends(ACK, b"abc")
    peer.advance(0.1)
    peer.expects(ACK)
    for seq in (1, 500_000):
        marks(peer, b"abc", seq=seq)
        peer.expects(ACK, ack=4)
    assert peer.end.counters.congestion_marks == 0


def test_a_mark_on_a_pure_acknowledgement_is_ignored() -> None:
    peer = agreed()
    marks(peer, b"")
    peer.sends(ACK, b"x")
    peer.advance(0.1)
    peer.expects(ACK)


# -- over IP, past queues that mark


def transfer(ecn: Literal["off", "always"]) -> tuple[int, int, int, int]:
    """1 MB through a queue that CoDel keeps short: retransmissions, marks in the queue, marks seen, reductions."""
    lab = Lab(seed=5)
    a, b = lab.host("a", tcp=TcpConfig(ecn=ecn)), lab.host("b")
    link = lab.link(a, b, rate=10e6, delay=0.02, queue=CoDel())
    flow = lab.bulk(a, b, 4_000_000)
    lab.run()
    assert flow.delivered == 4_000_000
    ours, theirs = a.stack.tcp.query().counters, b.stack.tcp.query().counters
    return flow.retransmissions, link.there.info().queue.marked, theirs["congestion_marks"], ours["ecn_reductions"]


def test_a_transfer_past_a_marking_queue_loses_nothing() -> None:
    resent, marked, seen, reductions = transfer("always")
    assert resent == 0
    assert marked == seen > 0
    assert 0 < reductions <= marked
    resent, marked, seen, reductions = transfer("off")
    assert resent > 0
    assert marked == seen == reductions == 0
