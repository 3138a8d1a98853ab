"""Builds wheels as for a release, and tries each as a user meets it: ``python tests/release.py [PYTHON ...]``.

For each interpreter, in clean environments: a wheel is built with build isolation, installed with the command in an
environment that has nothing else, and ``foxpy --version`` and ``foxpy demo`` are run from a folder that is not the
project's. Compiled and pure, by FOXPY_COMPILE=1 and 0. The wheels go into ``dist``. Packages are
downloaded. Without arguments, for each of python3.11 to 3.13 that is found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from foxpy import __version__  # found by the line above
from tests.support.wheels import ROOT, TAKEN, copied

SUPPORTED: Final = ("python3.11", "python3.12", "python3.13")
MODES: Final = {"1": "compiled", "0": "interpreted"}


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What a program printed. Ends this one, with that, where it fails."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(each) for each in command], cwd=cwd, env={**outside, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{done.stdout[-6000:]}\n{' '.join(map(str, command))}: status {done.returncode}")
    return done.stdout


def environment(python: str, place: Path) -> Path:
    """A clean one at ``place``; its interpreter."""
    run(python, "-m", "venv", place, cwd=ROOT)
    return place / "bin" / "python"


def wheel(python: str, scratch: Path, compiling: str) -> Path:
    """Build a wheel of what is here, with nothing in the environment but pip."""
    source = scratch / "source"
    source.mkdir()
    copied(TAKEN, source)
    builder = environment(python, scratch / "builder")
    run(builder, "-m", "pip", "wheel", "--no-deps", "-w", scratch, source, cwd=scratch, FOXPY_COMPILE=compiling)
    (built,) = scratch.glob("*.whl")
    return built


def tried(python: str, scratch: Path, built: Path, mode: str) -> str:
    """Install the wheel in another environment and use it; the last line of the demo's table."""
    user = environment(python, scratch / "user")
    run(user, "-m", "pip", "install", f"foxpy[cli] @ {built.as_uri()}", cwd=scratch)
    command = user.parent / "foxpy"
    said = run(command, "--version", cwd=scratch).strip()
    if said != f"foxpy {__version__} ({mode})":
        sys.exit(f"{built.name}, in {python}: foxpy --version says {said!r}, and it should be {mode}")
    shown = run(command, "demo", cwd=scratch)
    return f"{said}; demo: {shown.count('equal')} transfers equal"


def main(pythons: list[str]) -> None:
    output = ROOT / "dist"
    output.mkdir(exist_ok=True)
    for python in pythons:
        for compiling, mode in MODES.items():
            with tempfile.TemporaryDirectory(prefix="foxpy-release-") as folder:
                scratch = Path(folder)
                built = wheel(python, scratch, compiling)
                said = tried(python, scratch, built, mode)
                shutil.copy(built, output)
                print(f"{python}: {built.name}, {built.stat().st_size // 1024} KiB: {said}", flush=True)


if __name__ == "__main__":
    found = sys.argv[1:] or [each for each in map(shutil.which, SUPPORTED) if each]
    if not found:
        sys.exit(f"none of {', '.join(SUPPORTED)} is here; name interpreters")
    main(found)
