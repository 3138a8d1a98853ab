"""--decisions, foxpy explain and foxpy plot, as a user meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from foxpy.cli.http import pseudo_random
from tests.cli.test_command import foxpy, refused

FAULTS: Final = "rate=10mbit,queue=40,delay=20ms"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an upload over a slow link."""
    folder = tmp_path_factory.mktemp("decisions")
    (folder / "file").write_bytes(b"".join(pseudo_random(300_000)))
    path = folder / "log.ndjson"
    url = "http://10.0.0.2/x"
    done = foxpy("fetch", url, "--put", folder / "file", "--faults", FAULTS, "--seed", "1", "--decisions", path)
    assert done.returncode == 0, done.stderr
    return path


def test_a_log_is_the_same_each_time_with_the_same_seed(log: Path, tmp_path: Path) -> None:
    file = log.parent / "file"
    again = tmp_path / "again.ndjson"
    foxpy("fetch", "http://10.0.0.2/x", "--put", file, "--faults", FAULTS, "--seed", "1", "--decisions", again)
    assert again.read_bytes() == log.read_bytes()


def test_explain(log: Path) -> None:
    done = foxpy("explain", log)
    assert done.returncode == 0, done.stderr
    first, *_ = done.stdout.splitlines()
    assert " % of the " in first
    assert "300 kB were sent and acknowledged" in done.stdout
    assert "cannot be told from this side" in done.stdout


def test_explain_as_json(log: Path) -> None:
    found = json.loads(foxpy("explain", log, "--json").stdout)
    assert found["sender"] is True
    assert found["headline"] == foxpy("explain", log).stdout.splitlines()[0]
    assert sum(found["spent"].values()) == pytest.approx(found["ended"] - found["began"])
    assert found["round_trips"]["least"] == pytest.approx(0.04, rel=0.1)


def test_plot(log: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    done = foxpy("plot", log, "-o", tmp_path / "out.svg")
    assert done.returncode == 0, done.stderr
    whole = (tmp_path / "out.svg").read_bytes()
    assert whole.startswith(b"<?xml")
    assert foxpy("plot", log, "-o", tmp_path / "part.svg", "--from", "0.1", "--to", "0.2").returncode == 0
    assert (tmp_path / "part.svg").stat().st_size < len(whole)


def test_one_of_several_connections_is_chosen(tmp_path: Path) -> None:
    log = tmp_path / "log.ndjson"
    assert foxpy("run", "tcp_ip", "--serve", "echo,http", "--decisions", log, "--seed", "1").returncode == 0
    said = refused("explain", log)
    assert "2 connections" in said
    assert "--connection" in said
    assert "bytes sent" in said
    for wanted in ("1", "port 80 to"):
        done = foxpy("explain", log, "--connection", wanted)
        assert done.returncode == 0, done.stderr
    assert "no connection '3'" in refused("plot", log, "--connection", "3")
    assert "2 connections are called something with 'tcp'" in refused("plot", log, "--connection", "tcp")


def test_mistakes_are_named(log: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ndjson"
    broken.write_bytes(log.read_bytes()[:-5])
    last = len(log.read_bytes().splitlines())
    assert f"line {last}, the line: it has no end" in refused("explain", broken)
    assert "No such file" in refused("explain", tmp_path / "none")
    assert "not a decision log" in refused("plot", _other(tmp_path))
    assert "write a name like out.svg" in refused("plot", log, "-o", tmp_path / "out.png")
    assert "nothing lies between" in refused("plot", log, "--from", "2", "--to", "1")
    assert "nothing was sent or received" in refused("plot", log, "--from", "1000")
    nowhere = tmp_path / "no" / "folder.svg"
    assert "No such file" in refused("plot", log, "-o", nowhere)
    assert "--decisions" in refused("run", "tcp_ip", "--serve", "echo", "--decisions", nowhere)


def _other(folder: Path) -> Path:
    other = folder / "other.json"
    other.write_text('{"a": 1}\n', encoding="utf-8")
    return other


def test_a_disk_that_is_full_is_told_of() -> None:
    said = foxpy("run", "tcp_ip", "--serve", "echo", "--decisions", "/dev/full")
    assert said.returncode == 2
    assert "the log is not complete" in said.stderr
    assert "came back" in said.stdout


def test_without_matplotlib_the_remedy_is_named(log: Path) -> None:
    program = (
        "import sys; sys.modules['matplotlib'] = None\n"
        f"sys.argv = ['foxpy', 'plot', {str(log)!r}]\n"
        "from foxpy.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == "foxpy: plots need matplotlib; run: pip install 'foxpy[plot]'\n"
