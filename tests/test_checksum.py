"""Ones' complement sums, against adding word by word as RFC 1071 writes it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.checksum import fold, ones_sum


def by_words(data: bytes) -> int:
    """RFC 1071, section 4.1."""
    if len(data) % 2:
        data += b"\0"
    total = 0
    for at in range(0, len(data), 2):
        total += data[at] << 8 | data[at + 1]
        total = (total & 0xFFFF) + (total >> 16)
    return total


@given(st.binary(max_size=100), st.integers(0, 3), st.integers(0, 3))
def test_the_sum_is_that_of_the_words(data: bytes, before: int, behind: int) -> None:
    buffer = b"\xaa" * before + data + b"\x55" * behind
    assert ones_sum(buffer, before, before + len(data)) == by_words(data)
    assert ones_sum(bytearray(buffer), before, before + len(data)) == by_words(data)


@pytest.mark.parametrize("near", [400, 512, 1024, 1460, 2048, 16384, 65535, 131072])
def test_long_sums_are_those_of_the_words(near: int) -> None:
    """Where it is cut in halves, and how often."""
    throws = random.Random(near)
    for size in range(near - 2, near + 3):
        data = throws.randbytes(size)
        assert ones_sum(b"\xaa" + data + b"\x55", 1, 1 + size) == by_words(data)


@pytest.mark.parametrize("size", [*range(80), 1459, 1460, 65536])
def test_all_zeros_and_all_ones(size: int) -> None:
    assert ones_sum(bytes(size), 0, size) == 0
    assert ones_sum(b"\xff" * size, 0, size) == by_words(b"\xff" * size)


def test_the_example_of_rfc_1071() -> None:
    """Section 3."""
    assert ones_sum(bytes.fromhex("0001f203f4f5f6f7"), 0, 8) == 0xDDF2


@given(st.integers(0, (1 << 63) - 1))
def test_folding_keeps_the_value_modulo_65535(total: int) -> None:
    folded = fold(total)
    assert 0 <= folded <= 0xFFFF
    assert folded % 0xFFFF == total % 0xFFFF
    assert (folded == 0) == (total == 0)
