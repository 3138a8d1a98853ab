"""From the options of a command to a stack that runs: devices, what is put on them, and a peer where there is no world.

On ``--device link`` there is nobody else, so a second host with the same stack is made, and both run in virtual time.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from ipaddress import IPv4Interface
from pathlib import Path
from typing import TypeVar, TypeVarTuple

import attrs
import click
import trio
from trio.abc import Clock
from trio.testing import MockClock

from foxpy import dissect
from foxpy.cli import parsing
from foxpy.cli.stackfile import Settings, StackFile, load, medium_name
from foxpy.cli.usage import CommandError
from foxpy.decisions import DecisionWriter, LogClock
from foxpy.decode import Registry, told
from foxpy.devices import interface
from foxpy.devices.device import AnyMedium, Device, EthernetFrames, IpPackets
from foxpy.devices.link import Segment, ip_link, link
from foxpy.devices.packet import heard_by, packet
from foxpy.devices.pcap import PcapngWriter, PcapWriter, pcap
from foxpy.devices.tap import tap, tun
from foxpy.devices.xdp import xdp
from foxpy.driver import trio_scheduler
from foxpy.errors import ProtocolError
from foxpy.layers.ethernet import Ethernet, EthernetCarrier
from foxpy.layers.faults import FaultConfig, faults
from foxpy.layers.ipv4 import Ip
from foxpy.layers.record import record
from foxpy.layers.tcp import Tcp
from foxpy.layers.trace import framed, trace
from foxpy.layers.udp import Udp
from foxpy.runtime import Runtime, Scheduler
from foxpy.stack import Stack

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

CARRIED: dict[str, type[AnyMedium]] = {
    "tap": EthernetFrames,
    "tun": IpPackets,
    "packet": EthernetFrames,
    "xdp": EthernetFrames,
}
LINKTYPES: dict[type[AnyMedium], int] = {EthernetFrames: 1, IpPackets: 101}


@attrs.frozen
class Plan:
    """What one command line asks for."""

    stack: StackFile
    devices: tuple[parsing.DeviceSpec, ...]
    settings: Settings
    pcap: Path | None
    decisions: Path | None
    trace: bool
    faults: FaultConfig | None
    seed: int | None
    mtu: int | None = None
    kernel_address: str | None = None

    @property
    def virtual(self) -> bool:
        """Whether the world is in memory, and time with it."""
        return self.devices[0].kind == "link"


def plan(
    stack: str,
    device: Sequence[str],
    address: Sequence[str],
    gateway: str | None,
    mac: str | None,
    pcap_file: str | None,
    decision_file: str | None,
    tracing: bool,
    fault: str | None,
    seed: int | None,
    mtu: int | None,
    kernel_address: str | None,
) -> Plan:
    """The options, read and checked against the stack. Raises CommandError."""
    file = load(stack)
    specs = tuple(parsing.device(text) for text in device)
    wanted = len(file.wants.media)
    if len(specs) == 1 and specs[0].kind == "link":
        specs *= wanted
    if len(specs) != wanted:
        raise CommandError(f"{file.name} has {wanted} device(s) and --device was given {len(specs)} time(s)")
    if len({spec.kind == "link" for spec in specs}) > 1:
        raise CommandError("--device link runs in virtual time and cannot be mixed with devices of the real world")
    for spec, medium in zip(specs, file.wants.media, strict=True):
        if CARRIED.get(spec.kind, medium) is not medium:
            other = "tap" if spec.kind == "tun" else "tun"
            raise CommandError(
                f"{file.name} needs a device with {medium_name(medium)}, which {spec.kind}:{spec.name} has not; "
                f"write {other}:{spec.name}"
            )
    addresses = tuple(parsing.address(text) for text in address)
    if specs[0].kind == "link" and not addresses:
        addresses = tuple(IPv4Interface(f"10.0.{index}.1/24") for index in range(file.wants.addresses))
    if specs[0].kind in ("packet", "xdp") and (mtu or kernel_address):
        raise CommandError(
            f"--device {specs[0].kind}:{specs[0].name} is on an interface that is there, whose MTU and addresses Linux "
            f"has; leave out --mtu and --kernel-address, or use ip link and ip address"
        )
    if mac is None and specs[0].kind == "xdp" and file.wants.mac:
        # A card takes in nothing that is for another station.
        mac = _mac_of(specs[0].name)
    settings = Settings(addresses, parsing.gateway(gateway) if gateway else None, parsing.mac(mac) if mac else None)
    return Plan(
        file,
        specs,
        settings,
        Path(pcap_file) if pcap_file else None,
        Path(decision_file) if decision_file else None,
        tracing,
        parsing.faults(fault) if fault else None,
        seed,
        mtu,
        str(parsing.address(kernel_address)) if kernel_address else None,
    )


def run(plan: Plan, main: Callable[[Plan], Awaitable[T]]) -> T:
    """``main(plan)`` under trio, in virtual time where the world is virtual. What goes wrong is a CommandError."""
    return in_trio(main, plan, clock=MockClock(autojump_threshold=0) if plan.virtual else None)


def in_trio(main: Callable[[*Arguments], Awaitable[T]], *arguments: *Arguments, clock: Clock | None = None) -> T:
    """``trio.run`` for a command: errors that were meant for the user come out as CommandError, an interrupt as 130.

    Nurseries wrap what goes wrong in groups; the one cause is what the user wants to read.
    """
    try:
        return trio.run(main, *arguments, clock=clock)
    except BaseException as error:
        cause = error
        while isinstance(cause, BaseExceptionGroup) and len(cause.exceptions) == 1:
            cause = cause.exceptions[0]
        if isinstance(cause, CommandError):
            raise cause from error
        if isinstance(cause, ProtocolError):
            raise CommandError(str(cause)) from error
        if isinstance(cause, KeyboardInterrupt):
            raise SystemExit(130) from None
        raise


@asynccontextmanager
async def hosts(plan: Plan) -> AsyncIterator[tuple[Stack, Stack | None]]:
    """The stack of ``plan``, running, and on a link the other host's. Raises CommandError, InitializationFailed."""
    with ExitStack() as closing:
        media = plan.stack.wants.media
        known = Registry()
        if not plan.virtual:
            runtime = Runtime(trio_scheduler(), plan.seed)
            _log(plan, runtime, closing)
            real = [_real(plan, spec, medium, runtime) for spec, medium in zip(plan.devices, media, strict=True)]
            stack = _read(plan.stack.build(_dressed(plan, real, known, closing), plan.settings), known)
            async with stack.running():
                yield stack, None
            return
        scheduler = trio_scheduler()
        segments = [_segment(medium, plan, scheduler) for medium in media]
        own = _attached(segments)
        _log(plan, own[0].runtime, closing)
        stack = _read(plan.stack.build(_dressed(plan, own, known, closing), plan.settings), known)
        peer = plan.stack.build(_attached(segments), _opposite(plan.settings))
        async with stack.running(), peer.running():
            yield stack, peer


