"""docs/lab.md: its example runs, and is the one on the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from docs.examples import laboratory

HOUSE: Final = Path(__file__).parent.parent.parent.parent


def without_comments(code: str) -> list[str]:
    return [line for line in (re.sub(r"\s*#.*", "", line).strip() for line in code.splitlines()) if line]


def test_the_first_example_runs() -> None:
    laboratory.test_two_transfers_share_a_link()


def test_the_second_example_runs_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    laboratory.test_a_lost_segment_and_an_outage()
    assert list(tmp_path.iterdir()) == []


def test_the_page_shows_what_is_run() -> None:
    page = (HOUSE / "docs/lab.md").read_text(encoding="utf-8")
    code = without_comments((HOUSE / "docs/examples/laboratory.py").read_text(encoding="utf-8"))
    shown, *_, beside = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for line in without_comments(shown):
        assert line in code, line
    tests = without_comments((HOUSE / "tests/testing/lab/test_lab.py").read_text(encoding="utf-8"))
    assert "async with lab.running():" in tests
    assert "await lab.wait()" in beside
    assert "await lab.wait()" in tests
