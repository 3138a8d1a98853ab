"""Memory ordering between Python and the kernel on another processor.

A ring's index is stored after, and loaded before, what it stands for. The interpreter reorders nothing, as every access
is a call that it cannot see through; the processor may. x86-64 keeps loads in order and stores in order (total store
order), which is all that the rings need. aarch64 keeps neither: there a lock that nobody else takes is let go and taken
again, a store with release followed by a load with acquire.
"""

from __future__ import annotations

import _thread
import os
from collections.abc import Callable
from typing import Final

MACHINE: Final = os.uname().machine


def _ordered() -> None:
    """Nothing: this machine keeps the order by itself."""


def _by_lock() -> Callable[[], None]:
    lock = _thread.allocate_lock()  # threading would bring an interpreter-wide hook, for a lock that is never contended
    lock.acquire()

    def fence() -> None:
        lock.release()
        lock.acquire()

    return fence


def fence_of(machine: str) -> Callable[[], None] | None:
    """What orders memory on ``machine``; None where that is not known, and AF_XDP is refused."""
    if machine == "x86_64":
        return _ordered
    if machine == "aarch64":
        return _by_lock()
    return None


fence: Final = fence_of(MACHINE) or _ordered
"""To be called between an index and what it stands for, once a batch."""
