"""Putting messages together: any order, no overlaps, bounded."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.fragment.reassembly import PIECE, Fate, Reassembly


def cut(message: bytes, cuts: list[int]) -> list[tuple[int, bytes]]:
    """``message`` in pieces that end at ``cuts``, with their offsets."""
    ends = [*sorted({cut % len(message) for cut in cuts} - {0}), len(message)]
    return [(start, message[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


@given(
    st.lists(st.tuples(st.binary(min_size=2, max_size=300), st.lists(st.integers(0, 300), max_size=8)), max_size=5),
    st.randoms(use_true_random=False),
)
def test_messages_cut_anywhere_come_together_in_any_order(
    messages: list[tuple[bytes, list[int]]], mixing: random.Random
) -> None:
    fragments = [
        (number, len(message), offset, piece)
        for number, (message, cuts) in enumerate(messages)
        for offset, piece in cut(message, cuts)
    ]
    mixing.shuffle(fragments)
    reassembly = Reassembly(8, 1 << 20)
    complete: dict[int, bytes] = {}
    for number, size, offset, piece in fragments:
        if reassembly.add(number, size, offset, piece, 0.0) is Fate.COMPLETE:
            complete[number] = reassembly.take()
    assert complete == {number: message for number, (message, _) in enumerate(messages)}
    assert (len(reassembly), reassembly.memory) == (0, 0)


@given(st.data(), st.binary(min_size=2, max_size=40), st.lists(st.integers(1, 39), min_size=1, max_size=5))
def test_an_overlap_ends_the_message_unless_it_is_a_duplicate(
    data: st.DataObject, message: bytes, cuts: list[int]
) -> None:
    pieces = cut(message, cuts)
    reassembly = Reassembly(8, 1 << 20)
    for offset, piece in pieces[:-1]:
        assert reassembly.add(1, len(message), offset, piece, 0.0) is Fate.KEPT
    covered = pieces[-1][0]
    if covered == 0:
        return  # it was not cut
    start = data.draw(st.integers(0, covered - 1))
    end = data.draw(st.integers(start + 1, len(message)))
    duplicate = (start, message[start:end]) in pieces
    fate = reassembly.add(1, len(message), start, message[start:end], 0.0)
    assert fate is (Fate.DUPLICATE if duplicate else Fate.INCONSISTENT)
    assert (len(reassembly) == 0) is not duplicate


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 60), st.integers(0, 59), st.binary(min_size=1, max_size=60)))
)
def test_whatever_arrives_memory_is_bounded_and_accounted_for(fragments: list[tuple[int, int, int, bytes]]) -> None:
    reassembly = Reassembly(3, 1000)
    for number, size, offset, piece in fragments:
        if offset + len(piece) <= size:
            if reassembly.add(number, size, offset, piece, 0.0) is Fate.COMPLETE:
                assert len(reassembly.take()) == size
            assert len(reassembly) <= 3
            assert 0 <= reassembly.memory <= 1000
    reassembly.expire(0.0)
    assert (len(reassembly), reassembly.memory) == (0, 0)


def test_messages_do_not_mix() -> None:
    reassembly = Reassembly(8, 1 << 20)
    reassembly.add(1, 4, 0, b"ab", 0.0)
    assert reassembly.add(2, 4, 2, b"yz", 0.0) is Fate.KEPT
    assert reassembly.add(1, 4, 2, b"cd", 0.0) is Fate.COMPLETE
    assert reassembly.take() == b"abcd"


def test_fragments_that_disagree_on_the_size_end_the_message() -> None:
    reassembly = Reassembly(8, 1 << 20)
    reassembly.add(1, 4, 0, b"ab", 0.0)
    assert reassembly.add(1, 5, 2, b"cd", 0.0) is Fate.INCONSISTENT
    assert len(reassembly) == 0


def test_a_duplicate_of_a_complete_message_begins_nothing() -> None:
    reassembly = Reassembly(8, 1 << 20)
    reassembly.add(1, 4, 0, b"ab", 0.0)
    reassembly.add(1, 4, 2, b"cd", 0.0)
    assert reassembly.add(1, 4, 0, b"ab", 0.0) is Fate.DUPLICATE
    assert len(reassembly) == 0


def test_the_oldest_message_makes_room() -> None:
    reassembly = Reassembly(2, 1 << 20)
    for number in range(3):
        reassembly.add(number, 4, 0, b"ab", 0.0)
    assert reassembly.pushed_out == 1
    assert reassembly.add(2, 4, 2, b"cd", 0.0) is Fate.COMPLETE
    assert reassembly.add(0, 4, 2, b"cd", 0.0) is Fate.KEPT  # the first half is gone


def test_small_fragments_are_not_free() -> None:
    reassembly = Reassembly(8, 10 * PIECE)
    for offset in range(0, 100, 2):
        reassembly.add(1, 100, offset, b"x", 0.0)
    assert reassembly.pushed_out > 0
    assert reassembly.memory <= 10 * PIECE


def test_old_messages_expire() -> None:
    reassembly = Reassembly(8, 1 << 20)
    for number in range(3):
        reassembly.add(number, 4, 0, b"ab", float(number))
    assert reassembly.oldest() == 0.0
    assert reassembly.expire(1.0) == 2
    assert reassembly.oldest() == 2.0
    assert reassembly.expire(5.0) == 1
    assert reassembly.oldest() == float("inf")
