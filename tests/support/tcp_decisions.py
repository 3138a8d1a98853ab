"""Transfers between two TCPs whose decisions are logged, over a path with a rate, a delay and chosen losses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, TypeVar

import attrs
import trio

from foxpy.devices.link import link
from foxpy.driver import running
from foxpy.interpose import Interposer, Session
from foxpy.layers.ethernet import ethernet
from foxpy.layers.faults import faults
from foxpy.layers.tcp import TcpConfig, tcp
from foxpy.layers.tcp.events import TcpEvent
from foxpy.message import Writer
from foxpy.protocol import Receiver, Sender
from foxpy.runtime import Runtime
from foxpy.streams import TcpStream, connect_tcp, listen_tcp
from foxpy.testing import virtual
from foxpy.transfer import Connection
from tests.support.tcp_pair import LEFT, PORT, RIGHT, TYPE, Mac

E = TypeVar("E", bound=TcpEvent)
DELAY: Final = 0.010
"""Of the path, each way."""


class Losing(Interposer):
    """Loses chosen ones of the segments that carry text, counted from 1 as they are sent; others it holds up."""

    def __init__(self, lost: Collection[int], late: Mapping[int, float]) -> None:
        self.lost = lost
        self.late = late
        self.count = 0

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return _LosingSession(self, runtime)


class _LosingSession(Session):
    def __init__(self, losing: Losing, runtime: Runtime) -> None:
        self._losing = losing
        self._runtime = runtime

    def sender(self, below: Sender) -> Sender:
        return _LosingSender(self._losing, self._runtime, below)

    def receiver(self, above: Receiver) -> Receiver:
        return above


class _LosingSender(Sender):
    def __init__(self, losing: Losing, runtime: Runtime, below: Sender) -> None:
        self._losing = losing
        self._runtime = runtime
        self._below = below

    def begin(self, size: int) -> Writer:
        return self._below.begin(size)

    def commit(self, writer: Writer, payload: bytes) -> None:
        losing = self._losing
        if payload:
            losing.count += 1
            if losing.count in losing.lost:
                return
            if losing.count in losing.late:
                held = self._runtime.timer(partial(self._below.commit, writer, payload))
                held.start_at(self._runtime.now + losing.late[losing.count])
                return
        self._below.commit(writer, payload)

    def limit(self) -> int:
        return self._below.limit()


@attrs.define
class Logged:
    """What both sides decided."""

    left: list[TcpEvent] = attrs.Factory(list)
    right: list[TcpEvent] = attrs.Factory(list)


Application = Callable[[TcpStream[Mac]], Awaitable[None]]


async def reads_all(stream: TcpStream[Mac]) -> None:
    """An application that reads to the end, then closes."""
    async for _ in stream:
        pass
    await stream.aclose()


def sends(*pieces: int, pause: float = 0.0) -> Application:
    """An application that sends pieces of these sizes, with a pause after each, and closes."""

    async def application(stream: TcpStream[Mac]) -> None:
        for size in pieces:
            await stream.send_all(bytes(size))
            await trio.sleep(pause)
        await stream.aclose()

    return application


def logged(
    left: Application,
    right: Application = reads_all,
    *,
    lost: Collection[int] = (),
    late: Mapping[int, float] = MappingProxyType({}),
    rate: float | None = None,
    delay: float = DELAY,
    left_config: TcpConfig | None = None,
    right_config: TcpConfig | None = None,
) -> Logged:
    """What is decided while ``left`` connects and does its work, and ``right`` accepts and does its own."""
    found = Logged()

    async def run() -> None:
        segment = link()
        below = ethernet(segment.attach(), LEFT).carrier(TYPE)
        carrier = faults(below, rate=rate, delay=delay).interpose(Losing(lost, late))
        ours = tcp(carrier, config=left_config or TcpConfig())
        theirs = tcp(ethernet(segment.attach(), RIGHT).carrier(TYPE), config=right_config or TcpConfig())
        ours.runtime.observer = lambda event: _keep(found.left, event)
        theirs.runtime.observer = lambda event: _keep(found.right, event)
        async with running(ours, theirs), trio.open_nursery() as nursery:
            listener = listen_tcp(theirs, PORT)
            stream = await connect_tcp(ours, RIGHT, PORT)
            nursery.start_soon(right, await listener.accept())
            await left(stream)

    virtual(run)
    return found


def _keep(events: list[TcpEvent], event: object) -> None:
    assert isinstance(event, TcpEvent)
    events.append(event)


def of(events: list[TcpEvent], kind: type[E]) -> list[E]:
    """Those of one kind."""
    return [event for event in events if isinstance(event, kind)]
