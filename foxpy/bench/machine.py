"""What figures were measured on."""

from __future__ import annotations

import functools
import os
import platform
import subprocess
import sys
from pathlib import Path

import attrs

import foxpy

_ASKED = (
    "import foxpy.native, platform, sysconfig; print(foxpy.native.COMPILED, platform.python_version(), "
    "'--enable-optimizations' in (sysconfig.get_config_var('CONFIG_ARGS') or ''), sep='\\n')"
)


@attrs.frozen
class Build:
    """One foxpy that can be measured: an interpreter, and what its environment has."""

    python: str
    compiled: bool
    version: str
    optimised: bool

    @property
    def mode(self) -> str:
        return "compiled" if self.compiled else "interpreted"

    def __str__(self) -> str:
        build = "optimised" if self.optimised else "plain"
        return f"{platform.python_implementation()} {self.version} ({build} build), foxpy {self.mode}"

    def command(self, module: str, *arguments: str) -> list[str]:
        """The command line that runs a module of its foxpy: -P, so that the folder one is in is not taken for it."""
        return [self.python, "-P", "-O", "-m", module, *arguments]


@functools.cache
def build(python: str = sys.executable) -> Build:
    """The foxpy of the environment of ``python``. Raises ValueError where there is none."""
    try:
        said = subprocess.run([python, "-P", "-c", _ASKED], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        raise ValueError(f"there is no interpreter {python}") from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip().rpartition("\n")[2]
        raise ValueError(f"{python} has no foxpy that could be measured: {reason}") from None
    compiled, version, optimised = said.split()
    return Build(python, compiled == "True", version, optimised == "True")


def machine() -> dict[str, str]:
    """The processor, the kernel, the interpreter and the commit."""
    return {"cpu": f"{processor()}, {os.cpu_count()} CPUs", "kernel": platform.release(), "python": str(build()),
            "commit": commit()}  # fmt: skip


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def commit() -> str:
    """Of the tree that foxpy is in; installed from a wheel, its version."""
    try:
        done = subprocess.run(
            ["git", "-C", str(Path(foxpy.__file__).parent), "describe", "--always", "--dirty"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        done = None
    return (done.stdout.strip() if done else "") or f"version {foxpy.__version__}"
