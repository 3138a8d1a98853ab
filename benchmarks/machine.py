"""What figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
import sysconfig
from pathlib import Path

import foxpy.checksum


def machine(cpu: int) -> dict[str, str]:
    """The processor, everything being pinned to ``cpu``, the kernel, the interpreter and the commit."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    optimised = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
    commit = subprocess.run(
        ["git", "-C", Path(__file__).parent, "describe", "--always", "--dirty"],
        capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    return {
        "cpu": f"{model}, {os.cpu_count()} CPUs, everything pinned to CPU {cpu}",
        "kernel": platform.release(),
        "python": f"{platform.python_implementation()} {platform.python_version()}"
        f" ({'optimised' if optimised else 'plain'} build), foxpy"
        f" {'interpreted' if foxpy.checksum.__file__.endswith('.py') else 'compiled'}",
        "commit": commit or "unknown",
    }
