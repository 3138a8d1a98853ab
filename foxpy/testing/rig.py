"""Opening, sending and waiting on a pair of protocols: the hands of the conformance kit."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Generic, Never

import trio

from foxpy.driver import running
from foxpy.protocol import Address, Conn, Listening, Pattern, Protocol, Sender
from foxpy.runtime import Component, Runtime
from foxpy.testing.collector import Acceptor, Collector
from foxpy.testing.contract import Observation, require
from foxpy.testing.pair import ProtocolPair


class End(Generic[Address, Pattern, Conn]):
    """One end of a connection: its protocol, what it heard, and a sender staged once."""

    def __init__(
        self, protocol: Protocol[Address, Pattern, Conn, Never, object], connection: Conn, collector: Collector
    ) -> None:
        self.protocol = protocol
        self.connection = connection
        self.collector = collector
        self.sender: Sender = protocol.send(connection)


class _Turning(Component):
    """Initializes nothing: makes ``running`` turn the scheduler while the kit counts initializations for itself."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    def initialize(self) -> int:
        return 1

    def finalize(self) -> int:
        return 0


class Rig(Generic[Address, Pattern, Conn]):
    """One pair at work. Everything waits in the pair's patience."""

    def __init__(self, pair: ProtocolPair[Address, Pattern, Conn]) -> None:
        self.pair = pair
        self.left = pair.left
        self.right = pair.right
        self._collectors: list[Collector] = []
        self._sent: list[bytes] = []

    @asynccontextmanager
    async def turning(self) -> AsyncIterator[None]:
        """The schedulers turn, nothing is initialized."""
        runtimes = [self.left.runtime, self.right.runtime, *(component.runtime for component in self.pair.beside)]
        async with running(*map(_Turning, runtimes)):
            yield
        for collector in self._collectors:
            require(not collector.complaints, "; ".join(collector.complaints))

    @asynccontextmanager
    async def initialized(self) -> AsyncIterator[None]:
        """Both are initialized once, and finalized after the block unless it failed."""
        self.initialize()
        yield
        self.finalize()

    def initialize(self) -> None:
        for component in (*self.pair.beside, self.left, self.right):
            component.initialize()

    def finalize(self) -> None:
        for component in (self.right, self.left, *self.pair.beside):
            component.finalize()

    # -- waiting

    async def until(self, condition: Callable[[], bool], otherwise: str) -> None:
        """Wait for ``condition``; it is broken, as ``otherwise`` says, where the pair's patience ends."""
        require(await self.happens(condition), otherwise)

    async def happens(self, condition: Callable[[], bool], within: float | None = None) -> bool:
        """Whether ``condition`` comes true in time."""
        deadline = trio.current_time() + (self.pair.patience if within is None else within)
        step = 0.001
        while not condition():
            if trio.current_time() >= deadline:
                return False
            await trio.sleep(step)
            step = min(step * 1.5, 0.25)
        return True

    async def silence(self) -> None:
        """Wait until everything under way has arrived."""
        await trio.sleep(self.pair.silence)

    # -- opening

    def collector(self, react: Callable[[bytes], None] | None = None) -> Collector:
        collector = Collector(react)
        self._collectors.append(collector)
        return collector

    async def active(
        self, protocol: Protocol[Address, Pattern, Conn, Never, object], address: Address
    ) -> End[Address, Pattern, Conn]:
        """An active open that must succeed."""
        collector = self.collector()
        with trio.move_on_after(self.pair.patience):
            connection = await protocol.active_open(address, lambda _: collector)
            return End(protocol, connection, collector)
        raise Observation(f"active_open of {address} did not return within {self.pair.patience} s")

    async def accepted(
        self, acceptor: Acceptor[Conn], end: End[Address, Pattern, Conn] | None, count: int = 1
    ) -> tuple[Conn, Collector]:
        """Knock on ``end`` until ``acceptor`` has ``count`` connections; the last of them, with the knocks forgotten.

        A connectionless protocol's peer exists for the other side once something came from it.
        """
        waited = 0.0
        while len(acceptor.accepted) < count and waited < self.pair.patience:
            if end is not None and not self.pair.stream:
                self._sent.append(self.payload(self.knock, 7))
                end.sender.send(self._sent[-1])
            await self.happens(lambda: len(acceptor.accepted) >= count, self.pair.silence)
            waited += self.pair.silence
        require(len(acceptor.accepted) >= count, f"accept was not called within {self.pair.patience} s")
        await self.silence()
        connection, collector = acceptor.accepted[count - 1]
        self._collectors.append(collector)
        collector.packets.clear()
        return connection, collector

    async def connect(self) -> tuple[End[Address, Pattern, Conn], End[Address, Pattern, Conn]]:
        """Right listens, left opens: both ends, with nothing delivered yet."""
        left, right, _ = await self.connect_listening()
        return left, right

    async def connect_listening(
        self,
    ) -> tuple[End[Address, Pattern, Conn], End[Address, Pattern, Conn], Listening]:
        acceptor: Acceptor[Conn] = Acceptor()
        listening = self.right.listen(self.pair.pattern, acceptor)
        left = await self.active(self.left, self.pair.right_address)
        connection, collector = await self.accepted(acceptor, left)
        return left, End(self.right, connection, collector), listening

    # -- sending

    @property
    def knock(self) -> int:
        return max(self.pair.smallest, self.pair.padding, 1)

    @staticmethod
    def payload(size: int, seed: int = 0) -> bytes:
        """``size`` bytes that differ from those of any other size and seed."""
        return random.Random(seed << 32 | size).randbytes(size)

    def equal(self, received: bytes, sent: bytes) -> bool:
        """Whether what came is what was sent, padding aside."""
        if received == sent:
            return True
        padding = received[len(sent) :]
        return len(received) <= self.pair.padding and received.startswith(sent) and not any(padding)

    async def transmit(self, end: End[Address, Pattern, Conn], data: bytes) -> None:
        """Send all of ``data`` on a stream, in pieces that its limit takes."""
        while data:
            await self.until(lambda: end.sender.limit() > 0, "limit() stayed at 0: nothing more can be sent")
            size = min(end.sender.limit(), len(data))
            end.sender.send(data[:size])
            data = data[size:]

    async def carry(self, source: End[Address, Pattern, Conn], sink: End[Address, Pattern, Conn], sent: bytes) -> None:
        """``sent`` goes from ``source`` to ``sink`` and must arrive, once, as it was."""
        collector = sink.collector
        if self.pair.stream:
            before = len(collector.data)
            await self.transmit(source, sent)
            await self.until(
                lambda: len(collector.data) >= before + len(sent),
                f"not all of {len(sent)} bytes arrived",
            )
            require(collector.data[before:] == sent, f"{len(sent)} bytes arrived changed")
            return
        if not self.pair.reliable:
            await self._carry_by_trying(source, collector, sent)
            return
        count = len(collector.packets)
        source.sender.send(sent)
        await self.happens(lambda: len(collector.packets) > count)
        require(len(collector.packets) > count, f"a packet of {len(sent)} bytes did not arrive")
        require(len(collector.packets) == count + 1, f"a packet of {len(sent)} bytes arrived more than once")
        if not self.equal(collector.packets[count], sent):
            raise Observation(_difference(collector.packets[count], sent))

    async def _carry_by_trying(self, source: End[Address, Pattern, Conn], collector: Collector, sent: bytes) -> None:
        """As ``carry`` where packets are lost, doubled and late: one of many arrives, and none that was not sent."""
        count = len(collector.packets)
        self._sent.append(sent)

        def arrived() -> bool:
            return any(self.equal(received, sent) for received in collector.packets[count:])

        for _ in range(40):
            source.sender.send(sent)
            if await self.happens(arrived, self.pair.silence * 2):
                break
        else:
            raise Observation(f"none of 40 packets of {len(sent)} bytes arrived")
        for received in collector.packets[count:]:
            if not any(self.equal(received, known) for known in self._sent):
                raise Observation(f"a packet of {len(received)} bytes arrived that was not sent")


def _difference(received: bytes, sent: bytes) -> str:
    if len(received) != len(sent):
        return f"a packet of {len(sent)} bytes arrived with {len(received)}"
    place = next(i for i, (a, b) in enumerate(zip(received, sent, strict=True)) if a != b)
    came, went = received[place], sent[place]
    return f"a packet of {len(sent)} bytes arrived changed at byte {place}: {came:#04x}, not {went:#04x}"
