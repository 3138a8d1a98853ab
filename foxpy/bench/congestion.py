"""One congestion control for every TCP that is measured, foxpy's and Linux's: which one a Linux has by default differs
from machine to machine, and decides more than the stack does.

Its name is in the environment of the command, and so in that of every server and client.
"""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path
from typing import Final

from foxpy.bench.settings import Refused

VARIABLE: Final = "FOXPY_BENCH_CONGESTION"
OURS: Final = {"cubic": "cubic", "bbr": "bbr", "reno": "newreno"}
"""As Linux calls them, and as foxpy does."""
DEFAULT: Final = "cubic"
"""foxpy's, and that of most hosts."""
KNOWN: Final = Path("/proc/sys/net/ipv4/tcp_available_congestion_control")


def available() -> frozenset[str]:
    """Those that Linux has here."""
    return frozenset(KNOWN.read_text().split())


def choose(name: str) -> None:
    """Have all that is started from now on use ``name``. Raises Refused where Linux has not got it."""
    if name not in available():
        raise Refused(
            f"--congestion {name}: this Linux has {', '.join(sorted(available()))} (modprobe tcp_{name} may add it)"
        )
    os.environ[VARIABLE] = name


def chosen() -> str:
    return os.environ.get(VARIABLE, DEFAULT)


def use(wire: socket.socket, name: str = "") -> None:
    """Have ``wire``, or who connects to it, use ``name``, by default the chosen one."""
    with contextlib.suppress(FileNotFoundError):  # asked for by nobody, and this Linux has another default
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, (name or chosen()).encode())
