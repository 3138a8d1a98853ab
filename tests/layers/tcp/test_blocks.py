"""The blocks of selective acknowledgements: RFC 2018, sections 3 and 4."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.tcp.blocks import MOST, Blocks


def test_blocks_that_touch_become_one() -> None:
    blocks = Blocks()
    blocks.add(10, 20)
    blocks.add(30, 40)
    blocks.add(20, 30)
    assert blocks.report(MOST) == [(10, 40)]


def test_the_block_that_grew_last_is_the_first() -> None:
    """Section 4: it "MUST specify the contiguous block of data containing the segment which triggered this ACK"."""
    blocks = Blocks()
    for left in (10, 30, 50):
        blocks.add(left, left + 5)
    assert blocks.report(MOST) == [(50, 55), (30, 35), (10, 15)]
    blocks.add(35, 40)
    assert blocks.report(MOST) == [(30, 40), (50, 55), (10, 15)]
    blocks.add(9, 10)
    assert blocks.report(MOST) == [(9, 15), (30, 40), (50, 55)]


def test_no_more_than_there_is_room_for() -> None:
    blocks = Blocks()
    for left in range(0, 100, 10):
        blocks.add(left, left + 5)
    assert blocks.report(3) == [(90, 95), (80, 85), (70, 75)]
    assert blocks.report(0) == []
    assert blocks.report(-1) == []


def test_when_the_recent_ones_are_gone_the_others_are_told() -> None:
    blocks = Blocks()
    for left in (60, 50, 40, 30, 20, 10):
        blocks.add(left, left + 5)
    blocks.passed(45)
    assert blocks.report(MOST) == [(50, 55), (60, 65)]


def test_what_is_acknowledged_by_number_is_told_no_more() -> None:
    blocks = Blocks()
    blocks.add(10, 20)
    blocks.passed(20)
    assert blocks.report(MOST) == []
    blocks.add(30, 40)
    blocks.clear()
    assert blocks.report(MOST) == []


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 8)), max_size=40), st.integers(0, 70))
def test_they_are_the_runs_of_what_was_added(pieces: list[tuple[int, int]], passed: int) -> None:
    blocks = Blocks()
    held = set[int]()
    for left, size in pieces:
        blocks.add(left, left + size)
        held.update(range(left, left + size))
    first = blocks.report(100)[:1]
    assert not pieces or first[0][0] <= pieces[-1][0] < first[0][1]
    while passed in held:
        passed += 1
    blocks.passed(passed)
    told = blocks.report(100)
    assert sorted(number for left, right in told for number in range(left, right)) == sorted(
        number for number in held if number >= passed
    )
    assert all(right not in held and left - 1 not in held for left, right in told)


def test_what_has_come_before() -> None:
    """RFC 2883, section 4: the first run of it, and its block becomes the first to be told."""
    blocks = Blocks()
    blocks.add(10, 20)
    blocks.add(30, 40)
    assert blocks.overlap(20, 30) is None
    assert blocks.report(MOST) == [(30, 40), (10, 20)]
    assert blocks.overlap(15, 35) == (15, 20)
    assert blocks.report(MOST) == [(10, 20), (30, 40)]
    assert blocks.overlap(0, 100) == (10, 20)
    assert blocks.overlap(33, 34) == (33, 34)
    assert blocks.overlap(40, 50) is None
