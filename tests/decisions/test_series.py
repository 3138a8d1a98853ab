"""What a plot is made of, and the plot itself: one file for one log, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.decisions.drawing import draw
from foxpy.decisions.series import Bars, series, spread
from foxpy.layers.tcp.events import Acked, Cause, Sent, TcpEvent
from tests.decisions.test_file import events
from tests.support.tcp_decisions import logged, of, sends


def test_segments_acknowledgements_and_what_was_sent_again() -> None:
    told = logged(sends(100_000), lost={5}).left
    found = series(told)
    assert found.sender
    sent = [event for event in of(told, Sent) if event.length]
    assert max(found.new.ends) == max(event.seq + event.length for event in sent) == 100_001
    (again,) = (event for event in sent if event.cause is Cause.RESENT)
    assert found.again == Bars([again.time], [again.seq], [again.seq + again.length])
    assert found.ahead.times
    assert all(start >= again.seq + again.length for start in found.ahead.starts)
    acked = of(told, Acked)
    assert found.acked.values == [event.ack for event in acked]
    assert found.edge.values == [event.ack + event.rwnd for event in acked]
    assert found.samples.values == [event.rtt for event in acked if event.rtt is not None]
    assert len(found.repairs) == 1
    assert found.timeouts == []


def test_what_lies_between_two_times() -> None:
    told = logged(sends(100_000), lost={5}).left
    whole = series(told)
    part = series(told, 0.04, 0.08)
    times = [*part.new.times, *part.acked.times, *part.cwnd.times, *part.samples.times, *part.rate.times]
    assert times
    assert min(times) >= 0.04
    assert max(times) <= 0.08
    assert part.acked.times == [time for time in whole.acked.times if 0.04 <= time <= 0.08]


def test_bars_that_meet_are_one_and_all_are_one_line() -> None:
    bars = Bars()
    for time, start, end in ((1.0, 1, 5), (1.0, 5, 9), (1.0, 10, 11), (2.0, 11, 12)):
        bars.add(time, start, end)
    assert bars == Bars([1.0, 1.0, 2.0], [1, 10, 11], [9, 11, 12])
    times, numbers = spread(bars)
    assert times[:2] == [1.0, 1.0]
    assert numbers[:2] == [1, 9]
    assert len(times) == len(numbers) == 9
    assert times[2] != times[2]  # not a number: the gap


def test_a_receivers_series() -> None:
    found = series(logged(sends(100_000), lost={5}).right)
    assert not found.sender
    assert max(found.new.ends) == 100_001
    assert found.ahead.times
    assert found.acked.values[-1] == 100_002
    assert not found.cwnd.times or not found.again.times


@given(st.lists(events(), min_size=1, max_size=12))
def test_any_events_have_a_series(found: list[TcpEvent]) -> None:
    in_order = sorted(found, key=lambda event: event.time)
    assert series(in_order).connection == in_order[0].connection


def test_the_same_log_gives_the_same_file(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    told = logged(sends(100_000), lost={5}).left
    for name in ("one.svg", "two.svg"):
        draw(series(told), tmp_path / name)
    one = (tmp_path / "one.svg").read_bytes()
    assert one == (tmp_path / "two.svg").read_bytes()
    assert b"date>" not in one
    for words in (b"sequence number", b"congestion window", b"round trip", b"sent again", told[0].connection.encode()):
        assert words in one
