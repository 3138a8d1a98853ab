"""A bad path between two Linux interfaces: ``python -m foxpy.testing.relay ONE OTHER FAULTS``, in real time.

What arrives at one interface leaves by the other, unless something happens to it. So any two hosts, Linux's own among
them, can be set the same faults, which are those of ``foxpy.layers.faults``; and a link can be down for a while.
"""

from __future__ import annotations

import argparse
import random
import sys
from typing import Final

import attrs
import trio

from foxpy.devices.device import WIRE, Device, EthernetFrames, WireConnection
from foxpy.devices.packet import packet
from foxpy.driver import running, trio_scheduler
from foxpy.errors import ProtocolError
from foxpy.layers.faults import FaultConfig
from foxpy.layers.faults.line import Line, LineCounters
from foxpy.protocol import Receiver, Sender
from foxpy.runtime import Runtime
from foxpy.status import Status

LARGE: Final = 1000
"""A frame above this size has data: the time of an outage is reckoned from the first."""


@attrs.frozen
class Outage:
    """The link is down ``after`` so many seconds from the first large frame on, for ``seconds``."""

    after: float
    seconds: float


class Way:
    """One direction of the path: what is delivered to it leaves by ``sender``."""

    def __init__(self, relay: Relay, sender: Sender, seed: int) -> None:
        self.counters = LineCounters()
        self._relay = relay
        self._sender = sender
        self._line = Line(relay.config, random.Random(seed), relay.runtime, self.counters, self._leave)

    def take(self, frame: bytes, start: int, end: int) -> None:
        if self._relay.up(end - start):
            self._line.carry(self._line.fate(), frame, start, end)
        else:
            self.counters.lost += 1

    def _leave(self, frame: bytes, start: int, end: int) -> bool:
        try:
            self._sender.send(frame[start:end])
        except ProtocolError:
            return False
        return True

    def end(self) -> None:
        if not self._line.over:
            self._line.end()


class End(Receiver):
    """What a device hands its frames to."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.onward: Way | None = None

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        if self.onward is not None:
            self.onward.take(frame, start, end)

    def status(self, event: Status) -> None:
        """The device is gone: nothing comes from it any more."""
        self.onward = None


class Relay:
    """Joins two devices, which have to be initialized and share a runtime; until ``end``."""

    def __init__(
        self,
        one: Device[EthernetFrames],
        other: Device[EthernetFrames],
        config: FaultConfig,
        outage: Outage | None = None,
    ) -> None:
        self.runtime = one.runtime
        self.config = config
        self._outage = outage
        self._began: float | None = None
        here, there = _opened(one), _opened(other)
        seed = config.seed or 0
        self.there = here.onward = Way(self, there.sender, seed)
        self.back = there.onward = Way(self, here.sender, seed + 1)

    def up(self, size: int) -> bool:
        """Whether the link is up for a frame of ``size`` bytes, now."""
        if self._outage is None:
            return True
        if self._began is None:
            if size < LARGE:
                return True
            self._began = self.runtime.now
        return not 0.0 <= self.runtime.now - self._began - self._outage.after < self._outage.seconds

    def end(self) -> None:
        self.there.end()
        self.back.end()


def _opened(device: Device[EthernetFrames]) -> End:
    made: list[End] = []

    def handler(connection: WireConnection) -> End:
        made.append(End(device.send(connection)))
        return made[0]

    device.open(WIRE, handler)
    return made[0]


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("one", help="an Ethernet interface of this network namespace")
    parser.add_argument("other", help="the other one")
    parser.add_argument("faults", type=FaultConfig.parse, help="like loss=2%%,delay=20ms,rate=10mbit; may be empty")
    parser.add_argument("--down", type=float, nargs=2, metavar=("AFTER", "SECONDS"), help="an outage of the link")
    given = parser.parse_args()
    runtime = Runtime(trio_scheduler())
    one, other = (packet(name, offloads=False, runtime=runtime) for name in (given.one, given.other))
    async with running(one, other):
        relay = Relay(one, other, given.faults, Outage(*given.down) if given.down else None)
        print("ready", file=sys.stderr, flush=True)
        try:
            await trio.sleep_forever()
        finally:
            relay.end()


if __name__ == "__main__":
    trio.run(main)
