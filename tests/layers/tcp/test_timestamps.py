"""Timestamps, round trips by them, and PAWS: RFC 7323, sections 3 to 5."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.isn import timestamp_offset
from foxpy.layers.tcp.segment import ACK, FIN, RST, SYN, Options
from foxpy.layers.tcp.sequence import MASK
from foxpy.layers.tcp.timestamps import OUTDATED, Stamps, stamp
from tests.support.tcp_ladder import Ladder, established, established_by, syn_received, syn_sent

WITHOUT = TcpConfig(timestamps=False)


def stamped(config: TcpConfig | None = None, *, tsval: int) -> Ladder:
    """An open connection with timestamps; the peer's SYN,ACK had ``tsval``."""
    return established_by(Options(mss=1000, tsval=tsval), config)


def told(peer: Ladder, flags: int = ACK, length: int | None = None) -> tuple[int | None, int]:
    """TSval and TSecr of the next segment that the machine sent."""
    options = peer.expects(flags, length=length).options
    assert options is not None
    return options.tsval, options.tsecr


def at(tsval: int, tsecr: int = 0) -> Options:
    return Options(tsval=tsval, tsecr=tsecr)


# -- section 3: the option


def test_our_syn_offers_them_and_echoes_nothing() -> None:
    """3.2: "When the ACK bit is not set in a segment, the TSecr field ... SHOULD be set to zero"."""
    peer = Ladder()
    peer.advance(1.5)
    peer.end.open()
    options = peer.expects(SYN).options
    assert options is not None
    assert (options.tsval, options.tsecr) == (1500, 0)


def test_an_answer_has_them_only_where_the_syn_had() -> None:
    """3.2: "a TSopt in a <SYN,ACK> only if the received <SYN> had one"."""
    for tsval in (None, 7):
        peer = Ladder()
        peer.sends(SYN, options=Options(mss=1000, tsval=tsval))
        options = peer.expects(SYN | ACK).options
        assert options is not None
        assert options.tsval == (None if tsval is None else 0)
        assert options.tsecr == (tsval or 0)


def test_they_are_off_where_the_settings_say_so() -> None:
    peer = Ladder(WITHOUT)
    peer.end.open()
    syn = peer.expects(SYN).options
    assert syn is not None
    assert syn.tsval is None
    peer.sends(SYN | ACK, options=Options(mss=1000, tsval=7))
    assert peer.expects(ACK).options is None
    peer.sends(ACK, b"x", options=at(3))
    peer.advance(0.1)
    assert peer.expects(ACK, ack=2).options is None


def test_once_agreed_every_segment_has_them() -> None:
    """3.2: "Once TSopt has been successfully negotiated, ... the TSopt MUST be sent in every non-<RST> segment for the
    duration of the connection, and SHOULD be sent in an <RST> segment"."""
    peer = stamped(TcpConfig(keepalive=5.0, keepalive_interval=0.2), tsval=100)
    peer.end.send(b"data")
    assert told(peer, ACK, 4) == (0, 100)
    peer.advance(0.25)
    assert told(peer, ACK, 4) == (200, 100)  # sent again, with the time of then
    peer.sends(ACK, options=at(150, 200))
    peer.sends(ACK, b"x", options=at(160))
    peer.advance(0.1)
    assert told(peer)[1] == 160
    peer.advance(5.0)
    assert told(peer) == (5250, 160)  # the keep-alive probe
    peer.sends(ACK, options=at(170, 200))
    peer.end.half_close()
    assert told(peer, FIN | ACK) == (5350, 170)
    peer.end.abort()
    assert told(peer, RST | ACK) == (5350, 170)


def test_the_effective_mss_leaves_room_for_them() -> None:
    """MUST-16; RFC 6691, section 2: the sender takes its options off, the MSS that is announced does not."""
    peer = stamped(tsval=1)
    syn_mss = peer.end.machine.tcb.rcv.mss
    assert syn_mss == 1000
    peer.end.send(bytes(3 * 988))
    assert [len(sent.payload) for sent in peer.sent] == [988, 988, 988]
    peer.end.machine.offloaded(10_000, 0.0)
    assert peer.end.machine.tcb.snd.large == 10 * 988


def test_a_path_without_room_for_them_goes_without() -> None:
    peer = Ladder(limit=40)
    peer.end.open()
    options = peer.expects(SYN).options
    assert options is not None
    assert options.tsval is None


