"""interpose: identity layers sit between a protocol and whoever uses it, and change no type."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Never

import trio

from foxpy.errors import OpenFailed, ProtocolError
from foxpy.interpose import Interposer, Session
from foxpy.message import Writer
from foxpy.protocol import Address, Conn, Connection, Pattern, Protocol
from foxpy.runtime import Runtime
from foxpy.status import Status
from foxpy.testing.carriers import PathConnection
from foxpy.testing.collector import Collector
from foxpy.testing.contract import require
from foxpy.testing.rig import Rig
from foxpy.transfer import Receiver, Sender


class Probe(Interposer):
    """Passes everything on and keeps what it saw. Several of them may write into one ``order``."""

    def __init__(self, name: str = "probe", order: list[str] | None = None) -> None:
        self.name = name
        self.order: list[str] = [] if order is None else order
        self.sessions: list[ProbeSession] = []

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        session = ProbeSession(self, connection)
        self.sessions.append(session)
        return session


class ProbeSession(Session):
    """What one Probe saw of one connection."""

    __slots__ = ("calls", "connection", "deaf", "down", "ends", "events", "late", "probe", "up")

    def __init__(self, probe: Probe, connection: Connection) -> None:
        self.probe = probe
        self.connection = connection
        self.calls: list[str] = []
        self.down: list[bytes] = []
        self.up: list[bytes] = []
        self.events: list[Status] = []
        self.deaf = False
        self.ends = 0
        self.late: list[str] = []
        """What passed after the end."""

    def sender(self, below: Sender) -> Sender:
        self.calls.append("sender")
        return _ProbeSender(self, below)

    def receiver(self, above: Receiver) -> Receiver:
        self.calls.append("receiver")
        return _ProbeReceiver(self, above)

    def end(self) -> None:
        self.ends += 1

    def passes(self, what: str) -> None:
        """``what`` comes by."""
        if self.ends:
            self.late.append(what)


class _ProbeSender(Sender):
    __slots__ = ("_below", "_headers", "_session")

    def __init__(self, session: ProbeSession, below: Sender) -> None:
        self._session = session
        self._below = below
        self._headers = 0

    def begin(self, size: int) -> Writer:
        writer = self._below.begin(size)
        self._headers = len(writer)
        self._session.probe.order.append(f"{self._session.probe.name} down")
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        self._session.passes("a packet that was sent")
        self._session.down.append(bytes(writer[self._headers :]) + payload)
        self._below.commit(writer, payload)

    def limit(self) -> int:
        return self._below.limit()


class _ProbeReceiver(Receiver):
    __slots__ = ("_above", "_session")

    def __init__(self, session: ProbeSession, above: Receiver) -> None:
        self._session = session
        self._above = above

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self._session.passes("a packet that arrived")
        self._session.up.append(frame[start:end])
        self._session.probe.order.append(f"{self._session.probe.name} up")
        if not self._session.deaf:
            self._above.deliver(frame, start, end)

    def status(self, event: Status) -> None:
        self._session.events.append(event)
        self._above.status(event)


async def interpose_gives_the_same_protocol(rig: Rig[Address, Pattern, Conn]) -> None:
    """interpose returns the very protocol that it was called on, before and after initialize."""
    async with rig.turning():
        require(rig.left.interpose(Probe()) is rig.left, "interpose returned another object")
        async with rig.initialized():
            require(rig.left.interpose(Probe()) is rig.left, "interpose returned another object once initialized")
            left, right = await rig.connect()
            await rig.carry(left, right, rig.payload(rig.knock))


async def an_interposer_sees_every_packet(rig: Rig[Address, Pattern, Conn]) -> None:
    """An interposer sees every packet of a connection, in both directions, as its owner sends and receives it."""
    probe = Probe()
    rig.left.interpose(probe)
    rig.right.interpose(Probe())
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        session = _session(probe, left.connection)
        before = len(session.down), len(session.up)
        largest = left.sender.limit()
        sent = [rig.payload(max(rig.knock, min(size, largest))) for size in (1, 100, 777)]
        for packet in sent:
            await rig.carry(left, right, packet)
            await rig.carry(right, left, packet)
        down = session.down[before[0] :]
        require(rig.pair.reliable is False or b"".join(down) == b"".join(sent), "a packet was sent past the interposer")
        require(set(down) <= set(sent) or rig.pair.stream, "the interposer saw a packet that its owner did not send")
        up = session.up[before[1] :]
        require(
            b"".join(up) == left.collector.data, "what the interposer saw arrive is not what was delivered to its owner"
        )


async def an_interposer_can_keep_packets_back(rig: Rig[Address, Pattern, Conn]) -> None:
    """What an interposer does not pass on is not delivered: nothing goes around it."""
    probe = Probe()
    rig.right.interpose(probe)
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        session = _session(probe, right.connection)
        session.deaf = True
        for _ in range(1 if rig.pair.reliable else 40):
            left.sender.send(rig.payload(rig.knock))
            await rig.silence()
            if session.up:
                break
        require(right.collector.packets == [], "a packet was delivered past the interposer")


async def one_session_for_each_connection(rig: Rig[Address, Pattern, Conn]) -> None:
    """An interposer makes one session for each connection, asked for its sender and then its receiver, once each."""
    probe = Probe()
    rig.left.interpose(probe)
    async with rig.turning(), rig.initialized():
        left, _ = await rig.connect()
        session = _session(probe, left.connection)
        require(session.calls == ["sender", "receiver"], f"its session was asked for {session.calls}")
        rig.left.send(left.connection)
        require(session.calls == ["sender", "receiver"], "staging again asked the session again")


async def later_lies_further_from_the_wire(rig: Rig[Address, Pattern, Conn]) -> None:
    """What is interposed later lies further from the wire: arriving packets come to it last."""
    order: list[str] = []
    rig.right.interpose(Probe("first", order)).interpose(Probe("second", order))
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        order.clear()
        await rig.carry(left, right, rig.payload(rig.knock))
        ups = [entry for entry in order if entry.endswith("up")][:2]
        require(ups == ["first up", "second up"], f"an arriving packet passed {ups}")


async def events_pass_interposers(rig: Rig[Address, Pattern, Conn]) -> None:
    """Status events pass the interposers on their way to the receiver."""
    probe = Probe()
    rig.left.interpose(probe)
    async with rig.turning():
        rig.initialize()
        left, _ = await rig.connect()
        session = _session(probe, left.connection)
        rig.finalize()
        require(session.events == left.collector.events, f"it saw {session.events}, its owner {left.collector.events}")
        require(bool(session.events), "finalize told the receiver nothing")


async def an_interposer_hears_the_end(rig: Rig[Address, Pattern, Conn]) -> None:
    """A session hears end once, in whatever way its connection ends, and no packet passes it afterwards."""
    probes = Probe(), Probe()
    for protocol, probe in zip((rig.left, rig.right), probes, strict=True):
        protocol.interpose(probe)
    for way in ("abort", "close", "an abort by its handler", "the device below", "finalize"):
        async with rig.turning():
            rig.initialize()
            left, right = await rig.connect()
            ends = [(end, probe.sessions[-1]) for end, probe in zip((left, right), probes, strict=True)]
            require(not any(session.ends for _, session in ends), "a session heard end while its connection was open")
            for end, _ in ends:
                end.sender.send(rig.payload(rig.knock))
            if way == "abort":
                for end, session in ends:
                    end.protocol.abort(end.connection)
                    require(session.ends == 1, f"after an abort a session had heard end {session.ends} times")
            elif way == "close":
                async with trio.open_nursery() as nursery:
                    for end, _ in ends:
                        nursery.start_soon(end.protocol.close, end.connection)
                for _, session in ends:
                    await rig.until(partial(_has_ended, session), "a session did not hear end after a close")
            elif way == "an abort by its handler":
                left.protocol.abort(left.connection)
                with suppress(ProtocolError):
                    await rig.left.active_open(rig.pair.right_address, partial(_aborting, rig.left))
            elif way == "the device below" and rig.pair.right_device is not None:
                rig.pair.right_device.fail(OpenFailed("the medium is gone"))
            for end, session in ends:
                require(not end.collector.ended or session.ends == 1, "a session did not hear the end its owner heard")
            rig.finalize()
            for probe in probes:
                heard = {session.ends for session in probe.sessions}
                require(heard == {1}, f"sessions heard end {heard} times, not once each, by {way} and after finalize")
            await rig.silence()
            late = [what for probe in probes for session in probe.sessions for what in session.late]
            require(not late, f"{late} passed a session after its end by {way}")


async def interposing_reaches_new_connections_only(rig: Rig[Address, Pattern, Conn]) -> None:
    """interpose concerns the connections opened from then on, not those that are open."""
    async with rig.turning(), rig.initialized():
        left, right = await rig.connect()
        probe = Probe()
        rig.left.interpose(probe)
        await rig.carry(left, right, rig.payload(rig.knock))
        await rig.carry(right, left, rig.payload(rig.knock))
        require(not probe.sessions, "an interposer got a session for a connection that was open before it")


def _has_ended(session: ProbeSession) -> bool:
    return session.ends > 0


def _aborting(protocol: Protocol[Address, Pattern, Conn, Never, object], connection: Conn) -> Receiver:
    protocol.abort(connection)
    return Collector()


def _session(probe: Probe, connection: Connection) -> ProbeSession:
    """The one session that ``probe`` was asked for, which is that of ``connection``."""
    require(len(probe.sessions) == 1, f"the interposer was asked for {len(probe.sessions)} sessions of one connection")
    session = probe.sessions[0]
    # A path of a carrier stands for a connection of the layer below, which its interposers are given.
    same = session.connection is connection or isinstance(connection, PathConnection)
    require(same, f"the session was asked for another connection, {session.connection}")
    return session
