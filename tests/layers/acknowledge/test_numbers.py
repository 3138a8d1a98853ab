"""The two ends of one direction of ``acknowledge``, without time and layers."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.acknowledge.incoming import LARGEST_WINDOW, Incoming, Verdict
from foxpy.layers.acknowledge.outgoing import LEAST_RTO, Outgoing
from foxpy.layers.epochs import drawn, following

MASK = 0xFFFF_FFFF


def bits(incoming: Incoming) -> int:
    return int.from_bytes(incoming.selected(), "little")


# -- the receiving end


@given(st.lists(st.integers(0, 40), max_size=80))
def test_what_has_arrived_is_new_once_and_told_exactly(arrivals: list[int]) -> None:
    incoming = Incoming()
    seen: set[int] = set()
    for turn, number in enumerate(arrivals):
        verdict = incoming.arrive(1, number, 0, turn)
        assert verdict is (Verdict.DUPLICATE if number in seen else Verdict.NEW)
        seen.add(number)
        told = set(range(incoming.expected))
        told |= {incoming.expected + 1 + bit for bit in range(64) if bits(incoming) >> bit & 1}
        assert told == seen
        assert incoming.expected not in seen
        assert incoming.gap is (len(seen) > incoming.expected)
        assert incoming.heard == turn


def test_arrivals_wrap() -> None:
    incoming = Incoming()
    for number in range(100):
        incoming.arrive(1, number, 0, number)
    incoming.expected = 0xFFFF_FFFE  # as after four billion packets
    assert incoming.arrive(1, 1, 0xFFFF_FFFE, 0) is Verdict.NEW
    assert bits(incoming) == 0b100
    for number in (0xFFFF_FFFF, 0xFFFF_FFFE, 0):
        assert incoming.arrive(1, number, 0xFFFF_FFFE, 0) is Verdict.NEW
    assert incoming.expected == 0x1_0000_0002
    assert incoming.arrive(1, 0xFFFF_FFFF, 0xFFFF_FFFE, 0) is Verdict.DUPLICATE


def test_farther_ahead_than_any_window() -> None:
    incoming = Incoming()
    assert incoming.arrive(1, LARGEST_WINDOW, 0, 0) is Verdict.BEYOND
    assert incoming.arrive(1, LARGEST_WINDOW - 1, 0, 0) is Verdict.NEW
    assert incoming.arrive(1, LARGEST_WINDOW, 0, 0) is Verdict.BEYOND
    assert len(incoming.selected()) <= LARGEST_WINDOW // 8


def test_a_peer_that_counts_on_what_is_not_here_is_strange() -> None:
    assert Incoming().arrive(1, 5, 5, 5) is Verdict.STRANGE
    incoming = Incoming()
    incoming.arrive(1, 0, 0, 0)
    assert incoming.arrive(1, 5, 2, 5) is Verdict.STRANGE
    assert incoming.arrive(1, 5, 1, 5) is Verdict.NEW


def test_a_restarted_peer() -> None:
    incoming = Incoming()
    incoming.arrive(1, 0, 0, 0)
    incoming.arrive(1, 2, 0, 0)
    assert incoming.arrive(2, 0, 0, 0) is Verdict.NEW
    assert (incoming.epoch, incoming.expected, incoming.gap) == (2, 1, False)
    assert incoming.arrive(1, 1, 0, 0) is Verdict.STALE


def test_a_peer_that_began_anew_before_this_end_heard_of_it() -> None:
    """What the network held up is of the past, though nothing of that epoch has been heard."""
    incoming = Incoming()
    before = drawn(random.Random(1))
    since = following(before)
    assert incoming.arrive(since, 0, 0, 0) is Verdict.NEW
    assert incoming.arrive(before, 0, 0, 0) is Verdict.STALE
    assert incoming.arrive(since, 1, 0, 1) is Verdict.NEW


def test_none_is_no_epoch() -> None:
    assert Incoming().arrive(0, 0, 0, 0) is Verdict.STALE


@given(st.lists(st.tuples(*(st.integers(0, MASK) for _ in range(4))), max_size=30))
def test_hostile_numbers_are_bounded(packets: list[tuple[int, int, int, int]]) -> None:
    incoming = Incoming()
    for packet in packets:
        incoming.arrive(*packet)
        assert len(incoming.selected()) <= LARGEST_WINDOW // 8


# -- the sending end


def sending(count: int, window: int = 256) -> Outgoing:
    """``count`` packets were sent, a millisecond apart."""
    outgoing = Outgoing(window)
    for number in range(count):
        outgoing.sent_new(b"%d" % number, number / 1000)
    return outgoing


def lost(outgoing: Outgoing) -> list[int]:
    found = []
    while (sent := outgoing.lost()) is not None:
        found.append(sent.number)
    return found


@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_what_one_end_tells_the_other_understands(mixing: random.Random, count: int) -> None:
    """Packets are lost, repeated and reordered at random; in the end all are acknowledged, and each is counted once."""
    outgoing, incoming = sending(count), Incoming()
    newly = 0
    under_way = [(number, number) for number in range(count)]
    for _ in range(20 * count):
        if not under_way:
            break
        number, turn = under_way.pop(mixing.randrange(min(3, len(under_way))))
        if mixing.random() < 0.3:
            continue
        incoming.arrive(1, number, outgoing.base & MASK, turn)
        if mixing.random() < 0.3:
            continue
        now = 1.0
        found = outgoing.acknowledged(incoming.expected, incoming.heard, bits(incoming), now)
        assert found >= 0
        newly += found
        while (sent := outgoing.lost()) is not None:
            under_way.append((sent.number, outgoing.turn))
            outgoing.sent_again(sent, now)
        if not under_way and outgoing.waiting:
            outgoing.timed_out()
            while (sent := outgoing.lost()) is not None:
                under_way.append((sent.number, outgoing.turn))
                outgoing.sent_again(sent, now)
    assert newly == count - len(outgoing)
    assert newly <= count


def test_three_later_turns_answered_make_a_loss() -> None:
    outgoing = sending(10)
    assert outgoing.acknowledged(0, 1, 0b1, 1.0) == 1  # 1 arrived, 0 did not
    assert lost(outgoing) == []
    assert outgoing.acknowledged(0, 2, 0b11, 1.0) == 1
    assert lost(outgoing) == []
    assert outgoing.acknowledged(0, 3, 0b111, 1.0) == 1
    assert lost(outgoing) == [0]


def test_a_repetition_is_a_turn_of_its_own() -> None:
    outgoing = sending(6)
    outgoing.acknowledged(0, 5, 0b1_1111, 1.0)
    sent = outgoing.lost()
    assert sent is not None
    outgoing.sent_again(sent, 1.0)
    assert lost(outgoing) == []
    assert outgoing.acknowledged(6, 6, 0, 1.05) == 1
    assert not outgoing
    assert outgoing.rtt.srtt > 0.04  # its own round trip was measured, not one from the first transmission
    assert outgoing.rtt.rto >= LEAST_RTO


def test_after_a_timeout_one_answer_tells_of_all_that_was_sent_before() -> None:
    outgoing = sending(4)
    outgoing.timed_out()
    sent = outgoing.lost()
    assert sent is not None
    assert (sent.number, lost(outgoing)) == (0, [])
    outgoing.sent_again(sent, 2.0)
    assert outgoing.acknowledged(1, 4, 0, 2.1) == 1
    assert lost(outgoing) == [1, 2, 3]


def test_what_was_acknowledged_meanwhile_is_not_sent_again() -> None:
    outgoing = sending(6)
    outgoing.acknowledged(0, 5, 0b1_0000, 1.0)  # 5 arrived: 0, 1 and 2 are lost
    outgoing.acknowledged(2, 4, 0b1, 1.0)
    assert lost(outgoing) == [2]


def test_the_window() -> None:
    outgoing = sending(4, window=4)
    assert not outgoing.open
    outgoing.acknowledged(0, 3, 0b111, 1.0)  # the oldest is missing
    assert not outgoing.open
    outgoing.acknowledged(4, 0, 0, 1.0)
    assert outgoing.open


def test_an_acknowledgement_that_was_overtaken_says_nothing_new() -> None:
    outgoing = sending(6)
    assert outgoing.acknowledged(4, 3, 0, 1.0) == 4
    assert outgoing.acknowledged(2, 1, 0, 1.0) == 0
    assert outgoing.base == 4


def test_nonsense() -> None:
    outgoing = sending(4)
    assert outgoing.acknowledged(5, 3, 0, 1.0) == -1  # number 4 was never sent
    assert outgoing.acknowledged(0, 3, 0b1000, 1.0) == -1
    assert outgoing.acknowledged(0, 4, 0, 1.0) == -1  # nor was turn 4
    assert outgoing.acknowledged(0x8000_0000, 3, 0, 1.0) in (-1, 0)
    assert len(outgoing) == 4


@given(st.lists(st.tuples(st.integers(0, MASK), st.integers(0, MASK), st.integers(0, 1 << 70)), max_size=20))
def test_hostile_acknowledgements_never_take_what_was_not_sent(told: list[tuple[int, int, int]]) -> None:
    outgoing = sending(8)
    newly = sum(max(0, outgoing.acknowledged(*each, 1.0)) for each in told)
    assert newly == 8 - len(outgoing)
    assert outgoing.base <= outgoing.next == 8


def test_numbers_and_turns_wrap() -> None:
    outgoing = Outgoing(16)
    outgoing.base = outgoing.next = 0xFFFF_FFFC
    outgoing.turn = 0xFFFF_FFFE
    for number in range(8):
        outgoing.sent_new(b"%d" % number, 0.0)
    assert outgoing.acknowledged(1, 3, 0b10, 0.1) == 6
    assert (outgoing.base, outgoing.next) == (0x1_0000_0001, 0x1_0000_0004)
    assert outgoing.acknowledged(4, 4, 0, 0.1) == 2
    assert not outgoing
