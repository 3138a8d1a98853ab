"""One entry of the cache: the state machine of RFC 4861, section 7.3.2, as Linux runs it for ARP.

Everything that changes an entry's state is in this file. What starts where:

    INCOMPLETE  a packet wants to go and the station is not known: broadcast requests, then FAILED
    REACHABLE   an answer came: believed for ``reachable_time``, then STALE
    STALE       still used as it is, and the next packet that goes there leads to DELAY
    DELAY       a few seconds in which another answer or a layer above may confirm it, then PROBE
    PROBE       unicast requests (RFC 1122, section 2.3.2.1, mechanism 2), then FAILED
    FAILED      nobody answered: the next packet leads to INCOMPLETE
    PERMANENT   static
"""

from __future__ import annotations

from collections import deque
from ipaddress import IPv4Address
from typing import Final

from foxpy.addresses import MacAddress
from foxpy.errors import InvalidConnection, PacketSize, ProtocolError
from foxpy.layers.arp.connection import ArpConnection, NeighbourInfo, NeighbourState
from foxpy.layers.arp.owner import Evidence, Owner
from foxpy.layers.arp.stations import Station
from foxpy.message import Writer
from foxpy.offload import Offload, Offloads
from foxpy.protocol import Sender
from foxpy.status import Report, Trouble

QUOTE: Final = 548
"""How much of a packet that could not go is quoted: what an ICMP error message has room for (RFC 1812, 4.3.2.3)."""

INCOMPLETE: Final = NeighbourState.INCOMPLETE
REACHABLE: Final = NeighbourState.REACHABLE
STALE: Final = NeighbourState.STALE
DELAY: Final = NeighbourState.DELAY
PROBE: Final = NeighbourState.PROBE
FAILED: Final = NeighbourState.FAILED
PERMANENT: Final = NeighbourState.PERMANENT