def _log(plan: Plan, runtime: Runtime, closing: ExitStack) -> None:
    """Write what this host's TCP decides, where that was asked for; ``closing`` ends it."""
    if plan.decisions is None:
        return
    path = plan.decisions
    try:
        writer = DecisionWriter(path, LogClock.VIRTUAL if plan.virtual else LogClock.REAL)
    except OSError as error:
        raise CommandError(f"--decisions {path}: {error.strerror}") from error

    def close() -> None:
        runtime.observer = None
        try:
            writer.close()
        except OSError as error:
            raise CommandError(f"--decisions {path}: the log is not complete: {error.strerror}") from error

    closing.callback(close)
    runtime.observer = writer


def _mac_of(name: str) -> str | None:
    try:
        return str(interface.mac_of(name))
    except OSError:
        return None  # the device says that there is no such interface, and which ones there are


def _segment(medium: type[AnyMedium], plan: Plan, scheduler: Scheduler) -> Segment[AnyMedium]:
    make = ip_link if medium is IpPackets else link
    return make(mtu=plan.mtu or 1500, seed=plan.seed or 0, scheduler=scheduler)


def _opposite(settings: Settings) -> Settings:
    """The settings of the host at the other end: the next address of each network, and no fixed MAC."""
    addresses = []
    for address in settings.addresses:
        following = IPv4Interface(f"{address.ip + 1}/{address.network.prefixlen}")
        if following.ip not in address.network or following.ip == address.network.broadcast_address:
            following = IPv4Interface(f"{address.ip - 1}/{address.network.prefixlen}")
        addresses.append(following)
    return Settings(tuple(addresses))


