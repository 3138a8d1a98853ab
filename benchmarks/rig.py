"""The rig of the benchmarks over taps: three machines in namespaces, all services alike, everything on one CPU.

The client is this process, with Linux's sockets, in a namespace of its own. From there a veth leads to Linux's servers
in a second namespace, and taps to foxpy's and PyTCP's, each a process of its own. Every server offers the services
below; those that are not being measured are stopped by signal, so that their idle ticks disturb nobody.

- 7: echo
- 9: sink. Takes an 8-byte count and that many bytes, answers the count
- 10: hash. Takes an 8-byte count and that many bytes, answers their SHA-256
- 19: source. Takes an 8-byte count, sends that many bytes of PATTERN, over and over
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import attrs

import foxpy.checksum
from foxpy.testing.namespaces import Namespace, namespace, veth

HERE: Final = Path(__file__).resolve().parent
BUILD: Final = HERE.parent / "build"
PYTCP: Final = "2.7.6"
PEERS: Final = ("linux", "linux-streams", "foxpy", "foxpy-streams", "pytcp")
"""Who can be measured. Those with ``streams`` run the same program, in trio, on Linux's sockets and on foxpy's."""
ECHO, SINK, HASH, SOURCE = 7, 9, 10, 19
PATTERN: Final = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(2048))


@attrs.define
class Peer:
    """One server to measure."""

    name: str
    address: str
    process: subprocess.Popen[bytes]

    def cpu(self) -> float:
        """Seconds of CPU that its process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @contextlib.contextmanager
    def awake(self) -> Iterator[None]:
        """Let it run during the block only."""
        self.process.send_signal(signal.SIGCONT)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGSTOP)


