"""TCP echo round trips over a tap, interpreted, on one CPU: foxpy beside Linux over veth and PyTCP over an equal tap.

The client is Linux's TCP in all cases, with TCP_NODELAY, one message under way at a time, and is the same Python loop
for everybody, so its own time is in all figures alike. Every echo is compared with what was sent.

``linux`` is a thread in blocking calls, ``foxpy`` answers from the upcall that delivers: each the least that its system
takes. ``linux-streams`` and ``foxpy-streams`` are one and the same trio program, on either.
"""

from __future__ import annotations

import statistics
import sys

from machine import machine
from report import Rounds, arguments, as_json, medians, ratio_table, ratios, troubles_line
from rig import rig
from tables import table

from foxpy.testing.namespaces import why_not

MICROSECONDS = 1e6
PAIRS = (("foxpy", "linux"), ("foxpy-streams", "linux-streams"), ("pytcp", "foxpy"), ("pytcp", "foxpy-streams"))


def main() -> None:
    parser = arguments(__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=64, help="bytes in a message")
    options = parser.parse_args()
    reason = why_not()
    if reason is not None:
        sys.exit(f"tap_rtt: {reason}")
    p50: Rounds = []
    p99: Rounds = []
    with rig(options.peers, options.cpu) as made:
        for peer in made.peers:
            with peer.awake():
                made.check(peer, 100_000)
                made.round_trips(peer, options.seconds / 5, options.size)
        for _ in range(options.rounds):
            middle, high = {}, {}
            for peer in made.peers:
                with made.counting(peer), peer.awake():
                    times = made.round_trips(peer, options.seconds, options.size)
                middle[peer.name] = statistics.median(times) * MICROSECONDS
                high[peer.name] = statistics.quantiles(times, n=100)[98] * MICROSECONDS
            p50.append(middle)
            p99.append(high)
    found = ratios(p50, PAIRS)
    if options.json:
        print(
            as_json(
                machine=machine(options.cpu),
                rounds=options.rounds,
                size=options.size,
                p50_microseconds=p50,
                p99_microseconds=p99,
                troubles=made.troubles,
                ratios=found,
            )
        )
        return
    for name, value in machine(options.cpu).items():
        print(f"{name:>7}: {value}")
    print(f"\nTCP echo, {options.size} bytes, median of {options.rounds} rounds of {options.seconds:g} s each\n")
    rows = [[name, f"{medians(p50)[name]:.1f}", f"{medians(p99)[name]:.1f}"] for name in p50[0]]
    print(table(["peer", "p50 us", "p99 us"], rows))
    print(f"\n{troubles_line(made.troubles)}\n")
    print(ratio_table(found))


if __name__ == "__main__":
    main()
