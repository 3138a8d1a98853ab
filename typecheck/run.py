"""Checks that mypy accepts every right composition here and refuses every wrong one; see README.md.

Exit status 0 if it does, 1 if not, with a line for each thing that is not so.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
STRIPPED: Final = HERE.parent / ".mypy_cache" / "typecheck"
"""Always the same place, so that mypy's cache is good for the next run."""

LEAST: Final = 30
"""Wrong compositions that there have to be."""

IGNORE: Final = re.compile(r"  # type: ignore\[([a-z-]+)\].*$")
ERROR: Final = re.compile(r"^(?:.*/)?(check_\w+\.py):(\d+): error: (.*)$")
CODE: Final = re.compile(r"  \[([a-z-]+)\]$")


def mypy(files: list[Path]) -> tuple[int, str]:
    """The exit status and the output of mypy on ``files``."""
    # Nothing is followed into the output: an error in a layer is for the project's own mypy run to report.
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        str(HERE / "mypy.ini"),
        "--no-pretty",
        "--no-error-summary",
    ]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, cwd=HERE.parent, check=False)
    return done.returncode, done.stdout + done.stderr


def marked(files: list[Path]) -> dict[tuple[str, int], str]:
    """The error code by file and line of each wrong composition."""
    marks = {}
    for file in files:
        for number, line in enumerate(file.read_text().splitlines(), 1):
            mark = IGNORE.search(line)
            if mark is not None:
                marks[file.name, number] = mark[1]
    return marks


def stripped(files: list[Path]) -> list[Path]:
    """Copies of ``files`` with the ignores taken out."""
    STRIPPED.mkdir(parents=True, exist_ok=True)
    for old in STRIPPED.glob("check_*.py"):
        old.unlink()
    copies = []
    for file in files:
        copy = STRIPPED / file.name
        copy.write_text("".join(IGNORE.sub("", line) + "\n" for line in file.read_text().splitlines()))
        copies.append(copy)
    return copies


def differences(marks: dict[tuple[str, int], str], output: str) -> list[str]:
    """What the errors in ``output`` are other than one of the marked code on each marked line."""
    errors: dict[tuple[str, int], list[str]] = {}
    wrong = []
    for line in output.splitlines():
        error = ERROR.match(line)
        if error is not None:
            errors.setdefault((error[1], int(error[2])), []).append(error[3])
        elif ": error:" in line or line.startswith("mypy:"):
            wrong.append(line)
    for (name, number), code in marks.items():
        found = errors.pop((name, number), [])
        codes = [match[1] for message in found if (match := CODE.search(message))]
        if codes != [code]:
            wrong.append(f"{name}:{number}: one [{code}] is wanted, mypy gives {found or 'nothing'}")
    wrong += [f"{name}:{number}: not marked: {found}" for (name, number), found in errors.items()]
    return wrong


def check(files: list[Path], least: int = LEAST) -> list[str]:
    """What is not as it should be in ``files``, a line each."""
    marks = marked(files)
    status, output = mypy(files)
    wrong = output.splitlines() if status else []  # unused ignores among them: what mypy accepts though it is wrong
    wrong += differences(marks, mypy(stripped(files))[1])
    if len(marks) < least:
        wrong.append(f"{len(marks)} wrong compositions are too few, there have to be {least}")
    return wrong


def main() -> int:
    files = sorted(HERE.glob("check_*.py"))
    wrong = check(files)
    for line in wrong:
        print(line)
    if wrong:
        print("typecheck: mypy does not take the files here as they are marked")
        return 1
    marks = marked(files)
    print(f"typecheck: {len(marks)} wrong compositions, each refused; their right twins in {len(files)} files accepted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
