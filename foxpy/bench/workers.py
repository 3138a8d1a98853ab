"""Measurements inside one process: a process of its own for each, pinned, in the environment that is measured."""

from __future__ import annotations

import json
import subprocess

from foxpy.bench import load
from foxpy.bench.machine import Build
from foxpy.bench.settings import Refused, Settings


def inside(settings: Settings, build: Build, *arguments: str) -> dict[str, float]:
    """Run a command of ``foxpy.bench.inside``; what it measured. Raises Refused with what it said when it failed."""
    with load.on_cpu(settings.cpu):
        done = subprocess.run(
            build.command("foxpy.bench.inside", *arguments), capture_output=True, text=True, check=False
        )
    if done.returncode != 0:
        raise Refused(f"{' '.join(arguments)} failed: {done.stderr.strip()}")
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found
