"""A packet generator inside the kernel: copies of a frame leave by an interface, millions in a second.

It is an XDP program that is run on frames that never arrived (``BPF_PROG_TEST_RUN`` with live frames, Linux 5.18). The
other end of a veth pair must have an XDP program attached, or ``gro on``, to take them in.
"""

from __future__ import annotations

import os
import socket
from types import TracebackType
from typing import Final, Self

from foxpy.devices.xdp import bpf, programs

BATCH: Final = 64


class Generator:
    """Sends by ``interface`` of this thread's namespace. Raises OSError without CAP_NET_ADMIN and CAP_BPF."""

    def __init__(self, interface: str) -> None:
        self._index = socket.if_nametoindex(interface)
        self._program = bpf.load(programs.send_out(self._index))

    def send(self, frame: bytes, count: int) -> None:
        """Send ``frame`` ``count`` times, which blocks until it is done, other threads excepted. Each call takes some
        milliseconds to set up. The thread has to be in the interface's namespace."""
        bpf.run_live(self._program, frame, self._index, count, BATCH)

    def close(self) -> None:
        os.close(self._program)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
