"""The scoreboard (RFC 6675, section 4) against a model that knows each octet."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.layers.tcp.scoreboard import Scoreboard
from foxpy.layers.tcp.segment import ACK, FIN, PSH
from foxpy.layers.tcp.sent import Sent, find

MSS = 100


def board(*sizes: int, iss: int = 1000) -> Scoreboard:
    """A queue of segments with texts of ``sizes``, sent one second apart from time 1 on."""
    queue: list[Sent] = []
    seq = iss
    for number, size in enumerate(sizes):
        queue.append(Sent(seq, seq + size, ACK | PSH, bytes(size), 1.0 + number))
        seq += size
    return Scoreboard(queue, iss)


def layout(scoreboard: Scoreboard) -> list[tuple[int, int, str]]:
    return [(sent.seq, sent.end, "S" if sent.sacked else "L" if sent.lost else "-") for sent in scoreboard.queue]


def test_find() -> None:
    queue = board(10, 20, 30).queue
    assert [find(queue, seq) for seq in (0, 1000, 1009, 1010, 1029, 1030, 1059, 1060)] == [0, 0, 0, 1, 1, 2, 2, 3]
    assert find([], 5) == 0


def test_a_block_marks_whole_segments() -> None:
    scoreboard = board(100, 100, 100, 100)
    assert scoreboard.block(1100, 1300, MSS) == 200
    assert layout(scoreboard) == [(1000, 1100, "-"), (1100, 1200, "S"), (1200, 1300, "S"), (1300, 1400, "-")]
    assert (scoreboard.sacked, scoreboard.pieces, scoreboard.gone()) == (200, 2, 200)
    assert scoreboard.ranges() == [(1100, 1300)]
    assert [sent.seq for sent in scoreboard.fresh] == [1100, 1200]


def test_a_block_told_again_tells_nothing() -> None:
    scoreboard = board(100, 100, 100)
    scoreboard.block(1100, 1300, MSS)
    scoreboard.fresh.clear()
    assert scoreboard.block(1100, 1300, MSS) == 0
    assert scoreboard.block(1100, 1200, MSS) == 0
    assert not scoreboard.fresh


def test_part_of_a_segment_is_not_marked() -> None:
    """It is to be sent again anyway: that the peer has some of it saves nothing."""
    scoreboard = board(100, 100)
    assert scoreboard.block(1001, 1199, MSS) == 0
    assert layout(scoreboard) == [(1000, 1100, "-"), (1100, 1200, "-")]
    assert scoreboard.ranges() == []


def test_a_large_segment_is_cut_where_it_was_cut_below() -> None:
    scoreboard = board(1000)
    assert scoreboard.block(1300, 1700, MSS) == 400
    assert layout(scoreboard) == [(1000, 1300, "-"), (1300, 1700, "S"), (1700, 2000, "-")]
    assert [len(sent.payload) for sent in scoreboard.queue] == [300, 400, 300]
    assert [sent.flags for sent in scoreboard.queue] == [ACK, ACK, ACK | PSH]


def test_edges_within_segments_are_rounded_inwards() -> None:
    scoreboard = board(1000)
    assert scoreboard.block(1301, 1799, MSS) == 300
    assert layout(scoreboard) == [(1000, 1400, "-"), (1400, 1700, "S"), (1700, 2000, "-")]


def test_the_fin_is_acknowledged_by_itself() -> None:
    queue = [Sent(1000, 1201, ACK | FIN, bytes(200), 1.0)]
    scoreboard = Scoreboard(queue, 1000)
    assert scoreboard.block(1000, 1200, MSS) == 200
    assert layout(scoreboard) == [(1000, 1200, "S"), (1200, 1201, "-")]
    assert queue[1].flags & FIN
    assert not queue[0].flags & FIN


def test_hostile_blocks_of_one_byte_cut_nothing() -> None:
    """What SACK panic and SegmentSmack did to others: tiny blocks by the thousand."""
    scoreboard = board(*[64_000] * 8)
    for left in range(1001, 1000 + 8 * 64_000, 7):
        scoreboard.block(left, left + 1, MSS)
    assert len(scoreboard.queue) == 8
    assert scoreboard.ranges() == []


def test_hostile_blocks_leave_the_queue_bounded() -> None:
    """Every second MSS: as many entries as there are segments of an MSS, and no more however often it is told."""
    scoreboard = board(64_000)
    for _ in range(3):
        for left in range(1000, 65_000, 200):
            scoreboard.block(left, left + 100, MSS)
    assert len(scoreboard.queue) == 640
    assert len(scoreboard.ranges()) == 320
    scoreboard.block(1000, 65_000, MSS)
    assert scoreboard.ranges() == [(1000, 65_000)]


def test_what_is_acknowledged_leaves_the_board() -> None:
    scoreboard = board(100, 100, 100, 100)
    scoreboard.block(1100, 1200, MSS)
    scoreboard.block(1300, 1400, MSS)
    scoreboard.fresh.clear()
    assert scoreboard.acknowledged(1250) == 150
    assert layout(scoreboard) == [(1250, 1300, "-"), (1300, 1400, "S")]
    assert scoreboard.sacked == 100
    assert scoreboard.ranges() == [(1300, 1400)]
    assert [sent.seq for sent in scoreboard.fresh] == [1000]
    assert scoreboard.acknowledged(1400) == 50
    assert scoreboard.gone() == 0
    assert scoreboard.idle()


def test_the_front_of_a_sacked_segment_may_be_acknowledged() -> None:
    """A peer that reneged and was sent smaller pieces."""
    scoreboard = board(100, 100)
    scoreboard.block(1000, 1100, MSS)
    assert scoreboard.acknowledged(1050) == 0
    assert scoreboard.sacked == 50
    assert scoreboard.ranges() == [(1050, 1100)]
    assert scoreboard.acknowledged(1100) == 0
    assert scoreboard.sacked == 0


def test_lost_segments_are_sent_again_in_order() -> None:
    scoreboard = board(100, 100, 100, 100)
    queue = scoreboard.queue
    scoreboard.lose(queue[2])
    scoreboard.lose(queue[0])
    assert scoreboard.lost == scoreboard.losses == 200
    assert scoreboard.next_lost() == 0
    scoreboard.sent_again(queue[0], 9.0)
    assert scoreboard.lost == 100
    assert scoreboard.next_lost() == 2
    scoreboard.sent_again(queue[2], 9.0)
    assert scoreboard.next_lost() == -1
    assert not scoreboard.idle()


def test_a_lost_segment_that_arrives_is_not_sent_again() -> None:
    scoreboard = board(100, 100, 100)
    scoreboard.lose_before(1200)
    assert layout(scoreboard) == [(1000, 1100, "L"), (1100, 1200, "L"), (1200, 1300, "-")]
    scoreboard.block(1000, 1100, MSS)
    assert scoreboard.lost == 100
    assert scoreboard.next_lost() == 1


def test_pieces_of_a_lost_segment_are_lost() -> None:
    scoreboard = board(400)
    scoreboard.lose(scoreboard.queue[0])
    scoreboard.block(1100, 1200, MSS)
    assert layout(scoreboard) == [(1000, 1100, "L"), (1100, 1200, "S"), (1200, 1400, "L")]
    scoreboard.sent_again(scoreboard.queue[0], 9.0)
    assert scoreboard.next_lost() == 2


def test_what_was_sent_before_something_is_lost_in_the_order_of_sending() -> None:
    scoreboard = board(100, 100, 100, 100)  # at 1, 2, 3, 4
    queue = scoreboard.queue
    assert scoreboard.lose_sent_before(3.0, 1300, 1300, 1.5)  # the second was sent before, but is young
    assert layout(scoreboard)[:2] == [(1000, 1100, "L"), (1100, 1200, "-")]
    assert not scoreboard.lose_sent_before(3.0, 1300, 1300, 3.0)
    assert [row[2] for row in layout(scoreboard)] == ["L", "L", "-", "-"]
    scoreboard.sent_again(queue[0], 5.0)
    scoreboard.sent_again(queue[1], 5.0)
    queue.append(Sent(1400, 1500, ACK, bytes(100), 5.0))
    # of two that were sent again at the same time the one with the smaller number went first, the new one after both
    assert not scoreboard.lose_sent_before(5.0, queue[1].order, queue[1].end, 5.0)
    assert [row[2] for row in layout(scoreboard)] == ["L", "-", "L", "L", "-"]
    assert not scoreboard.lose_sent_before(5.0, 1500, 1500, 5.0)
    assert [row[2] for row in layout(scoreboard)] == ["L", "L", "L", "L", "-"]


def test_what_is_sent_again_was_sent_after_what_went_before_at_the_same_time() -> None:
    """The clock is read once for a batch: time does not tell."""
    scoreboard = board(100, 100)
    scoreboard.sent_again(scoreboard.queue[0], 2.0)
    assert not scoreboard.lose_sent_before(2.0, 1200, 1200, 2.0)
    assert scoreboard.lost == 0


def test_everything_in_flight_is_lost() -> None:
    scoreboard = board(100, 100, 100)
    scoreboard.block(1100, 1200, MSS)
    scoreboard.lose_all()
    assert [row[2] for row in layout(scoreboard)] == ["L", "S", "L"]
    scoreboard.sent_again(scoreboard.queue[0], 9.0)
    scoreboard.lose_all()
    assert scoreboard.lost == 200
    scoreboard.queue.append(Sent(1300, 1400, ACK, bytes(100), 10.0))
    scoreboard.lose_all()
    assert scoreboard.lost == 300


def test_nothing_was_lost_after_all() -> None:
    scoreboard = board(100, 100, 100)
    scoreboard.lose_all()
    scoreboard.sent_again(scoreboard.queue[0], 9.0)
    scoreboard.find_again()
    assert [row[2] for row in layout(scoreboard)] == ["-", "-", "-"]
    assert scoreboard.next_lost() == -1
    scoreboard.lose_all()
    assert scoreboard.lost == 300


def test_a_peer_that_reneged() -> None:
    """RFC 2018, section 8."""
    scoreboard = board(100, 100, 100)
    scoreboard.lose(scoreboard.queue[0])
    scoreboard.sent_again(scoreboard.queue[0], 4.0)
    scoreboard.block(1000, 1300, MSS)
    scoreboard.forget_sacks()
    assert scoreboard.gone() == 0
    assert scoreboard.ranges() == []
    scoreboard.lose_all()
    assert scoreboard.lost == 300


def test_is_lost() -> None:
    """RFC 6675, section 4: three ranges, or more than two segments' worth of bytes, behind it."""
    scoreboard = board(*[100] * 9)
    scoreboard.block(1100, 1200, MSS)
    scoreboard.block(1300, 1400, MSS)
    assert scoreboard.threshold(MSS) == -1
    scoreboard.block(1400, 1500, MSS)
    assert scoreboard.threshold(MSS) == 1100
    scoreboard.block(1500, 1600, MSS)
    assert scoreboard.threshold(MSS) == 1300
    short = board(*[10] * 9)
    for left in (1010, 1030, 1050):
        short.block(left, left + 10, MSS)
    assert short.threshold(MSS) == 1010


