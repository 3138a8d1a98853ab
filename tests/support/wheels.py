"""Wheels of the package as it stands, built from a copy so that nothing is left behind in its own place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
TAKEN: Final = ("foxpy", "stacks", "setup.py", "pyproject.toml", "README.md", "LICENSE")
IGNORED: Final = shutil.ignore_patterns("__pycache__", "*.so", "*.egg-info")


def copied(names: tuple[str, ...], place: Path) -> None:
    """Put copies of those files and folders of the project into ``place``."""
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=IGNORED)
        else:
            shutil.copyfile(ROOT / name, place / name)


def built(scratch: Path, compiling: str, **environment: str) -> tuple[subprocess.CompletedProcess[str], list[Path]]:
    """Build a wheel with FOXPY_COMPILE as given: how pip ended, and what there is then (no wheel, or one).

    In this interpreter's environment, which has what setup.py needs, so that nothing is downloaded.
    """
    source, output = scratch / "source", scratch / "wheel"
    source.mkdir(parents=True)
    copied(TAKEN, source)
    command = [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "-v", "-w", str(output), "."]
    done = subprocess.run(
        command, cwd=source, env={**os.environ, "FOXPY_COMPILE": compiling, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=1800,
    )  # fmt: skip
    return done, list(output.glob("*.whl"))


def wheel(scratch: Path, compiling: str) -> Path:
    """The wheel; raises RuntimeError with what pip said where there is none."""
    done, found = built(scratch, compiling)
    if done.returncode or len(found) != 1:
        raise RuntimeError(f"no wheel with FOXPY_COMPILE={compiling}:\n{done.stdout[-6000:]}")
    return found[0]


def unpacked(path: Path, place: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(place)


def metadata(path: Path) -> str:
    """What the wheel says of itself."""
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return archive.read(name).decode()
