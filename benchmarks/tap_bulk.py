"""TCP bulk over a tap, interpreted, everything on one CPU: foxpy beside Linux over veth and PyTCP over an equal tap.

The client is Linux's TCP in all cases; "into" is what it sends to the peer, "out of" what it receives from it. MTU
1500, IPv4. The taps have no offloads; the veth has Linux's usual ones, so Linux moves 64 KB at a time there. Each
stack uses its own window and acknowledgement rate. The same 64 KB are sent over and over, so the data is hot in the
cache. Before anything is timed, SHA-256 of what arrived is compared in both directions.
"""

from __future__ import annotations

import sys

from machine import machine
from report import Rounds, arguments, as_json, medians, ratio_table, ratios, troubles_line
from rig import Peer, Rig, rig
from tables import table

from foxpy.testing.namespaces import why_not

CHECKED = 1_000_000
PROBE = 200_000
MEGABYTE = 1_000_000
WAYS = ("into", "out of")
PAIRS = (("foxpy", "pytcp"), ("foxpy-streams", "pytcp"), ("foxpy", "linux"), ("foxpy-streams", "linux-streams"))


def timed(made: Rig, peer: Peer, way: str, size: int) -> float:
    seconds, _ = made.into(peer, size) if way == "into" else made.out_of(peer, size)
    return seconds


def fitting(made: Rig, peer: Peer, way: str, seconds: float) -> int:
    """How many bytes take ``seconds``: found by growing what is sent until the time can be told from start-up."""
    size = PROBE
    while True:
        took = timed(made, peer, way, size)
        if took > seconds / 8:
            return int(size * seconds / took)
        size *= 4


def main() -> None:
    options = arguments(__doc__.partition("\n")[0]).parse_args()
    reason = why_not()
    if reason is not None:
        sys.exit(f"tap_bulk: {reason}")
    speeds: dict[str, Rounds] = {way: [] for way in WAYS}
    cpu: dict[str, Rounds] = {way: [] for way in WAYS}
    sizes: dict[str, dict[str, int]] = {}
    with rig(options.peers, options.cpu) as made:
        for peer in made.peers:
            with peer.awake():
                made.check(peer, CHECKED)
                sizes[peer.name] = {way: fitting(made, peer, way, options.seconds) for way in WAYS}
        for _ in range(options.rounds):
            for way in WAYS:
                speed, used = {}, {}
                for peer in made.peers:
                    size = sizes[peer.name][way]
                    with made.counting(peer), peer.awake():
                        busy = peer.cpu()
                        seconds = timed(made, peer, way, size)
                        used[peer.name] = (peer.cpu() - busy) / size * MEGABYTE * 1000
                    speed[peer.name] = size / seconds / MEGABYTE
                speeds[way].append(speed)
                cpu[way].append(used)
    found = {way: ratios(speeds[way], PAIRS) for way in WAYS}
    if options.json:
        print(
            as_json(
                machine=machine(options.cpu),
                rounds=options.rounds,
                bytes=sizes,
                megabytes_per_second=speeds,
                cpu_milliseconds_per_megabyte=cpu,
                troubles=made.troubles,
                ratios=found,
            )
        )
        return
    for name, value in machine(options.cpu).items():
        print(f"{name:>7}: {value}")
    print(f"\nTCP bulk, MTU 1500, median of {options.rounds} rounds of {options.seconds:g} s each\n")
    columns = [medians(speeds[way]) for way in WAYS] + [medians(cpu[way]) for way in WAYS]
    rows = [[peer, *(f"{column[peer]:.2f}" for column in columns)] for peer in sizes]
    print(table(["peer", "MB/s into", "MB/s out of", "its CPU ms/MB into", "out of"], rows))
    print(f"\n{troubles_line(made.troubles)}\n")
    print(ratio_table({f"{pair}, {way}": each for way in WAYS for pair, each in found[way].items()}))


if __name__ == "__main__":
    main()
