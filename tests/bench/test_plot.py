"""Plots: what is in them. How they look is for people."""

from __future__ import annotations

import xml.etree.ElementTree
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")

from foxpy.bench import plot
from foxpy.bench.figures import Curves, Line, Result, Row, at_least, at_most

ROWS = [
    Row("bulk", "MB/s", [10.0, 12.0], "linux", [20.0, 20.0], at_least(0.7)),
    Row("echo", "us", [5.0, 6.0], "linux", [4.0, 4.0], at_most(1.0)),
    Row("memory", "bytes", [4000.0, 4001.0], target=at_most(4096)),
]


def drawn(result: Result, path: Path) -> str:
    plot.save(result, path)
    return " ".join(text.strip() for text in xml.etree.ElementTree.parse(path).getroot().itertext() if text.strip())


def test_ratios_are_parted_by_what_is_better(tmp_path: Path) -> None:
    text = drawn(Result("Title", ROWS, "how"), tmp_path / "a.svg")
    for said in ("Title", "bulk / linux", "more is better", "echo / linux", "less is better", "memory", "at most 4096"):
        assert said in text


def test_curves_are_drawn_in_place_of_ratios(tmp_path: Path) -> None:
    curves = Curves("bytes", "round trip, us", [Line("foxpy", [0, 1], [2, 3]), Line("linux", [0, 1], [1, 1])])
    text = drawn(Result("Title", ROWS, "how", curves=[curves]), tmp_path / "a.svg")
    for said in ("bytes", "round trip, us", "foxpy", "linux"):
        assert said in text
    assert "bulk" not in text


def test_the_same_figures_give_the_same_file(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        plot.save(Result("Title", ROWS, "how"), tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