def _attached(segments: Sequence[Segment[AnyMedium]]) -> list[Device[AnyMedium]]:
    """One host's device on each of ``segments``."""
    first = segments[0].attach()
    return [first, *(segment.attach(runtime=first.runtime) for segment in segments[1:])]


def _real(plan: Plan, spec: parsing.DeviceSpec, medium: type[AnyMedium], runtime: Runtime) -> Device[AnyMedium]:
    if spec.kind == "pcap":
        return pcap(spec.name, medium, mtu=plan.mtu or 1500, runtime=runtime)
    if spec.kind == "packet":
        own = plan.settings.addresses
        return packet(spec.name, addresses=heard_by(*own) if own else (), runtime=runtime)
    if spec.kind == "xdp":
        # Only what is for this stack: the machine may be reached by the same interface.
        return xdp(spec.name, addresses=[address.ip for address in plan.settings.addresses], runtime=runtime)
    make: Callable[..., Device[AnyMedium]] = tap if spec.kind == "tap" else tun
    return make(spec.name, mtu=plan.mtu, kernel_address=plan.kernel_address or (), runtime=runtime)


def _dressed(
    plan: Plan, devices: Sequence[Device[AnyMedium]], known: Registry, closing: ExitStack
) -> Sequence[Device[AnyMedium]]:
    """``devices`` with the faults, the captures and the trace that were asked for; ``closing`` ends the captures."""
    for index, (device, medium) in enumerate(zip(devices, plan.stack.wants.media, strict=True)):
        if plan.faults is not None:
            faults(device, config=plan.faults)
        if plan.pcap is not None:
            path = plan.pcap if index == 0 else plan.pcap.with_stem(f"{plan.pcap.stem}-{index + 1}")
            # A capture of the real world says when that was.
            epoch = 0.0 if plan.virtual else time.clock_gettime(time.CLOCK_REALTIME) - trio.current_time()
            try:
                how = PcapngWriter if path.suffix == ".pcapng" else PcapWriter
                writer = how(path, LINKTYPES[medium], epoch=epoch)
            except OSError as error:
                raise CommandError(f"--pcap {path}: {error.strerror}") from error
            closing.callback(writer.close)
            record(device, writer)
        if plan.trace:
            decode = None if medium is IpPackets else dissect.frames(known)
            trace(device, lambda line: click.echo(line, err=True), decode=decode)
    return devices


def _read(stack: Stack, known: Registry) -> Stack:
    """Enter what ``stack`` has straight over Ethernet into ``known``, so that a trace can read it."""
    for component in stack.components():
        if isinstance(component, Tcp | Udp) and isinstance(component.over, EthernetCarrier):
            inner = dissect.tcp if isinstance(component, Tcp) else dissect.udp
            read = framed(component.over.interposers, inner)
            kind = component.over.pattern().ethertype
            known.add(told(f"ethertype_{kind:04x}", read), ethertype=kind)
    return stack


def own_name(stack: Stack) -> str:
    """How a peer with the same stack names this host."""
    for component in stack.components():
        if isinstance(component, Ip):
            return str(component.query().interfaces[0].addresses[0].ip)
    for component in stack.components():
        if isinstance(component, Ethernet):
            return str(component.address)
    return "this host"
