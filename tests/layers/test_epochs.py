"""Which epoch of a peer is the later."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.epochs import BEGINNINGS, NONE, RETIRED, Epochs, drawn, following

LIVES = st.integers(1, 0xFF_FFFF)


def after(epoch: int, times: int) -> int:
    for _ in range(times):
        epoch = following(epoch)
    return epoch


@given(st.integers(0), st.integers(0, 1000))
def test_epochs_have_32_bits_and_are_some(seed: int, times: int) -> None:
    first = drawn(random.Random(seed))
    epoch = after(first, times)
    assert NONE < epoch <= 0xFFFF_FFFF
    assert epoch // BEGINNINGS == first // BEGINNINGS
    assert epoch != following(epoch)


@given(LIVES, st.integers(0, BEGINNINGS - 1), st.integers(1, BEGINNINGS // 2 - 1))
def test_of_one_life_the_later_one_counts(life: int, begun: int, times: int) -> None:
    earlier = life * BEGINNINGS + begun
    later = after(earlier, times)
    heard = Epochs()
    heard.begin(later)
    assert heard.over(earlier)
    assert not heard.over(later)
    heard = Epochs()
    heard.begin(earlier)
    assert not heard.over(later)


@given(LIVES, LIVES, st.integers(0, BEGINNINGS - 1), st.integers(0, BEGINNINGS - 1))
def test_another_life_may_begin_anywhere(one: int, other: int, first: int, second: int) -> None:
    if one == other:
        return
    heard = Epochs()
    heard.begin(one * BEGINNINGS + first)
    assert not heard.over(other * BEGINNINGS + second)


@given(st.integers(0, 0xFFFF_FFFF))
def test_who_heard_of_none_takes_any_but_none(epoch: int) -> None:
    assert Epochs().over(epoch) == (epoch == NONE)


def test_the_former_lives_that_are_remembered_are_bounded() -> None:
    heard = Epochs()
    lives = [life * BEGINNINGS for life in range(1, 100)]
    for epoch in lives:
        assert not heard.over(epoch)
        heard.begin(epoch)
    former = lives[:-1]
    assert [heard.over(epoch) for epoch in former] == [False] * (len(former) - RETIRED) + [True] * RETIRED
