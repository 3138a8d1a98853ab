"""mypy refuses the wrong compositions in typecheck/, and the runner there finds those that it does not refuse."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

RUN: Final = Path(__file__).parent.parent / "typecheck" / "run.py"

spec = importlib.util.spec_from_file_location("typecheck_run", RUN)
assert spec is not None
assert spec.loader is not None
run = importlib.util.module_from_spec(spec)
spec.loader.exec_module(run)


def test_every_wrong_composition_is_refused() -> None:
    done = subprocess.run([sys.executable, str(RUN)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    counted = re.match(r"typecheck: (\d+) wrong compositions, each refused", done.stdout)
    assert counted is not None
    assert int(counted[1]) >= 30


def found(tmp_path: Path, body: str, least: int = 0) -> list[str]:
    file = tmp_path / "check_sample.py"
    file.write_text(f"def take(number: int) -> None:\n    pass\n\n\n{body}\n")
    wrong: list[str] = run.check([file], least)
    return wrong


@pytest.fixture(autouse=True)
def stripped_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run, "STRIPPED", tmp_path / "stripped")


def test_a_refused_line_is_as_it_should_be(tmp_path: Path) -> None:
    assert found(tmp_path, 'take("1")  # type: ignore[arg-type]') == []


def test_an_accepted_line_is_found(tmp_path: Path) -> None:
    wrong = found(tmp_path, "take(1)  # type: ignore[arg-type]")
    assert any("unused-ignore" in line for line in wrong)
    assert "check_sample.py:5: one [arg-type] is wanted, mypy gives nothing" in wrong


def test_two_faults_on_a_line_are_found(tmp_path: Path) -> None:
    wrong = found(tmp_path, 'print(len(1), chr("x"))  # type: ignore[arg-type]')
    assert len(wrong) == 1
    assert wrong[0].startswith("check_sample.py:5: one [arg-type] is wanted")


def test_another_code_is_found(tmp_path: Path) -> None:
    wrong = found(tmp_path, 'take("1")  # type: ignore[call-arg]')
    assert any(line.startswith("check_sample.py:5: one [call-arg] is wanted") for line in wrong)


def test_a_fault_that_is_not_marked_is_found(tmp_path: Path) -> None:
    assert any("check_sample.py:5: not marked" in line for line in found(tmp_path, 'take("1")'))


def test_an_ignore_without_a_code_is_found(tmp_path: Path) -> None:
    assert any("ignore-without-code" in line for line in found(tmp_path, 'take("1")  # type: ignore'))


def test_too_few_are_found(tmp_path: Path) -> None:
    wrong = found(tmp_path, 'take("1")  # type: ignore[arg-type]', least=2)
    assert wrong == ["1 wrong compositions are too few, there have to be 2"]
