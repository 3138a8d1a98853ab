"""What applications do to a network, and the proof that they get what they were promised."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import trio

from foxpy.addresses import Port
from foxpy.errors import OpenFailed, PacketSize, ProtocolError
from tests.system.machines import Datagrams, Stream
from tests.system.network import Member, Network
from tests.system.noise import PLACES, noise
from tests.system.post import Post

STREAMS: Final = Port(7)
DATAGRAMS: Final = Port(9)
MARKS: Final = 1_000_000
"""Places in the noise from here on name one datagram each."""
BROKEN: Final = (ProtocolError, trio.BrokenResourceError, trio.ClosedResourceError)
"""What the torture may do to those who use the network."""


class Half:
    """One direction of one conversation: what was given to the stack, and what came out of it."""

    def __init__(self, begin: int, size: int) -> None:
        self.data = noise(begin, size)
        self.given = 0
        self.ended = False
        self.received = 0

    async def give(self, stream: Stream, choose: random.Random) -> None:
        while self.given < len(self.data):
            piece = self.data[self.given : self.given + choose.choice((1, 100, 3000, 20_000))]
            self.given += len(piece)
            await stream.send_all(piece)
            if choose.random() < 0.3:
                await trio.sleep(choose.choice((0.001, 0.1, 5.0)))
        self.ended = True
        await stream.send_eof()

    def take(self, data: bytes) -> None:
        end = self.received + len(data)
        assert end <= self.given, f"{end} bytes came, {self.given} were sent"
        assert data == self.data[self.received : end], f"other bytes than were sent, at {self.received}"
        self.received = end

    async def read(self, stream: Stream, choose: random.Random) -> None:
        while data := await stream.receive_some(choose.choice((1, 500, 5000, 100_000))):
            self.take(bytes(data))
            if choose.random() < 0.1:
                await trio.sleep(choose.choice((0.001, 0.1, 10.0)))
        assert self.ended, f"the stream ended after {self.received} bytes; its sender did not end it"
        assert self.received == len(self.data), f"the stream ended after {self.received} of {len(self.data)} bytes"


class Conversation:
    """One stream: who sends what in both directions, and how it is to end."""

    def __init__(self, choose: random.Random, largest: int) -> None:
        sizes = (0, 1, 1000, largest // 4, largest)
        self.up = Half(choose.randrange(PLACES), choose.choice(sizes))
        self.down = Half(choose.randrange(PLACES), choose.choice(sizes))
        self.patience = choose.uniform(0.0, 20.0) if choose.random() < 0.2 else float("inf")
        """After so many seconds the client resets it."""
        self.whole = False
        """Both sides had all of it."""

    async def hold(self, stream: Stream, choose: random.Random, give: Half, read: Half) -> None:
        """One side of it; closes ``stream``. Raises what breaks it."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(give.give, stream, choose)
                nursery.start_soon(read.read, stream, choose)
        except BaseException:
            with trio.CancelScope(shield=True):
                await trio.aclose_forcefully(stream)
            raise
        await stream.aclose()


def unbroken(error: BaseException) -> BaseException | None:
    """What of ``error`` the torture does not account for."""
    if isinstance(error, BaseExceptionGroup):
        return error.split(lambda each: isinstance(each, BROKEN))[1]
    return None if isinstance(error, BROKEN) else error


