"""The arithmetic of the benchmarks."""

from __future__ import annotations

import json
import random
import statistics

import pytest

from foxpy.bench.figures import Result, Row, at_least, at_most, ratios, slope
from foxpy.bench.report import as_json, as_text, figure


def test_ratios_are_taken_within_a_round() -> None:
    assert ratios([2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]
    assert ratios([1.0, 3.0], [0.0, 2.0]) == [1.5]  # a round in which the peer did nothing says nothing
    with pytest.raises(ValueError, match="argument"):
        ratios([1.0], [1.0, 2.0])


def test_a_peer_that_did_nothing_is_beside_nothing() -> None:
    row = Row("bulk", "MB/s", [10.0], "linux", [0.0], at_least(1.0))
    assert (row.ratios, row.met, row.as_json()["spread"]) == (None, None, None)
    assert "0" in as_text(Result("bulk", [row], ""))


def test_the_median_of_the_ratios_is_not_the_ratio_of_the_medians() -> None:
    row = Row("bulk", "MB/s", [10.0, 20.0, 90.0], "linux", [10.0, 40.0, 30.0])
    told = row.as_json()
    assert told["ours"] == 20.0
    assert told["peer"] == 30.0
    assert told["ratio"] == 1.0
    assert told["spread"] == [0.5, 3.0]


def test_targets_have_a_sense_and_their_edge_is_met() -> None:
    assert at_least(0.5).met(0.5)
    assert not at_least(0.5).met(0.499)
    assert at_most(1.6).met(1.6)
    assert not at_most(1.6).met(1.601)
    assert str(at_least(300)) == "at least 300"
    assert str(at_most(0.02)) == "at most 0.02"


def test_a_target_is_of_the_ratio_or_of_our_own_figure_where_there_is_no_peer() -> None:
    assert Row("echo", "us", [4.0], "linux", [5.0], at_most(1.0)).met is True
    assert Row("echo", "us", [5.5], "linux", [5.0], at_most(1.0)).met is False
    assert Row("memory", "bytes", [4000.0], target=at_most(4096)).met is True
    assert Row("memory", "bytes", [4000.0]).met is None


@pytest.mark.parametrize(("unit", "less"), [("MB/s", False), ("Mpps", False), ("us", True), ("bytes", True)])
def test_of_times_and_sizes_less_is_better(unit: str, less: bool) -> None:
    assert Row("x", unit, [1.0]).less_is_better is less


def test_one_outlier_decides_nothing() -> None:
    row = Row("bulk", "MB/s", [10.0, 10.0, 0.1], "linux", [10.0, 10.0, 10.0], at_least(1.0))
    assert row.met is True


def test_the_slope_of_a_straight_line_is_found_through_noise() -> None:
    assert slope([0.0, 1.0, 2.0], [5.0, 7.0, 9.0]) == pytest.approx((2.0, 5.0))
    chance = random.Random(1)
    xs = [float(x) for x in range(0, 1400, 100)]
    ys = [12.0 + 0.003 * x + chance.uniform(-0.1, 0.1) for x in xs]
    rise, base = slope(xs, ys)
    assert rise == pytest.approx(0.003, rel=0.1)
    assert base == pytest.approx(12.0, rel=0.01)
    # the line goes through the middle of the points
    assert base + rise * statistics.fmean(xs) == pytest.approx(statistics.fmean(ys))
    with pytest.raises(ValueError, match="two places"):
        slope([1.0, 1.0], [1.0, 2.0])


KEYS = {"name", "ours", "peer_name", "peer", "unit", "ratio", "target", "met"}


def test_json_is_a_list_of_objects_with_these_keys() -> None:
    rows = [
        Row("bulk", "MB/s", [10.0], "linux", [20.0], at_least(0.7)),
        Row("memory", "bytes", [4000.0], target=at_most(4096)),
    ]
    one, other = json.loads(as_json([Result("t", rows, "how")]))
    assert one.keys() >= KEYS
    assert (one["ratio"], one["target"], one["met"]) == (0.5, "at least 0.7", False)
    assert (other["peer_name"], other["peer"], other["ratio"], other["met"]) == (None, None, None, True)
    assert {"cpu", "kernel", "python", "commit"} <= one["machine"].keys()


def test_text_says_what_is_missed_and_who_is_left_out() -> None:
    rows = [Row("bulk", "MB/s", [10.0, 12.0], "linux", [20.0, 20.0], at_least(0.7))]
    text = as_text(Result("Title", rows, "How.", left_out={"pytcp": "no network"}))
    assert "MISSED" in text
    assert "0.5 .. 0.6" in text
    assert "left out: pytcp: no network" in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (0.01234, "0.0123"), (1.234, "1.23"), (12.34, "12.3"), (1234.5, "1,234"), (300000.0, "300,000")],
)
def test_figures_have_three_digits(value: float, shown: str) -> None:
    assert figure(value) == shown
