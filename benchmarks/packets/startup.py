"""What importing definitions costs, in processes of their own: the classes, and the functions made from them.

The language itself is imported before the clock starts, and so are the packages that the definitions are in.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

from foxpy.wire import Packet

MODULES = tuple(f"foxpy.layers.{name}.wire" for name in ("ethernet", "ipv4", "udp", "tcp"))


def milliseconds(rounds: int) -> float:
    """Of one class, in the fastest of some processes; the first one also writes the bytecode that others find."""
    command = [sys.executable, __file__]
    folder = Path(__file__).parent.parent
    there = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    runs = (
        subprocess.run(command, cwd=folder, env=there, capture_output=True, check=True, text=True)
        for _ in range(rounds)
    )
    return min(float(run.stdout) for run in runs)


def measured() -> float:
    """Milliseconds of a class, once, here."""
    spent, classes = 0.0, 0
    for name in MODULES:
        spec = importlib.util.find_spec(name)  # imports the package, and with it this module: it is made anew below
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        start = time.process_time()
        spec.loader.exec_module(module)
        spent += time.process_time() - start
        classes += sum(
            isinstance(each, type) and issubclass(each, Packet) and each.__module__ == name
            for each in vars(module).values()
        )
    return spent / classes * 1e3


if __name__ == "__main__":
    print(measured())
