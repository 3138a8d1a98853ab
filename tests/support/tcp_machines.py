"""TCP state machines in simulated time, without any layer below: two joined by a bad channel, or one and a script.

``End`` is the executor of these tests: it performs a machine's actions on a ``Simulation``. It checks on the way that
every change of state is in the table, that the end is told once, and that nothing is done after the end.
"""

from __future__ import annotations

import functools
import heapq
import random
from collections.abc import Callable

import attrs

from foxpy.layers.tcp.actions import (
    Action,
    CallAtEndOfBatch,
    CloseAcknowledged,
    Delete,
    Deliver,
    DeliveryTrouble,
    Finished,
    Opened,
    PeerClosed,
    Reopen,
    Room,
    SendSegment,
    StartTimer,
    StopTimer,
    Timer,
    UrgentAhead,
)
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.counters import Counters
from foxpy.layers.tcp.segment import Segment
from foxpy.layers.tcp.states import State, Why, name
from foxpy.layers.tcp.table import Event, allowed
from foxpy.layers.tcp.transitions import Machine


class Simulation:
    """A clock and what is to happen at which time."""

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Do ``action`` at ``when``, after all that was planned for that time before."""
        self._count += 1
        heapq.heappush(self._heap, (when, self._count, action))

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        end = self.now + seconds
        while self._heap and self._heap[0][0] <= end:
            self.now, _, action = heapq.heappop(self._heap)
            action()
        self.now = end

    def run(self, until: Callable[[], bool], within: float) -> None:
        """Let time pass until ``until()``; AssertionError where it does not come true ``within`` so many seconds."""
        end = self.now + within
        while not until():
            if not self._heap or self._heap[0][0] > end:
                raise AssertionError(f"did not come about within {within} s")
            self.now, _, action = heapq.heappop(self._heap)
            action()


class End:
    """A machine, and what it did."""

    def __init__(
        self,
        simulation: Simulation,
        transmit: Callable[[SendSegment], None],
        config: TcpConfig | None = None,
        iss: int = 1000,
        limit: int = 1480,
    ) -> None:
        self.simulation = simulation
        self.counters = Counters()
        self.machine = Machine(
            config or TcpConfig(), self.counters, iss, limit, simulation.now, self._changed, marking=True
        )
        self.transmit = transmit
        self.received = bytearray()
        self.opened = False
        self.peer_closed = False
        self.close_acknowledged = False
        self.finished: Why | None = None
        self.deleted = False
        self.rooms: list[int] = []
        self.urgent: list[int] = []
        self.troubles: list[int] = []
        self.reopened: list[Reopen] = []
        self.taken: list[tuple[str, Event, str]] = []
        self.timers: dict[Timer, float] = {}
        self.on_data: Callable[[bytes], None] | None = None
        self._performing = False

    @property
    def state(self) -> str:
        return name(self.machine.state)

    # -- what happens to it

    def open(self) -> None:
        self.machine.open(self.simulation.now)
        self.perform()

    def accept(self, segment: Segment) -> None:
        self.machine.accept(segment, self.simulation.now)
        self.perform()

    def send(self, data: bytes, urgent: bool = False) -> None:
        self.machine.send(data, self.simulation.now, urgent=urgent)
        self.perform()

    def consumed(self, count: int) -> None:
        self.machine.consumed(count)
        self.perform()

    def half_close(self) -> None:
        self.machine.half_close(self.simulation.now)
        self.perform()

    def close(self) -> None:
        self.machine.close(self.simulation.now)
        self.perform()

    def abort(self) -> None:
        self.machine.abort(self.simulation.now)
        self.perform()

    def arrives(self, segment: Segment) -> None:
        self.machine.arrives(segment, self.simulation.now)
        self.perform()

    # -- the executor

    def perform(self) -> None:
        """Perform what is queued, in order."""
        if self._performing:
            return
        self._performing = True
        todo = self.machine.todo
        while todo:
            self._do(todo.pop(0))
        self._performing = False

    def _do(self, action: Action) -> None:
        match action:
            case SendSegment():
                self.transmit(action)
            case Deliver(frame=frame, start=start, end=end):
                data = frame[start:end]
                assert data, "nothing was delivered"
                assert self.finished is None, "data was delivered after the end"
                assert not self.peer_closed, "data was delivered after the peer's FIN"
                self.received += data
                if self.on_data is not None:
                    self.on_data(data)
            case StartTimer(timer=timer, delay=delay):
                assert not self.deleted, "a timer was started after the end"
                assert delay >= 0
                self.timers[timer] = when = self.simulation.now + delay
                self.simulation.at(when, lambda: self._due(timer, when))
            case StopTimer(timer=timer):
                self.timers.pop(timer, None)
            case CallAtEndOfBatch():
                self.simulation.at(self.simulation.now, self._end_of_batch)
            case Opened():
                assert not self.opened or self.machine.tcb.fast is not None, "opened twice"
                self.opened = True
            case PeerClosed():
                assert not self.peer_closed, "the peer closed twice"
                self.peer_closed = True
            case Room(size=size):
                self.rooms.append(size)
            case UrgentAhead(size=size):
                self.urgent.append(size)
            case DeliveryTrouble(retransmissions=retransmissions):
                self.troubles.append(retransmissions)
            case CloseAcknowledged():
                assert not self.close_acknowledged, "the close was acknowledged twice"
                self.close_acknowledged = True
            case Finished(why=why):
                assert self.finished is None, "finished twice"
                self.finished = why
            case Reopen():
                self.reopened.append(action)
            case Delete():
                assert not self.deleted, "deleted twice"
                assert self.finished is not None, "deleted before it was finished"
                self.deleted = True
                self.timers.clear()

    def _due(self, timer: Timer, when: float) -> None:
        if self.timers.get(timer) == when:
            del self.timers[timer]
            self.machine.timeout(timer, self.simulation.now)
            self.perform()

    def _end_of_batch(self) -> None:
        self.machine.end_of_batch(self.simulation.now)
        self.perform()

    def _changed(self, event: Event, source: State, target: State) -> None:
        row = (name(source), event, name(target))
        assert allowed(*row), f"{row} is not in the table"
        self.taken.append(row)


def received(sent: SendSegment) -> Segment:
    """``sent`` as it arrives at the other side."""
    payload = sent.payload
    return Segment(sent.seq, sent.ack, sent.flags, sent.window, sent.urgent, payload, 0, len(payload), sent.options)


@attrs.frozen(kw_only=True)
class Channel:
    """What happens to segments on their way: probabilities from 0 to 1, times in seconds."""

    delay: float = 0.010
    jitter: float = 0.0
    loss: float = 0.0
    duplication: float = 0.0
    rate: float = float("inf")
    """Bytes a second, headers of 40 bytes included; segments wait for each other without bound."""


class Joined:
    """Two machines, one that opens and one behind a listener, joined by a seeded channel."""

    def __init__(
        self,
        channel: Channel,
        seed: int = 0,
        left: TcpConfig | None = None,
        right: TcpConfig | None = None,
        iss: tuple[int, int] = (1000, 2_000_000),
        limit: int = 1480,
    ) -> None:
        self.simulation = Simulation()
        self.channel = channel
        self.random = random.Random(seed)
        self._free = {False: 0.0, True: 0.0}
        """When each direction has sent what it has."""
        self.left = End(self.simulation, lambda sent: self._carry(sent, self.right), left, iss[0], limit)
        self.right = End(self.simulation, lambda sent: self._carry(sent, self.left), right, iss[1], limit)
        self.segments = 0

    def _carry(self, sent: SendSegment, to: End) -> None:
        self.segments += 1
        channel = self.channel
        direction = to is self.right
        sent_by = max(self._free[direction], self.simulation.now) + (40 + len(sent.payload)) / channel.rate
        self._free[direction] = sent_by
        copies = 2 if self.random.random() < channel.duplication else 1
        for _ in range(copies):
            if self.random.random() >= channel.loss:
                delay = channel.delay + self.random.random() * channel.jitter
                self.simulation.at(sent_by + delay, functools.partial(self._arrive, to, received(sent)))

    def _arrive(self, to: End, segment: Segment) -> None:
        if to.deleted:
            return
        if to is self.right and to.state == "CLOSED":
            if segment.flags & 0x02 and not segment.flags & 0x10:
                to.accept(segment)
            return
        to.arrives(segment)
