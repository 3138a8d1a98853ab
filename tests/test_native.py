"""What is compiled is compiled as a whole, and what users write themselves works with it as it does interpreted."""

from __future__ import annotations

from importlib import import_module
from ipaddress import IPv4Address
from typing import Final

import pytest
import trio

from docs.examples.channels import ChannelAddress, ChannelConnection, ChannelPattern, channels
from docs.examples.mark import mark
from foxpy.addresses import Port
from foxpy.devices.port import Outlet
from foxpy.driver import running
from foxpy.errors import PacketSize
from foxpy.hot import STACK
from foxpy.interpose import Interposer, Session
from foxpy.layers.tcp import Tcp, tcp
from foxpy.layers.tcp.congestion import CongestionControl, Cubic, NoControl, Start
from foxpy.message import Writer
from foxpy.native import COMPILED, MODE
from foxpy.offload import NONE, Kind, Offload
from foxpy.runtime import Runtime
from foxpy.source import Source
from foxpy.status import Closed, Status
from foxpy.streams import TcpStream, connect_tcp, listen_tcp
from foxpy.testing import Acceptor, Collector
from foxpy.testing.hosts import hosts
from foxpy.transfer import Connection, Receiver, Sender
from foxpy.wire.ahead.compiling import HOT, SUPPORT

DATA: Final = bytes(range(256)) * 400
NATIVE: Final = ("foxpy.wire.ahead.native",)
"""Never interpreted."""


@pytest.mark.parametrize("name", [name for name in (*SUPPORT, *HOT, *STACK) if COMPILED or name not in NATIVE])
def test_all_of_it_is_compiled_or_nothing(name: str) -> None:
    file = import_module(name).__file__
    assert file is not None
    assert file.endswith(".py") != COMPILED


def test_the_mode_has_a_name() -> None:
    assert ("compiled" if COMPILED else "interpreted") == MODE


# -- subclasses of the bases, with attributes, state and methods of their own


class Flipped(Sender):
    """Inverts every payload."""

    def __init__(self, below: Sender) -> None:
        self.below = below
        self.sent = 0
        self._at = 0

    def begin(self, size: int) -> Writer:
        writer = self.below.begin(size)
        self._at = len(writer)
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        whole = bytes(writer[self._at :]) + payload
        self.sent += 1
        self.below.send(bytes(255 - byte for byte in whole))

    def limit(self) -> int:
        return self.below.limit()


class Unflipped(Receiver):
    """Puts it right again."""

    def __init__(self, above: Receiver) -> None:
        self.above = above
        self.heard: list[Status] = []

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        right = bytes(255 - byte for byte in frame[start:end])
        self.above.deliver(right, 0, len(right))

    def status(self, event: Status) -> None:
        self.heard.append(event)
        self.above.status(event)


class Flip(Interposer):
    def __init__(self) -> None:
        self.senders: list[Flipped] = []
        self.receivers: list[Unflipped] = []

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return FlipSession(self)


class FlipSession(Session):
    def __init__(self, flip: Flip) -> None:
        self.flip = flip

    def sender(self, below: Sender) -> Sender:
        self.flip.senders.append(Flipped(below))
        return self.flip.senders[-1]

    def receiver(self, above: Receiver) -> Receiver:
        self.flip.receivers.append(Unflipped(above))
        return self.flip.receivers[-1]


async def carry(client: Tcp[IPv4Address], server: Tcp[IPv4Address], address: IPv4Address) -> None:
    """100 KB there, and back as they came."""
    async with running(client, server), trio.open_nursery() as nursery:
        listener = listen_tcp(server, Port(80))
        stream = await connect_tcp(client, address, Port(80))
        accepted = await listener.accept()
        nursery.start_soon(sent, stream)
        assert b"".join([piece async for piece in accepted]) == DATA
        nursery.start_soon(sent, accepted)
        assert b"".join([piece async for piece in stream]) == DATA


async def sent(stream: TcpStream[IPv4Address]) -> None:
    await stream.send_all(DATA)
    await stream.send_eof()


