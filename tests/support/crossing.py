"""Two stations on an in-memory link, and a clock that the test turns by hand: no event loop, so it is fast.

For interposers and their algorithms; whole stacks are tested in ``virtual`` time.
"""

from __future__ import annotations

from collections.abc import Callable

from foxpy.devices.device import WIRE, Device, EthernetFrames, WireConnection
from foxpy.devices.link import link
from foxpy.protocol import Receiver, Sender
from foxpy.runtime import Scheduler
from foxpy.testing.collector import Collector


class Turned:
    """A Scheduler in virtual time, turned by ``run``."""

    def __init__(self) -> None:
        self.now = 0.0
        self.scheduler = Scheduler(lambda: self.now)

    def run(self, until: float = float("inf"), turns: int = 1_000_000) -> None:
        """Let everything happen that happens by ``until``; without it, until nothing is left to do.

        Raises AssertionError where there is still something to do after so many ``turns``.
        """
        for _ in range(turns):
            if self.scheduler.run():
                continue
            pending = self.scheduler.pending()
            if pending == float("inf") or pending > until:
                self.now = max(self.now, until) if until != float("inf") else self.now
                return
            self.now = max(self.now, pending)
        raise AssertionError(f"still busy after {turns} turns, at {self.now} s")


class Station:
    """One end: a device with whatever is interposed on it, open."""

    def __init__(self, device: Device[EthernetFrames], heard: Receiver | None = None) -> None:
        self.device = device
        self.heard = Collector()
        self.runtime = device.runtime
        device.initialize()
        self.connection: WireConnection = device.open(WIRE, lambda _: heard or self.heard)
        self.sender: Sender = device.send(self.connection)

    def send(self, *packets: bytes) -> None:
        for packet in packets:
            self.sender.send(packet)

    def close(self) -> None:
        self.device.abort(self.connection)

    def reopen(self) -> None:
        """Close and open again, as a station that was restarted does."""
        self.close()
        self.heard = Collector()
        self.connection = self.device.open(WIRE, lambda _: self.heard)
        self.sender = self.device.send(self.connection)


Interposing = Callable[[Device[EthernetFrames]], Device[EthernetFrames]]


class Crossing(Turned):
    """``left`` and ``right`` on one link; ``interposing`` is done to both devices, or ``right_interposing`` to one."""

    def __init__(
        self,
        interposing: Interposing,
        right_interposing: Interposing | None = None,
        *,
        mtu: int = 1500,
        seed: int = 1,
    ) -> None:
        super().__init__()
        segment = link(mtu=mtu, seed=seed, scheduler=self.scheduler)
        self.left = Station(interposing(segment.attach("left")))
        self.right = Station((right_interposing or interposing)(segment.attach("right")))
