"""From the options of a command to a stack that runs: devices, what is put on them, and a peer where there is no world.

On ``--device link`` there is nobody else, so a second host with the same stack is made, and both run in virtual time.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from ipaddress import IPv4Interface
from pathlib import Path
from typing import TypeVar, TypeVarTuple

import attrs
import click
import trio
from trio.abc import Clock
from trio.testing import MockClock

from foxpy.cli import parsing
from foxpy.cli.stackfile import Settings, StackFile, load, medium_name
from foxpy.cli.usage import CommandError
from foxpy.devices.device import AnyMedium, Device, EthernetFrames, IpPackets
from foxpy.devices.link import Segment, ip_link, link
from foxpy.devices.pcap import PcapWriter, pcap
from foxpy.devices.tap import tap, tun
from foxpy.driver import trio_scheduler
from foxpy.errors import ProtocolError
from foxpy.layers.ethernet import Ethernet
from foxpy.layers.faults import FaultConfig, faults
from foxpy.layers.ipv4 import Ip
from foxpy.layers.record import record
from foxpy.layers.trace import trace
from foxpy.runtime import Runtime, Scheduler
from foxpy.stack import Stack

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

LINKTYPES: dict[type[AnyMedium], int] = {EthernetFrames: 1, IpPackets: 101}


@attrs.frozen
class Plan:
    """What one command line asks for."""

    stack: StackFile
    devices: tuple[parsing.DeviceSpec, ...]
    settings: Settings
    pcap: Path | None
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
        if {"tap": EthernetFrames, "tun": IpPackets}.get(spec.kind, medium) is not medium:
            other = "tun" if spec.kind == "tap" else "tap"
            raise CommandError(
                f"{file.name} needs a device with {medium_name(medium)}, which {spec.kind}:{spec.name} has not; "
                f"write {other}:{spec.name}"
            )
    addresses = tuple(parsing.address(text) for text in address)
    if specs[0].kind == "link" and not addresses:
        addresses = tuple(IPv4Interface(f"10.0.{index}.1/24") for index in range(file.wants.addresses))
    settings = Settings(addresses, parsing.gateway(gateway) if gateway else None, parsing.mac(mac) if mac else None)
    return Plan(
        file,
        specs,
        settings,
        Path(pcap_file) if pcap_file else None,
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
        scheduler = trio_scheduler()  # one for all the devices of a host, as IP wants it
        if not plan.virtual:
            devices = [
                closing.enter_context(_real(plan, spec, medium, Runtime(scheduler, plan.seed), index))
                for index, (spec, medium) in enumerate(zip(plan.devices, plan.stack.wants.media, strict=True))
            ]
            stack = plan.stack.build(devices, plan.settings)
            async with stack.running():
                yield stack, None
            return
        segments = [_segment(medium, plan, scheduler) for medium in plan.stack.wants.media]
        near = [
            closing.enter_context(_dressed(plan, segment.attach(), medium, index))
            for index, (segment, medium) in enumerate(zip(segments, plan.stack.wants.media, strict=True))
        ]
        stack = plan.stack.build(near, plan.settings)
        peer = plan.stack.build([segment.attach() for segment in segments], _opposite(plan.settings))
        async with stack.running(), peer.running():
            yield stack, peer


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


@contextmanager
def _real(
    plan: Plan, spec: parsing.DeviceSpec, medium: type[AnyMedium], runtime: Runtime, index: int
) -> Iterator[Device[AnyMedium]]:
    made: Device[AnyMedium]
    if spec.kind == "tap":
        made = tap(spec.name, mtu=plan.mtu, kernel_address=plan.kernel_address or (), runtime=runtime)
    elif spec.kind == "tun":
        made = tun(spec.name, mtu=plan.mtu, kernel_address=plan.kernel_address or (), runtime=runtime)
    else:
        made = pcap(spec.name, medium, runtime=runtime)
    with _dressed(plan, made, medium, index) as device:
        yield device


@contextmanager
def _dressed(plan: Plan, device: Device[AnyMedium], medium: type[AnyMedium], index: int) -> Iterator[Device[AnyMedium]]:
    """``device`` with the faults, the capture and the trace that were asked for; the capture is closed at the end."""
    with ExitStack() as closing:
        if plan.faults is not None:
            faults(device, plan.faults)
        if plan.pcap is not None:
            path = plan.pcap if index == 0 else plan.pcap.with_stem(f"{plan.pcap.stem}-{index + 1}")
            try:
                writer = PcapWriter(path, LINKTYPES[medium])
            except OSError as error:
                raise CommandError(f"--pcap {path}: {error.strerror}") from error
            closing.callback(writer.close)
            record(device, writer)
        if plan.trace:
            trace(device, lambda line: click.echo(line, file=sys.stderr))
        yield device


def own_name(stack: Stack) -> str:
    """How a peer with the same stack names this host."""
    for component in stack.components():
        if isinstance(component, Ip):
            return str(component.query().interfaces[0].addresses[0].ip)
    for component in stack.components():
        if isinstance(component, Ethernet):
            return str(component.address)
    return "this host"
