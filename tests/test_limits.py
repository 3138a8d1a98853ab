"""Token buckets."""

from __future__ import annotations

from foxpy.limits import TokenBucket


def allowed(bucket: TokenBucket, now: float, tries: int = 100) -> int:
    return sum(bucket.allow(now) for _ in range(tries))


def test_a_burst_at_once_and_the_rate_in_the_long_run() -> None:
    bucket = TokenBucket(10.0, 5.0, burst=3)
    assert allowed(bucket, 5.0) == 3
    assert allowed(bucket, 5.125) == 1
    assert allowed(bucket, 5.25) == 1
    assert allowed(bucket, 100.0) == 3


def test_without_a_burst_it_is_a_seconds_worth_and_at_least_one() -> None:
    assert allowed(TokenBucket(10.0, 0.0), 0.0) == 10
    slow = TokenBucket(0.5, 0.0)
    assert allowed(slow, 0.0) == 1
    assert allowed(slow, 1.0) == 0
    assert allowed(slow, 2.0) == 1


def test_time_that_stands_still_or_runs_backwards_gives_nothing() -> None:
    bucket = TokenBucket(10.0, 5.0, burst=1)
    assert bucket.allow(5.0)
    assert not bucket.allow(1.0)
    assert not bucket.allow(5.0)


def test_what_is_dear_costs_more() -> None:
    bucket = TokenBucket(1.0, 0.0, burst=3)
    assert bucket.allow(0.0, 2.5)
    assert not bucket.allow(0.0, 1.0)
    assert bucket.allow(0.0, 0.5)
