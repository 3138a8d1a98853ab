"""Compiles the modules that handle every packet with mypyc, where that is possible; all else is in pyproject.toml.

Which they are, foxpy/wire/ahead/compiling.py says.

FOXPY_COMPILE=1 must compile (a failure ends the build), FOXPY_COMPILE=0 never does. Unset, a wheel is compiled where
mypy and a C compiler are found, and pure otherwise, which is said. Editable installs are pure.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
WANTED = os.environ.get("FOXPY_COMPILE", "")
REQUIRED = ["attrs>=23.2", "trio>=0.26"]
REQUIRED_COMPILED = ["librt>=0.16"]


def say(what: str) -> None:
    print(f"foxpy: {what}", file=sys.stderr)


def missing() -> str | None:
    """What compiling takes and is not there."""
    if sys.implementation.name != "cpython":
        return "mypyc compiles for CPython alone"
    try:
        import mypyc.build  # noqa: F401  # only whether it is there
    except ImportError:
        return "mypy is not there"
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    if shutil.which(compiler[0]) is None:
        return f"there is no C compiler {compiler[0]}"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "trial.c")
        source.write_text("#include <Python.h>\nint main(void) { return PY_MAJOR_VERSION; }\n")
        command = [*compiler, f"-I{sysconfig.get_path('include')}", "-c", str(source), "-o", f"{folder}/trial.o"]
        if subprocess.run(command, capture_output=True, check=False).returncode or not Path(folder, "trial.o").exists():
            return f"{compiler[0]} compiles nothing with Python.h (Debian: apt-get install gcc python3-dev)"
    return None


def can_compile() -> bool:
    """Whether it is wanted, and what it takes is there. Ends the build where it must be."""
    if WANTED == "0":
        return False
    lacking = missing()
    if lacking is None:
        return True
    if WANTED == "1":
        sys.exit(f"foxpy: FOXPY_COMPILE=1, but {lacking}")
    say(f"{lacking}; pure Python is installed")
    return False


def extensions() -> list[Extension]:
    """What is to be compiled, for commands that build something."""
    if not {"bdist_wheel", "build_ext", "build", "install"} & set(sys.argv):
        return []
    sys.path.insert(0, str(ROOT))
    try:
        from foxpy.wire.ahead.compiling import compiled

        return compiled(ROOT, ROOT / "build" / "ahead")
    except (Exception, SystemExit) as error:  # mypyc ends the process where mypy finds an error
        if WANTED == "1":
            raise
        say(f"the hot modules cannot be compiled ({error!r}); pure Python is installed")
        return []


class BuildOrDoWithout(build_ext):
    """Goes on without what does not compile, unless it must."""

    def run(self) -> None:
        try:
            super().run()
        except Exception as error:
            if WANTED == "1":
                raise
            say(f"C code does not compile ({error!r}); pure Python is installed")
            for output in self.get_outputs():
                Path(output).unlink(missing_ok=True)
            self.extensions = []


compiling = can_compile()
setup(
    install_requires=REQUIRED + (REQUIRED_COMPILED if compiling else []),
    ext_modules=extensions() if compiling else [],
    cmdclass={"build_ext": BuildOrDoWithout},
)
