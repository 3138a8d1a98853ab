"""Putting numbered packets in order, without time and layers."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.epochs import drawn, following
from foxpy.layers.sequence.order import Order, Verdict


class Reader:
    """Takes what an Order lets through."""

    def __init__(self, window: int = 8) -> None:
        self.order = Order(window)
        self.got: list[bytes] = []
        self.verdicts: list[Verdict] = []

    def take(self, number: int, epoch: int = 1) -> Verdict:
        packet = b"%d.%d" % (epoch, number)
        verdict = self.order.arrive(epoch, number & 0xFFFF_FFFF, packet, 0, len(packet), 0.0)
        self.verdicts.append(verdict)
        if verdict is Verdict.NEXT:
            self.got.append(packet)
        self.read()
        return verdict

    def read(self) -> None:
        while self.order.due:
            self.got.append(self.order.due.popleft()[0])

    @property
    def numbers(self) -> list[int]:
        return [int(packet.split(b".")[1]) for packet in self.got]


@given(st.lists(st.integers(0, 11), max_size=20), st.randoms(use_true_random=False))
def test_any_permutation_with_duplicates_comes_out_sorted_and_once(again: list[int], mixing: random.Random) -> None:
    arrivals = [*range(12), *again]
    mixing.shuffle(arrivals)
    reader = Reader(window=12)
    for number in arrivals:
        reader.take(number)
    assert reader.numbers == list(range(12))
    assert reader.verdicts.count(Verdict.DUPLICATE) == len(again)
    assert reader.order.skipped == 0


@given(st.lists(st.integers(0, 60), max_size=80), st.integers(1, 10))
def test_whatever_arrives_what_comes_out_is_sorted_and_once(arrivals: list[int], window: int) -> None:
    reader = Reader(window)
    for number in arrivals:
        reader.take(number)
        assert len(reader.order.held) < window or window == 1
    assert reader.numbers == sorted(set(reader.numbers))
    assert set(reader.numbers) <= set(arrivals)
    while reader.order.held:
        reader.order.skip()
        reader.read()
    assert reader.numbers == sorted(set(reader.numbers))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 0xFFFF_FFFF)), max_size=50))
def test_hostile_numbers_neither_hang_nor_fill_the_memory(arrivals: list[tuple[int, int]]) -> None:
    reader = Reader(window=4)
    for epoch, number in arrivals:
        reader.take(number, epoch)
        assert len(reader.order.held) < 4
    assert len(reader.got) <= len(arrivals)


def test_numbers_wrap() -> None:
    reader = Reader()
    first = 0xFFFF_FFF0
    assert reader.take(first) is Verdict.DOUBTFUL  # this end was restarted, and any number may come first
    for number in range(first + 1, first + 40):
        assert reader.take(number) is (Verdict.TAKEN if number == first + 1 else Verdict.NEXT)
    reader.take(first + 41)
    reader.take(first + 40)
    assert reader.numbers == list(range(first + 1, first + 42))
    assert reader.order.skipped == 0


def test_a_window_that_moves_passes_over_what_is_missing() -> None:
    reader = Reader(window=4)
    for number in (0, 2, 3):
        reader.take(number)
    assert reader.numbers == [0]
    reader.take(5)  # four ahead of 1, which is therefore not waited for any longer; 4 is
    assert reader.numbers == [0, 2, 3]
    assert reader.order.skipped == 1
    reader.take(4)
    assert reader.numbers == [0, 2, 3, 4, 5]
    assert reader.take(1) is Verdict.DUPLICATE


def test_skipping_lets_out_what_waited() -> None:
    reader = Reader()
    for number in (1, 2, 5):
        reader.take(number)
    assert reader.numbers == []
    reader.order.skip()
    reader.read()
    assert reader.numbers == [1, 2]
    reader.order.skip()
    reader.read()
    assert reader.numbers == [1, 2, 5]
    assert reader.order.skipped == 3


def test_a_restarted_peer_begins_anew_and_its_stragglers_are_known() -> None:
    reader = Reader()
    for number in (0, 1, 3):
        reader.take(number, epoch=1)
    assert reader.take(0, epoch=2) is Verdict.TAKEN
    assert reader.got == [b"1.0", b"1.1", b"1.3", b"2.0"]
    assert reader.take(2, epoch=1) is Verdict.STALE
    assert reader.take(1, epoch=2) is Verdict.NEXT


def test_a_restarted_peer_whose_beginning_was_lost_is_believed_the_second_time() -> None:
    reader = Reader(window=8)
    reader.take(0, epoch=1)
    assert reader.take(100, epoch=2) is Verdict.DOUBTFUL
    assert reader.take(1, epoch=1) is Verdict.NEXT  # it might have been damage
    assert reader.take(102, epoch=2) is Verdict.DOUBTFUL
    assert reader.take(103, epoch=2) is Verdict.TAKEN
    assert reader.take(104, epoch=2) is Verdict.NEXT
    assert reader.got == [b"1.0", b"1.1", b"2.103", b"2.104"]


def test_one_wild_number_does_not_end_the_stream() -> None:
    reader = Reader()
    reader.take(0)
    assert reader.take(0x7000_0000) is Verdict.DOUBTFUL
    assert reader.take(1) is Verdict.NEXT


def test_what_was_sent_before_a_new_beginning_comes_too_late_even_to_who_never_heard_of_it() -> None:
    """The one end was restarted, the other begins anew; what that had sent before is lost and comes again (through
    ``acknowledge``) after what it sent since."""
    reader = Reader()
    before = drawn(random.Random(1))
    since = following(before)
    assert reader.take(0, since) is Verdict.NEXT
    assert reader.take(0, before) is Verdict.STALE
    assert reader.take(1, before) is Verdict.STALE
    assert reader.take(1, since) is Verdict.NEXT
    assert reader.order.epoch == since


def test_none_is_no_epoch() -> None:
    assert Reader().take(0, 0) is Verdict.STALE