def test_a_segment_without_them_is_dropped() -> None:
    """3.2: "If a non-<RST> segment is received without a TSopt, a TCP SHOULD silently drop the segment"."""
    peer = stamped(tsval=100)
    peer.sends(ACK, b"lost", seq=1)
    peer.expects_nothing()
    assert not peer.end.received
    assert peer.end.counters.without_timestamps == 1
    peer.sends(RST, seq=1)
    assert peer.state == "CLOSED"


def test_what_nobody_agreed_on_is_ignored() -> None:
    """3.2: a TSopt where none was agreed on is no reason to echo one."""
    peer = established()
    peer.sends(ACK, b"x", options=at(3))
    peer.advance(0.1)
    assert peer.expects(ACK, ack=2).options is None


def test_the_clock_runs_at_a_millisecond_and_comes_around() -> None:
    """Section 5.4; and an offset, so that nobody learns for how long this host has been up."""
    assert stamp(1.0, 0) == 1000
    assert stamp(1.0, MASK) == 999
    stamps = Stamps(5, 9, 0.0)
    first = stamps.options(2.0)
    assert (first.tsval, first.tsecr) == (2005, 9)
    assert stamps.options(2.0004) is first
    assert stamps.options(2.001).tsval == 2006
    stamps.remember(10, 2.001)
    assert stamps.options(2.001).tsecr == 10


def test_the_offset_is_the_same_for_the_same_ends_only() -> None:
    """RFC 6191 needs timestamps that grow from one connection between two ends to the next; others say nothing."""
    one = timestamp_offset(bytes(16), "a b 1")
    assert one == timestamp_offset(bytes(16), "a b 1")
    assert len({one, timestamp_offset(bytes(16), "a b 2"), timestamp_offset(bytes(15) + b"x", "a b 1")}) == 3


# -- section 4: round trips


def test_a_segment_sent_again_tells_a_round_trip() -> None:
    """Without timestamps Karn's algorithm forbids it."""
    for tsval, expected in ((100, 0.03), (None, 0.0)):
        peer = syn_sent()
        peer.advance(0.03)
        peer.sends(SYN | ACK, options=Options(mss=1000, tsval=tsval))
        peer.expects(ACK)
        rtt = peer.end.machine.tcb.rtt
        rtt.srtt = 0.0
        peer.end.send(b"data")
        peer.expects(ACK)
        peer.advance(1.0)
        peer.expects(ACK, b"data")  # sent again
        peer.sends(ACK, options=None if tsval is None else at(101, int(peer.simulation.now * 1000) - 30))
        assert rtt.srtt == pytest.approx(expected, abs=0.002)


def test_an_echo_that_cannot_be_true_tells_nothing() -> None:
    """Before the segment was ever sent, or in the future."""
    for echo in (5000, MASK - 5000):
        peer = stamped(tsval=100)
        rtt = peer.end.machine.tcb.rtt
        peer.end.send(b"data")
        peer.advance(0.25)
        rtt.srtt = 0.0
        peer.sent.clear()
        peer.sends(ACK, options=at(101, echo))
        assert rtt.srtt == 0.0


def test_many_samples_in_a_round_trip_weigh_as_much_as_one() -> None:
    """Section 4.2, appendix G: the history must not shrink with the number of samples."""
    peer = stamped(TcpConfig(congestion_control="none"), tsval=100)
    rtt = peer.end.machine.tcb.rtt
    srtt = []
    for _ in range(3):
        rtt.srtt, rtt.rttvar = 0.1, 0.0
        peer.end.send(bytes(988 * 20))
        peer.sent.clear()
        una = peer.end.machine.tcb.snd.una - peer.iss
        peer.advance(0.18)
        for count in range(1, 21):
            peer.sends(ACK, ack=una + 988 * count, options=at(100, 0))
        srtt.append(rtt.srtt)
    assert srtt[0] > 0.17  # what is to come is not known in the first round trip
    assert srtt[1] == pytest.approx(0.11, abs=0.001)  # one eighth of the way
    assert srtt[2] == pytest.approx(0.11, abs=0.001)


# -- section 4.3: which timestamp to echo


def test_delayed_acknowledgements_echo_the_first() -> None:
    """The first example: "By case (A), the timestamp from the oldest unacknowledged segment is echoed"."""
    peer = stamped(tsval=0)
    for tsval in (1, 2, 3):
        peer.gives(peer.segment(ACK, bytes(100), options=at(tsval)))
    peer.settle()
    peer.advance(0.1)
    assert told(peer)[1] == 1
    peer.expects_nothing()