class Neighbour:
    """What is known of one IPv4 address on the segment."""

    __slots__ = (
        "_asked",
        "_line",
        "_owner",
        "_pending",
        "_timer",
        "_tries",
        "_updated",
        "_waiting",
        "_waking",
        "address",
        "connections",
        "state",
        "station",
    )

    station: MacAddress | None
    """None where INCOMPLETE or FAILED."""
    connections: dict[ArpConnection, None]
    """Those that have it open, in the order of opening."""

    def __init__(self, owner: Owner, address: IPv4Address) -> None:
        self._owner = owner
        self.address = address
        self.state = FAILED
        self.station = None
        self.connections = {}
        self._line: Station | None = None  # held while a connection may send
        self._waiting: deque[tuple[ArpConnection, bytes]] = deque()
        self._waking = _Waking(self)
        self._timer = owner.runtime.timer(self._expired)
        self._tries = 0
        self._asked = float("-inf")
        self._pending = False  # the latest request has not been answered
        self._updated = float("-inf")

    @property
    def pinned(self) -> bool:
        """Whether it must not make room for others."""
        return bool(self.connections) or self.state is PERMANENT

    def info(self) -> NeighbourInfo:
        return NeighbourInfo(self.address, self.station, self.state, len(self._waiting), len(self.connections))

    # -- connections

    def attach(self, connection: ArpConnection) -> None:
        """``connection`` sends to this neighbour from now on."""
        self.connections[connection] = None
        self._owner.settle(self)
        if self.station is not None and self._line is None and not self._reach(self.station):
            self._settle_as_failed()
        connection.sender.below = self._below(connection)

    def detach(self, connection: ArpConnection) -> None:
        """It no longer does. What it has waiting still goes when the neighbour answers."""
        self.connections.pop(connection, None)
        if not self.connections:
            self._owner.settle(self)
            if (self.state is STALE or self.state is FAILED) and not self._timer.running:
                self._timer.start(self._owner.config.forget_after)
            self._leave(self._take_line())

    def _below(self, connection: ArpConnection) -> Sender:
        line = self._line
        if line is None:
            return _Waiting(self, connection)
        return self._waking if self.state is STALE else line.sender

    def _enter(self, state: NeighbourState) -> None:
        """The one place where the state changes; every connection's sender follows."""
        self.state = state
        for connection in self.connections:
            connection.sender.below = self._below(connection)

    # -- the path to the station

    def _reach(self, station: MacAddress) -> bool:
        """Get hold of the path to ``station`` in place of none; whether that was possible."""
        try:
            self._line = self._owner.reach(station)
        except ProtocolError:  # the layer below is gone, or somebody else has that path
            self._owner.counters.unsendable += 1
            return False
        return True

    def _take_line(self) -> Station | None:
        line, self._line = self._line, None
        return line

    def _leave(self, line: Station | None) -> None:
        """Let go of a path. Always last: the layer above may hear that it ended, and send from inside."""
        if line is not None:
            self._owner.leave(line)

    # -- packets

    @property
    def line(self) -> Sender:
        """Where packets go while the station is known."""
        if self._line is None:
            raise InvalidConnection(f"the path to {self.address} is closed")
        return self._line.sender

    def largest(self) -> int:
        return self._owner.largest()

    def window(self) -> int | None:
        return self._owner.window()

    def used(self) -> None:
        """A packet goes out on a stale entry (RFC 4861, section 7.3.3)."""
        self._owner.touch(self)
        self._timer.start(self._owner.config.delay_first_probe)
        self._enter(DELAY)

    def wait(self, connection: ArpConnection, packet: bytes) -> None:
        """Keep ``packet`` until the neighbour has answered, and ask it, unless that is being done."""
        owner = self._owner
        if self._line is not None:  # it answered while the packet was being written
            if self.state is STALE:
                self.used()
            self._pass(packet)
            return
        waiting = self._waiting
        owner.counters.packets_waited += 1
        waiting.append((connection, packet))
        owner.waiting_bytes += len(packet)
        while len(waiting) > owner.config.queue or (waiting and owner.waiting_bytes > owner.config.queue_bytes):
            _, oldest = waiting.popleft()
            owner.waiting_bytes -= len(oldest)
            owner.counters.packets_overflowed += 1
        if self.state is FAILED:
            owner.touch(self)
            self._begin(INCOMPLETE)

    def _pass(self, packet: bytes) -> None:
        try:
            self.line.send(packet)
        except ProtocolError:
            self._owner.counters.unsendable += 1

    def _take_waiting(self) -> deque[tuple[ArpConnection, bytes]]:
        waiting, self._waiting = self._waiting, deque()
        self._owner.waiting_bytes -= sum(len(packet) for _, packet in waiting)
        return waiting

    # -- asking

    def _begin(self, state: NeighbourState) -> None:
        """Begin to ask: everybody where INCOMPLETE, the station alone where PROBE."""
        self._tries = 0
        self._enter(state)
        # At most one request in ``retransmit`` seconds, however often it is given up and begun again (RFC 1122).
        early = self._asked + self._owner.config.retransmit - self._owner.runtime.now
        if early > 0:
            self._timer.start(early)
        else:
            self._ask()

    def _ask(self) -> None:
        self._asked = self._owner.runtime.now
        self._timer.start(self._owner.config.retransmit)
        self._pending = True
        if self._owner.ask(self.address, self.station):
            self._tries += 1

    def _expired(self) -> None:
        config = self._owner.config
        state = self.state
        if state is INCOMPLETE:
            if self._tries < config.requests:
                self._ask()
            else:
                self._fail()
        elif state is REACHABLE:
            self._timer.start(config.forget_after)
            self._enter(STALE)
        elif state is DELAY:
            self.poll()
        elif state is PROBE:
            if self._tries < config.polls:
                self._ask()
            else:
                self._fail()
        elif (state is STALE or state is FAILED) and not self.connections:
            self._owner.forget(self)

    def poll(self) -> None:
        """Ask the station itself whether it is still there, where one is known that is not static."""
        if self.station is not None and self.state is not PERMANENT and self.state is not PROBE:
            self._begin(PROBE)

    def _fail(self) -> None:
        """Nobody answered: tell those whose packets waited (RFC 1122, section 3.2.2.1; Linux does the same)."""
        owner = self._owner
        owner.counters.failed += 1
        waiting = self._take_waiting()
        self._settle_as_failed()
        owner.counters.packets_failed += len(waiting)
        for connection, packet in waiting:
            if connection.receiver is not None:  # None once it is closed
                connection.receiver.status(Report(Trouble.HOST_UNREACHABLE, packet[:QUOTE]))

    def _settle_as_failed(self) -> None:
        """Know nothing, until a packet wants to go."""
        self.station = None
        self._pending = False
        line = self._take_line()
        self._timer.start(self._owner.config.forget_after)
        self._enter(FAILED)
        self._leave(line)

    def reset(self) -> None:
        """Forget everything at once; packets that wait are dropped."""
        self._owner.counters.packets_failed += len(self._take_waiting())
        self._settle_as_failed()
        if not self.connections:
            self._timer.stop()

    # -- hearing

    def learn(self, station: MacAddress, evidence: Evidence) -> None:
        """An ARP packet says that the neighbour is at ``station``."""
        if evidence is Evidence.ANSWER and self._expected():
            if station == self.station:
                self._reachable()
            else:
                self._move(station, REACHABLE)
        elif station != self.station:
            if self._believed(evidence):
                self._move(station, STALE)
            else:
                self._owner.counters.updates_refused += 1

    def _expected(self) -> bool:
        """Whether a reply now answers a request of ours: RFC 4861 would have a flag for that, ARP has not."""
        config = self._owner.config
        return self._pending and self._owner.runtime.now - self._asked <= config.retransmit

    def _believed(self, evidence: Evidence) -> bool:
        """Whether what nobody asked for, or asked no more, may change which station this entry names."""
        config = self._owner.config
        if self.state is PERMANENT:
            return False
        if evidence is Evidence.ANSWER and self._owner.runtime.now - self._updated < config.lock_time:
            return False  # of several that answer one request, the first stands for a while (Linux's locktime)
        return config.accept_updates or (self.station is None and evidence is Evidence.QUESTION)

    def _move(self, station: MacAddress, state: NeighbourState) -> None:
        """The neighbour is at ``station`` from now on; what waited for that goes."""
        owner = self._owner
        owner.touch(self)
        before = self._take_line()
        if (self.connections or self._waiting) and not self._reach(station):
            self._fail()
            self._leave(before)
            return
        self.station = station
        self._updated = owner.runtime.now
        waiting = self._take_waiting()
        if state is REACHABLE:
            self._reachable()
        elif state is PERMANENT:
            self._timer.stop()
            self._pending = False
            self._enter(PERMANENT)
        elif waiting:  # it is stale, and used already
            self._timer.start(owner.config.delay_first_probe)
            self._enter(DELAY)
        else:
            self._timer.start(owner.config.forget_after)
            self._enter(STALE)
        for _, packet in waiting:
            self._pass(packet)
        if not self.connections:
            self._leave(self._take_line())
        self._leave(before)

    def confirm(self) -> None:
        """A layer above knows that packets get there."""
        if self.station is not None and self.state is not PERMANENT:
            self._reachable()

    def _reachable(self) -> None:
        owner = self._owner
        owner.touch(self)
        self._pending = False
        # Spread, so that hosts do not poll each other in step (RFC 4861, section 6.3.2).
        self._timer.start(owner.config.reachable_time * owner.runtime.random.uniform(0.5, 1.5))
        self._enter(REACHABLE)

    def fix(self, station: MacAddress) -> None:
        """Make it static."""
        self._move(station, PERMANENT)
        self._owner.settle(self)


