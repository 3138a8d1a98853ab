"""The other end of the measurements: a C program of Linux's own sockets, or the same in Python without a compiler."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from foxpy.bench.settings import available
from foxpy.testing.namespaces import Namespace


class LoadFailed(RuntimeError):
    """The client gave up: the other end closed, or was silent."""


@functools.cache
def compiler() -> str | None:
    return next(
        (found for name in (os.environ.get("CC", ""), "cc", "gcc", "clang") if (found := shutil.which(name))), None
    )


@functools.cache
def folder() -> Path:
    """Where the program and what servers say is put; gone when this process ends."""
    made = tempfile.TemporaryDirectory(prefix="foxpy-bench-")
    atexit.register(made.cleanup)
    return Path(made.name)


@functools.cache
def program() -> Path | None:
    """The C program, built on first use; None without a compiler. Raises CalledProcessError where it is refused."""
    found = compiler()
    if found is None:
        return None
    made = folder() / "load"
    with resources.as_file(resources.files("foxpy.bench") / "c") as sources:
        files = sorted(str(path) for path in sources.glob("*.c"))
        subprocess.run([found, "-O2", "-o", str(made), *files, "-lpthread"], check=True, capture_output=True, text=True)
    return made


def command() -> list[str]:
    """What runs the program, whose commands and arguments are those of ``c/load.c``."""
    made = program()
    return [str(made)] if made is not None else [sys.executable, "-P", "-O", "-m", "foxpy.bench.client"]


def language() -> str:
    return "C" if compiler() is not None else "Python, as there is no C compiler"


@contextlib.contextmanager
def on_cpu(cpu: int) -> Iterator[None]:
    """What is started in this block runs on ``cpu``."""
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, available())


def run(place: Namespace, cpu: int, *arguments: str, timeout: float = 120.0) -> dict[str, float]:
    """Run one command of the program in ``place``, on ``cpu``; what it measured. Raises LoadFailed."""
    with on_cpu(cpu):
        done = subprocess.run(
            place.command(*command(), *arguments), capture_output=True, text=True, timeout=timeout, check=False
        )
    if done.returncode != 0:
        raise LoadFailed(f"{' '.join(arguments)}: {done.stderr.strip() or 'the client failed'}")
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found
