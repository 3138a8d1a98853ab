"""Fault injection: makes the path through one layer as bad as one likes, the same way in every run."""

from __future__ import annotations

import random
from typing import TypeVar

import attrs

from foxpy.errors import ProtocolError
from foxpy.interpose import Interposable, Interposer, Session
from foxpy.layers.faults.config import Direction, FaultConfig
from foxpy.layers.faults.line import Line, LineCounters, LineInfo
from foxpy.layers.interposing import Watching, counted
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.status import HalfClosed, Status
from foxpy.transfer import Connection

L = TypeVar("L", bound=Interposable)

# -- configuration


@attrs.frozen
class FaultInfo:
    """What the faults did so far, to all connections."""

    down: LineInfo
    """To what was sent."""
    up: LineInfo
    """To what arrived."""


# -- factory


def faults(
    layer: L,
    *,
    config: FaultConfig | None = None,
    loss: float = 0.0,
    corrupt: float = 0.0,
    duplicate: float = 0.0,
    reorder: float = 0.0,
    rate: float | None = None,
    queue: int = 1000,
    queue_bytes: int | None = None,
    delay: float = 0.0,
    jitter: float = 0.0,
    seed: int | None = None,
    direction: Direction = "both",
) -> L:
    """Inject faults into ``layer``, a protocol or a carrier, for connections opened from now on; gives it back.

    The settings are those of FaultConfig, unless a ``config`` is given in place of them. Rate and queue are of each
    connection: put the faults on a device to have them of a whole link. Counters:
    ``interposed(layer, Faults).info()``. Raises ValueError for absurd settings.
    """
    return layer.interpose(
        Faults(
            config
            or FaultConfig(
                loss=loss,
                corrupt=corrupt,
                duplicate=duplicate,
                reorder=reorder,
                rate=rate,
                queue=queue,
                queue_bytes=queue_bytes,
                delay=delay,
                jitter=jitter,
                seed=seed,
                direction=direction,
            )
        )
    )


class Faults(Interposer):
    """Makes what passes suffer what ``config`` says."""

    def __init__(self, config: FaultConfig) -> None:
        self.config = config
        self._down = LineCounters()
        self._up = LineCounters()
        self._sessions = 0

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        seed = self.config.seed
        # A generator for each connection and direction: what happens in one does not change what happens in another.
        generator = random.Random(f"{runtime.random.getrandbits(64) if seed is None else seed} {self._sessions}")
        self._sessions += 1
        return _FaultySession(self.config, generator, runtime, self._down, self._up)

    # -- control and query

    def info(self) -> FaultInfo:
        return FaultInfo(counted(LineInfo, self._down), counted(LineInfo, self._up))


class _FaultySession(Watching):
    __slots__ = ("_down", "_down_counters", "_faulty_down", "_faulty_up", "_up", "_up_counters")

    def __init__(
        self,
        config: FaultConfig,
        generator: random.Random,
        runtime: Runtime,
        down: LineCounters,
        up: LineCounters,
    ) -> None:
        super().__init__()
        self._down_counters = down
        self._up_counters = up
        self._faulty_down = config.direction != "up"
        self._faulty_up = config.direction != "down"
        self._down = Line(config, random.Random(generator.getrandbits(64)), runtime, down, self._sent)
        self._up = Line(config, random.Random(generator.getrandbits(64)), runtime, up, self._arrived)

    # -- down: send

    def commit(self, writer: Writer, payload: bytes) -> None:
        if self._faulty_down:
            line = self._down
            fate = line.fate()
            if fate or not line.immediate:
                # What the layer below had begun is dropped; the packet goes through it when its time has come.
                packet = self.packet(writer, payload)
                line.carry(fate, packet, 0, len(packet))
                return
        self._down_counters.passed += 1
        self.below.commit(writer, payload)

    def _sent(self, frame: bytes, start: int, end: int) -> bool:
        try:
            self.below.send(frame[start:end])
        except ProtocolError:  # the path became smaller, or its queue is full: then this packet alone is lost
            return False
        return True

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        if self._faulty_up:
            line = self._up
            fate = line.fate()
            if fate or not line.immediate:
                line.carry(fate, frame, start, end)
                return
        self._up_counters.passed += 1
        self.above.deliver(frame, start, end)

    def _arrived(self, frame: bytes, start: int, end: int) -> bool:
        self.above.deliver(frame, start, end)
        return True

    def status(self, event: Status) -> None:
        if isinstance(event, HalfClosed):
            self._up.flush()  # it says that nothing more comes, so it may not overtake what does
            if self._up.over:
                return
        self.above.status(event)

    # -- close and abort

    def end(self) -> None:
        self._faulty_down = False  # where the connection was only forgotten, what is still sent is not held back
        self._up.end()
        self._down.end()
