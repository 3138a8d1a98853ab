"""Network namespaces for tests and benchmarks: machines of their own inside Linux, gone when the block ends.

Everything is named after the process that made it, so that several runs do not meet, and what a killed run left behind
is removed by the next one. The work is done by ``ip`` and ``nsenter``, whose messages say what went wrong.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

FOLDER: Final = Path("/run/netns")
CLONE_NEWNET: Final = 0x40000000
_numbers = itertools.count()


@functools.cache
def why_not() -> str | None:
    """Why this machine or user cannot make namespaces and taps, None where both work."""
    if os.geteuid() != 0:
        return "needs root, to make network namespaces"
    for program in ("ip", "nsenter"):
        if shutil.which(program) is None:
            return f"needs the program {program} (Debian: apt-get install iproute2 util-linux)"
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        return f"needs /dev/net/tun: {error.strerror}"
    try:
        with namespace() as place:
            place.ip("tuntap", "add", "dev", "probe", "mode", "tap")
    except (OSError, subprocess.CalledProcessError) as error:
        return f"needs network namespaces and taps: {getattr(error, 'stderr', None) or error}".strip()
    return None


class Namespace:
    """One network namespace. ``with namespace() as place:`` makes one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = FOLDER / name
        self._processes: list[subprocess.Popen[bytes]] = []

    def ip(self, *arguments: str) -> str:
        """Run ``ip`` on this namespace; what it printed. Raises CalledProcessError."""
        return _run(["ip", "-n", self.name, *arguments])

    def command(self, *arguments: str) -> list[str]:
        """The command line that runs ``arguments`` in this namespace."""
        return ["nsenter", f"--net={self.path}", "--", *arguments]

    def run(self, *arguments: str, timeout: float = 30.0) -> str:
        """Run a program here and wait for it; what it printed. Raises CalledProcessError, TimeoutExpired."""
        return _run(self.command(*arguments), timeout)

    def start(
        self, *arguments: str, stdout: int | None = subprocess.DEVNULL, stdin: int | None = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Start a program here; it is ended with the namespace."""
        process = subprocess.Popen(self.command(*arguments), stdin=stdin, stdout=stdout, stderr=subprocess.STDOUT)
        self._processes.append(process)
        return process

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Put the calling thread into this namespace: what it opens, creates and starts meanwhile belongs there.

        Not to be held across an await, since other tasks run on the same thread.
        """
        with open("/proc/thread-self/ns/net", "rb") as before, open(self.path, "rb") as place:
            _setns(place.fileno())
            try:
                yield
            finally:
                _setns(before.fileno())

    def close(self) -> None:
        """End what was started here, and remove the namespace with all its interfaces."""
        for process in self._processes:
            if process.poll() is None:
                process.terminate()
        for process in self._processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
        _run(["ip", "netns", "delete", self.name])


@contextlib.contextmanager
def namespace() -> Iterator[Namespace]:
    """A new namespace with its loopback up and without IPv6, whose chatter would disturb counts of frames.

    Raises CalledProcessError, whose ``stderr`` says why it could not be made.
    """
    _remove_stale()
    place = Namespace(f"foxpy-{os.getpid()}-{next(_numbers)}")
    _run(["ip", "netns", "add", place.name])
    try:
        with place.entered(), contextlib.suppress(FileNotFoundError):  # not there where the kernel has no IPv6
            for scope in ("all", "default"):
                Path(f"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6").write_text("1")
        place.ip("link", "set", "lo", "up")
        yield place
    finally:
        place.close()


def veth(one: Namespace, other: Namespace, one_address: str, other_address: str, *, name: str = "veth0") -> None:
    """Join two namespaces by a pair of interfaces called ``name`` at both ends, with these addresses, both up."""
    one.ip("link", "add", name, "type", "veth", "peer", "name", name, "netns", other.name)
    for place, address in ((one, one_address), (other, other_address)):
        place.ip("address", "add", address, "dev", name)
        place.ip("link", "set", name, "up")
    for place in (one, other):
        _await_carrier(place, name)


def bridge(place: Namespace, ports: Sequence[str], *, name: str = "bridge0") -> None:
    """Join interfaces of one namespace at the Ethernet level."""
    place.ip("link", "add", name, "type", "bridge", "mcast_snooping", "0")
    place.ip("link", "set", name, "up")
    for port in ports:
        place.ip("link", "set", port, "master", name)
        place.ip("link", "set", port, "up")


def _await_carrier(place: Namespace, name: str) -> None:
    """Return when ``name`` carries frames: what is sent sooner, on a busy machine, is dropped and nobody is told."""
    for _ in range(500):  # each takes a few milliseconds, as a program is started
        if " state UP " in place.ip("-o", "link", "show", "dev", name):
            return
    raise TimeoutError(f"{name} of {place.name} was set up and has no carrier")


def _remove_stale() -> None:
    """Remove namespaces of processes that ended without doing so."""
    with contextlib.suppress(FileNotFoundError):
        for path in FOLDER.glob("foxpy-*-*"):
            owner = path.name.split("-")[1]
            if owner.isdigit() and not Path(f"/proc/{owner}").exists():
                with contextlib.suppress(subprocess.CalledProcessError):
                    _run(["ip", "netns", "delete", path.name])


def _run(command: Sequence[str], timeout: float = 30.0) -> str:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=timeout
    )
    if done.returncode != 0:
        raise CommandFailed(done.returncode, command, done.stdout, done.stderr)
    return done.stdout


class CommandFailed(subprocess.CalledProcessError):
    """A CalledProcessError that shows what the program said."""

    def __str__(self) -> str:
        return f"{super().__str__()}\n{self.output}{self.stderr}".rstrip()


def _setns(descriptor: int) -> None:
    if _libc().setns(descriptor, CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "setns")


@functools.cache
def _libc() -> ctypes.CDLL:
    """The C library, for setns: ``os.setns`` came with Python 3.12."""
    return ctypes.CDLL(None, use_errno=True)
