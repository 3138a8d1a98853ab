"""Sequence numbers, initial sequence numbers, rate limits, settings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.isn import above, initial_numbers
from foxpy.layers.tcp.limit import RateLimit
from foxpy.layers.tcp.segment import ACK, FIN, SYN, Segment, describe
from foxpy.layers.tcp.sequence import MASK, unwrap, wrap
from foxpy.layers.tcp.tcb import window_shift

SECRET = bytes(range(16))


@given(st.integers(-(1 << 40), 1 << 40), st.integers(-(1 << 31), (1 << 31) - 1))
def test_unwrapping_finds_the_number_nearby(near: int, distance: int) -> None:
    assert unwrap(wrap(near + distance), near) == near + distance


@pytest.mark.parametrize(
    ("number", "near", "unwrapped"),
    [
        (5, 0xFFFF_FFFA, 0x1_0000_0005),
        (0xFFFF_FFFA, 5, -6),
        (0xFFFF_FFFA, 0x1_0000_0005, 0xFFFF_FFFA),
        (7, 7, 7),
    ],
)
def test_unwrapping_across_the_wrap(number: int, near: int, unwrapped: int) -> None:
    assert unwrap(number, near) == unwrapped


@pytest.mark.requirement("MUST-8")
def test_initial_numbers_grow_with_the_clock() -> None:
    """MUST-8: by one each 4 us, for one pair of ends."""
    first = initial_numbers(SECRET, 1000.0, "a 1 b 2")[0]
    later = initial_numbers(SECRET, 1001.0, "a 1 b 2")[0]
    assert (later - first) & MASK == 250_000


@pytest.mark.requirement("SHLD-1", "MUST-9")
def test_initial_numbers_of_other_ends_are_unrelated() -> None:
    """RFC 6528: each pair of ends has a sequence space of its own, and each secret (MUST-9)."""
    numbers = {initial_numbers(SECRET, 5.0, f"a 1 b {port}")[0] for port in range(1000)}
    assert len(numbers) == 1000
    assert max(numbers) - min(numbers) > 1 << 31
    assert initial_numbers(SECRET, 5.0, "x")[0] != initial_numbers(SECRET[::-1], 5.0, "x")[0]


def test_initial_numbers_have_32_bits() -> None:
    for now in (0.0, 1e5, 17179.869184, 1e9):
        assert 0 <= initial_numbers(SECRET, now, "x")[0] <= MASK


@pytest.mark.requirement("MAY-2")
def test_a_successor_begins_above_the_last_number() -> None:
    """MAY-2 (1), across the wrap."""
    assert above(1000, 900) == 1000
    assert above(900, 900) == above(800, 900) == 64_900
    assert above(5, MASK - 5) == 5
    assert above(MASK - 9, MASK - 5) == (MASK - 5 + 64_000) & MASK


def test_a_rate_limit() -> None:
    limit = RateLimit()
    assert [limit.allow(0.0, 2, 5.0) for _ in range(3)] == [True, True, False]
    assert not limit.allow(4.9, 2, 5.0)
    assert limit.allow(5.0, 2, 5.0)


def test_a_rate_limit_of_none() -> None:
    assert not RateLimit().allow(0.0, 0, 1.0)


@pytest.mark.parametrize(
    ("buffer", "shift"), [(1, 0), (65535, 0), (65536, 1), (524288, 4), (1 << 30, 14), (1 << 40, 14)]
)
def test_the_window_shift_is_the_least_that_fits(buffer: int, shift: int) -> None:
    assert window_shift(buffer) == shift


@pytest.mark.requirement("MUST-40")
@pytest.mark.parametrize(
    "setting",
    [
        {"receive_buffer": 0},
        {"send_buffer": -1},
        {"ack_delay": 0.5},
        {"ack_delay": -0.1},
        {"min_rto": 0.0},
        {"keepalive": 0.0},
        {"msl": -1.0},
        {"backlog": 0},
        {"resets_per_second": -1},
        {"congestion_control": "none such"},
    ],
)
def test_settings_that_make_no_sense_are_refused(setting: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(setting))):
        TcpConfig(**setting)  # type: ignore[arg-type]  # each of them has the type of its field


def test_segments_are_shown_as_in_the_rfc() -> None:
    assert describe(FIN | ACK, 100, 300, 5, 10) == "<SEQ=100><ACK=300><WND=5><LEN=10><CTL=FIN,ACK>"
    assert str(Segment(1, 2, SYN, 3, 0, b"", 0, 0)) == "<SEQ=1><WND=3><CTL=SYN>"
