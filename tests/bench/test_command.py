"""``foxpy bench`` as a process: that it runs, and the shape of what it says. Nothing here asserts a time."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner

from foxpy.bench import load
from foxpy.bench.figures import Result, Row
from foxpy.cli.bench import MEASURES
from foxpy.cli.bench import bench as group
from foxpy.testing.namespaces import FOLDER, why_not

PROGRAM = "from foxpy.cli import main; main()"
KEYS = {"name", "ours", "peer_name", "peer", "unit", "ratio", "target", "met"}
needs_root = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


def bench(*arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, "bench", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def measured(*arguments: str, timeout: float = 120) -> list[dict[str, object]]:
    done = bench(*arguments, "--json", timeout=timeout)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert isinstance(rows, list)
    for row in rows:
        assert row.keys() >= KEYS
        assert isinstance(row["ours"], float)
        assert row["ours"] > 0
    return rows


def test_help_teaches() -> None:
    said = bench("--help").stdout
    for command in ("fox-tables", "tcp", "tcp-over-ethernet", "impaired", "ping", "pps", "connections", "link", "all"):
        assert f"\n  {command} " in said
        assert bench(command, "--help").returncode == 0


def test_link_counts_segments_between_two_hosts() -> None:
    (row,) = measured("link", "--rounds", "1", "--seconds", "0.2")
    assert row["unit"] == "/s"
    assert row["peer"] is None


def test_json_too_says_who_is_left_out_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Result("Link", [Row("segments", "/s", [1.0])], "How.", left_out={"pytcp": "no network"})
    monkeypatch.setitem(MEASURES, "link", lambda _: found)
    done = CliRunner().invoke(group, ["link", "--json"])
    assert done.exit_code == 0
    assert [row["name"] for row in json.loads(done.stdout)] == ["segments"]
    assert "left out: pytcp: no network" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("link", "--python", "nowhere/python"), "there is no interpreter nowhere/python"),
        (("tcp", "--peers", "linux,minix"), "the peers here are linux"),
        (("tcp", "--congestion", "vegas"), "--congestion"),
        (("link", "--rounds", "0"), "--rounds"),
        (("link", "-o", "nowhere/plot.svg"), "nowhere"),
        (("link", "--cpu", "4711"), "this process may run on CPU"),
        (("link", "--python", sys.executable), "would have the same name"),
    ],
)
def test_what_cannot_be_is_refused_by_name(arguments: tuple[str, ...], said: str) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@needs_root
def test_tcp_over_taps_beside_linux() -> None:
    """SHA-256 both ways is compared by the command itself, and every echo: it fails where they differ."""
    rows = measured("tcp", "--rounds", "1", "--seconds", "0.05", "--peers", "linux,c")
    names = [str(row["name"]) for row in rows]
    if load.compiler() is not None:
        assert {"TCP echo, C on a plain tap", "UDP echo, C on a plain tap"} <= set(names)
    for what in ("TCP into", "TCP out of", "TCP echo", "UDP echo"):
        for kind in ("offloads", "plain"):
            assert any(name.startswith(what) and name.endswith(kind) for name in names), names
    assert all(isinstance(row["ratio"], float) for row in rows)


@needs_root
def test_who_ends_it_finds_nothing_left() -> None:
    command = [sys.executable, "-c", PROGRAM, "bench", "ping", "--rounds", "1000"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        while "round 1 of 1000" not in (line := running.stderr.readline()):
            assert line
        assert list(FOLDER.glob(f"foxpy-{running.pid}-*"))
        running.terminate()
        assert running.wait(30) == 130
    assert not list(FOLDER.glob(f"foxpy-{running.pid}-*"))


@needs_root
def test_ping_is_plotted(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot = tmp_path / "ping.svg"
    done = bench("ping", "--rounds", "1", "--seconds", "0.04", "--json", "-o", str(plot))
    assert done.returncode == 0, done.stderr
    drawn = xml.etree.ElementTree.parse(plot).getroot()
    assert drawn.tag.endswith("svg")
    assert "round trip, us" in "".join(drawn.itertext())


@needs_root
@pytest.mark.slow
def test_frames_per_second_beside_c() -> None:
    if load.compiler() is None:
        pytest.skip("needs a C compiler")
    rows = measured("pps", "--rounds", "1", "--seconds", "0.1", timeout=300)
    names = {(row["name"], row["peer_name"]) for row in rows}
    assert {(f"{mode}, AF_XDP", "AF_XDP in C") for mode in ("receive", "transmit", "reflect")} <= names
    assert {
        ("UDP echo in a flood, stack on AF_XDP", "linux"),
        ("UDP echo, 32 under way, stack on AF_XDP", "linux"),
    } <= names
