"""Full segments down one TCP and up the other, and the acknowledgement back: every step timed for itself."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Sequence
from typing import Final

import attrs

from foxpy.addresses import Port as PortNumber
from foxpy.devices.port import Port
from foxpy.layers.tcp import TcpAddress, TcpPattern
from foxpy.layers.tcp.timestamps import SIZE
from foxpy.protocol import Sender
from foxpy.source import Source
from hosts.pair import End, Pair

MSS: Final = 1460 - SIZE
"""Beside the timestamps that both hosts offer."""
COUNT: Final = 32
"""Segments of one write, that arrive in one batch and are acknowledged together."""
WARMING: Final = 8
EXCHANGES: Final = 40
PORT: Final = PortNumber(9)

clock = time.process_time_ns


class Timed(Source):
    """Hands up a batch, and notes when it began and ended."""

    def __init__(self, port: Port, frames: Sequence[bytes]) -> None:
        self._port = port
        self._frames = frames
        self.began = self.ended = 0

    def burst(self, budget: int) -> bool:
        received, frames = self._port.received, self._frames
        self.began = clock()
        for frame in frames:
            received(frame)
        self.ended = clock()
        return False


@attrs.define
class Spent:
    """Nanoseconds, first of many exchanges, then of each packet, with what is no part of the stack taken off."""

    down: float = 0.0
    up: float = 0.0
    ack_down: float = 0.0
    ack_up: float = 0.0

    def least(self, other: Spent) -> Spent:
        return Spent(*map(min, attrs.astuple(self), attrs.astuple(other)))


class Stream:
    """One connection of a Pair, from the near host to the far one."""

    def __init__(self, two: Pair, sender: Sender, end: End) -> None:
        self._pair = two
        self._sender = sender
        self._end = end
        self._data = random.Random(COUNT).randbytes(COUNT * MSS)

    def turn(self) -> Spent:
        """One turn of EXCHANGES. Raises AssertionError where not all arrives, in full segments."""
        end = self._end
        gc.collect()
        gc.freeze()
        end.keeping = True
        for _ in range(WARMING):  # after a pause TCP begins slowly
            self._sender.send(self._data)
            self._pair.shuttle()
            if end.take() != self._data:
                raise AssertionError("what arrived is not what was sent")
        end.keeping = False
        spent = Spent()
        idle = Spent()
        for _ in range(EXCHANGES):
            self._exchange(spent, idle)
        gc.unfreeze()
        # What the outlet, the receiver and the calls take is in ``idle``; so is reading the clock, but for the ACKs.
        look = reading()
        segments, acks = EXCHANGES * COUNT, EXCHANGES
        call_up, call_down = (idle.up - acks * look) / segments, (idle.down - acks * look) / segments
        return Spent(
            (spent.down - idle.down) / segments,
            (spent.up - idle.up) / segments,
            spent.ack_down / acks - look - call_down,
            spent.ack_up / acks - look - call_up,
        )

    def _exchange(self, spent: Spent, idle: Spent) -> None:
        near, far, data, send = self._pair.near, self._pair.far, self._data, self._sender.send
        before = clock()
        send(data)
        spent.down += clock() - before
        sent = near.device.exit.take()
        transmit = near.device.exit.transmit
        before = clock()
        for headers, payload in sent:
            transmit(headers, payload)
        idle.down += clock() - before

        frames = near.take()
        if len(frames) != COUNT:
            raise AssertionError(f"{len(frames)} segments were sent, not {COUNT}")
        batch = Timed(far.device.port, frames)
        far.device.runtime.pump(batch)
        after = clock()
        spent.up += batch.ended - batch.began
        spent.ack_down += after - batch.ended
        deliver = self._end.deliver
        before = clock()
        for frame in frames:
            deliver(frame, 0, MSS)
        idle.up += clock() - before

        acks = far.take()
        if len(acks) != 1:
            raise AssertionError(f"{len(acks)} acknowledgements of {COUNT} segments that came in one batch")
        answer = Timed(near.device.port, acks)
        near.device.runtime.pump(answer)
        spent.ack_up += answer.ended - answer.began


def reading() -> float:
    """Nanoseconds that reading the clock takes."""
    before = clock()
    for _ in range(1000):
        clock()
    return (clock() - before) / 1001


async def stream(two: Pair) -> Stream:
    end = End()
    two.far.tcp.listen(TcpPattern(PORT), lambda _: end)
    async with two.shuttling():
        connection = await two.near.tcp.active_open(TcpAddress(two.far.address, PORT), lambda _: End())
    return Stream(two, two.near.tcp.send(connection), end)
