"""How long a call takes: turns of about the same length, interleaved, and the least of all turns.

Time is that which the process has had a CPU. What still disturbs a turn (cold caches, a neighbour on the same core, a
slow clock) can only lengthen it, so the least time is the one least disturbed; rounds spread the turns of all that are
compared over the same stretch, so that each meets its share of quiet moments. The collector stays on, since garbage is
part of the work, but what was made before the turns is frozen: nobody pays for going through the objects of others.
"""

from __future__ import annotations

import gc
import time
import timeit
from collections.abc import Mapping

from packets.task import Way

TURN = 0.008
"""Seconds."""


def least(ways: Mapping[str, Way], rounds: int) -> dict[str, float]:
    """Nanoseconds that each takes to do it once, every one having its turn in every round."""
    timers = {name: _timer(way) for name, way in ways.items()}
    calls = {name: _calls(timer) for name, timer in timers.items()}
    found = dict.fromkeys(ways, float("inf"))
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for name, timer in timers.items():
            found[name] = min(found[name], timer.timeit(calls[name]) / calls[name] / ways[name].times)
            gc.collect()
    gc.unfreeze()
    return {name: seconds * 1e9 for name, seconds in found.items()}


def _timer(way: Way) -> timeit.Timer:
    """The call as a program would write it, its arguments in local variables."""
    names = [f"a{number}" for number in range(len(way.arguments))]
    setup = f"gc.enable(); run = way.run; [{', '.join(names)}] = way.arguments"
    return timeit.Timer(f"run({', '.join(names)})", setup, time.process_time, {"way": way, "gc": gc})


def _calls(timer: timeit.Timer) -> int:
    """How many calls make a turn."""
    calls = 1
    while (seconds := timer.timeit(calls)) < TURN / 4:
        calls *= 2
    return max(1, round(calls * TURN / seconds))