class Traffic:
    """The applications on a network."""

    def __init__(self, network: Network, *, largest: int = 60_000) -> None:
        self.network = network
        self.largest = largest
        self.random = network.random
        self._over = False
        self.calm = False
        """Nothing is wrong any more: servers stay."""
        self.conversations: dict[bytes, Conversation] = {}
        self.whole = 0
        self.broken = 0
        self.datagrams = 0
        self.pings = 0
        self._marks = itertools.count(MARKS)
        self.marked: set[int] = set()
        self._serials = itertools.count(1)
        self._posts: dict[int, Post] = {}

    def open(self) -> bool:
        """Whether servers are to go on."""
        return not self._over

    def close(self) -> None:
        """Servers are to end."""
        self._over = True

    # -- streams

    async def serve(self, member: Member) -> None:
        """Accept streams at ``member`` until all is over; stop listening for a while now and then."""
        choose = random.Random(self.random.random())
        async with trio.open_nursery() as nursery:
            while self.open():
                if not member.up or member.machine is None or member.machine.listen is None:
                    await trio.sleep(1.0)
                    continue
                listener = member.machine.listen(STREAMS)
                leaves = trio.current_time() + choose.uniform(5.0, 100.0)
                with suppress(trio.ClosedResourceError):
                    while self.open() and (self.calm or trio.current_time() < leaves):
                        with trio.move_on_after(5.0):
                            nursery.start_soon(self._answer, await listener.accept(), choose)
                await listener.aclose()
                await trio.sleep(choose.uniform(0.0, 3.0))

    async def _answer(self, stream: Stream, choose: random.Random) -> None:
        try:
            name = b""
            while len(name) < 8:
                piece = await stream.receive_some(8 - len(name))
                if not piece:
                    await stream.aclose()
                    return
                name += piece
            conversation = self.conversations[name]
            await conversation.hold(stream, choose, conversation.down, conversation.up)
        except BaseException as error:
            with trio.CancelScope(shield=True):
                await trio.aclose_forcefully(stream)
            if (rest := unbroken(error)) is not None:
                raise rest from None

    async def talk(self, member: Member, to: int, *, sure: bool = False) -> bool:
        """One conversation of ``member`` with host ``to``; whether it was had whole. ``sure``: it must be."""
        machine = member.machine
        if not member.up or machine is None or machine.connect is None:
            return False
        choose = random.Random(self.random.random())
        conversation = Conversation(choose, self.largest)
        name = choose.randbytes(8)
        self.conversations[name] = conversation
        if self.calm:
            conversation.patience = float("inf")
        try:
            with trio.move_on_after(conversation.patience):
                stream = await machine.connect(to, STREAMS)
                try:
                    await stream.send_all(name)
                except BaseException:
                    with trio.CancelScope(shield=True):
                        await trio.aclose_forcefully(stream)
                    raise
                await conversation.hold(stream, choose, conversation.up, conversation.down)
                conversation.whole = True
        except BaseException as error:
            if sure:
                raise
            if (rest := unbroken(error)) is not None:
                raise rest from None
            self.broken += 1
        else:
            self.whole += conversation.whole
        return conversation.whole

    # -- datagrams

    async def collect(self, member: Member) -> None:
        """Take datagrams at ``member`` until all is over, and look into them."""
        while self.open():
            if not member.up or member.machine is None or member.machine.bind is None:
                await trio.sleep(1.0)
                continue
            socket = member.machine.bind(DATAGRAMS)
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                while self.open():
                    with trio.move_on_after(5.0), suppress(OpenFailed):
                        data = await socket.receive()
                        if len(data) > 4:
                            begin = int.from_bytes(data[:4], "big")
                            # Two wrong bits can cancel out in a checksum, and several fragments may have one each.
                            if len(data) < 500 or not self.network.corrupts:
                                assert data[4:] == noise(begin, len(data) - 4), f"{len(data)} bytes"
                            self.marked.add(begin)
                        self.datagrams += 1
            await socket.aclose()

    async def scatter(self, member: Member, to: int, count: int) -> None:
        """``count`` datagrams of all sizes from ``member`` to host ``to``."""
        machine = member.machine
        if not member.up or machine is None or machine.bind is None:
            return
        choose = random.Random(self.random.random())
        try:
            socket = machine.bind(Port(0))
            for _ in range(count):
                await self._throw(socket, to, choose)
                await trio.sleep(choose.choice((0.0, 0.01, 1.0)))
            await socket.aclose()
        except BROKEN:
            return

    async def _throw(self, socket: Datagrams, to: int, choose: random.Random) -> None:
        size = choose.choice((0, 1, 4, 5, 400, 1469, 1473, 4000, 9000, 30_000, 65_507, 65_508))
        begin = choose.randrange(PLACES)
        data = (begin.to_bytes(4, "big") + noise(begin, size))[:size]
        try:
            await socket.send(to, DATAGRAMS, data)
        except (PacketSize, OpenFailed):
            return

    async def mark(self, member: Member, to: int) -> bool:
        """Whether one of some small datagrams from ``member`` arrives at ``to``."""
        machine = member.machine
        assert machine is not None
        assert machine.bind is not None
        socket = machine.bind(Port(0))
        mark = next(self._marks)
        for _ in range(20):
            with suppress(ProtocolError):
                await socket.send(to, DATAGRAMS, mark.to_bytes(4, "big") + noise(mark, 10))
            await trio.sleep(1.0)
            if mark in self.marked:
                break
        await socket.aclose()
        return mark in self.marked

    # -- messages

    async def deliver_post(self, member: Member) -> None:
        """Keep a post office at ``member`` until all is over."""
        while self.open():
            machine = member.machine
            if not member.up or machine is None or machine.messages is None:
                await trio.sleep(1.0)
                continue
            post = self._posts[member.number] = Post(machine, self._serials)
            while self.open() and member.has(machine):
                await trio.sleep(1.0)
            del self._posts[member.number]
            post.close()

    async def post(self, member: Member, to: int, count: int) -> None:
        """Messages of all sizes from ``member`` to host ``to``."""
        choose = random.Random(self.random.random())
        for _ in range(count):
            if member.number in self._posts:
                self._posts[member.number].send(to, choose.choice((0, 1, 1000, 1471, 9000, 60_000)))
            await trio.sleep(choose.choice((0.0, 0.01, 1.0)))

    def posted(self, member: Member, to: int) -> Callable[[], bool]:
        """Send a message now; what is returned tells whether it has arrived."""
        serial = self._posts[member.number].send(to, 3000)
        return lambda: serial in self._posts[to].received

    # -- pings

    async def ping(self, member: Member, to: int) -> bool:
        machine = member.machine
        if not member.up or machine is None or machine.ping is None:
            return False
        choose = random.Random(self.random.random())
        try:
            answered = await machine.ping(to, noise(0, choose.choice((8, 56, 1472, 5000))))
        except (ProtocolError, PacketSize):
            return False
        self.pings += answered
        return answered
