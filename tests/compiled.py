"""Runs the tests against the compiled package: ``python tests/compiled.py [--build-only | arguments of pytest]``.

A wheel is built as it would be for a release, and unpacked below ``build/compiled`` with the tests beside it, so that
neither an editable install nor the sources at hand can be taken for it: where the package is not compiled, no test
runs. It is built again only when what goes into it has changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.wheels import ROOT, TAKEN, copied, unpacked, wheel  # found by the line above

PLACE: Final = ROOT / "build" / "compiled"
INSTALLED: Final = PLACE / "installed"
STAMP: Final = PLACE / "built-from"
WITH_IT: Final = (
    "tests",
    "docs",
    "benchmarks",
    "typecheck",
    "fuzz",
    "Makefile",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)
"""What the tests need beside the package: pages name what is in the other folders."""
ELSEWHERE: Final = (
    "tests/bench/test_load.py",
    "tests/bench/test_netsim.py",
    "tests/differential",
    "tests/test_checking.py",
    "tests/test_house.py",
    "tests/test_typecheck.py",
    "tests/wire/ahead/test_wheel.py",
    "tests/wire/ahead/test_overlay.py",
)
"""Where no tests are named these are left out: what they test is not the compiled code, as sources or a
program in C are not, or is what builds it."""


def digest() -> str:
    """Of all code that goes into the wheel, and of the interpreter."""
    found = hashlib.sha256(sys.version.encode())
    for name in TAKEN:
        for path in sorted((ROOT / name).rglob("*")) if (ROOT / name).is_dir() else [ROOT / name]:
            if path.suffix in {".py", ".c", ".h", ".toml"}:
                found.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def build() -> None:
    """Build the wheel and unpack it, unless what is there is of the same sources."""
    wanted = digest()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return
    print("Compiling foxpy, which takes a minute ...", flush=True)
    shutil.rmtree(PLACE, ignore_errors=True)
    unpacked(wheel(PLACE, "1"), INSTALLED)
    STAMP.write_text(wanted)


def run(arguments: list[str]) -> int:
    """Run pytest where the package is unpacked; its status."""
    for name in WITH_IT:
        shutil.rmtree(INSTALLED / name, ignore_errors=True)
    copied((*WITH_IT, "stacks/README.md"), INSTALLED)
    if not any((INSTALLED / argument.partition("::")[0]).exists() for argument in arguments):
        arguments = [*arguments, "tests", *(f"--ignore={name}" for name in ELSEWHERE)]
    environment = {**os.environ, "PYTHONPATH": str(INSTALLED), "FOXPY_EXPECT_COMPILED": "1"}
    command = [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=INSTALLED, env=environment, check=False).returncode


if __name__ == "__main__":
    build()
    if "--build-only" not in sys.argv:
        sys.exit(run(sys.argv[1:]))
