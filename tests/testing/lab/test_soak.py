"""Fifty hosts that talk at random, for hours: everything arrives, and nothing is left behind.

A few minutes of virtual time, or ``FOXPY_HOURS`` hours: ``make slow`` takes 24.
"""

from __future__ import annotations

import gc
import os
import random
from collections import Counter
from typing import Final

import pytest

from foxpy.layers.tcp import TcpConfig
from foxpy.layers.tcp.executor import Executor
from foxpy.layers.tcp.path import TcpPath
from foxpy.testing.lab import (
    Burst,
    CoDel,
    DropTail,
    Flow,
    Host,
    Lab,
    Loss,
    Red,
    Uniform,
    assert_nothing_left,
)

HOURS: Final = float(os.environ.get("FOXPY_HOURS", "0.05"))
HOSTS: Final = 50
ROUTERS: Final = 5
OF_A_PAIR: Final = 5
"""Objects that two hosts keep once they have talked."""
KEEPING: Final = TcpConfig(keepalive=60.0, keepalive_interval=10.0)
"""Without it, who hears nothing of a peer that was cut off, because the reset was lost, waits for ever (MUST-25)."""
STEP: Final = 60.0
"""Seconds between two looks."""


def network(lab: Lab) -> tuple[Host, ...]:
    """Ten hosts at each of five routers, which stand in a ring; every link is bad in a way of its own."""
    routers = [lab.router(f"r{number}") for number in range(ROUTERS)]
    queues = (DropTail(packets=30), DropTail(size=60_000), Red(packets=60), CoDel())
    losses: tuple[Loss | None, ...] = (None, Uniform(0.001), Burst.of(0.003, 3.0), Uniform(0.02))
    for number, router in enumerate(routers):
        lab.link(router, routers[(number + 1) % ROUTERS], rate=50e6, delay=0.01, queue=queues[number % 4])
    hosts = []
    for number in range(HOSTS):
        host = lab.host(f"h{number}", tcp=KEEPING)
        lab.link(
            host,
            routers[number % ROUTERS],
            rate=10e6,
            delay=0.001 * (number % 7),
            jitter=0.0005 if number % 7 == 3 else 0.0,
            queue=queues[number % 4],
            loss=losses[number % 4],
            reorder=0.01 if number % 5 == 0 else 0.0,
            duplicate=0.01 if number % 6 == 0 else 0.0,
            corrupt=0.001 if number % 9 == 0 else 0.0,
        )
        hosts.append(host)
    return tuple(hosts)


class Traffic:
    """Flows that begin at random times, one a second in the mean; some are cut off, and links go down for a while."""

    def __init__(self, lab: Lab, hosts: tuple[Host, ...], seed: int) -> None:
        self.lab = lab
        self.hosts = hosts
        self.begun: Counter[str] = Counter()
        self.delivered = 0
        self.met: set[tuple[str, str]] = set()
        """Who has talked to whom."""
        self._random = random.Random(seed)
        self._timer = hosts[0].runtime.timer(self._next)
        self._until = 0.0

    def go(self, until: float) -> None:
        """Run until then, begin no flow after it, and wait for those that are begun."""
        self._until = until
        self._timer.start(0.0)
        while self.lab.now < until:
            self.lab.run(until=min(until, self.lab.now + STEP))
            self._count()
        self.lab.run()
        self._count()

    def _count(self) -> None:
        self.delivered += sum(flow.delivered for flow in self.lab.flows if flow.finished is not None)
        self.lab.forget()
        for host in self.hosts:
            info = host.stack.tcp.query()
            assert info.connections < 200
            assert info.listeners < 50

    def _next(self) -> None:
        draw = self._random
        if self.lab.now >= self._until:
            return
        self._timer.start(draw.expovariate(1.0))
        source, sink = draw.sample(self.hosts, 2)
        self.met.add((source.name, sink.name))
        kind = draw.choices(("bulk", "requests", "on_off", "cut", "outage"), (60, 25, 10, 4, 1))[0]
        self.begun[kind] += 1
        flow: Flow
        match kind:
            case "bulk":
                self.lab.bulk(source, sink, int(draw.paretovariate(1.2) * 2000) % 300_000)
            case "requests":
                self.lab.requests(source, sink, draw.randint(1, 10), reply=draw.randint(1, 20_000), think=0.5)
            case "on_off":
                self.lab.on_off(source, sink, rate=64e3, seconds=draw.uniform(1.0, 20.0), piece=160)
            case "cut":
                flow = self.lab.bulk(source, sink)
                source.runtime.timer(flow.abort).start(draw.uniform(0.0, 1.0))
            case _:
                draw.choice(self.lab.links).outage(0.0, draw.uniform(0.1, 5.0))


def alive() -> int:
    """How many objects there are, but for garbage."""
    gc.collect()
    return len(gc.get_objects())


@pytest.mark.slow
def test_nothing_is_left_after_hours_of_random_traffic() -> None:
    lab = Lab(seed=1, sampling=None, keep=10)
    traffic = Traffic(lab, network(lab), seed=1)
    seconds = HOURS * 3600.0
    lab.run(until=1.0)
    # What any use leaves (generated code, say) is there after the first quarter. What hosts go on to learn
    # of each other is bounded: a connection of IP for each pair.
    traffic.go(lab.now + seconds / 4)
    lab.settle()
    assert_nothing_left(lab)
    before, met = alive(), len(traffic.met)
    traffic.go(lab.now + seconds * 3 / 4)
    lab.settle()
    assert_nothing_left(lab)
    after = alive()
    learnt = OF_A_PAIR * (len(traffic.met) - met)
    assert after < before + learnt + 1000, f"{before} objects after a quarter, {after} at the end"
    assert not [each for each in gc.get_objects() if isinstance(each, Executor | TcpPath)]
    for host in traffic.hosts:
        info = host.stack.ip.query()
        assert info.connections < 2 * HOSTS
        assert info.fragments.waiting == 0
    assert sum(traffic.begun.values()) > 0.8 * seconds
    assert traffic.delivered > 1000 * seconds
    lab.close()
