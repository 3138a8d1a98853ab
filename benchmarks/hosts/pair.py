"""Two hosts that are joined by hand: what leaves one is kept until somebody gives it to the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv4Interface
from typing import Final

import attrs
import trio

from foxpy.bench.servers.stack import mac_of
from foxpy.devices.device import Device, EthernetFrames
from foxpy.devices.port import Outlet, Port
from foxpy.driver import running, trio_scheduler
from foxpy.layers.arp import arp
from foxpy.layers.ethernet import Ethernet, ethernet
from foxpy.layers.ipv4 import Ip, interface, ipv4
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.udp import Udp, udp
from foxpy.message import Writer
from foxpy.offload import Offload
from foxpy.protocol import Receiver
from foxpy.runtime import Runtime, Scheduler
from foxpy.source import Source
from foxpy.status import Closed

MTU: Final = 1500
HEADER: Final = 14


class Exit(Outlet):
    """Does nothing with a frame, or keeps it: the same object in what is timed and in what is taken off."""

    def __init__(self) -> None:
        self.keeping = True
        self.kept: list[tuple[Writer, bytes]] = []

    def transmit(self, headers: Writer, payload: bytes) -> None:
        if self.keeping:
            self.kept.append((headers, payload))

    def transmit_offloaded(self, headers: Writer, payload: bytes, task: Offload) -> None:
        raise AssertionError("this device offers no offloads")

    def take(self) -> list[tuple[Writer, bytes]]:
        kept, self.kept = self.kept, []
        return kept


class End(Receiver):
    """The layer above the last one that is timed: the same for what arrives."""

    def __init__(self) -> None:
        self.keeping = False
        self.kept: list[bytes] = []

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        if self.keeping:
            self.kept.append(frame[start:end])

    def take(self) -> bytes:
        kept, self.kept = b"".join(self.kept), []
        return kept


class Attachment(Device[EthernetFrames]):
    """A device without a medium."""

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__(runtime, name, MTU, HEADER)
        self.exit = Exit()

    def release(self) -> None:
        self.end(Closed())

    def transmit(self, headers: Writer, payload: bytes) -> None:
        self.exit.transmit(headers, payload)

    def outlet(self) -> Outlet:
        return self.exit


class Frames(Source):
    """One batch of frames."""

    def __init__(self, port: Port, frames: Sequence[bytes]) -> None:
        self._port = port
        self._frames = frames

    def burst(self, budget: int) -> bool:
        received = self._port.received
        for frame in self._frames:
            received(frame)
        return False


@attrs.frozen
class Host:
    device: Attachment
    ethernet: Ethernet
    ip: Ip
    udp: Udp[IPv4Address]
    tcp: Tcp[IPv4Address]
    address: IPv4Address

    def take(self) -> list[bytes]:
        """The frames that have left."""
        return [bytes(headers) + payload for headers, payload in self.device.exit.take()]

    def give(self, frames: Sequence[bytes]) -> None:
        """``frames`` arrive in one batch."""
        self.device.runtime.pump(Frames(self.device.port, frames))


def host(scheduler: Scheduler, number: int, checksums: bool) -> Host:
    address = IPv4Interface(f"192.0.2.{number}/24")
    device = Attachment(Runtime(scheduler, number), f"host{number}")
    eth = ethernet(device, mac_of(address.ip))
    neighbours = arp(eth.carrier(0x0806), eth.carrier(0x0800))
    ip = ipv4(interface(neighbours.carrier(), address))
    return Host(device, eth, ip, udp(ip.carrier(17)), tcp(ip.carrier(6), checksums=checksums), address.ip)


@attrs.frozen
class Pair:
    near: Host
    far: Host

    def shuttle(self) -> None:
        """Let all that is under way arrive, and what is answered to it."""
        frames = True
        while frames:
            frames = False
            for source, target in ((self.near, self.far), (self.far, self.near)):
                if taken := source.take():
                    target.give(taken)
                    frames = True

    @asynccontextmanager
    async def shuttling(self) -> AsyncIterator[None]:
        """Frames pass while the block waits."""

        async def passing() -> None:
            while True:
                self.shuttle()
                await trio.sleep(0)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(passing)
            yield
            nursery.cancel_scope.cancel()


@asynccontextmanager
async def pair(*, checksums: bool = True) -> AsyncIterator[Pair]:
    """Two hosts with everything up to UDP and TCP; ``checksums`` are TCP's."""
    scheduler = trio_scheduler()
    near, far = (host(scheduler, number, checksums) for number in (1, 2))
    async with running(near.tcp, near.udp, far.tcp, far.udp):
        yield Pair(near, far)
