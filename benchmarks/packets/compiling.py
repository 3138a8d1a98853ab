"""The package compiled, together with the callers of the benchmark, for the rows that are about compiled packets.

It takes minutes, so what was built is kept until a source changes.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Final

import foxpy

HOUSE: Final = Path(__file__).resolve().parents[2]
BUILT: Final = HOUSE / "build" / "benchmark-compiled"
LIBRARY: Final = BUILT / "lib"
"""What is to be in PYTHONPATH."""
CALLERS: Final = "packets.by_foxpy"


def is_built() -> bool:
    stamp = BUILT / "stamp"
    return stamp.exists() and stamp.read_text() == _stamp()


def build() -> None:
    """Build it, in a process of its own. Raises CalledProcessError; what went wrong is in ``build.log``."""
    shutil.rmtree(BUILT, ignore_errors=True)
    BUILT.mkdir(parents=True)
    stamp = _stamp()
    with (BUILT / "build.log").open("wb") as log:
        subprocess.run([sys.executable, __file__], cwd=HOUSE, stdout=log, stderr=subprocess.STDOUT, check=True)
    (BUILT / "stamp").write_text(stamp)


def callers() -> ModuleType | None:
    """The compiled callers, None where they have not been built with the package that is imported here.

    They are loaded beside the interpreted module of their name, which ``import`` gives.
    """
    folder = Path(foxpy.__file__).parents[1] / "packets"
    path = next(folder.glob("by_foxpy.*.so"), None)
    if path is None:
        return None
    spec = importlib.util.spec_from_file_location(CALLERS, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _stamp() -> str:
    """Changes with the interpreter and every source."""
    sources = [*sorted((HOUSE / "foxpy").rglob("*.py")), HOUSE / "benchmarks/packets/by_foxpy.py"]
    return hashlib.sha256(sys.version.encode() + b"".join(source.read_bytes() for source in sources)).hexdigest()


def _compile() -> None:
    from setuptools import Distribution
    from setuptools.command.build_ext import build_ext

    from foxpy.wire.ahead.compiling import IGNORED, compiled

    extensions = compiled(HOUSE, BUILT / "tree", callers={CALLERS: HOUSE / "benchmarks"})
    shutil.copytree(HOUSE / "foxpy", LIBRARY / "foxpy", ignore=IGNORED)
    command = build_ext(Distribution({"name": "foxpy", "ext_modules": extensions}))
    command.build_lib, command.build_temp = str(LIBRARY), str(BUILT / "objects")
    command.ensure_finalized()
    command.run()


if __name__ == "__main__":
    sys.path.insert(0, str(HOUSE))
    _compile()
