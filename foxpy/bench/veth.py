"""Two machines and a veth between them, with a packet generator at the one end and what is measured at the other."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Final

import attrs

from foxpy.addresses import MacAddress
from foxpy.bench import load
from foxpy.bench.frames import SMALL, datagram, drop_all_but_arp
from foxpy.bench.rig import pause, plain
from foxpy.bench.settings import Refused, Settings
from foxpy.devices.xdp import abi, bpf
from foxpy.testing.namespaces import Namespace, namespace, veth, why_not

WIRE: Final = "veth0"
TAP: Final = "tap0"
NEAR, FAR, STACK = IPv4Address("10.77.0.1"), IPv4Address("10.77.0.2"), IPv4Address("10.77.0.3")
WARMING: Final = 0.5
STARTING: Final = 30.0


@attrs.frozen
class Wire:
    """Two machines and the veth between them; ``far`` is where what is measured is."""

    settings: Settings
    near: Namespace
    far: Namespace

    def dropped(self) -> int:
        """Frames that have come to the near end."""
        said = self.near.run("ethtool", "-S", WIRE)
        return sum(int(count) for count in re.findall(r"rx_queue_\d+_xdp_drops: (\d+)", said))

    @contextlib.contextmanager
    def gated(self) -> Iterator[None]:
        """What comes to the near end is counted and dropped, but for ARP. Raises Refused where XDP is not there."""
        with contextlib.ExitStack() as held:
            with self.near.entered():
                try:
                    program = bpf.load(drop_all_but_arp())
                    held.callback(os.close, program)
                    link = bpf.attach(program, socket.if_nametoindex(WIRE), abi.MODE_NATIVE)
                    held.callback(os.close, link)
                except OSError as error:
                    raise Refused(f"XDP programs cannot be attached here: {error}") from error
            yield

    @contextlib.contextmanager
    def flooded(self, place: Namespace, interface: str, frame: str) -> Iterator[None]:
        """``frame`` leaves by ``interface`` as fast as it can."""
        command = self.settings.build.command("foxpy.bench.servers.flood", interface, frame)
        with self.started(place, command, self.settings.client_cpu):
            yield

    @contextlib.contextmanager
    def started(self, place: Namespace, command: list[str], cpu: int) -> Iterator[subprocess.Popen[str]]:
        with load.on_cpu(cpu):
            process = subprocess.Popen(
                place.command(*command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        with process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)

    # -- measuring

    def frames(self, command: list[str], mode: str, interface: str) -> dict[str, float]:
        """What a program that handles frames tells, with the flood on unless it sends by itself. Raises Refused."""
        with self.gated(), self.started(self.far, command, self.settings.cpu) as process:
            _until_ready(process, command)
            with contextlib.ExitStack() as flood:
                if mode != "transmit":
                    place = self.far if interface == TAP else self.near
                    flood.enter_context(self.flooded(place, interface, SMALL.hex()))
                said, complaint = process.communicate()
        if process.returncode != 0:
            raise Refused(f"{' '.join(command[-4:])} failed: {complaint.strip()}")
        found = json.loads(said)
        assert isinstance(found, dict)
        return found

    def echoes(self, command: list[str], address: IPv4Address, mac: MacAddress, port: int) -> float:
        """UDP datagrams that come back from the flood, per second. Raises Refused."""
        with self.gated(), self.started(self.far, command, self.settings.cpu) as process:
            _until_ready(process, command)
            self._meet(process, address, port)
            frame = datagram(self.near_mac(), mac, NEAR, address, port)
            with self.flooded(self.near, WIRE, frame.hex()):
                self._wait_for_more(process, self.dropped())
                pause(WARMING)
                before, began = self.dropped(), time.perf_counter()
                pause(self.settings.seconds)
                after, ended = self.dropped(), time.perf_counter()
        return (after - before) / (ended - began)

    def exchanged(self, command: list[str], address: IPv4Address, port: int, outstanding: int) -> float:
        """UDP datagrams that come back to a client of Linux's, with so many under way, per second. Raises Refused."""
        arguments = ("flight", str(address), str(port), "18", str(self.settings.seconds), str(outstanding))
        with self.started(self.far, command, self.settings.cpu) as process:
            _until_ready(process, command)
            try:
                return load.run(self.near, self.settings.client_cpu, *arguments)["rate"]
            except load.LoadFailed as error:
                raise Refused(str(error)) from error

    def _meet(self, process: subprocess.Popen[str], address: IPv4Address, port: int) -> None:
        """Send one, and see that it comes back: in the flood, what one must learn of the other might be lost."""
        before = self.dropped()
        with self.near.entered():
            first = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with first:
            first.sendto(b"?", (str(address), port))
        self._wait_for_more(process, before)

    def _wait_for_more(self, process: subprocess.Popen[str], before: int) -> None:
        end = time.monotonic() + STARTING
        while self.dropped() == before:
            if process.poll() is not None or time.monotonic() > end:
                raise Refused("nothing is echoed")
            pause(0.1)

    def near_mac(self) -> MacAddress:
        return hardware(self.near, WIRE)


@contextlib.contextmanager
def wire(settings: Settings) -> Iterator[Wire]:
    """Raises Refused where this user or kernel cannot do it."""
    reason = why_not()
    if reason is None and shutil.which("ethtool") is None:
        reason = "needs ethtool, to read counters (Debian: apt-get install ethtool)"
    if reason is not None:
        raise Refused(reason)
    with namespace() as near, namespace() as far:
        veth(near, far, f"{NEAR}/24", f"{FAR}/24", name=WIRE)
        for place in (near, far):
            plain(place, WIRE)
        # An interface without a program takes redirected frames only where it has NAPI, which GRO switches on.
        far.run("ethtool", "-K", WIRE, "gro", "on")
        far.ip("tuntap", "add", "dev", TAP, "mode", "tap")
        far.ip("link", "set", TAP, "up")
        yield Wire(settings, near, far)


def hardware(place: Namespace, interface: str) -> MacAddress:
    """The address of an interface of ``place``."""
    said = place.ip("-o", "link", "show", interface)
    return MacAddress.parse(said.split("link/ether ")[1].split()[0])


def _until_ready(process: subprocess.Popen[str], command: list[str]) -> None:
    assert process.stderr is not None
    said = process.stderr.readline()
    if said.strip() != "ready":
        raise Refused(f"{' '.join(command[-4:])} failed: {(said + process.stderr.read()).strip()}")
