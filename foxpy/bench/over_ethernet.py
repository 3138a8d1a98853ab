"""``foxpy bench tcp-over-ethernet``: what leaving out IP and the checksum is worth."""

from __future__ import annotations

import statistics
from typing import Final

from foxpy.bench.figures import Curves, Line, Result, Row, at_least
from foxpy.bench.settings import Settings
from foxpy.bench.workers import inside

SIZES: Final = (1, 64, 256, 512, 1024, 1460, 8192, 65536)
BULK: Final = 65536
KINDS: Final = {"ethernet": "TCP over Ethernet, no checksums", "ip": "TCP/IP with checksums"}
TARGET: Final = at_least(1.3)
"""Of bulk: writes that fill segments."""
MEGABYTE: Final = 1e6

HOW: Final = (
    "Two hosts in one process, on CPU {cpu}, joined by a segment in memory without offloads, MTU 1500: TCP straight"
    " over Ethernet without checksums, beside TCP over IPv4 with checksums computed and checked in software. Nagle's"
    " algorithm is off: a write of up to 1460 bytes is a segment of its own. A full one carries {ethernet:.0f} bytes"
    " over Ethernet and {ip:.0f} over IP. The data are hot. SHA-256 of 1 MB was compared first."
)


def measure(settings: Settings) -> Result:
    figures: dict[tuple[str, str, int], list[float]] = {}
    mss: dict[str, float] = {}
    for number in range(1, settings.rounds + 1):
        for size in SIZES:
            for build in settings.builds:
                for kind in KINDS:
                    settings.progress(
                        f"round {number} of {settings.rounds}: {build.mode}, writes of {size} bytes over {kind}"
                    )
                    told = inside(settings, build, kind, str(settings.seconds), str(size))
                    figures.setdefault((build.mode, kind, size), []).append(told["rate"] / MEGABYTE)
                    mss[kind] = told["mss"]
    rows = [
        Row(
            f"goodput by writes of {size} bytes, {build.mode}",
            "MB/s",
            figures[build.mode, "ethernet", size],
            "TCP/IP with checksums",
            figures[build.mode, "ip", size],
            TARGET if size == BULK else None,
        )
        for build in settings.builds
        for size in SIZES
    ]
    lines = [
        Line(f"{name}, {build.mode}", SIZES, [statistics.median(figures[build.mode, kind, size]) for size in SIZES])
        for build in settings.builds
        for kind, name in KINDS.items()
    ]
    return Result(
        "TCP over Ethernet without checksums, beside TCP/IP with them",
        rows,
        HOW.format(cpu=settings.cpu, ethernet=mss["ethernet"], ip=mss["ip"]),
        curves=[Curves("bytes in a write", "goodput, MB/s", lines, logarithmic=True)],
    )
