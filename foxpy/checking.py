"""Checking that stack files compose, before they run: mypy's verdict, with a sentence on what does not fit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import attrs

import foxpy
from foxpy.explaining import explain


class CheckingFailed(Exception):
    """The files could not be checked at all: mypy is not installed, or it cannot read them. The message says which."""


@attrs.frozen
class Finding:
    """Something that does not fit in a stack file."""

    path: str
    line: int
    mypy: str
    """What mypy says of it, on one line, as mypy writes it."""
    explanation: str | None
    """What that means for the stack, and what to write in place of it; None where mypy's words have to do."""

    def __str__(self) -> str:
        if self.explanation is None:
            return self.mypy
        return f"{self.path}:{self.line}: {self.explanation}\n    {self.mypy}"


def check_stack_files(paths: Iterable[str | os.PathLike[str]]) -> list[Finding]:
    """What ``mypy --strict`` finds in the files ``paths`` and in what they import, in mypy's order.

    It waits for mypy, a fraction of a second where its cache is warm. Raises CheckingFailed.
    """
    if find_spec("mypy") is None:
        raise CheckingFailed(f"foxpy check needs mypy; install it with: {sys.executable} -m pip install 'foxpy[cli]'")
    files = list(dict.fromkeys(os.fspath(path) for path in paths))
    for file in files:
        if not Path(file).is_file():
            raise CheckingFailed(f"{file}: there is no such file")
    findings: dict[Finding, None] = {}  # two files may import the same third
    for batch in _batches(files):
        findings.update(dict.fromkeys(_check(batch)))
    return list(findings)


def _batches(files: Sequence[str]) -> Iterable[list[str]]:
    """``files``, with no two of one name together: to mypy they would be one module."""
    left = list(files)
    while left:
        names: dict[str, str] = {}
        for file in left:
            names.setdefault(Path(file).stem, file)
        yield list(names.values())
        left = [file for file in left if file not in names.values()]


_OPTIONS: Final = (
    "--strict",
    "--no-pretty",
    "--no-color-output",
    "--no-error-summary",
    "--hide-error-context",
    "--show-error-codes",
    "--show-column-numbers",
    "--show-error-end",
    "--no-warn-unused-configs",
)
_ERROR: Final = re.compile(
    r"(?P<path>.*?):(?P<line>\d+):(?:(?P<start>\d+):(?P<last>\d+):(?P<end>\d+):)? error: (?P<message>.*)"
)


def _check(files: list[str]) -> list[Finding]:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *_OPTIONS, "--", *files],
        capture_output=True,
        text=True,
        env=_environment(),
        check=False,
    )
    findings = [finding for line in done.stdout.splitlines() if (finding := _finding(line, files)) is not None]
    if done.returncode not in (0, 1) and not findings:
        raise CheckingFailed(f"mypy failed: {(done.stderr or done.stdout).strip()}")
    return findings


def _environment() -> dict[str, str]:
    """Ours, and where this very foxpy is, which mypy cannot tell of a work tree or an editable installation."""
    root = Path(foxpy.__file__).resolve().parent.parent
    if {"site-packages", "dist-packages"} & set(root.parts):
        return dict(os.environ)
    searched = filter(None, (str(root), os.environ.get("MYPYPATH", "")))
    return {**os.environ, "MYPYPATH": os.pathsep.join(searched)}


def _finding(line: str, files: list[str]) -> Finding | None:
    error = _ERROR.fullmatch(line)
    if error is None:
        return None
    path, number, message = _asked_for(error["path"], files), int(error["line"]), error["message"]
    given = None
    if error["start"] is not None and error["last"] == error["line"]:
        given = _text(path, number, int(error["start"]), int(error["end"]))
    return Finding(path, number, f"{path}:{number}: error: {message}", explain(message, given))


def _asked_for(path: str, files: list[str]) -> str:
    """The one of ``files`` that mypy means by ``path``, as it was given; else ``path``.

    Of two files of one name and content mypy's cache may name the one that it saw last time.
    """
    for file in files:
        same = Path(file).name == Path(path).name
        if same and (not Path(path).exists() or Path(file).read_bytes() == Path(path).read_bytes()):
            return file
    return path


def _text(path: str, line: int, start: int, end: int) -> str | None:
    """What the file has between two columns, counted from 1, of a line."""
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()[line - 1][start - 1 : end]
    except (OSError, ValueError, IndexError):
        return None
