"""foxpy as a process of its own in a namespace, where Linux is another machine: for tests against real peers."""

from __future__ import annotations

import contextlib
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import attrs

from foxpy.testing.namespaces import Namespace

LINUX: Final = "192.0.2.1"
FOXPY: Final = "192.0.2.2"
PATIENCE: Final = 30.0
"""Seconds until a host that did not come up never will."""


class HostFailed(AssertionError):
    """A foxpy process did not come up, or ended while it was needed; the message has what it said."""


@attrs.frozen
class ServedHost:
    """A ``foxpy run`` that serves on the tap ``interface``; Linux, in ``place``, is at the other end."""

    place: Namespace
    process: subprocess.Popen[bytes]
    address: str = FOXPY
    linux: str = LINUX
    interface: str = "tap0"

    def resident(self) -> int:
        """Bytes of memory that the process has resident now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024


@contextlib.contextmanager
def host(place: Namespace, serve: str, *options: str) -> Iterator[ServedHost]:
    """A host with TCP/IP on a tap in ``place``: ``with host(place, "echo=7", "--faults", "loss=0.01") as there:``.

    ``serve`` and ``options`` are those of ``foxpy run``. Raises HostFailed.
    """
    with serving(
        place,
        *("tcp_ip", "--device", "tap:tap0", "--address", f"{FOXPY}/24", "--gateway", LINUX),
        *("--kernel-address", f"{LINUX}/24", "--serve", serve, *options),
    ) as process:
        yield ServedHost(place, process)


@contextlib.contextmanager
def serving(place: Namespace, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """``foxpy run`` with ``arguments`` in ``place``. The block begins once it serves. Raises HostFailed."""
    process = place.start(*foxpy("run", *arguments), stdout=subprocess.PIPE)
    assert process.stdout is not None
    said = _until(process.stdout, b"serving")
    if b"serving" not in said:
        raise HostFailed(f"foxpy run did not come up: {said.decode(errors='replace')}")
    yield process
    ended = process.poll()
    if ended is not None:
        raise HostFailed(f"foxpy run ended with status {ended}: {process.stdout.read().decode(errors='replace')}")
    process.terminate()
    process.wait(PATIENCE)


def foxpy(*arguments: str) -> list[str]:
    """The command line of ``foxpy`` with this interpreter."""
    return [sys.executable, "-m", "foxpy.cli.main", *arguments]


def _until(stream: IO[bytes], word: bytes) -> bytes:
    """What ``stream`` says until the line with ``word`` in it, its end, or the end of PATIENCE."""
    said = b""
    end = time.monotonic() + PATIENCE
    while word not in said:
        ready, _, _ = select.select([stream], [], [], max(0.0, end - time.monotonic()))
        line = stream.readline() if ready else b""
        if not line:
            break
        said += line
    return said
