"""``foxpy bench ping``: ICMP echo round trips against the size of what they carry, and what each byte adds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Final

from foxpy.bench import load
from foxpy.bench.figures import Curves, Line, Result, Row, slope
from foxpy.bench.rig import Peer, rig
from foxpy.bench.rounds import Figures, interleaved
from foxpy.bench.settings import Settings

PEERS: Final = ("linux",)

WHOLE: Final = (0, 200, 400, 600, 800, 1000, 1200, 1400)
"""What a frame carries in one piece."""
FRAGMENTED: Final = (2000, 4000, 8000, 16000, 32000, 48000, 65507)
MICROSECONDS: Final = 1e6
NANOSECONDS: Final = 1e3

HOW: Final = (
    "The client is a raw socket of Linux, in {language}; one request is under way at a time, p50 of each size, and each"
    " reply is compared with its request. MTU 1500, no offloads on tap or veth: from 1473 bytes on requests and replies"
    " go in fragments. The slope is that of the straight line by least squares through the medians of a round. All on"
    " CPU {cpu}."
)


def measure(settings: Settings) -> Result:
    """Raises Refused where this user cannot make network namespaces."""
    with rig(settings) as made:
        ours = [made.foxpy(f"foxpy {build.mode}", build, "tap-plain") for build in settings.builds]
        others = [made.linux("linux", offloads=False)] if settings.wants("linux") else []
        sizes = (*WHOLE, *FRAGMENTED)
        seconds = settings.seconds / 4  # there are many sizes

        def trip(peer: Peer, size: int) -> float:
            return made.load(peer, "ping", peer.address, str(size), str(seconds), apart=False)["p50"] * MICROSECONDS

        found = interleaved(
            made,
            {f"{size} bytes": lambda peer, size=size: trip(peer, size) for size in sizes},  # type: ignore[misc]  # size is bound here
            (*ours, *others),
            ours,
        )
        return Result(
            "ICMP echo round trips",
            _rows(found, [peer.name for peer in ours]),
            HOW.format(language=load.language(), cpu=settings.cpu),
            curves=[
                _curves(found, WHOLE, "a frame each"),
                _curves(found, FRAGMENTED, "in fragments"),
            ],
            left_out=made.left_out,
        )


def _curves(found: Figures, sizes: Sequence[int], what: str) -> Curves:
    names = list(next(iter(found.values())))
    lines = [Line(name, sizes, [statistics.median(found[f"{size} bytes"][name]) for size in sizes]) for name in names]
    return Curves(f"bytes of payload, {what}", "round trip, us", lines)


def slopes(found: Figures, name: str, sizes: Sequence[int]) -> list[float]:
    """Nanoseconds that one more byte takes, to and fro, for each round."""
    rounds = zip(*(found[f"{size} bytes"][name] for size in sizes), strict=True)
    return [slope(sizes, times)[0] * NANOSECONDS for times in rounds]


def _rows(found: Figures, ours: Sequence[str]) -> list[Row]:
    other = "linux" if "linux" in next(iter(found.values())) else None
    rows = []
    for name in ours:
        for size in (WHOLE[0], WHOLE[-1], FRAGMENTED[-1]):
            figures = found[f"{size} bytes"]
            rows.append(Row(f"{size} bytes, {name}", "us", figures[name], other, figures[other] if other else None))
        for what, sizes in (("0 to 1400", WHOLE), ("2000 to 65507, in fragments", FRAGMENTED)):
            peer = slopes(found, other, sizes) if other else None
            rows.append(Row(f"slope, {what}, {name}", "ns/byte", slopes(found, name, sizes), other, peer))
    return rows
