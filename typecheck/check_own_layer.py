"""A layer of one's own: mypy says what it lacks and where it differs from the signature."""

from __future__ import annotations

from typing import Generic, Never, TypeAlias, assert_type

import attrs

from foxpy.addresses import MacAddress
from foxpy.carrier import ProtocolCarrier
from foxpy.layers.ethernet import Ethernet
from foxpy.layers.tcp import Tcp, tcp
from foxpy.message import Writer
from foxpy.protocol import Carrier, Connection, Connectionless, Handler, Host, Listening, Protocol, Sender
from foxpy.runtime import Runtime


@attrs.frozen
class Topic:
    """An address and a pattern."""

    number: int


class Line(Connection):
    """A connection."""


@attrs.frozen
class Restart:
    """A request."""


@attrs.frozen
class News:
    """An answer."""

    received: int


class Post(Connectionless[Topic, Topic, Line, Restart, News]):
    """A layer that is whole. Those below it differ from it in one thing each."""

    def open(self, address: Topic, handler: Handler[Line]) -> Line:
        raise NotImplementedError

    async def passive_open(self, pattern: Topic, handler: Handler[Line]) -> tuple[Line, Topic]:
        raise NotImplementedError

    def listen(self, pattern: Topic, accept: Handler[Line]) -> Listening:
        raise NotImplementedError

    def stage(self, connection: Line) -> Sender:
        raise NotImplementedError

    def abort(self, connection: Line) -> None:
        raise NotImplementedError

    def control(self, request: Restart) -> None:
        raise NotImplementedError

    def query(self) -> News:
        return News(0)


def whole(runtime: Runtime) -> None:
    post = Post(runtime)
    assert_type(post.query(), News)
    post.control(Restart())
    post.control(News(0))  # type: ignore[arg-type]
    Post()  # type: ignore[call-arg]


# -- methods missing


class WithoutControl(Connectionless[Topic, Topic, Line, Restart, News]):
    """All is there but control."""

    open = Post.open
    passive_open = Post.passive_open
    listen = Post.listen
    stage = Post.stage
    abort = Post.abort
    query = Post.query


class NeedsHandshakes(Protocol[Topic, Topic, Line, Restart, News]):
    """Not connectionless, so it has to say how it opens and closes."""

    passive_open = Post.passive_open
    listen = Post.listen
    stage = Post.stage
    abort = Post.abort
    control = Post.control
    query = Post.query


def missing(runtime: Runtime) -> None:
    WithoutControl(runtime)  # type: ignore[abstract]
    NeedsHandshakes(runtime)  # type: ignore[abstract]


# -- methods of another shape

Layer: TypeAlias = Connectionless[Topic, Topic, Line, Restart, News]


class OpensText(Layer):
    def open(self, address: str, handler: Handler[Line]) -> Line:  # type: ignore[override]
        raise NotImplementedError


class OpensLater(Layer):
    async def open(self, address: Topic, handler: Handler[Line]) -> Line:  # type: ignore[override]
        raise NotImplementedError


class ListensLater(Layer):
    async def listen(self, pattern: Topic, accept: Handler[Line]) -> Listening:  # type: ignore[override]
        raise NotImplementedError


class ForgetsTheAddress(Layer):
    async def passive_open(self, pattern: Topic, handler: Handler[Line]) -> Line:  # type: ignore[override]
        raise NotImplementedError


class StagesFunctions(Layer):
    def stage(self, connection: Line) -> bytes:  # type: ignore[override]
        raise NotImplementedError


class StagesOthers(Layer):
    def stage(self, connection: str) -> Sender:  # type: ignore[override]
        raise NotImplementedError


class TakesLess(Layer):
    def control(self, request: Never) -> None:  # type: ignore[override]
        raise NotImplementedError


class AnswersText(Layer):
    def query(self) -> str:  # type: ignore[override]
        return "fine"


class AcquiresLater(Layer):
    async def acquire(self) -> None:  # type: ignore[override]
        """Nobody awaits it."""


class NoConnection(Connectionless[Topic, Topic, str, Restart, News]):  # type: ignore[type-var]
    """A connection of one's own derives from Connection."""


def without_hosts(carrier: Carrier) -> None:  # type: ignore[type-arg]
    """A carrier is of some kind of host."""


# -- its senders


class Sending(Sender):
    """A sender that is whole."""

    def begin(self, size: int) -> Writer:
        return Writer()

    def commit(self, writer: Writer, payload: bytes) -> None:
        """Sends."""

    def limit(self) -> int:
        return 1500


class Boundless(Sender):
    """It does not say how much fits."""

    begin = Sending.begin
    commit = Sending.commit


class BeginsNothing(Sender):
    def begin(self) -> Writer:  # type: ignore[override]
        return Writer()


class CommitsLater(Sender):
    async def commit(self, writer: Writer, payload: bytes) -> None:  # type: ignore[override]
        """Nobody awaits it."""


def senders() -> None:
    Sending()
    Boundless()  # type: ignore[abstract]


# -- its carriers, and a layer over any host


class PostCarrier(ProtocolCarrier[Topic, Topic, Topic, Line]):
    """A carrier that is whole: hosts are topics."""

    def address(self, host: Topic, local: Topic | None) -> Topic:
        return host

    def pattern(self) -> Topic:
        return Topic(0)

    def ends(self, connection: Line) -> tuple[Topic, Topic]:
        return Topic(0), Topic(0)

    def host(self, text: str) -> Topic:
        return Topic(0)


class HalfCarrier(ProtocolCarrier[Topic, Topic, Topic, Line]):
    """It cannot tell the ends of a connection."""

    address = PostCarrier.address
    pattern = PostCarrier.pattern
    host = PostCarrier.host


class OtherHosts(Carrier[Topic]):
    def host(self, text: str) -> MacAddress:  # type: ignore[override]
        return MacAddress.parse(text)


class Over(Generic[Host]):
    """A layer over any carrier."""

    def __init__(self, carrier: Carrier[Host]) -> None:
        self.carrier = carrier


def carriers(post: Post, eth: Ethernet) -> None:
    carrier = PostCarrier(post, "post")
    assert_type(Over(carrier), Over[Topic])
    assert_type(tcp(carrier), Tcp[Topic])
    stations: Tcp[MacAddress] = tcp(carrier)  # type: ignore[arg-type]
    Over(post)  # type: ignore[arg-type]
    PostCarrier(eth, "post")  # type: ignore[arg-type]
    HalfCarrier(post, "post")  # type: ignore[abstract]
