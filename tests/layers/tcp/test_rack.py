"""RACK (RFC 8985, section 6) and proportional rate reduction (RFC 6937), each by itself."""

from __future__ import annotations

import math

import pytest

from foxpy.layers.tcp.prr import ProportionalRate
from foxpy.layers.tcp.rack import Rack
from foxpy.layers.tcp.rtt import RttEstimator
from foxpy.layers.tcp.scoreboard import Scoreboard
from foxpy.layers.tcp.segment import ACK
from foxpy.layers.tcp.sent import Sent

MSS = 100
LEAST = 0.1
"""The least round trip in these tests."""


class Flight:
    """Segments of 100 bytes, sent at the times given, and RACK watching them."""

    def __init__(self, *times: float) -> None:
        self.queue = [Sent(MSS * n, MSS * (n + 1), ACK, bytes(MSS), at) for n, at in enumerate(times)]
        self.board = Scoreboard(self.queue, 0)
        self.rack = Rack(0)
        self.una = 0
        self.rtt = RttEstimator(1.0, 0.2, 60.0)
        self.rtt.sample(LEAST)
        self.rtt.srtt = 0.2

    def sack(self, now: float, *numbers: int) -> None:
        """The segments with ``numbers`` have arrived, out of order."""
        self.board.fresh.clear()
        for number in numbers:
            self.board.block(MSS * number, MSS * (number + 1), MSS)
        self.rack.delivered(self.board.fresh, 0, self.una, now, LEAST, math.inf)

    def ack(self, now: float, number: int, echoed: float = math.inf) -> None:
        """All before ``number`` have arrived."""
        self.board.fresh.clear()
        una, self.una = self.una, MSS * number
        self.board.acknowledged(self.una)
        self.rack.delivered(self.board.fresh, len(self.board.fresh), una, now, LEAST, echoed)

    def detect(self, now: float, recovering: bool = False) -> float:
        return self.rack.detect(self.board, recovering, MSS, self.rtt, now)

    def lost(self) -> list[int]:
        return [sent.seq // MSS for sent in self.queue if sent.lost]

    def again(self, number: int, now: float) -> None:
        self.board.sent_again(next(sent for sent in self.queue if sent.seq == MSS * number), now)


def test_what_was_sent_a_reordering_window_before_is_lost() -> None:
    """Section 9.1, example 1: one SACK is enough."""
    flight = Flight(1.0, 1.1, 1.2)
    flight.sack(1.2, 1)
    assert flight.detect(1.2) == 0.0
    assert flight.lost() == [0]


def test_what_was_sent_just_before_may_be_late() -> None:
    """A quarter of the least round trip, after that of the newest arrival."""
    flight = Flight(1.0, 1.01, 1.02)
    flight.sack(1.12, 1)
    wait = flight.detect(1.12)
    assert not flight.lost()
    assert wait == pytest.approx(0.025)
    assert flight.detect(1.12 + wait) == 0.0
    assert flight.lost() == [0]


def test_three_arrivals_close_the_window() -> None:
    """Step 4: DupThresh, as long as no reordering has been seen."""
    flight = Flight(1.0, 1.0, 1.0, 1.0, 1.0)
    flight.sack(1.1, 1, 2)
    assert flight.detect(1.1) > 0.0
    flight.sack(1.1, 3)
    assert flight.detect(1.1) == 0.0
    assert flight.lost() == [0]


def test_in_recovery_the_window_is_closed() -> None:
    flight = Flight(1.0, 1.0, 1.0)
    flight.sack(1.1, 1)
    assert flight.detect(1.1, recovering=True) == 0.0
    assert flight.lost() == [0]


def test_after_reordering_three_arrivals_are_not_enough() -> None:
    flight = Flight(*[1.0] * 8)
    flight.sack(1.1, 2)
    flight.sack(1.1, 1)
    assert flight.rack.reordering
    flight.sack(1.1, 3, 4, 5)
    assert flight.detect(1.1) == pytest.approx(0.025)
    assert not flight.lost()


def test_what_is_told_at_once_is_no_reordering() -> None:
    flight = Flight(*[1.0] * 8)
    flight.sack(1.1, 1, 3)
    flight.ack(1.2, 1)
    assert flight.rack.reordering  # the first came behind those
    flight = Flight(*[1.0] * 8)
    flight.sack(1.1, 1, 3)
    flight.again(0, 1.2)
    flight.ack(1.3, 1)
    assert not flight.rack.reordering


def test_a_lost_retransmission_is_seen() -> None:
    """Section 9.1, example 2."""
    flight = Flight(1.0, 1.0, 1.5)
    flight.sack(1.7, 2)
    assert flight.detect(1.7) == 0.0
    assert flight.lost() == [0, 1]
    flight.again(0, 1.7)
    flight.again(1, 1.75)
    flight.sack(1.9, 1)
    assert flight.detect(1.9, recovering=True) == 0.0
    assert flight.lost() == [0]


def test_an_arrival_right_after_a_retransmission_is_of_the_original() -> None:
    """Section 6.2, step 2, condition 2."""
    flight = Flight(1.0, 1.0, 1.0)
    flight.again(1, 1.3)
    flight.sack(1.35, 1)
    assert flight.detect(1.35, recovering=True) == 0.0
    assert flight.lost() == []


def test_an_old_timestamp_tells_that_the_original_arrived() -> None:
    """Condition 1."""
    flight = Flight(1.0, 1.0, 1.0)
    flight.again(0, 1.3)
    flight.ack(1.5, 1, echoed=1.0)
    assert flight.detect(1.5, recovering=True) == 0.0
    assert flight.lost() == []
    flight = Flight(1.0, 1.0, 1.0)
    flight.again(0, 1.3)
    flight.ack(1.5, 1, echoed=1.3)
    flight.detect(1.5, recovering=True)
    assert flight.lost() == [1, 2]


def window(flight: Flight) -> float:
    return flight.rack.window(flight.board, False, MSS, flight.rtt, 1.0)


def test_dsacks_widen_the_window_once_a_round_trip() -> None:
    flight = Flight(1.0)
    assert window(flight) == pytest.approx(0.025)
    flight.rack.duplicate(100, 900)
    flight.rack.duplicate(500, 1500)
    assert window(flight) == pytest.approx(0.05)
    flight.rack.duplicate(900, 1500)
    assert window(flight) == pytest.approx(0.075)


def test_the_window_is_bounded_by_the_round_trip() -> None:
    flight = Flight(1.0)
    for number in range(100):
        flight.rack.duplicate(number, number + 1)
    assert window(flight) == 0.2


def test_the_window_lasts_for_sixteen_recoveries() -> None:
    flight = Flight(1.0)
    flight.rack.duplicate(0, 100)
    for _ in range(15):
        flight.rack.recovered()
    assert window(flight) == pytest.approx(0.05)
    flight.rack.recovered()
    assert window(flight) == pytest.approx(0.025)


# -- RFC 6937


class Reduction:
    """A recovery with twenty segments in flight and ten as the target; counted in segments."""

    def __init__(self, pipe: int) -> None:
        self.rate = ProportionalRate()
        self.rate.begin(20 * MSS, 5000)
        self.sent = 5000
        self.pipe = pipe

    def arrives(self, progress: bool = True) -> int:
        """One segment has arrived; sends what may be sent, and returns how much that was."""
        count = self.rate.acknowledged(MSS, self.pipe * MSS, self.sent, 10 * MSS, MSS, progress) // MSS
        self.sent += count * MSS
        self.pipe += count
        return count


def test_the_reduction_is_proportional() -> None:
    """Section 3.1, a single loss: for each two that arrive one goes out, until the target is reached."""
    reduction = Reduction(19)
    out = []
    for _ in range(19):
        reduction.pipe -= 1
        out.append(reduction.arrives())
    assert reduction.pipe == 10
    assert out[:8] == [0, 1, 0, 1, 0, 1, 0, 1]
    assert max(out) == 1


def test_the_slow_start_bound_comes_back_from_heavy_loss() -> None:
    """Section 3.1, fifteen lost of twenty: two segments for each arrival."""
    reduction = Reduction(4)
    assert [reduction.arrives() for _ in range(3)] == [2, 2, 2]


@pytest.mark.parametrize("progress", [True, False])
def test_what_was_kept_back_is_no_burst(progress: bool) -> None:
    """Sixteen arrived and eight went out; now that the rest counts as lost, those bounds have eight in store."""
    reduction = Reduction(20)
    for _ in range(16):
        reduction.pipe -= 1
        reduction.arrives()
    reduction.pipe = 2
    assert [reduction.arrives(progress) for _ in range(4)] == [2, 2, 2, 2]


def test_the_conservative_bound_keeps_the_number_of_segments() -> None:
    reduction = Reduction(4)
    assert [reduction.arrives(progress=False) for _ in range(3)] == [1, 1, 1]


def test_no_more_than_ssthresh() -> None:
    reduction = Reduction(9)
    assert reduction.arrives() == 1
    reduction.pipe = 12
    assert reduction.arrives() == 0
