"""Sending: segmentation, Nagle's algorithm, silly windows, zero windows (RFC 9293, sections 3.7 and 3.8.6)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.errors import InvalidConnection, PacketSize
from foxpy.layers.tcp.buffers import SendBuffer
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.segment import ACK, FIN, RST
from foxpy.layers.tcp.states import Why
from tests.support.tcp_ladder import close_wait, established, syn_sent

# -- the send buffer


@given(st.lists(st.binary(min_size=1, max_size=30)), st.data())
def test_the_buffer_gives_back_what_was_put(chunks: list[bytes], data: st.DataObject) -> None:
    buffer = SendBuffer()
    for chunk in chunks:
        buffer.put(chunk)
    whole = b"".join(chunks)
    out = b""
    while buffer.size:
        out += buffer.take(data.draw(st.integers(1, buffer.size)))
        assert buffer.size == len(whole) - len(out)
    assert out == whole


def test_a_chunk_that_is_one_segment_is_not_copied() -> None:
    buffer = SendBuffer()
    chunk = bytes(1000)
    buffer.put(chunk)
    assert buffer.take(1000) is chunk


def test_a_cleared_buffer_is_empty() -> None:
    buffer = SendBuffer()
    buffer.put(b"abc")
    buffer.take(1)
    buffer.clear()
    assert buffer.size == 0
    buffer.put(b"xyz")
    assert buffer.take(3) == b"xyz"


# -- segmentation


@pytest.mark.requirement("SHLD-28")
def test_data_is_cut_to_the_mss() -> None:
    """SHLD-28."""
    peer = established()
    peer.end.send(bytes(range(250)) * 10)
    peer.expects(ACK, seq=1, length=1000)
    peer.expects(ACK, seq=1001, length=1000)
    peer.expects(ACK, seq=2001, length=500)
    peer.expects_nothing()


@pytest.mark.requirement("MAY-16", "SHLD-27")
def test_several_sends_fill_one_segment() -> None:
    peer = established(TcpConfig(initial_window=1))
    for letter in b"abcde":
        peer.end.send(bytes([letter]) * 400)
    peer.expects(ACK, b"a" * 400)
    peer.expects_nothing()
    peer.sends(ACK)
    peer.expects(ACK, b"b" * 400 + b"c" * 400 + b"d" * 200)


def test_with_more_to_come_nothing_goes() -> None:
    peer = established()
    peer.end.machine.send(b"header", peer.simulation.now, more=True)
    peer.end.perform()
    peer.expects_nothing()
    peer.end.send(b"body")
    peer.expects(ACK, b"headerbody")


def test_an_empty_send_sends_nothing() -> None:
    peer = established()
    peer.end.send(b"")
    peer.expects_nothing()


def test_close_wait_sends() -> None:
    peer = close_wait()
    peer.end.send(b"reply")
    peer.expects(ACK, b"reply")


# -- the size of the send buffer


def test_the_send_buffer_is_bounded() -> None:
    peer = established(TcpConfig(send_buffer=5000))
    assert peer.end.machine.sendable() == 5000
    peer.end.send(bytes(3000))
    assert peer.end.machine.sendable() == 2000
    with pytest.raises(PacketSize) as raised:
        peer.end.send(bytes(2001))
    assert (raised.value.size, raised.value.limit) == (2001, 2000)
    peer.end.send(bytes(2000))
    assert peer.end.machine.sendable() == 0


def test_room_is_told_once_half_of_it_is_free() -> None:
    peer = established(TcpConfig(send_buffer=4000))
    peer.end.send(bytes(4000))
    peer.sends(ACK, ack=1001)
    assert peer.end.rooms == []
    peer.sends(ACK, ack=2001)
    assert peer.end.rooms == [2000]
    peer.sends(ACK, ack=4001)
    assert peer.end.rooms == [2000]


def test_the_send_buffer_grows_to_twice_the_congestion_window_and_no_further_than_it_may() -> None:
    peer = established(TcpConfig(initial_send_buffer=4000, send_buffer=50_000))
    tcb = peer.end.machine.tcb
    tcb.congestion.window = 10_000
    peer.end.send(bytes(4000))
    peer.sends(ACK, ack=1001)
    assert tcb.snd.capacity == 2 * tcb.congestion.window > 4000
    assert peer.end.rooms == [tcb.snd.capacity - 3000]
    tcb.congestion.window = 40_000
    peer.end.send(bytes(tcb.snd.capacity - 3000))
    peer.sends(ACK, ack=2001)
    assert tcb.snd.capacity == 50_000


def test_the_send_buffer_does_not_grow_for_who_does_not_fill_it() -> None:
    peer = established(TcpConfig(initial_send_buffer=4000))
    peer.end.machine.tcb.congestion.window = 100_000
    peer.end.send(bytes(3999))
    peer.sends(ACK, ack=1001)
    assert peer.end.machine.tcb.snd.capacity == 4000


def test_room_is_not_told_to_who_never_lacked_it() -> None:
    peer = established(TcpConfig(send_buffer=4000))
    peer.end.send(bytes(2000))
    peer.sends(ACK)
    assert peer.end.rooms == []


def test_the_buffer_is_bounded_before_the_handshake_too() -> None:
    peer = syn_sent(TcpConfig(send_buffer=100))
    peer.end.send(bytes(100))
    with pytest.raises(PacketSize):
        peer.end.send(b"x")


def test_nothing_is_sent_on_a_closed_machine() -> None:
    peer = established()
    peer.end.abort()
    with pytest.raises(InvalidConnection):
        peer.end.send(b"x")


# -- Nagle's algorithm


@pytest.mark.requirement("MUST-60", "SHLD-7")
def test_a_short_segment_waits_for_an_earlier_short_one() -> None:
    """SHLD-7, in the form of section A.3."""
    peer = established()
    peer.end.send(b"a")
    peer.expects(ACK, b"a")
    peer.end.send(b"b")
    peer.end.send(b"c")
    peer.expects_nothing()
    peer.sends(ACK)
    peer.expects(ACK, b"bc")


def test_a_short_segment_does_not_wait_for_full_ones() -> None:
    """Section A.3: the last, short segment of a large write goes at once."""
    peer = established()
    peer.end.send(bytes(1000))
    peer.expects(ACK, length=1000)
    peer.end.send(b"tail")
    peer.expects(ACK, b"tail")


def test_a_full_segment_does_not_wait() -> None:
    """Compared with the effective MSS: what the path carries, not what the peer announced."""
    peer = established(mss=1460, limit=1020)
    peer.end.send(b"a")
    peer.expects(ACK, b"a")
    peer.end.send(bytes(1000))
    peer.expects(ACK, length=1000)


@pytest.mark.requirement("MUST-17")
def test_nagle_can_be_turned_off() -> None:
    """MUST-17, also on a connection that is open."""
    peer = established(TcpConfig(nagle=False))
    for letter in (b"a", b"b", b"c"):
        peer.end.send(letter)
        peer.expects(ACK, letter)
    peer = established()
    peer.end.send(b"a")
    peer.expects(ACK)
    peer.end.send(b"b")
    peer.expects_nothing()
    peer.end.machine.configure(TcpConfig(nagle=False), peer.simulation.now)
    peer.end.perform()
    peer.expects(ACK, b"b")


def test_closing_pushes_what_nagle_holds() -> None:
    peer = established()
    peer.end.send(b"a")
    peer.end.send(b"b")
    peer.expects(ACK, b"a")
    peer.expects_nothing()
    peer.end.half_close()
    peer.expects(ACK | FIN, b"b")


# -- windows


def test_the_peers_window_is_not_exceeded() -> None:
    peer = established(window=2500)
    peer.end.send(bytes(10_000))
    peer.expects(ACK, length=1000)
    peer.expects(ACK, length=1000)
    peer.expects_nothing()  # 500 bytes are less than a segment, and than half of the window
    peer.sends(ACK, ack=1001, window=2500)
    peer.expects(ACK, length=1000)
    peer.expects_nothing()


@pytest.mark.requirement("MUST-38")
def test_half_of_the_largest_window_is_enough() -> None:
    """Section 3.8.6.2.1 (3): a peer with small buffers gets what it can take."""
    peer = established(window=600)
    peer.end.send(bytes(2000))
    peer.expects(ACK, length=600)
    peer.expects_nothing()
    peer.sends(ACK, window=300)
    peer.expects(ACK, length=300)


@pytest.mark.requirement("MUST-38", "MUST-60")
def test_a_silly_window_is_not_filled_until_the_override() -> None:
    """MUST-38, and (4): the override timeout."""
    peer = established(window=4000)
    peer.end.send(bytes(10_000))
    for _ in range(4):
        peer.expects(ACK, length=1000)
    peer.sends(ACK, window=100)
    peer.expects_nothing()
    peer.advance(0.9)
    peer.expects(ACK, length=100)


@pytest.mark.requirement("MUST-34", "SHLD-15", "SHLD-16")
def test_a_window_that_shrinks_is_survived() -> None:
    """MUST-34; SHLD-15: no new data; SHLD-16: the old is sent again."""
    peer = established(window=5000)
    peer.end.send(bytes(10_000))
    assert [peer.expects(ACK).seq - peer.iss for _ in range(5)] == [1, 1001, 2001, 3001, 4001]
    peer.sends(ACK, ack=1001, window=1000)
    peer.expects_nothing()
    peer.advance(0.25)
    peer.expects(ACK, seq=1001, length=1000)
    peer.expects_nothing()
    peer.sends(ACK, ack=5001, window=5000)
    peer.expects(ACK, seq=5001)


def test_an_old_segment_does_not_change_the_window() -> None:
    """SND.WL1 and SND.WL2."""
    peer = established()
    peer.sends(ACK, b"ab", window=9000)
    peer.sends(ACK, b"a", seq=1, window=10)
    assert peer.end.machine.tcb.snd.wnd == 9000
    peer.end.send(bytes(500))
    peer.sends(ACK, window=8000)
    peer.sends(ACK, ack=1, window=10)
    assert peer.end.machine.tcb.snd.wnd == 8000


@pytest.mark.requirement("MUST-1")
def test_the_window_counts_as_unsigned() -> None:
    """MUST-1."""
    peer = established()
    peer.sends(ACK, window=0xFFFF)
    assert peer.end.machine.tcb.snd.wnd == 0xFFFF


@pytest.mark.requirement("REC-1")
def test_a_scaled_window_has_more_than_16_bits() -> None:
    """REC-1."""
    peer = established(TcpConfig(congestion_control="none"), scale=3)
    peer.sends(ACK, window=0xFFFF)
    peer.end.send(bytes(500_000))
    assert sum(len(sent.payload) for sent in peer.sent) == 500_000


# -- zero windows


@pytest.mark.requirement("MUST-36", "MUST-37", "SHLD-29", "SHLD-30")
def test_a_zero_window_is_probed_at_growing_intervals() -> None:
    """MUST-36, SHLD-29, SHLD-30; MUST-37: as long as the peer answers, for ever."""
    peer = established(window=0)
    peer.end.send(b"waiting")
    peer.expects_nothing()
    rto = peer.end.machine.tcb.rtt.rto
    times: list[float] = []
    while len(times) < 12:
        peer.advance(0.01)
        while peer.sent:
            peer.expects(ACK, b"w", seq=1)
            times.append(peer.simulation.now)
            peer.sends(ACK, ack=1)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert times[0] == pytest.approx(rto, abs=0.02)
    assert gaps == pytest.approx([0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 60, 60, 60], abs=0.02)
    assert peer.state == "ESTABLISHED"
    assert peer.end.counters.window_probes == 12
    peer.sends(ACK, ack=1, window=1000)
    peer.expects(ACK, b"w", seq=1)
    peer.expects(ACK, b"aiting", seq=2)


@pytest.mark.requirement("MUST-34", "MUST-35", "MUST-37", "SHLD-17", "MAY-7")
def test_a_window_that_shrinks_to_nothing_is_probed() -> None:
    """MUST-35; SHLD-17: what lies beyond the edge does not end the connection. MAY-7: it makes the probe."""
    peer = established(window=3000)
    peer.end.send(bytes(3000))
    peer.sent.clear()
    peer.sends(ACK, ack=1, window=0)
    probes = 0
    while peer.simulation.now < 1000:
        peer.advance(0.1)
        if peer.sent:
            peer.expects(ACK, seq=1, length=1000)
            peer.expects_nothing()
            probes += 1
            peer.sends(ACK, ack=1, window=0)
    assert probes > 16
    assert peer.state == "ESTABLISHED"
    peer.sends(ACK, ack=1, window=3000)
    peer.advance(1)
    assert [peer.relative(sent.seq) for sent in peer.sent][:1] == [1]


def test_a_window_opened_by_an_update_goes_on_at_once() -> None:
    peer = established(window=1000)
    peer.end.send(bytes(3000))
    peer.expects(ACK, length=1000)
    peer.sends(ACK, window=0)
    peer.expects_nothing()
    peer.sends(ACK, window=5000)
    peer.expects(ACK, seq=1001, length=1000)
    peer.expects(ACK, seq=2001, length=1000)


def test_a_probe_that_is_taken_moves_on() -> None:
    peer = established(window=0)
    peer.end.send(b"ab")
    peer.advance(0.25)
    peer.expects(ACK, b"a")
    peer.sends(ACK, window=1000)
    peer.expects(ACK, b"b", seq=2)


def test_a_peer_that_does_not_answer_probes_is_given_up() -> None:
    peer = established(window=0)
    peer.end.send(b"x")
    peer.advance(300)
    assert peer.end.finished is Why.TIMED_OUT


@pytest.mark.requirement("MUST-37")
def test_a_lost_probe_does_not_end_a_connection_whose_peer_answered_the_others() -> None:
    peer = established(window=0)
    peer.end.send(b"x")
    answered = 0
    for _ in range(40_000):
        peer.advance(0.02)
        if peer.sent:
            peer.sent.clear()
            answered += 1
            if answered not in (10, 12):
                peer.sends(ACK, ack=1)
    assert answered > 15
    assert peer.state == "ESTABLISHED"


def test_after_a_long_wait_for_a_window_a_loss_is_not_the_end() -> None:
    peer = established(window=0)
    peer.end.send(b"ab")
    for _ in range(60_000):
        peer.advance(0.01)
        if peer.sent:
            peer.sent.clear()
            peer.sends(ACK, ack=1)
    peer.sends(ACK, ack=1, window=1000)
    peer.sent.clear()  # lost
    peer.advance(1)
    peer.expects(ACK, b"a", seq=1)
    peer.sends(ACK, ack=3, window=1000)
    assert peer.state == "ESTABLISHED"


def test_an_ack_stays_within_a_window_that_was_probed() -> None:
    """RFC 9293, 3.10.7.4: the peer would drop it otherwise, and with it the window update that it brings."""
    peer = established(window=0)
    peer.end.send(b"ab")
    peer.advance(0.45)
    peer.expects(ACK, b"a", seq=1)
    peer.sends(ACK, b"data", ack=1, window=0)
    peer.advance(0.05)
    peer.expects(ACK, seq=1, length=0)
    peer.end.abort()
    peer.expects(RST | ACK, seq=1)


def test_a_closed_connection_is_not_kept_by_a_zero_window() -> None:
    """A peer that answers every probe but never opens: RFC 6429."""
    peer = established(window=0)
    peer.end.send(b"x")
    peer.end.close()
    for _ in range(3000):
        peer.advance(0.1)
        if peer.sent:
            peer.sent.clear()
            peer.sends(ACK, ack=1)
    assert peer.end.finished is Why.TIMED_OUT
    assert peer.end.deleted


@pytest.mark.requirement("MUST-36")
def test_a_fin_probes_a_zero_window() -> None:
    peer = established(window=0)
    peer.end.half_close()
    peer.expects_nothing()
    peer.advance(1)
    peer.expects(FIN | ACK, seq=1)
    peer.sends(ACK, ack=2)
    assert peer.state == "FIN-WAIT-2"


def test_acks_of_probes_are_no_duplicate_acks() -> None:
    peer = established(window=0)
    peer.end.send(b"x")
    for _ in range(8):
        peer.advance(60)
        peer.sends(ACK, ack=1)
    assert peer.end.counters.fast_retransmits == 0


# -- the path


def test_a_smaller_path_cuts_what_is_in_flight() -> None:
    """RFC 1191: sent again at once, in smaller segments, and no sign of congestion."""
    peer = established()
    peer.end.send(bytes(range(200)) * 15)
    assert len(peer.sent) == 3
    peer.sent.clear()
    window = peer.end.machine.tcb.congestion.window
    peer.end.machine.path_limit(620, peer.simulation.now)
    peer.end.perform()
    sizes = [(peer.relative(sent.seq), len(sent.payload)) for sent in peer.sent]
    assert sizes == [(1, 600), (601, 400), (1001, 600), (1601, 400), (2001, 600), (2601, 400)]
    assert b"".join(sent.payload for sent in peer.sent) == bytes(range(200)) * 15
    assert peer.end.machine.tcb.congestion.window == window


def test_a_larger_path_is_used() -> None:
    peer = established(mss=1460)
    peer.end.machine.path_limit(1480, peer.simulation.now)
    peer.end.send(bytes(1460))
    peer.expects(ACK, length=1460)