def test_what_is_sent_again_for_ever_is_remembered_once() -> None:
    scoreboard = board(1)
    for number in range(1000):
        scoreboard.sent_again(scoreboard.queue[0], 10.0 + number)
    scoreboard.lose_all()
    assert scoreboard.lost == 1
    scoreboard.sent_again(scoreboard.queue[0], 5000.0)
    scoreboard.acknowledged(1001)
    assert scoreboard.idle()


steps = st.one_of(
    st.tuples(st.just("block"), st.integers(-50, 2500), st.integers(1, 900)),
    st.tuples(st.just("ack"), st.integers(0, 400), st.just(0)),
    st.tuples(st.just("send"), st.integers(1, 700), st.just(0)),
    st.tuples(st.just("again"), st.integers(1, 5), st.just(0)),
    st.tuples(st.just("older"), st.integers(0, 40), st.integers(0, 10)),
    st.tuples(st.just("all"), st.just(0), st.just(0)),
    st.tuples(st.just("found"), st.just(0), st.just(0)),
    st.tuples(st.just("reneged"), st.just(0), st.just(0)),
)


@settings(max_examples=300)
@given(st.lists(steps, max_size=40))
def test_any_history(history: list[tuple[str, int, int]]) -> None:
    """Sums, ranges and marks always agree with the entries; whole segments that the peer has are marked."""
    queue: list[Sent] = []
    scoreboard = Scoreboard(queue, 0)
    una = nxt = 0
    clock = 0.0
    held: set[int] = set()
    """What the peer claims to have."""
    for kind, first, second in history:
        clock += 1.0
        scoreboard.fresh.clear()
        if kind == "send":
            queue.append(Sent(nxt, nxt + first, ACK, bytes(first), clock))
            nxt += first
        elif kind == "block":
            left, right = max(una, una + first), min(nxt, una + first + second)
            if left < right:
                new = scoreboard.block(left, right, MSS)
                assert all(sent.sacked for sent in queue if left <= sent.seq and sent.end <= right)
                held.update(range(left, right))
                assert new == sum(sent.end - sent.seq for sent in scoreboard.fresh)
        elif kind == "ack":
            una = min(nxt, una + first)
            scoreboard.acknowledged(una)
        elif kind == "again":
            for _ in range(first):
                index = scoreboard.next_lost()
                expected = [number for number, sent in enumerate(queue) if sent.lost]
                assert index == (expected[0] if expected else -1)
                if index >= 0:
                    scoreboard.sent_again(queue[index], clock)
        elif kind == "older":
            at, deadline = clock - first, clock - first - second
            in_flight = [sent for sent in queue if not sent.sacked and not sent.lost]
            older = [sent for sent in in_flight if (sent.last, sent.order, sent.end) < (at, nxt, nxt)]
            young = scoreboard.lose_sent_before(at, nxt, nxt, deadline)
            assert all(sent.lost == (sent.last <= deadline) for sent in older)
            assert young == any(sent.last > deadline for sent in older)
            assert not any(sent.lost for sent in in_flight if sent not in older)
        elif kind == "all":
            scoreboard.lose_all()
            assert all(sent.sacked != sent.lost for sent in queue)
        elif kind == "found":
            scoreboard.find_again()
            assert not any(sent.lost for sent in queue)
        else:
            scoreboard.forget_sacks()
            held.clear()
        assert all(before.end == after.seq for before, after in itertools.pairwise(queue))
        assert (not queue and una == nxt) or (queue[0].seq == una and queue[-1].end == nxt)
        assert all(len(sent.payload) == sent.end - sent.seq for sent in queue)
        assert scoreboard.sacked == sum(sent.end - sent.seq for sent in queue if sent.sacked)
        assert scoreboard.pieces == sum(sent.sacked for sent in queue)
        assert scoreboard.lost == sum(sent.end - sent.seq for sent in queue if sent.lost)
        assert not any(sent.sacked and sent.lost for sent in queue)
        marked = {octet for left, right in scoreboard.ranges() for octet in range(left, right)}
        assert marked == {octet for sent in queue if sent.sacked for octet in range(sent.seq, sent.end)}
        assert marked <= held
        # ranges are apart
        ranges = scoreboard.ranges()
        assert all(before[1] < after[0] for before, after in itertools.pairwise(ranges))
