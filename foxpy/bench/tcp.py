"""``foxpy bench tcp``: bulk both ways, echo round trip and UDP echo, over taps with and without offloads."""

from __future__ import annotations

import statistics
from typing import Final

from foxpy.bench import congestion, load
from foxpy.bench.figures import Result, Row, Table, Target, at_least, at_most
from foxpy.bench.machine import Build
from foxpy.bench.rig import Peer, Rig, rig
from foxpy.bench.rounds import Figures, interleaved, troubles
from foxpy.bench.services import ECHO, SINK, SOURCE
from foxpy.bench.settings import Settings

PEERS: Final = ("linux", "linux-python", "c", "slirp4netns", "pytcp", "streams")
"""Who can be beside foxpy; ``streams``, the same trio program on foxpy and on Linux, only where asked for."""

INTO, OUT_OF, ECHOES, DATAGRAMS = "TCP into", "TCP out of", "TCP echo", "UDP echo"
CHECKED: Final = 1_000_000
PROBE: Final = 200_000
MESSAGE: Final = 64
OUTSTANDING: Final = 32
MEGABYTE: Final = 1e6
MICROSECONDS: Final = 1e6

OFFLOADED: Final[dict[str, Target]] = {
    INTO: at_least(1.0),
    OUT_OF: at_least(0.5),
    ECHOES: at_most(1.0),
    DATAGRAMS: at_least(1.0),
}
PLAIN: Final[dict[str, Target]] = {
    INTO: at_least(0.7),
    OUT_OF: at_least(0.6),
    ECHOES: at_most(1.0),
    DATAGRAMS: at_least(1.0),
}
INTERPRETED: Final[dict[str, Target]] = {INTO: at_least(0.2), OUT_OF: at_least(0.2), ECHOES: at_most(1.6)}
"""Over a plain tap."""
ECHOING: Final = frozenset((ECHOES, DATAGRAMS))
"""What is measured of Linux with a server in Python as well: there the server's own time counts."""
IN_C: Final = "C on a plain tap"
"""No stack, but an answer: how far from Linux any process is that sits behind a tap."""
PYTCP: Final[dict[str, Target]] = {INTO: at_least(300), OUT_OF: at_least(300), ECHOES: at_most(1 / 50)}

HOW: Final = (
    "The client is Linux's TCP, a program in {language}; 'into' is what it sends. MTU 1500, IPv4. Plain: no offloads on"
    " the tap, and none on the veth that it is beside. With offloads: the virtio header on the tap, all that Linux has"
    " on the veth; both then move up to 64 KB at a time. slirp4netns ends the client's TCP and hands the bytes on to"
    " Linux's server over a second connection; beside plain taps its MTU is 1500, beside offloads 65520. Each stack has"
    " its own window and acknowledgement rate; the congestion control of all is {congestion}, but for slirp4netns and"
    " PyTCP, which have their own. '{in_c}' has no TCP: it turns segments and datagrams round in the buffer that it"
    " read them into. The data are hot: one buffer is sent over and over."
    " SHA-256 of 1 MB each way was compared first. Echo: {message} bytes, one under way, p50, compared each time. UDP"
    " echo: {message} bytes, {outstanding} under way, client and server on two CPUs. Linux's server is a program in"
    " {language}, too, in blocking calls; 'linux, python' is one in Python, as foxpy's is. {pinned}."
)


def targets(build: Build, plain: bool) -> dict[str, Target]:
    if build.compiled:
        return PLAIN if plain else OFFLOADED
    return INTERPRETED if plain else {}


def measure(settings: Settings) -> Result:
    """Raises Refused where this user cannot make network namespaces."""
    with rig(settings) as made:
        ours, others = _add(made)
        peers = [*ours, *others]
        sizes: dict[tuple[str, str], int] = {}
        for peer in peers:
            made.check(peer, CHECKED)
            for way in (INTO, OUT_OF) if _carries_bulk(peer) else ():
                sizes[peer.name, way] = fitting(made, peer, way)
        busy: Figures = {way: {peer.name: [] for peer in peers} for way in (INTO, OUT_OF)}

        def bulk(peer: Peer, way: str) -> float:
            size, before = sizes[peer.name, way], peer.cpu_time()
            speed = size / timed(made, peer, way, size) / MEGABYTE
            busy[way][peer.name].append((peer.cpu_time() - before) / size * MEGABYTE * 1000)
            return speed

        def echo(peer: Peer) -> float:
            told = made.load(peer, "echo", peer.address, str(ECHO), str(MESSAGE), str(settings.seconds), apart=False)
            return told["p50"] * MICROSECONDS

        def datagrams(peer: Peer) -> float:
            arguments = ("flight", peer.address, str(ECHO), str(MESSAGE), str(settings.seconds), str(OUTSTANDING))
            return made.load(peer, *arguments, apart=True)["rate"] / 1e3

        found = interleaved(
            made,
            {INTO: lambda peer: bulk(peer, INTO), OUT_OF: lambda peer: bulk(peer, OUT_OF)},
            [peer for peer in peers if _carries_bulk(peer)],
            ours,
        )
        found |= interleaved(made, {ECHOES: echo}, peers, ours)
        found |= interleaved(made, {DATAGRAMS: datagrams}, [peer for peer in peers if _echoes_datagrams(peer)], ours)
        return Result(
            "TCP over taps, beside Linux over veth, slirp4netns and PyTCP",
            _rows(settings, found),
            HOW.format(
                language=load.language(),
                congestion=congestion.chosen(),
                in_c=IN_C,
                message=MESSAGE,
                outstanding=OUTSTANDING,
                pinned=settings.pinned(),
            ),
            tables=[_table(found, busy)],
            notes=troubles(made),
            left_out=made.left_out,
        )


