"""The tables of benchmarks/netsim.py: the part that is quickly tried again has the lines that are kept here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

HOUSE: Final = Path(__file__).parent.parent.parent
PROGRAM: Final = HOUSE / "benchmarks/netsim.py"


def netsim(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, PROGRAM, *arguments], cwd=HOUSE, capture_output=True, text=True, check=False)


def test_the_tables_are_those_that_the_code_makes() -> None:
    """Where TCP is meant to do something else now: python benchmarks/netsim.py, and commit what it writes."""
    done = netsim("--check", "--fast")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_table_is_kept_whole() -> None:
    tables = sorted((HOUSE / "benchmarks/netsim").glob("*.txt"))
    assert [table.stem for table in tables] == ["equals", "response", "rivals", "transfers"]
    for table in tables:
        about, command, *lines = table.read_text(encoding="utf-8").splitlines()
        assert about.startswith("# ")
        assert command == f"# python benchmarks/netsim.py {table.stem}"
        assert len(lines) > 10
        assert len({len(line) for line in lines}) == 1


def test_a_table_that_is_none_is_told() -> None:
    done = netsim("nothing")
    assert done.returncode == 2
    assert "nothing: there is no such table; there are transfers, equals, rivals, response" in done.stderr


def test_only_checks_can_be_partial() -> None:
    done = netsim("--fast")
    assert done.returncode == 2
    assert "add --check" in done.stderr
