"""A network of hosts of one kind, whose weather and fate the torture changes, and a trace of every frame on it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from typing import Final, Generic, TypeAlias

from foxpy.addresses import MacAddress
from foxpy.devices.device import WIRE, Device, EthernetFrames, IpPackets, Medium
from foxpy.devices.link import Segment, ip_link, link
from foxpy.errors import OpenFailed
from foxpy.layers.faults.config import FaultConfig
from foxpy.protocol import Receiver
from foxpy.runtime import Runtime, Scheduler
from foxpy.status import Status
from tests.system import machines
from tests.system.machines import Machine
from tests.system.weather import Weather

Builder: TypeAlias = Callable[["Network", "Member", random.Random], Machine]
"""Makes the host anew, on devices of its own."""


class Listener(Receiver, Generic[Medium]):
    """A station that says nothing and puts every frame, with its time, into one number. It also keeps the link turning
    while no host is up."""

    def __init__(self, segment: Segment[Medium]) -> None:
        self.device = segment.attach("listener")
        self._scheduler = segment.scheduler
        self._digest = hashlib.sha256()
        self.frames = 0
        self.device.initialize()
        self.device.open(WIRE, lambda _: self)

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self.frames += 1
        self._digest.update(repr(self._scheduler.now()).encode() + frame[start:end])

    def status(self, event: Status) -> None:
        return

    @property
    def trace(self) -> str:
        return f"{self.frames} {self._digest.hexdigest()}"


class Member:
    """One host of the network, through all its lives."""

    def __init__(self, number: int, weather: Weather) -> None:
        self.number = number
        self.weather = weather
        self.machine: Machine | None = None
        self.lives = 0
        self.up = False
        self.breaks: list[Callable[[OpenFailed], None]] = []
        """What the devices of this life do when their medium is gone."""

    def has(self, machine: Machine) -> bool:
        """Whether it is up, and in the life that ``machine`` is of."""
        return self.up and self.machine is machine


class Network:
    """Hosts 1 to ``count``, on one link or two."""

    def __init__(self, kind: str, count: int, seed: int, *, mtu: int = 1500) -> None:
        self.random = random.Random(f"{kind} {count} {seed}")
        self.offloads = seed % 2 == 1 and kind not in WITHOUT_IP
        """Whether the links take large frames."""
        self.kind = kind
        self._build = KINDS[kind]
        # Corruption only where a checksum guards every byte that matters.
        guarded = kind not in UNGUARDED
        self.left: Segment[EthernetFrames] = link(mtu=mtu, seed=seed, offloads=self.offloads)
        self.scheduler: Scheduler = self.left.scheduler
        self.right: Segment[EthernetFrames] = link(
            mtu=mtu, seed=seed + 1, offloads=self.offloads, scheduler=self.scheduler
        )
        self.tunnel: Segment[IpPackets] = ip_link(
            mtu=mtu, seed=seed + 2, offloads=self.offloads, scheduler=self.scheduler
        )
        self.listeners = (Listener(self.left), Listener(self.right), Listener(self.tunnel))
        self.members = [Member(number, Weather(faults(self.random, guarded))) for number in range(1, count + 1)]

    @property
    def corrupts(self) -> bool:
        return any(member.weather.faults.config.corrupt for member in self.members)

    @property
    def trace(self) -> str:
        """The same for the same sequence of frames at the same times."""
        return " ".join(listener.trace for listener in self.listeners)

    def rebuild(self, member: Member) -> Machine:
        """A new life for ``member``, which is down."""
        member.lives += 1
        member.breaks.clear()
        member.machine = self._build(self, member, self.random)
        return member.machine

    def start(self, member: Member) -> None:
        machine = member.machine or self.rebuild(member)
        machine.start()
        member.up = True

    def stop(self, member: Member) -> None:
        if member.up and member.machine is not None:
            member.up = False
            member.machine.stop()

    def attach(self, segment: Segment[Medium], member: Member, runtime: Runtime | None = None) -> Device[Medium]:
        """A device for the life of ``member`` that is being built."""
        device = segment.attach(f"host{member.number}", runtime)
        member.breaks.append(device.fail)
        if self.offloads and member.number % 2:
            return device  # fine weather all the time, and frames that are neither cut nor summed
        return device.interpose(member.weather)

    def describe(self) -> str:
        """What the hosts are at, for who looks for the reason of a failure."""
        lines = []
        for member in self.members:
            lines.append(f"host {member.number}, life {member.lives}, {'up' if member.up else 'down'}")
            if member.machine is not None and member.machine.tcp is not None:
                lines += [f"    {each}" for each in member.machine.tcp.query().details()]
        return "\n".join(lines)

    def clears(self) -> None:
        for member in self.members:
            member.weather.clears()


def faults(choose: random.Random, guarded: bool) -> FaultConfig:
    """Some of what can be wrong with a link."""

    def sometimes(value: float) -> float:
        return value if choose.random() < 0.5 else 0.0

    corrupt = sometimes(0.02) if guarded else 0.0
    return FaultConfig(
        loss=sometimes(choose.choice((0.01, 0.05, 0.15))),
        duplicate=sometimes(0.05),
        reorder=sometimes(0.1),
        corrupt=corrupt,
        direction="up" if corrupt else "both",  # one wrong bit in a packet; a sum does not find every pair of them
        delay=sometimes(choose.choice((0.001, 0.03, 0.2))),
        jitter=sometimes(0.02),
        rate=choose.choice((None, None, 1e6, 1e7)),
        queue=choose.choice((5, 50, 1000)),
    )


# -- kinds of hosts


def _ethernet(make: Callable[[Device[EthernetFrames], int, MacAddress], Machine]) -> Builder:
    def build(network: Network, member: Member, choose: random.Random) -> Machine:
        # A new life may have a new network card.
        mac = MacAddress.local(member.number + 256 * choose.choice((0, member.lives)))
        return make(network.attach(network.left, member), member.number, mac)

    return build


def _tunnelled(network: Network, member: Member, choose: random.Random) -> Machine:
    return machines.over_tunnel(network.attach(network.tunnel, member), member.number)


def _two_links(network: Network, member: Member, choose: random.Random) -> Machine:
    one = network.attach(network.left, member)
    other = network.attach(network.right, member, one.runtime)
    return machines.on_two_links(one, other, member.number)


KINDS: Final[dict[str, Builder]] = {
    "tcp_ip": _ethernet(machines.over_ip),
    "udp_ip": _ethernet(machines.datagrams_over_ip),
    "tcp_over_udp": _ethernet(machines.over_udp),
    "tcp_over_ethernet": _ethernet(machines.over_ethernet),
    "reliable_ethernet": _ethernet(machines.over_messages),
    "udp_unchecked": _ethernet(machines.datagrams_over_ethernet),
    "tcp_ip_tun": _tunnelled,
    "two_interfaces": _two_links,
    "cramped": _ethernet(machines.cramped),
}
WITHOUT_IP: Final = frozenset(("tcp_over_ethernet", "reliable_ethernet", "udp_unchecked"))
UNGUARDED: Final = frozenset(("tcp_over_ethernet", "udp_unchecked"))
