"""The laboratory: a network in virtual time, from hosts and links to what flows over it."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Final, Self, TypeVar

import trio

from foxpy.addresses import Port
from foxpy.driver import running
from foxpy.errors import TimedOut
from foxpy.layers.tcp import TcpConfig
from foxpy.runtime import Runtime, Scheduler
from foxpy.testing.clock import FOREVER, Clock
from foxpy.testing.lab.channel import KEPT
from foxpy.testing.lab.flows import Bulk, Flow, OnOff, Plan, Requests
from foxpy.testing.lab.host import Host
from foxpy.testing.lab.network import Network

FIRST_PORT: Final = 5001
"""Of the sinks of flows."""
PORTS: Final = 40_000
"""So many flows may be begun until a port comes again."""
LIMIT: Final = 3600.0
"""Virtual seconds after which ``run`` gives up on flows that ought to finish."""

F = TypeVar("F", bound=Flow)


class Lab(Network):
    """Hosts, links and flows, in a time of their own; the same ``seed`` makes every byte and every time the same.

    Make hosts and links first; they are fixed when it is first run, or somebody looks at a host's stack. ``run``
    turns the laboratory without an event loop, as fast as it goes. Where applications run as trio's tasks beside the
    flows, give it ``trio_scheduler()`` and use ``running`` in place of ``run``; under ``virtual`` that takes no time
    either.

    Used as a context manager, it writes a pcap file for each link into a folder where the block raises, and says so in
    a note to the error.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        sampling: float | None = 0.1,
        captures: str | os.PathLike[str] | None = None,
        keep: int = KEPT,
        scheduler: Scheduler | None = None,
    ) -> None:
        """``sampling``: seconds between two samples of each flow and queue; None takes none. ``captures``: the folder
        for captures of failures; a new one for temporary files by default. ``keep``: frames of each direction of each
        link that they have at most. Raises ValueError where one makes no sense."""
        if sampling is not None and sampling <= 0.0:
            raise ValueError(f"sampling: {sampling:g} s; write a time above 0, or None for no samples")
        self._clock: Clock | None = None
        if scheduler is None:
            self._clock = Clock()
            scheduler = self._clock.scheduler
        super().__init__(seed, scheduler, keep)
        self.flows: list[Flow] = []
        """Those that are not finished, and those that ``forget`` has not taken away."""
        self._captures = captures
        self._sampling = sampling
        self._runtime = Runtime(self.scheduler, seed)
        self._sampler = self._runtime.timer(self._sample)
        self._made = 0
        """Flows."""
        self._unfinished = 0
        """Of the flows that finish by themselves."""
        self._all_done: trio.Event | None = None

    # -- flows

    def bulk(
        self, source: Host, sink: Host, size: int | None = None, *, at: float = 0.0, tcp: TcpConfig | None = None
    ) -> Bulk:
        """``source`` sends ``size`` bytes to ``sink``; without a size, as much as it can until ``stop``.

        Like all flows: it begins ``at`` so many seconds from now, and ``tcp`` is for this connection alone, at its
        opener, which is ``source``. Raises ValueError for a size or time below 0.
        """
        return self.flow(source, sink, lambda plan: Bulk(plan, size), at=at, tcp=tcp, finite=size is not None)

    def on_off(
        self,
        source: Host,
        sink: Host,
        *,
        rate: float,
        seconds: float,
        on: float = 1.0,
        off: float = 1.0,
        piece: int = 1000,
        at: float = 0.0,
        tcp: TcpConfig | None = None,
    ) -> OnOff:
        """``source`` sends ``piece`` bytes at a time, making ``rate`` bit/s, for ``on`` seconds in the mean, is silent
        for ``off`` seconds in the mean, and so on for ``seconds`` (exponential times). Raises ValueError as ``bulk``.
        """

        def make(plan: Plan) -> OnOff:
            return OnOff(plan, rate=rate, on=on, off=off, seconds=seconds, piece=piece)

        return self.flow(source, sink, make, at=at, tcp=tcp)

    def requests(
        self,
        source: Host,
        sink: Host,
        count: int,
        *,
        request: int = 100,
        reply: int = 10_000,
        think: float = 0.0,
        at: float = 0.0,
        tcp: TcpConfig | None = None,
    ) -> Requests:
        """``source`` asks ``count`` times in ``request`` bytes, ``sink`` answers each in ``reply`` bytes; between an
        answer and the next request are ``think`` seconds in the mean (exponential). Raises ValueError as ``bulk``."""

        def make(plan: Plan) -> Requests:
            return Requests(plan, count=count, request=request, reply=reply, think=think)

        return self.flow(source, sink, make, at=at, tcp=tcp)

    def flow(
        self,
        source: Host,
        sink: Host,
        make: Callable[[Plan], F],
        *,
        at: float = 0.0,
        tcp: TcpConfig | None = None,
        finite: bool = True,
    ) -> F:
        """A flow of any kind: ``make`` is given the plan. ``run`` waits for those that are ``finite``.

        Raises ValueError for hosts of no link or a time below 0.
        """
        if at < 0.0:
            raise ValueError(f"a flow from {source} to {sink}: it cannot begin {at:g} s from now")
        if source is sink or not source.attachments or not sink.attachments:
            raise ValueError(f"a flow from {source} to {sink}: it takes two hosts that are on links")
        number = self._made
        name = f"{number} {source}-{sink}"
        port = Port(FIRST_PORT + number % PORTS)
        generator = random.Random(f"{self.seed} flow {number}")
        done = self._finished if finite else _nothing
        flow = make(Plan(name, source, sink, port, tcp, generator, done))
        self._made += 1
        self.flows.append(flow)
        self._unfinished += finite
        source.runtime.timer(flow.start).start(at)
        if self._sampling is not None and not self._sampler.running:
            self._sampler.start(self._sampling)
        return flow

    def _finished(self, flow: Flow) -> None:
        self._unfinished -= 1
        if not self._unfinished and self._all_done is not None:
            self._all_done.set()

    def forget(self) -> None:
        """Drop all flows that have finished from ``flows``: for runs that begin very many."""
        self.flows = [flow for flow in self.flows if flow.finished is None]

    def _sample(self) -> None:
        now = self.now
        running = False
        for flow in self.flows:
            if flow.finished is None:
                running = True
                flow.sample(now)
        for link in self.links:
            link.there.sample(now)
            link.back.sample(now)
        if running and self._sampling is not None:
            self._sampler.start(self._sampling)

    # -- running

    def run(self, until: float | None = None, *, limit: float = LIMIT) -> None:
        """Run until all flows that finish by themselves have; or until the time ``until``, whatever they do.

        Does not return before, and takes no more time than the events do. Raises what a flow failed with, the first of
        them first (not where the flow is told to be ``may_fail``); TimedOut where flows have not finished after
        ``limit`` virtual seconds; ValueError where there is nothing that would end the run, or the time is not the
        laboratory's own.
        """
        clock = self._own_clock()
        self.build()
        if until is not None:
            clock.advance(until, _never)
        else:
            if not self._unfinished and any(flow.finished is None for flow in self.flows):
                raise ValueError("run: no flow of a given size is left; say until when")
            if not clock.advance(self.now + limit, lambda: self._unfinished == 0):
                late = ", ".join(str(flow) for flow in self.flows if flow.finished is None)
                raise TimedOut(f"not finished after {limit:g} s of virtual time: {late}")
        self._raise_failures()

    def settle(self, limit: float = LIMIT) -> None:
        """Run until nothing is left to happen: no packet on its way, no timer running, TIME-WAIT over.

        Timers of ARP count, too: a minute or two of virtual time. Gives up after ``limit`` virtual seconds.
        """
        self._own_clock().advance(self.now + limit, lambda: self.scheduler.pending() == FOREVER)

    def _own_clock(self) -> Clock:
        if self._clock is None:
            raise ValueError("this laboratory has trio's time; use running() and wait() in place of run()")
        return self._clock

    def _raise_failures(self) -> None:
        for flow in self.flows:
            if flow.error is not None and not flow.may_fail:
                raise flow.error

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Run while the block runs, beside trio's tasks: for a laboratory that was given ``trio_scheduler()``."""
        self.build()
        async with running(*(host.stack.tcp for host in self.hosts if host.attachments)):
            yield self

    async def wait(self) -> None:
        """Inside ``running``: wait until all flows that finish by themselves have. Raises what a flow failed with."""
        if self._unfinished:
            self._all_done = trio.Event()
            await self._all_done.wait()
        self._raise_failures()

    # -- the end

    def close(self) -> None:
        super().close()
        self._sampler.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self.keep:
            folder = self._captures or tempfile.mkdtemp(prefix="foxpy-lab-")
            self.capture(folder)
            error.add_note(f"the laboratory's captures, seed {self.seed}, at {self.now:.6f} s: {os.fspath(folder)}")
        if self._clock is not None:
            self.close()


def _nothing(flow: Flow) -> None:
    """For flows that nobody waits for."""


def _never() -> bool:
    return False