class _Waiting(Sender):
    """Below a connection whose neighbour is not resolved: keeps whole packets."""

    __slots__ = ("_connection", "_neighbour")

    def __init__(self, neighbour: Neighbour, connection: ArpConnection) -> None:
        self._neighbour = neighbour
        self._connection = connection

    def begin(self, size: int) -> Writer:
        largest = self._neighbour.largest()
        if size > largest:
            raise PacketSize(f"{self._connection}: {size} bytes, at most {largest}", size, largest)
        return Writer()

    def commit(self, writer: Writer, payload: bytes) -> None:
        self._neighbour.wait(self._connection, bytes(writer) + payload)

    def limit(self) -> int:
        return self._neighbour.largest()

    def offloads(self) -> Offloads:
        """Packets that wait are whole ones."""
        return Offloads(False, 0, self._neighbour.window())


class _Waking(Sender):
    """Below the connections of a stale neighbour: notices the first packet, and is replaced by that."""

    __slots__ = ("_line", "_neighbour")

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour
        self._line: Sender | None = None

    def begin(self, size: int) -> Writer:
        line = self._line = self._neighbour.line
        writer = line.begin(size)
        self._neighbour.used()
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        if self._line is not None:
            self._line.commit(writer, payload)

    def limit(self) -> int:
        return self._neighbour.line.limit()

    def offloads(self) -> Offloads:
        return self._neighbour.line.offloads()

    def begin_offloaded(self, size: int, task: Offload) -> Writer:
        line = self._line = self._neighbour.line
        writer = line.begin_offloaded(size, task)
        self._neighbour.used()
        return writer
