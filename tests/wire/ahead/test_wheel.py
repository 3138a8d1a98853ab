"""Wheels of the package: pure where that is wanted, or where no C code can be compiled, which is said.

Compiled ones are tested by all tests, run against one: ``make test-compiled``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.wheels import built, metadata, wheel


def required(path: Path) -> set[str]:
    """The packages that a wheel needs, without its extras."""
    lines = [line for line in metadata(path).splitlines() if line.startswith("Requires-Dist") and "extra" not in line]
    return {line.split()[1].split(">")[0] for line in lines}


def test_a_pure_wheel_needs_nothing_to_run_compiled_code(tmp_path: Path) -> None:
    found = wheel(tmp_path, "0")
    assert found.name.endswith("-none-any.whl")
    assert required(found) == {"attrs", "trio"}


@pytest.mark.parametrize(
    ("compiler", "lacking"),
    [
        ("no-such-compiler", "there is no C compiler no-such-compiler"),
        ("false", "false compiles nothing with Python.h (Debian: apt-get install gcc python3-dev)"),
    ],
)
def test_without_a_compiler_a_pure_wheel_is_built_and_it_is_said(tmp_path: Path, compiler: str, lacking: str) -> None:
    done, found = built(tmp_path, "", CC=compiler)
    assert done.returncode == 0, done.stdout
    assert f"foxpy: {lacking}; pure Python is installed" in done.stdout
    assert [path.name.endswith("-none-any.whl") for path in found] == [True]
    assert required(found[0]) == {"attrs", "trio"}


def test_what_must_compile_fails_where_it_cannot(tmp_path: Path) -> None:
    done, found = built(tmp_path, "1", CC="false")
    assert done.returncode != 0
    assert not found
    assert "foxpy: FOXPY_COMPILE=1, but false compiles nothing with Python.h" in done.stdout