async def test_senders_and_receivers_of_ones_own_between_ip_and_tcp() -> None:
    one, other = hosts()
    flips = Flip(), Flip()
    client, server = (tcp(host.ip.carrier(253).interpose(flip)) for host, flip in zip((one, other), flips, strict=True))
    await carry(client, server, other.address)
    for flip in flips:
        assert sum(sender.sent for sender in flip.senders) > 2
        assert isinstance(flip.receivers[0], Receiver)
        assert vars(flip.receivers[0])["heard"] == flip.receivers[0].heard


async def test_a_layer_with_a_header_of_its_own_between_ip_and_tcp() -> None:
    one, other = hosts()
    client, server = (tcp(mark(host.ip.carrier(253), flow=7)) for host in (one, other))
    await carry(client, server, other.address)


async def test_connections_of_ones_own_on_ip() -> None:
    one, other = hosts()
    left, right = (channels(host.ip.carrier(253)) for host in (one, other))
    heard = Acceptor[ChannelConnection[IPv4Address]]()
    async with running(left, right):
        right.listen(ChannelPattern(5), heard)
        connection = await left.active_open(ChannelAddress(other.address, 5), lambda _: Collector())
        left.send(connection).send(b"hello")
        await trio.sleep(1)
        assert heard.accepted[0][1].packets == [b"hello"]
        assert connection.sessions == ()
        assert connection.channel == 5


class Kept(Sender):
    """Keeps what it is to send; the rest is as the base has it."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []

    def begin(self, size: int) -> Writer:
        return bytearray()

    def commit(self, writer: Writer, payload: bytes) -> None:
        self.packets.append(bytes(writer) + payload)

    def limit(self) -> int:
        return 10


def test_a_sender_inherits_what_it_does_not_write() -> None:
    sender = Kept()
    sender.send(b"one")
    sender.send_many(b"twofour", 3)
    assert sender.packets == [b"one", b"two", b"fou", b"r"]
    assert sender.offloads() is NONE
    with pytest.raises(PacketSize, match="Kept does nothing for marked packets"):
        sender.begin_offloaded(5, Offload(Kind.UDP, 6))
    with pytest.raises(ValueError, match="packets of 0 bytes"):
        sender.send_many(b"any", 0)


ANSWERS: Final = (Receiver, Sender, Connection, Source, Outlet, CongestionControl, Cubic, NoControl)


@pytest.mark.parametrize("first", ANSWERS)
def test_each_base_answers_for_itself_alone(first: type[object]) -> None:
    """Whatever was asked before, and of classes that nobody has asked about."""

    class Quiet(NoControl):
        pass

    for made in (Kept(), Quiet(Start(1460, 14600)), NoControl(Start(1460, 14600))):
        isinstance(made, first)
        told = {base for base in ANSWERS if isinstance(made, base)}
        assert told == set(type(made).__mro__) & set(ANSWERS)


def test_a_receiver_ignores_events_by_default() -> None:
    class Deaf(Receiver):
        def deliver(self, frame: bytes, start: int, end: int) -> None:
            raise AssertionError

    Deaf().status(Closed())


BASES: Final[dict[type[object], dict[str, tuple[object, ...]]]] = {
    Receiver: {"deliver": (b"", 0, 0)},
    Sender: {"begin": (0,), "commit": (bytearray(), b""), "limit": ()},
    Source: {"burst": (1,)},
    Outlet: {"transmit": (bytearray(), b""), "transmit_offloaded": (bytearray(), b"", Offload(Kind.UDP, 6))},
}
"""What has to be written of each base."""


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.__name__)
def test_what_has_to_be_written_and_is_not_is_told(base: type[object]) -> None:
    """When an instance is made; of a compiled base, when the method is called."""
    half = type("Half", (base,), {})
    for name, arguments in BASES[base].items():
        with pytest.raises((TypeError, NotImplementedError), match=f"abstract method|Half has no {name}\\(\\)"):
            getattr(half(), name)(*arguments)