def test_the_segment_that_fills_a_hole_is_echoed() -> None:
    """The second example, with A to E in the order A, C, B, E, D."""
    peer = stamped(tsval=0)
    echoes = []
    for letter, tsval in (("A", 1), ("C", 3), ("B", 2), ("E", 5), ("D", 4)):
        peer.sends(ACK, bytes(100), seq=1 + 100 * "ABCDE".index(letter), options=at(tsval))
        peer.advance(0.1)
        echoes.append(told(peer)[1])
    assert echoes == [1, 1, 2, 2, 4]


def test_what_lies_outside_of_the_window_is_not_echoed() -> None:
    """Section 5.3, R2 before R3: an old duplicate with a new timestamp leaves TS.Recent alone."""
    peer = stamped(tsval=10)
    peer.sends(ACK, bytes(100), options=at(11))
    peer.advance(0.1)
    peer.expects(ACK)
    peer.sends(ACK, bytes(50), seq=1, options=at(999))
    assert told(peer)[1] == 11


# -- section 5: PAWS


def test_an_old_segment_within_the_window_is_dropped_and_answered() -> None:
    """5.3, R1."""
    peer = stamped(tsval=1000)
    peer.sends(ACK, b"old", seq=1, options=at(999))
    assert told(peer) == (0, 1000)
    assert not peer.end.received
    assert peer.end.counters.old_timestamps == 1
    peer.sends(ACK, b"new", seq=1, options=at(1000))
    assert peer.end.received == b"new"


def test_answers_to_old_segments_are_limited() -> None:
    peer = stamped(tsval=1000)
    for _ in range(50):
        peer.sends(ACK, seq=1, options=at(1))
    assert len(peer.sent) == TcpConfig().challenge_limit
    assert peer.end.counters.old_timestamps == 50


def test_old_text_that_is_here_is_always_acknowledged() -> None:
    """Else a peer that lost all our acknowledgements would have to wait for its time-outs."""
    peer = stamped(tsval=1000)
    peer.sends(ACK, bytes(10), options=at(1001))
    peer.advance(0.1)
    peer.sent.clear()
    for _ in range(50):
        peer.sends(ACK, bytes(10), seq=1, options=at(1000))
    assert len(peer.sent) == 50


def test_timestamps_are_compared_as_they_come_around() -> None:
    """5.2: "s is considered to be less than t if 0 < (t - s) < 2^31"."""
    peer = stamped(tsval=MASK)
    peer.sends(ACK, b"a", options=at(3))
    assert peer.end.received == b"a"
    peer.advance(0.1)
    peer.sent.clear()
    peer.sends(ACK, b"b", seq=2, options=at(MASK))
    assert peer.end.received == b"a"
    assert peer.end.counters.old_timestamps == 1


def test_a_reset_is_never_too_old() -> None:
    """5.3, R1: "and the RST bit is not set"."""
    peer = stamped(tsval=1000)
    peer.sends(RST, seq=1, options=at(1))
    assert peer.state == "CLOSED"


def test_a_syn_gets_its_challenge_whatever_its_timestamp() -> None:
    """RFC 5961, section 4.2."""
    for options in (None, at(1)):
        peer = stamped(tsval=1000)
        peer.sends(SYN, seq=500, options=options)
        peer.expects(ACK, ack=1)
        assert peer.end.counters.challenge_acks == 1


def test_after_24_days_a_timestamp_is_no_longer_compared_with() -> None:
    """5.5: "invalidated if the connection has been idle for more than 24 days"."""
    peer = stamped(tsval=0x8000_0100)
    peer.advance(OUTDATED - 1)
    peer.sends(ACK, b"a", seq=1, options=at(0x101))
    assert not peer.end.received
    peer.advance(2)
    peer.sends(ACK, b"a", seq=1, options=at(0x101))
    assert peer.end.received == b"a"
    assert peer.end.counters.old_timestamps == 1
    peer.sends(ACK, b"b", seq=2, options=at(0x102))  # it is compared with the new one from here on
    assert peer.end.received == b"ab"


def test_the_answer_to_our_syn_completes_the_open() -> None:
    peer = syn_received(options=Options(mss=1000, tsval=50))
    peer.sends(ACK, b"hello", options=at(51))
    assert peer.state == "ESTABLISHED"
    assert peer.end.received == b"hello"
    assert peer.end.machine.tcb.agreed() == ("timestamps",)