class Rig:
    """The peers, and the client's end of every measurement."""

    def __init__(self, client: Namespace, peers: list[Peer]) -> None:
        self.client = client
        self.peers = peers
        self.troubles: dict[str, dict[str, int]] = {}
        """What got lost or disordered, as Linux counts it on the client's side, for each peer."""

    @contextlib.contextmanager
    def connected(self, peer: Peer, port: int) -> Iterator[socket.socket]:
        """A connection from the client's namespace to one service of ``peer``."""
        with self.client.entered():
            made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        with made:
            made.settimeout(60)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made.connect((peer.address, port))
            try:
                yield made
                # Both ends are over when this returns: a stopped peer would leave segments to be sent again.
                made.shutdown(socket.SHUT_WR)
                while made.recv(65536):
                    pass
            except TimeoutError as error:
                raise TimeoutError(f"{peer.name}, port {port}: nothing for {made.gettimeout():g} s") from error

    def into(self, peer: Peer, size: int, port: int = SINK) -> tuple[float, bytes]:
        """Send ``size`` bytes to ``peer``; the seconds from the first byte to its answer, and that answer."""
        with self.connected(peer, port) as wire:
            began = time.perf_counter()
            wire.sendall(size.to_bytes(8, "big"))
            whole, rest = divmod(size, len(PATTERN))
            for _ in range(whole):
                wire.sendall(PATTERN)
            wire.sendall(PATTERN[:rest])
            answer = exactly(wire, 32 if port == HASH else 8)
            return time.perf_counter() - began, answer

    def out_of(self, peer: Peer, size: int, digest: bool = False) -> tuple[float, bytes]:
        """Receive ``size`` bytes from ``peer``; the seconds it took, and with ``digest`` their SHA-256."""
        seen = hashlib.sha256()
        buffer = bytearray(1 << 20)
        with self.connected(peer, SOURCE) as wire:
            began = time.perf_counter()
            wire.sendall(size.to_bytes(8, "big"))
            left = size
            while left:
                got = wire.recv_into(buffer, min(left, len(buffer)))
                if got == 0:
                    raise EOFError(f"{peer.name} closed with {left} of {size} bytes missing")
                if digest:
                    seen.update(memoryview(buffer)[:got])
                left -= got
            return time.perf_counter() - began, seen.digest()

    def round_trips(self, peer: Peer, seconds: float, size: int) -> list[float]:
        """Echo ``size`` bytes to and fro for ``seconds``; the seconds of each round trip."""
        message = PATTERN[:size]
        times = []
        with self.connected(peer, ECHO) as wire:
            end = time.perf_counter() + seconds
            after = 0.0
            while after < end:
                before = time.perf_counter()
                wire.sendall(message)
                answer = exactly(wire, size)
                after = time.perf_counter()
                if answer != message:
                    raise ValueError(f"{peer.name} echoed other bytes than it was sent")
                times.append(after - before)
        return times

    def check(self, peer: Peer, size: int) -> None:
        """Not timed: the bytes that arrive are those that were sent, in both directions. Raises ValueError."""
        expected = hashlib.sha256((PATTERN * (size // len(PATTERN) + 1))[:size]).digest()
        for way, (_, digest) in (("into", self.into(peer, size, HASH)), ("out of", self.out_of(peer, size, True))):
            if digest != expected:
                raise ValueError(f"{size} bytes {way} {peer.name}: SHA-256 differs")

    @contextlib.contextmanager
    def counting(self, peer: Peer) -> Iterator[None]:
        """Add what the client's TCP meets during the block to what it met with ``peer`` so far: ``troubles``."""
        before = self._counts()
        yield
        sums = self.troubles.setdefault(peer.name, dict.fromkeys(before, 0))
        for kind, count in self._counts().items():
            sums[kind] += count - before[kind]

    def _counts(self) -> dict[str, int]:
        counts = {}
        with self.client.entered():
            for file in ("snmp", "netstat"):
                lines = Path(f"/proc/thread-self/net/{file}").read_text().splitlines()
                for names, values in zip(lines[::2], lines[1::2], strict=True):
                    kind, *keys = names.split()
                    counts.update({kind + key: value for key, value in zip(keys, values.split()[1:], strict=True)})
        wanted = {"retransmitted": "Tcp:RetransSegs", "out of order": "TcpExt:TCPOFOQueue", "bad": "Tcp:InErrs"}
        return {told: int(counts[key]) for told, key in wanted.items()}


def exactly(wire: socket.socket, size: int) -> bytes:
    """Read ``size`` bytes. Raises EOFError where the peer closes before."""
    parts = []
    while size:
        part = wire.recv(size)
        if not part:
            raise EOFError("the peer closed too early")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


@contextlib.contextmanager
def rig(wanted: Sequence[str], cpu: int) -> Iterator[Rig]:
    """Build it, everything pinned to ``cpu``, with the servers whose names are in ``wanted``: some of PEERS."""
    if not foxpy.checksum.__file__.endswith(".py"):
        raise RuntimeError("foxpy is compiled here; these benchmarks are about the interpreted sources")
    os.sched_setaffinity(0, {cpu})
    BUILD.mkdir(exist_ok=True)
    with namespace() as client, namespace() as linux:
        veth(client, linux, "10.77.1.1/24", "10.77.1.2/24")
        linux.ip("address", "add", "10.77.1.3/24", "dev", "veth0")
        made = Rig(client, [started(name, client, linux) for name in wanted])
        for peer in made.peers:
            wait_until_it_answers(made, peer)
            peer.process.send_signal(signal.SIGSTOP)
        try:
            yield made
        finally:
            for peer in made.peers:  # a stopped process would not hear that it is to end
                peer.process.send_signal(signal.SIGCONT)


def started(name: str, client: Namespace, linux: Namespace) -> Peer:
    """Start the server ``name``, behind a tap of its own unless it is one of Linux's."""
    kind, _, mode = name.partition("-")
    number = PEERS.index(name)
    if kind == "linux":
        place, address = linux, f"10.77.1.{number + 2}"
        arguments = [address]
    else:
        place, address, device = client, f"10.77.{number + 2}.2", f"tap{number}"
        client.ip("tuntap", "add", "dev", device, "mode", "tap")
        client.ip("address", "add", f"10.77.{number + 2}.1/24", "dev", device)
        client.ip("link", "set", device, "up")
        arguments = [device, f"{address}/24"]
    if mode:
        arguments.append(mode)
    python = pytcp_python() if kind == "pytcp" else Path(sys.executable)
    with (BUILD / f"{name}.log").open("wb") as log:
        command = [str(python), "-O", str(HERE / f"servers/{kind}_server.py"), *arguments]
        return Peer(name, address, place.start(*command, stdout=log.fileno()))


def wait_until_it_answers(made: Rig, peer: Peer) -> None:
    """Return once ``peer`` echoes. Raises RuntimeError when it ended, TimeoutError after a minute."""
    end = time.monotonic() + 60
    while True:
        if peer.process.poll() is not None:
            raise RuntimeError(f"the server {peer.name} ended; see build/{peer.name}.log")
        try:
            made.round_trips(peer, 0.0, 1)
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def pytcp_python() -> Path:
    """The interpreter of an environment that has PyTCP and nothing else, made on first use from PyPI."""
    folder = BUILD / f"pytcp-{PYTCP}"
    python = folder / "bin/python"
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"PyTCP=={PYTCP}"], check=True)
        (folder / "ready").touch()
    return python
