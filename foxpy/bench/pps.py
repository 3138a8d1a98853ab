"""``foxpy bench pps``: 64-byte frames per second over AF_XDP, AF_PACKET and taps, beside AF_XDP in C."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Final, TypeVar

from foxpy.bench import load
from foxpy.bench.figures import Result, Row, Target, at_least, at_most
from foxpy.bench.frames import BATCH
from foxpy.bench.machine import Build
from foxpy.bench.servers.stack import mac_of
from foxpy.bench.services import ECHO, SHORT
from foxpy.bench.settings import Refused, Settings
from foxpy.bench.veth import FAR, STACK, TAP, WIRE, hardware, wire

K = TypeVar("K")

PEERS: Final = ("c", "linux")

MILLIONS: Final = 1e6
NANOSECONDS: Final = 1e9

MODES: Final = ("receive", "transmit", "reflect")
DEVICES: Final = {
    "AF_XDP": ("xdp-raw", WIRE),
    "AF_XDP device": ("xdp", WIRE),
    "AF_PACKET device": ("packet", WIRE),
    "tap device": ("tap-plain", TAP),
}
RAW: Final[dict[str, Target]] = {"receive": at_least(0.95), "transmit": at_least(0.85)}
USER: Final = at_most(6)
ECHOES: Final = at_least(1.5)
FLOOD, FEW = "UDP echo in a flood", "UDP echo, 32 under way"
OUTSTANDING: Final = 32
C: Final = "AF_XDP in C"
"""The reference."""

HOW: Final = (
    "Frames of 64 bytes with the check sequence on one veth, MTU 1500. The generator is the kernel itself, which runs"
    " an XDP program that redirects on live frames, on CPU {client}; what is measured is on CPU {cpu}, and busy: it"
    " never waits. At the generator's end a program drops what comes. AF_XDP is native, in copy mode, with rings of"
    " 4096, 8192 chunks of 2048 bytes and batches of {batch}, in C and in foxpy alike. Receiving looks at one byte of"
    " each frame, reflecting exchanges the addresses, transmitting copies each frame in. User time: half a ring of"
    " frames is let gather, then what it takes to go through them and give them back is timed. Devices are foxpy's,"
    " with no layer above them; the tap has no wire, and is given the same frames. UDP echo: 18 bytes each, as many as"
    " the generator makes, what comes back is counted; or {outstanding} under way from a client of Linux's, in"
    " {language}. Linux's server is in {language}, too: one datagram a call, or, in C, up to 64."
)


def measure(settings: Settings) -> Result:
    """Raises Refused where this user cannot make network namespaces, or the kernel has no XDP."""
    left_out: dict[str, str] = {}
    reference = settings.wants("c") and load.program() is not None
    if settings.wants("c") and not reference:
        left_out[C] = "there is no C compiler (Debian: apt-get install gcc)"
    rates: dict[tuple[str, str], list[float]] = {}
    user: dict[str, list[float]] = {}
    echoes: dict[tuple[str, str], list[float]] = {}
    with wire(settings) as made:
        for number in range(1, settings.rounds + 1):
            for mode in MODES:
                for name, command, interface in _subjects(settings, mode, reference):
                    if name in left_out:
                        continue
                    settings.progress(f"round {number} of {settings.rounds}: {mode}, {name}")
                    with _leaving_out(left_out, name):
                        told = made.frames(command, mode, interface)
                        rates.setdefault((mode, name), []).append(told["frames"] / told["seconds"] / MILLIONS)
            for name, command, _ in _draining(settings, reference):
                settings.progress(f"round {number} of {settings.rounds}: user time, {name}")
                told = made.frames(command, "drain", WIRE)
                user.setdefault(name, []).append(told["seconds"] / told["frames"] * NANOSECONDS)
            for name, command, address, port in _echoing(settings):
                if name in left_out:
                    continue
                settings.progress(f"round {number} of {settings.rounds}: UDP echo, {name}")
                mac = mac_of(address) if address == STACK else hardware(made.far, WIRE)
                with _leaving_out(left_out, name):
                    echoes.setdefault((FLOOD, name), []).append(made.echoes(command, address, mac, port) / 1e3)
                    exchanged = made.exchanged(command, address, port, OUTSTANDING)
                    echoes.setdefault((FEW, name), []).append(exchanged / 1e3)
    return Result(
        "64-byte frames",
        [*_frame_rows(_complete(settings, rates), user, reference), *_echo_rows(_complete(settings, echoes))],
        HOW.format(
            cpu=settings.cpu,
            client=settings.client_cpu,
            batch=BATCH,
            outstanding=OUTSTANDING,
            language=load.language(),
        ),
        left_out=left_out,
    )


@contextlib.contextmanager
def _leaving_out(left_out: dict[str, str], name: str) -> Iterator[None]:
    """What cannot be measured here is left out with its reason; AF_XDP itself is what it is about."""
    try:
        yield
    except Refused as error:
        if name.startswith("AF_XDP,") or name in ("AF_XDP", C):
            raise
        left_out[name] = str(error)


# -- who is measured


def _named(build: Build, settings: Settings, name: str) -> str:
    return name if settings.other is None else f"{name}, {build.mode}"


def _subjects(settings: Settings, mode: str, reference: bool) -> list[tuple[str, list[str], str]]:
    seconds = str(settings.seconds)
    found = [
        (_named(build, settings, name), build.command("foxpy.bench.servers.frames", kind, where, mode, seconds), where)
        for build in settings.builds
        for name, (kind, where) in DEVICES.items()
    ]
    if reference:
        found.append((C, [str(load.program()), "xsk", WIRE, mode, str(BATCH), seconds], WIRE))
    return found


def _draining(settings: Settings, reference: bool) -> list[tuple[str, list[str], str]]:
    return [each for each in _subjects(settings, "drain", reference) if "xdp-raw" in each[1] or each[0] == C]


def _echoing(settings: Settings) -> list[tuple[str, list[str], IPv4Address, int]]:
    found = [
        (
            _named(build, settings, f"stack on {name}"),
            build.command("foxpy.bench.servers.foxpy_server", f"{kind}:{WIRE}", f"{STACK}/24"),
            STACK,
            ECHO,
        )
        for build in settings.builds
        for name, kind in (("AF_XDP", "xdp"), ("AF_PACKET", "packet"))
    ]
    if settings.wants("linux"):
        if load.program() is not None:
            server = [str(load.program()), "serve", "0.0.0.0"]
            found += [("linux", server, FAR, ECHO), ("linux, many a call", server, FAR, SHORT)]
        else:
            server = settings.build.command("foxpy.bench.servers.linux_server", "0.0.0.0")
            found.append(("linux", server, FAR, ECHO))
    return found


# -- rows


def _complete(settings: Settings, figures: dict[K, list[float]]) -> dict[K, list[float]]:
    """Without those that were left out on the way."""
    return {key: each for key, each in figures.items() if len(each) == settings.rounds}


def _frame_rows(rates: dict[tuple[str, str], list[float]], user: dict[str, list[float]], reference: bool) -> list[Row]:
    rows = []
    for (mode, name), figures in rates.items():
        if name == C:
            continue
        raw = name.partition(",")[0] == "AF_XDP"
        target = RAW.get(mode) if raw and reference else None
        peer = rates[mode, C] if reference else None
        rows.append(Row(f"{mode}, {name}", "Mpps", figures, C if reference else None, peer, target))
    for name, figures in user.items():
        if name != C:
            peer = user[C] if reference else None
            target = USER if reference else None
            rows.append(Row(f"receive, {name}, user time", "ns", figures, C if reference else None, peer, target))
    return rows


def _echo_rows(echoes: dict[tuple[str, str], list[float]]) -> list[Row]:
    rows = []
    for (what, name), figures in echoes.items():
        if name.startswith("linux"):
            continue
        others = [other for which, other in echoes if which == what and other.startswith("linux")]
        for other in others:
            target = ECHOES if "AF_XDP" in name and other == "linux" else None
            rows.append(Row(f"{what}, {name}", "k/s", figures, other, echoes[what, other], target))
        if not others:
            rows.append(Row(f"{what}, {name}", "k/s", figures))
    return rows
