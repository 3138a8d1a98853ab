"""Three machines in namespaces: the client's, with taps to foxpy, slirp4netns and PyTCP, and Linux's, a veth away.

Every server is a process (or two) of its own, and stopped by signal while another one is measured, so that its idle
ticks disturb nobody.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

from foxpy.bench import load, pytcp, wires
from foxpy.bench.machine import Build
from foxpy.bench.settings import Refused, Settings
from foxpy.testing.namespaces import Namespace, namespace, veth, why_not

OFFLOADS: Final = ("tx", "rx", "sg", "tso", "gso", "gro")
STARTING: Final = 60.0
INNER: Final = "127.0.0.1"
"""Where slirp4netns connects to for who connects to its gateway."""


@attrs.define(eq=False)
class Peer:
    """One server to measure, by whatever way its address is reached."""

    name: str
    address: str
    processes: tuple[subprocess.Popen[bytes], ...]
    checked: bool
    """Whether it hashes, so that integrity can be checked."""

    def cpu_time(self) -> float:
        """Seconds of CPU that its processes have used."""
        ticks = 0
        for process in self.processes:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def signal(self, number: signal.Signals) -> None:
        for process in self.processes:
            process.send_signal(number)

    def pin(self, cpu: int) -> None:
        """Let all its threads run on ``cpu`` alone."""
        for process in self.processes:
            for task in Path(f"/proc/{process.pid}/task").iterdir():
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setaffinity(int(task.name), {cpu})

    @contextlib.contextmanager
    def awake(self) -> Iterator[None]:
        """Let it run during the block only."""
        self.signal(signal.SIGCONT)
        try:
            yield
        finally:
            self.signal(signal.SIGSTOP)


class Rig:
    """The machines, and the peers that have been added."""

    def __init__(self, settings: Settings, client: Namespace, far: Namespace) -> None:
        self.settings = settings
        self.client = client
        self.far = far
        self.peers: dict[str, Peer] = {}
        self.left_out: dict[str, str] = {}
        self.troubles: dict[str, dict[str, int]] = {}
        """What got lost or disordered, as Linux counts it on the client's side, for each peer."""
        self._networks = 0
        self._inner: subprocess.Popen[bytes] | None = None

    # -- adding peers

    def foxpy(self, name: str, build: Build, kind: str, mode: str = "") -> Peer:
        """A foxpy behind a tap of its own; ``kind`` is one of ``servers.devices.KINDS``."""
        device, address = self._tap()
        arguments = [f"{kind}:{device}", f"{address}/24", *([mode] if mode else [])]
        process = self._start(self.client, name, build.command("foxpy.bench.servers.foxpy_server", *arguments))
        return self._added(Peer(name, address, (process,), True))

    def echo_in_c(self, name: str) -> Peer | None:
        """A C program on a plain tap of its own that answers in the buffer that it read: there is no stack at all. What
        it takes is what the tap takes."""
        made = load.program()
        if made is None:
            self.left_out[name] = "there is no C compiler (Debian: apt-get install gcc)"
            return None
        device, address = self._tap()
        process = self._start(self.client, name, [str(made), "tap", device, address])
        return self._added(Peer(name, address, (process,), False))

    def linux(self, name: str, *, offloads: bool, mode: str = "") -> Peer:
        """Linux behind a veth of its own. Its server is C where a compiler is there."""
        self._networks += 1
        device, near, address = f"veth{self._networks}", *_addresses(self._networks)
        veth(self.client, self.far, f"{near}/24", f"{address}/24", name=device)
        if not offloads:
            plain(self.client, device)
            plain(self.far, device)
        return self._added(Peer(name, address, (self._linux_server(mode, address),), bool(mode)))

    def _linux_server(self, mode: str, address: str) -> subprocess.Popen[bytes]:
        """A server at ``address`` alone: others in the same namespace may offer the same at theirs."""
        made = load.program()
        if mode == "" and made is not None:
            return self._start(self.far, f"linux-{address}", [str(made), "serve", address])
        command = self.settings.build.command("foxpy.bench.servers.linux_server", address, *([mode] if mode else []))
        return self._start(self.far, f"linux-{mode or 'python'}-{address}", command)

    def slirp4netns(self, name: str, mtu: int) -> Peer | None:
        """slirp4netns's TCP, which hands each connection on to Linux's server over a socket of its own machine."""
        if shutil.which("slirp4netns") is None:
            self.left_out[name] = "slirp4netns is not installed (Debian: apt-get install slirp4netns)"
            return None
        self._networks += 1
        device = f"slirp{self._networks}"
        process = self._start(
            self.far, name,
            ["slirp4netns", "--configure", f"--mtu={mtu}", f"--cidr=10.78.{self._networks}.0/24", "--netns-type=path",
             str(self.client.path), device],
        )  # fmt: skip
        if self._inner is None:
            self._inner = self._linux_server("", INNER)
        server = self._inner
        return self._added(Peer(name, f"10.78.{self._networks}.2", (process, server), False))

    def pytcp(self, name: str) -> Peer | None:
        """PyTCP behind a tap of its own, in an environment that has nothing else."""
        try:
            python = pytcp.python(self.settings.progress)
        except pytcp.NotThere as error:
            self.left_out[name] = str(error)
            return None
        device, address = self._tap()
        server = Path(__file__).with_name("servers") / "pytcp_server.py"
        process = self._start(self.client, name, [str(python), "-O", str(server), device, f"{address}/24"])
        return self._added(Peer(name, address, (process,), True))

    def _tap(self) -> tuple[str, str]:
        self._networks += 1
        device, near, address = f"tap{self._networks}", *_addresses(self._networks)
        self.client.ip("tuntap", "add", "dev", device, "mode", "tap")
        self.client.ip("address", "add", f"{near}/24", "dev", device)
        self.client.ip("link", "set", device, "up")
        return device, address

    def _start(self, place: Namespace, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        with load.on_cpu(self.settings.cpu), log(name).open("wb") as said:
            return place.start(*command, stdout=said.fileno())

    def _added(self, peer: Peer) -> Peer:
        """Once it answers it is stopped, until ``awake``. Raises Refused where it ended, or never answers."""
        self.settings.progress(f"starting {peer.name}")
        peer.signal(signal.SIGCONT)
        end = time.monotonic() + STARTING
        while True:
            ended = [process for process in peer.processes if process.poll() is not None]
            if ended:
                raise Refused(f"the server {peer.name} ended: {log(peer.name).read_text(errors='replace').strip()}")
            try:
                wires.answers(self.client, peer.address)
                break
            except OSError as error:
                if time.monotonic() > end:
                    raise Refused(f"the server {peer.name} does not answer: {error}") from error
                pause(0.1)
        peer.signal(signal.SIGSTOP)
        self.peers[peer.name] = peer
        return peer

    # -- measuring

    def load(self, peer: Peer, *arguments: str, apart: bool) -> dict[str, float]:
        """Run one of the client's commands against ``peer``; ``apart`` on another CPU than the server's.

        Raises LoadFailed.
        """
        peer.pin(self.settings.cpu)
        cpu = self.settings.client_cpu if apart else self.settings.cpu
        with self.counting(peer), peer.awake():
            return load.run(self.client, cpu, *arguments)

    def check(self, peer: Peer, size: int) -> None:
        """Not timed: what arrives at ``peer`` and comes from it is what was sent. Raises ValueError."""
        if peer.checked:
            with peer.awake():
                wires.check(self.client, peer.address, peer.name, size)

    @contextlib.contextmanager
    def counting(self, peer: Peer) -> Iterator[None]:
        """Add what the client's TCP meets during the block to what it met with ``peer`` so far: ``troubles``."""
        before = _counts(self.client)
        yield
        sums = self.troubles.setdefault(peer.name, dict.fromkeys(before, 0))
        for kind, count in _counts(self.client).items():
            sums[kind] += count - before[kind]


@contextlib.contextmanager
def rig(settings: Settings) -> Iterator[Rig]:
    """The machines, without peers. Raises Refused where this user cannot make them."""
    reason = why_not()
    if reason is not None:
        raise Refused(reason)
    with namespace() as client, namespace() as far:
        made = Rig(settings, client, far)
        try:
            yield made
        finally:
            for peer in made.peers.values():  # a stopped process would not hear that it is to end
                peer.signal(signal.SIGCONT)


def plain(place: Namespace, device: str) -> None:
    """Switch all offloads of ``device`` off. Raises Refused without ethtool."""
    if shutil.which("ethtool") is None:
        raise Refused("switching offloads off needs ethtool (Debian: apt-get install ethtool)")
    for each in OFFLOADS:
        with contextlib.suppress(subprocess.CalledProcessError):  # some are fixed, or off with another
            place.run("ethtool", "-K", device, each, "off")


def log(name: str) -> Path:
    """Where what the server ``name`` says is kept."""
    return load.folder() / f"{name.replace('/', '-').replace(' ', '-')}.log"


def pause(seconds: float) -> None:
    """For what starts elsewhere and says nothing when it is ready."""
    threading.Event().wait(seconds)


def _addresses(number: int) -> tuple[str, str]:
    return f"10.77.{number}.1", f"10.77.{number}.2"


def _counts(place: Namespace) -> dict[str, int]:
    counts = {}
    with place.entered():
        for file in ("snmp", "netstat"):
            lines = Path(f"/proc/thread-self/net/{file}").read_text().splitlines()
            for names, values in zip(lines[::2], lines[1::2], strict=True):
                kind, *keys = names.split()
                counts.update({kind + key: value for key, value in zip(keys, values.split()[1:], strict=True)})
    wanted = {"retransmitted": "Tcp:RetransSegs", "out of order": "TcpExt:TCPOFOQueue", "bad": "Tcp:InErrs"}
    return {told: int(counts[key]) for told, key in wanted.items()}
