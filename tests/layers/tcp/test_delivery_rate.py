"""Delivery rate estimation: the draft's cases, with the estimator by itself."""

from __future__ import annotations

import pytest

from foxpy.layers.tcp.congestion import Ack
from foxpy.layers.tcp.delivery import DeliveryRate, Stamp


def told(estimator: DeliveryRate, now: float, delivered: int, stamp: Stamp | None, round_trip: float = 0.1) -> Ack:
    """An acknowledgement of ``delivered`` bytes, the newest of them sent with ``stamp``."""
    ack = Ack()
    ack.now = now
    ack.delivered = delivered
    ack.round_trip = round_trip
    if stamp is not None:
        estimator.arrived(stamp)
    estimator.sample(ack)
    return ack


def test_a_steady_flow_has_its_rate() -> None:
    """1000 bytes each 10 ms over 100 ms: 100,000 bytes a second."""
    estimator = DeliveryRate()
    stamps: list[Stamp] = []
    for number in range(40):
        now = number * 0.010
        if number >= 10:
            ack = told(estimator, now, 1000, stamps[number - 10])
            if number >= 20:
                assert ack.delivery_rate == pytest.approx(100_000)
            assert ack.total_delivered == 1000 * (number - 9)
        stamps.append(estimator.sent(now, number == 0))


def test_a_burst_has_one_stamp() -> None:
    estimator = DeliveryRate()
    first = estimator.sent(1.0, True)
    assert estimator.sent(1.0, False) is first
    assert estimator.sent(1.1, False) is not first


def test_compressed_acknowledgements_tell_no_faster_path() -> None:
    """Section 3.3: send_elapsed and ack_elapsed, and the longer of them counts."""
    estimator = DeliveryRate()
    stamps = [estimator.sent(number * 0.010, number == 0) for number in range(20)]
    told(estimator, 0.100, 1000, stamps[0])
    ack = told(estimator, 0.3, 18_000, stamps[18])  # all at once
    assert ack.delivery_rate <= 19_000 / 0.18 * 1.001


def test_an_interval_below_the_least_round_trip_is_no_sample() -> None:
    estimator = DeliveryRate()
    first = estimator.sent(0.0, True)
    told(estimator, 0.1, 1000, first)
    second = estimator.sent(1.0, True)
    ack = told(estimator, 1.01, 1000, second, -1.0)  # of the one before, which was only late
    assert ack.delivery_rate == 0.0
    assert ack.prior_delivered == 1000


def test_no_newest_no_sample() -> None:
    """A duplicate ACK without SACK tells of a delivery, and not of which."""
    estimator = DeliveryRate()
    ack = told(estimator, 0.1, 1000, None)
    assert (ack.delivery_rate, ack.prior_delivered, ack.total_delivered) == (0.0, -1, 1000)


def test_the_newest_of_several_counts() -> None:
    estimator = DeliveryRate()
    first = estimator.sent(0.0, True)
    told(estimator, 0.1, 1000, first)
    second = estimator.sent(0.1, False)
    estimator.arrived(second)
    ack = told(estimator, 0.3, 3000, first)
    assert ack.prior_delivered == 1000


def test_what_the_application_limited_is_marked() -> None:
    """Section 3.4: until all is delivered that was in flight then."""
    estimator = DeliveryRate()
    estimator.sent(0.0, True)
    estimator.limit(3000)
    stamp = estimator.sent(0.05, False)
    assert stamp.limited
    assert told(estimator, 0.15, 3000, stamp).app_limited
    assert estimator.sent(0.15, False).limited  # 3000 is not more than 3000
    told(estimator, 0.2, 1000, stamp)
    assert not estimator.sent(0.2, False).limited


def test_an_idle_time_is_no_part_of_an_interval() -> None:
    """Section 3.2: with nothing in flight, sending and delivering begin anew."""
    estimator = DeliveryRate()
    told(estimator, 0.1, 1000, estimator.sent(0.0, True))
    stamp = estimator.sent(60.0, True)
    assert told(estimator, 60.1, 10_000, stamp).delivery_rate == pytest.approx(100_000)


def test_no_time_is_no_rate() -> None:
    estimator = DeliveryRate()
    assert told(estimator, 1.0, 1000, estimator.sent(1.0, True), 0.0).delivery_rate == 0.0
