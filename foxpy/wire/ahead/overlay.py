"""Compiling packets of one's own, without touching what is installed: into a directory that is put before it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from foxpy.wire.ahead.compiling import IGNORED, compiled


def compile_into(output: Path, root: Path, own: Mapping[str, Path]) -> None:
    """Compile modules that describe packets into ``output``: their packages and foxpy's, to be imported from there.

    ``root`` is where foxpy is, ``own`` has for each module the directory that it is imported from. What is in
    ``output`` is overwritten. Raises SystemExit where mypy finds an error, and setuptools' errors where the C compiler
    does. Needs mypy, setuptools and a C compiler.
    """
    from setuptools import Distribution
    from setuptools.command.build_ext import build_ext

    with TemporaryDirectory() as folder:
        extensions = compiled(root, Path(folder) / "tree", modules=(), own=own)
        for directory, package in {(root, "foxpy"), *((each, name.partition(".")[0]) for name, each in own.items())}:
            shutil.copytree(directory / package, output / package, ignore=IGNORED, dirs_exist_ok=True)
        command = build_ext(Distribution({"name": "foxpy", "ext_modules": extensions}))
        command.build_lib, command.build_temp = str(output), str(Path(folder) / "objects")
        command.ensure_finalized()
        command.run()
