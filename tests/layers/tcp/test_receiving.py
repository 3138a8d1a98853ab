"""Receiving: the window's edges, reassembly, acknowledgements, the window offered (RFC 9293, 3.8.6 and 3.10.7.4)."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.reassembly import Reassembly
from foxpy.layers.tcp.segment import ACK, FIN, PSH, URG
from foxpy.layers.tcp.tcb import LARGEST_BUFFER
from foxpy.layers.tcp.window import adapt
from tests.support.tcp_ladder import Ladder, established

EACH = TcpConfig(ack_per_batch=False)

# -- the window


def test_data_in_order_is_delivered() -> None:
    peer = established()
    peer.sends(ACK, b"one")
    peer.sends(ACK, b"two")
    assert peer.end.received == b"onetwo"


def test_what_is_old_is_cut_off() -> None:
    peer = established()
    peer.sends(ACK, b"abcd")
    peer.sends(ACK, b"cdef", seq=3)
    assert peer.end.received == b"abcdef"


def test_an_old_segment_is_acknowledged_at_once() -> None:
    peer = established()
    peer.sends(ACK, b"abcd")
    peer.advance(1)
    peer.expects(ACK, ack=5)
    peer.sends(ACK, b"abcd", seq=1)
    peer.expects(ACK, ack=5)
    peer.sends(ACK, b"ab", seq=1)
    peer.expects(ACK, ack=5)
    assert peer.end.received == b"abcd"


def test_what_lies_beyond_the_window_is_cut_off() -> None:
    peer = established(TcpConfig(receive_buffer=1000))
    peer.sends(ACK, bytes(995) + b"abcdefgh")
    assert len(peer.end.received) == 1000
    peer.expects(ACK, ack=1001)


def test_a_fin_beyond_the_window_is_cut_off() -> None:
    peer = established(TcpConfig(receive_buffer=1000))
    peer.end.machine.hold()
    peer.sends(ACK | FIN, bytes(1000))
    assert peer.state == "ESTABLISHED"
    peer.expects(ACK, ack=1001, window=0)
    peer.end.consumed(1000)
    peer.expects(ACK, window=1000)
    peer.sends(FIN | ACK, seq=1001)
    assert peer.state == "CLOSE-WAIT"


def test_a_segment_wholly_outside_is_answered_and_dropped() -> None:
    peer = established()
    for seq in (-5000, 600_000, 1 << 30):
        peer.sends(ACK, b"far away", seq=seq)
        peer.expects(ACK, seq=1, ack=1)
    assert peer.end.received == b""
    assert not peer.end.machine.tcb.rcv.reassembly


def test_a_keepalive_probe_is_answered() -> None:
    """Section 3.8.4: SEG.SEQ = SND.NXT-1, with or without an octet of garbage."""
    peer = established()
    peer.sends(ACK, seq=0)
    peer.expects(ACK, ack=1)
    peer.sends(ACK, b"?", seq=0)
    peer.expects(ACK, ack=1)
    assert peer.end.received == b""


def test_an_ack_at_the_right_edge_is_processed() -> None:
    """Section A.2: a peer that filled the window acknowledges from its right edge."""
    peer = established(TcpConfig(receive_buffer=1000))
    peer.end.send(b"x")
    peer.expects(ACK)
    peer.sends(ACK, seq=1001)
    assert peer.end.machine.tcb.snd.una - peer.iss == 2


def test_sequence_numbers_wrap() -> None:
    peer = established(iss=0xFFFF_FFF0, peer_iss=0xFFFF_FFFA)
    for number in range(5):
        peer.sends(ACK, bytes([number]) * 3)
        peer.end.send(bytes([number]) * 10)
    assert peer.end.received == bytes([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4])
    assert [peer.relative(sent.seq) for sent in peer.sent] == [1, 11, 21, 31, 41]
    assert max(sent.seq for sent in peer.sent) > 0xFFFF_FF00 > min(sent.seq for sent in peer.sent)


# -- reassembly


@pytest.mark.requirement("SHLD-31", "MAY-13")
def test_text_out_of_order_waits_and_is_acknowledged_at_once() -> None:
    """SHLD-31; RFC 5681 section 4.2."""
    peer = established()
    peer.sends(ACK, b"def", seq=4)
    peer.expects(ACK, ack=1)
    peer.sends(ACK, b"ghi", seq=7)
    peer.expects(ACK, ack=1)
    assert peer.end.received == b""
    peer.sends(ACK, b"abc", seq=1)
    assert peer.end.received == b"abcdefghi"
    peer.expects(ACK, ack=10)
    peer.expects_nothing()


def test_filling_a_part_of_a_gap_is_acknowledged_at_once() -> None:
    peer = established()
    peer.sends(ACK, b"c", seq=3)
    peer.sends(ACK, b"e", seq=5)
    peer.sent.clear()
    peer.sends(ACK, b"ab", seq=1)
    peer.expects(ACK, ack=4)


def test_a_fin_out_of_order_waits() -> None:
    peer = established()
    peer.sends(ACK | FIN, b"de", seq=4)
    peer.expects(ACK, ack=1)
    assert peer.state == "ESTABLISHED"
    peer.sends(ACK, b"abc", seq=1)
    peer.expects(ACK, ack=7)
    assert peer.end.received == b"abcde"
    assert peer.state == "CLOSE-WAIT"


def test_the_first_to_arrive_wins() -> None:
    peer = established()
    peer.sends(ACK, b"CD", seq=3)
    peer.sends(ACK, b"xxxxE", seq=1)
    assert peer.end.received == b"xxCDE"


def test_the_number_of_pieces_is_bounded() -> None:
    peer = established(TcpConfig(reassembly_segments=4))
    for number in range(10):
        peer.sends(ACK, b"x", seq=10 + 2 * number)
    reassembly = peer.end.machine.tcb.rcv.reassembly
    assert reassembly is not None
    assert len(reassembly) == 4
    assert peer.end.counters.reassembly_full == 6


@given(
    st.binary(min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 20)), max_size=40),
)
def test_any_pieces_make_the_stream(data: bytes, pieces: list[tuple[int, int]]) -> None:
    queue = Reassembly(100)
    have = bytearray()
    for start, length in pieces:
        piece = data[start : start + length]
        if piece:
            assert queue.add(1000 + start, b"-" + piece + b"-", 1, 1 + len(piece))
        have += queue.take(1000 + len(have))
    for start in range(len(have), len(data)):
        queue.add(1000 + start, data, start, start + 1)
    have += queue.take(1000 + len(have))
    assert bytes(have) == data
    assert queue.size == 0
    assert len(queue) == 0


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 10)), max_size=30))
def test_pieces_stay_disjoint_and_counted(pieces: list[tuple[int, int]]) -> None:
    queue = Reassembly(100)
    covered: set[int] = set()
    for start, length in pieces:
        queue.add(start + 5, bytes(length), 0, length)
        covered |= set(range(start + 5, start + 5 + length))
    assert queue.size == len(covered)


# -- acknowledgements


@pytest.mark.requirement("SHLD-18", "MUST-40")
def test_one_segment_is_acknowledged_after_the_delay() -> None:
    """SHLD-18, MUST-40; also the first segment of a connection."""
    peer = established()
    peer.sends(ACK, bytes(1000))
    peer.advance(0.039)
    peer.expects_nothing()
    peer.advance(0.002)
    peer.expects(ACK, ack=1001)
    peer.advance(10)
    peer.expects_nothing()


@pytest.mark.requirement("SHLD-19")
@pytest.mark.parametrize("config", [EACH, TcpConfig()])
def test_every_second_full_segment_is_acknowledged_at_once(config: TcpConfig) -> None:
    """SHLD-19."""
    peer = established(config)
    peer.sends(ACK, bytes(1000))
    peer.expects_nothing()
    peer.sends(ACK, bytes(1000))
    peer.expects(ACK, ack=2001)
    peer.expects_nothing()


@pytest.mark.requirement("MUST-58", "MUST-59")
def test_a_batch_is_acknowledged_once() -> None:
    """MUST-58, MUST-59."""
    peer = established()
    for _ in range(10):
        peer.gives(peer.segment(ACK, bytes(1000)))
    peer.expects_nothing()
    peer.settle()
    peer.expects(ACK, ack=10_001)
    peer.expects_nothing()


def test_a_batch_is_acknowledged_by_twos_if_so_configured() -> None:
    peer = established(EACH)
    for _ in range(10):
        peer.gives(peer.segment(ACK, bytes(1000)))
    for number in range(1, 6):
        peer.expects(ACK, ack=2000 * number + 1)
    peer.expects_nothing()


def test_small_segments_do_not_count_as_full_ones() -> None:
    peer = established(EACH)
    for _ in range(5):
        peer.sends(ACK, b"x")
    peer.expects_nothing()
    peer.advance(0.05)
    peer.expects(ACK, ack=6)


def test_what_the_peers_path_carries_counts_as_full() -> None:
    peer = established(EACH, limit=9020)
    peer.sends(ACK, bytes(1460))
    peer.sends(ACK, bytes(1460))
    peer.expects(ACK, ack=2921)


def test_an_acknowledgement_rides_on_data() -> None:
    peer = established()
    peer.end.on_data = peer.end.send
    peer.sends(ACK, b"echo")
    peer.expects(ACK, b"echo", ack=5)
    peer.sends(ACK)
    peer.advance(1)
    peer.expects_nothing()


def test_a_fin_is_acknowledged_at_once() -> None:
    peer = established()
    peer.sends(FIN | ACK)
    peer.expects(ACK, ack=2)


# -- the window that we offer


def test_delivered_means_consumed_by_default() -> None:
    peer = established(TcpConfig(receive_buffer=4000))
    for _ in range(50):
        peer.sends(ACK, bytes(1000))
        peer.sends(ACK, bytes(1000))
        peer.expects(ACK, window=4000)


def test_what_is_held_closes_the_window() -> None:
    peer = established(TcpConfig(receive_buffer=4000))
    peer.end.machine.hold()
    peer.sends(ACK, bytes(1000))
    peer.sends(ACK, bytes(1000))
    peer.expects(ACK, ack=2001, window=2000)
    peer.sends(ACK, bytes(1000))
    peer.sends(ACK, bytes(1000))
    peer.expects(ACK, ack=4001, window=0)
    peer.sends(ACK, b"!")
    peer.expects(ACK, ack=4001, window=0)
    assert len(peer.end.received) == 4000


@pytest.mark.requirement("MUST-39")
def test_the_window_opens_in_large_steps_only() -> None:
    """MUST-39: receiver silly-window avoidance."""
    peer = established(TcpConfig(receive_buffer=4000))
    peer.end.machine.hold()
    for _ in range(4):
        peer.sends(ACK, bytes(1000))
    peer.sent.clear()
    for _ in range(19):
        peer.end.consumed(100)
        peer.expects_nothing()
    peer.end.consumed(100)
    peer.expects(ACK, ack=4001, window=2000)
    peer.end.consumed(2000)
    peer.expects_nothing()  # half of the buffer is on offer: news of more can wait


@pytest.mark.requirement("MUST-39")
def test_a_small_segment_does_not_open_the_window_a_little() -> None:
    peer = established(TcpConfig(receive_buffer=4000))
    peer.sends(ACK, b"x")
    peer.advance(0.05)
    peer.expects(ACK, ack=2, window=3999)


@pytest.mark.requirement("SHLD-14")
def test_the_right_edge_never_moves_back() -> None:
    """SHLD-14, also with a scaled window, where each field is rounded."""
    peer = established(TcpConfig(receive_buffer=300_000, initial_receive_window=300_000), scale=2)
    peer.end.machine.hold()
    edges = []
    for number in range(250):
        peer.sends(ACK, bytes(997 + number % 7))
        if number % 3 == 0:
            peer.end.consumed(1000)
        while peer.sent:
            sent = peer.sent.popleft()
            edges.append(peer.peers(sent.ack) + (sent.window << 3))
    assert edges == sorted(edges)
    assert len(edges) > 100


def test_consumed_in_any_state_is_harmless() -> None:
    peer = established()
    peer.end.machine.hold()
    peer.sends(ACK, b"abc")
    peer.sends(FIN | ACK)
    peer.sent.clear()
    peer.end.consumed(3)
    peer.end.abort()
    peer.sent.clear()
    peer.end.consumed(3)
    peer.expects_nothing()


def rounds(peer: Ladder, count: int, gap: bool = False) -> int:
    """The peer fills the window in each of ``count`` round trips; how much it is offered then."""
    rcv = peer.end.machine.tcb.rcv
    for _ in range(count):
        peer.advance(0.06)
        if gap:
            peer.sends(ACK, b"x", seq=peer.seq + 5000)
        begin = peer.seq
        while peer.seq + peer.peer_iss + 1000 <= rcv.edge and peer.seq - begin < rcv.window:
            peer.sends(ACK, bytes(1000))
    peer.sent.clear()
    return rcv.window


@pytest.mark.requirement("REC-1")
def test_the_window_grows_as_it_is_used() -> None:
    peer = established(scale=7)
    assert rounds(peer, 1) == 65_536
    assert rounds(peer, 1) == 131_072
    assert rounds(peer, 5) == 512 * 1024  # the default for a link whose queue nobody knows


def test_the_window_is_bounded_by_the_queue_where_round_trips_are_short() -> None:
    peer = established(scale=7)
    tcb = peer.end.machine.tcb
    for _ in range(20):
        tcb.rcv.nxt += tcb.rcv.window
        peer.advance(0.002)
        adapt(tcb.rcv, tcb.rcv.round_at + 0.002, 0.002)
    assert tcb.rcv.window == 512 * 1024


def test_the_window_ends_where_its_scale_does() -> None:
    peer = established(scale=7)
    tcb = peer.end.machine.tcb
    for _ in range(40):
        tcb.rcv.nxt += tcb.rcv.window
        adapt(tcb.rcv, tcb.rcv.round_at + 1.0, 1.0)
    assert tcb.rcv.window == 0xFFFF << tcb.rcv.shift == LARGEST_BUFFER


@pytest.mark.parametrize(("part", "grows"), [(0, True), (1, False)])
def test_the_window_is_several_round_trips_of_a_sender_in_slow_start(part: int, grows: bool) -> None:
    """Eight times what came in the last one, at most: four times what comes next, and so some while a loss is repaired,
    and nothing is delivered, the sender goes on."""
    peer = established(scale=7)
    tcb = peer.end.machine.tcb
    window = tcb.rcv.window
    tcb.rcv.nxt += window // 8 - part
    adapt(tcb.rcv, tcb.rcv.round_at + 1.0, 1.0)
    assert tcb.rcv.window == (2 * window if grows else window)


def test_the_window_does_not_grow_for_who_reads_nothing() -> None:
    peer = established(scale=7)
    peer.end.machine.hold()
    tcb = peer.end.machine.tcb
    for _ in range(20):
        tcb.rcv.nxt += tcb.rcv.window - tcb.rcv.held
        tcb.rcv.held = tcb.rcv.window
        adapt(tcb.rcv, tcb.rcv.round_at + 1.0, 1.0)
    assert tcb.rcv.window <= 65_536


def test_the_window_does_not_grow_unused() -> None:
    peer = established(scale=7)
    for _ in range(20):
        peer.advance(0.06)
        peer.sends(ACK, bytes(1000))
    assert peer.end.machine.tcb.rcv.window == 65_536


def test_losses_make_the_window_small_but_no_smaller_than_shows_them() -> None:
    peer = established(scale=7)
    rounds(peer, 4)
    assert rounds(peer, 20, gap=True) == 8_000
    edge = peer.end.machine.tcb.rcv.edge
    assert edge >= peer.end.machine.tcb.rcv.nxt


@pytest.mark.requirement("SHLD-14")
def test_an_adapting_window_never_moves_back_either() -> None:
    """SHLD-14: it closes from the left, as data comes."""
    peer = established(scale=7)
    edges = []
    for number in range(60):
        peer.advance(0.06)
        if number % 20 > 10:
            peer.sends(ACK, b"x", seq=peer.seq + 3000)
        for _ in range(10):
            if peer.seq + peer.peer_iss + 1000 <= peer.end.machine.tcb.rcv.edge:
                peer.sends(ACK, bytes(1000))
        while peer.sent:
            sent = peer.sent.popleft()
            edges.append(peer.peers(sent.ack) + (sent.window << peer.end.machine.tcb.rcv.shift))
    assert edges == sorted(edges)


def test_a_fixed_window_stays() -> None:
    size = 512 * 1024
    peer = established(TcpConfig(receive_buffer=size, initial_receive_window=size), scale=7)
    assert rounds(peer, 5, gap=True) == 512 * 1024


# -- urgent data


@pytest.mark.requirement("MUST-30", "MUST-32", "MUST-33", "MUST-62")
def test_urgent_data_is_announced() -> None:
    """MUST-32, MUST-33: how much urgent data lies ahead."""
    peer = established()
    peer.sends(ACK | URG, b"abc", urgent=3)
    assert peer.end.urgent == [3]
    assert peer.end.received == b"abc"


@pytest.mark.requirement("MUST-32", "MUST-33")
def test_an_urgent_pointer_that_advances_is_announced_again() -> None:
    peer = established()
    peer.sends(ACK | URG, b"abc", urgent=10)
    peer.sends(ACK | URG, b"def", urgent=7)  # the same place
    assert peer.end.urgent == [10]
    peer.sends(ACK | URG, b"ghi", urgent=70)
    assert peer.end.urgent == [10, 70]


def test_an_urgent_pointer_behind_the_data_is_nothing() -> None:
    peer = established()
    peer.sends(ACK | URG, b"abc", urgent=0)
    assert peer.end.urgent == []


@pytest.mark.requirement("MUST-30", "MUST-62")
def test_urgent_data_is_sent() -> None:
    """MUST-30, MUST-62: the pointer points to the octet after the urgent data."""
    peer = established()
    peer.end.send(b"plain")
    peer.expects(ACK)
    peer.end.send(b"stop!", urgent=True)
    sent = peer.expects(ACK | URG, b"stop!")
    assert sent.urgent == 5
    peer.sends(ACK)
    peer.end.send(b"plain")
    peer.expects(ACK)


@pytest.mark.requirement("MUST-31")
def test_urgent_data_of_any_length() -> None:
    """MUST-31."""
    peer = established(window=4000)
    peer.end.send(bytes(3500), urgent=True)
    assert [peer.expects(ACK | URG).urgent for _ in range(4)] == [3500, 2500, 1500, 500]


@pytest.mark.requirement("MUST-61")
def test_push_is_on_the_last_segment() -> None:
    """MUST-61."""
    peer = established()
    peer.end.send(bytes(2500))
    flags = [peer.sent.popleft().flags & PSH for _ in range(3)]
    assert flags == [0, 0, PSH]


@given(st.randoms(use_true_random=False), st.binary(min_size=1, max_size=4000))
def test_any_order_any_overlap(random: Random, data: bytes) -> None:
    """Segments cut anywhere, repeated, in any order give the stream."""
    peer = established()
    pieces = []
    for _ in range(random.randrange(1, 30)):
        start = random.randrange(len(data))
        pieces.append((start, data[start : start + random.randrange(1, 900)]))
    pieces += [(start, data[start : start + 500]) for start in range(0, len(data), 500)]
    random.shuffle(pieces)
    for start, piece in pieces:
        peer.sends(ACK, piece, seq=1 + start)
    peer.sends(FIN | ACK, seq=1 + len(data))
    assert bytes(peer.end.received) == data
    assert peer.end.peer_closed
