"""``foxpy bench link``: full-size TCP segments per second between two hosts of one process."""

from __future__ import annotations

from typing import Final

from foxpy.bench.figures import Result, Row, at_least
from foxpy.bench.settings import Settings
from foxpy.bench.workers import inside

WRITE: Final = 65536
COMPILED: Final = at_least(300_000)

HOW: Final = (
    "Two hosts with all of TCP/IP in one process, on CPU {cpu}, joined by a segment in memory without offloads, MTU"
    " 1500. Every segment is summed when it is sent, and checked when it arrives; acknowledgements are sent and"
    " processed, but not counted. The Scheduler is turned by hand: neither trio nor the kernel is in it. The data are"
    " hot. SHA-256 of 1 MB was compared first."
)


def measure(settings: Settings) -> Result:
    figures: dict[str, list[float]] = {build.mode: [] for build in settings.builds}
    for number in range(1, settings.rounds + 1):
        for build in settings.builds:
            settings.progress(f"round {number} of {settings.rounds}: foxpy {build.mode}")
            told = inside(settings, build, "ip", str(settings.seconds), str(WRITE))
            figures[build.mode].append(told["rate"] / told["mss"])
    rows = [
        Row(
            f"full-size TCP segments, both ends, {build.mode}",
            "/s",
            figures[build.mode],
            target=COMPILED if build.compiled else None,
        )
        for build in settings.builds
    ]
    if settings.other is not None:
        one, other = (build.mode for build in settings.builds)
        rows.append(Row("full-size TCP segments, both ends", "/s", figures[one], f"foxpy {other}", figures[other]))
    return Result("Two hosts in one process", rows, HOW.format(cpu=settings.cpu))