def _add(made: Rig) -> tuple[list[Peer], list[Peer]]:
    settings = made.settings
    ours: list[Peer] = []
    others: list[Peer] = []
    for build in settings.builds:
        ours += [
            made.foxpy(f"foxpy {build.mode}, offloads", build, "tap"),
            made.foxpy(f"foxpy {build.mode}, plain", build, "tap-plain"),
        ]
    if settings.peers is not None and settings.wants("streams"):
        ours.append(made.foxpy(f"foxpy {settings.build.mode}, streams", settings.build, "tap", "streams"))
        others.append(made.linux("linux, streams", offloads=True, mode="streams"))
    if settings.wants("linux"):
        others += [made.linux("linux, offloads", offloads=True), made.linux("linux, plain", offloads=False)]
    if settings.wants("linux-python"):
        for offloads, kind in ((True, "offloads"), (False, "plain")):
            others.append(made.linux(f"linux, python, {kind}", offloads=offloads, mode="python"))
    if settings.wants("c"):
        peer = made.echo_in_c(IN_C)
        others += [peer] if peer is not None else []
    if settings.wants("slirp4netns"):
        for mtu, kind in ((65520, "offloads"), (1500, "plain")):
            peer = made.slirp4netns(f"slirp4netns, {kind}", mtu)
            others += [peer] if peer is not None else []
    if settings.wants("pytcp"):
        peer = made.pytcp("pytcp")
        others += [peer] if peer is not None else []
    return ours, others


def _carries_bulk(peer: Peer) -> bool:
    """What is there for its echoes alone is left out."""
    return ", python" not in peer.name and peer.name != IN_C


def _echoes_datagrams(peer: Peer) -> bool:
    """PyTCP's server has TCP alone; slirp4netns would hand them on from a socket for each port."""
    return not peer.name.startswith(("pytcp", "slirp4netns"))


def timed(made: Rig, peer: Peer, way: str, size: int) -> float:
    """The seconds that ``size`` bytes take."""
    command, port = ("into", SINK) if way == INTO else ("out-of", SOURCE)
    return made.load(peer, command, peer.address, str(port), str(size), apart=True)["seconds"]


def fitting(made: Rig, peer: Peer, way: str) -> int:
    """How many bytes take as long as is to be measured: more are sent until the time can be told from start-up."""
    made.settings.progress(f"how much is enough: {way}, {peer.name}")
    seconds, size = made.settings.seconds, PROBE
    while True:
        took = timed(made, peer, way, size)
        if took > seconds / 8:
            return max(PROBE, int(size * seconds / took))
        size *= 4


def _rows(settings: Settings, found: Figures) -> list[Row]:
    units = {INTO: "MB/s", OUT_OF: "MB/s", ECHOES: "us", DATAGRAMS: "k/s"}
    rows = []
    for build in settings.builds:
        for kind in ("offloads", "plain"):
            aims = targets(build, kind == "plain")
            echoing = {what: aim for what, aim in aims.items() if what in ECHOING}
            beside = [
                (f"linux, {kind}", aims),
                (f"linux, python, {kind}", echoing),
                (f"slirp4netns, {kind}", {}),
            ]
            # PyTCP has no offloads: beside it, equal work is a plain tap.
            beside.append(("pytcp", PYTCP if kind == "plain" else {}))
            beside += [(IN_C, {})] if kind == "plain" else []
            for other, aim in beside:
                rows += _beside(found, f"foxpy {build.mode}, {kind}", other, units, aim)
    rows += _beside(found, f"foxpy {settings.build.mode}, streams", "linux, streams", units, {})
    rows += _beside(found, IN_C, "linux, plain", units, {})
    return rows


def _beside(found: Figures, our: str, other: str, units: dict[str, str], aim: dict[str, Target]) -> list[Row]:
    return [
        Row(f"{what}, {our.removeprefix('foxpy ')}", unit, found[what][our], other, found[what][other], aim.get(what))
        for what, unit in units.items()
        if our in found[what] and other in found[what]
    ]


def _table(found: Figures, busy: Figures) -> Table:
    rows = [
        [
            name,
            *(f"{statistics.median(found[way][name]):.2f}" for way in (INTO, OUT_OF)),
            *(f"{statistics.median(busy[way][name]):.3f}" for way in (INTO, OUT_OF)),
        ]
        for name in found[INTO]
    ]
    return Table(
        "Bulk, with the CPU time of the server's processes",
        ["", "MB/s into", "out of", "CPU ms/MB into", "out of"],
        rows,
    )
