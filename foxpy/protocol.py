"""The signature that every layer implements, from the device to TCP.

This is Fox Net's ``PROTOCOL`` ("Signatures for a Network Protocol Stack", figure 3) in typed Python, with what the
x-kernel's uniform interface has and the paper's lacks. The operations of a Protocol, in the order below:

- *lifecycle*: ``initialize`` and ``finalize``, counted, so that each layer may ask for the one below it;
- *open*: ``active_open`` towards a peer, ``passive_open`` for the first peer that matches a pattern, ``listen`` for all
  of them (the x-kernel's openenable and opendone; ``Listening.stop`` is its opendisable);
- *data*: ``send`` stages a Sender for a connection. There is no receive: what arrives is given by an upcall to the
  Receiver that the handler returned when the connection was opened;
- *teardown*: ``close`` in good order, ``abort`` at once;
- *control and query*: what only this protocol has, as typed requests and a typed answer.

Both directions are *staged*. A handler is given a connection once and returns what takes each packet; ``send`` is given
a connection once and returns what sends each packet. What depends on the connection alone is computed once.

Upcalls and sends are plain synchronous calls through the whole stack. Only ``active_open``, ``passive_open`` and
``close`` may wait, because a peer may have to answer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeAlias, TypeVar

from foxpy.errors import (
    BadAddress,
    BrokenByPeer,
    InitializationFailed,
    InvalidConnection,
    NotInitialized,
    OpenFailed,
    PacketSize,
    ProtocolError,
    Refused,
    TimedOut,
    Unreachable,
)
from foxpy.interpose import Interposable, Interposer, staged
from foxpy.message import Writer
from foxpy.path import Host, Path
from foxpy.runtime import Component, Runtime
from foxpy.status import Status
from foxpy.transfer import Connection, Receiver, Sender

__all__ = [
    "BadAddress",
    "BrokenByPeer",
    "Carrier",
    "Connection",
    "Connectionless",
    "Handler",
    "Host",
    "InitializationFailed",
    "Interposable",
    "Interposer",
    "InvalidConnection",
    "Listening",
    "NotInitialized",
    "OpenFailed",
    "PacketSize",
    "Path",
    "PathHandler",
    "Paths",
    "Protocol",
    "ProtocolError",
    "Receiver",
    "Refused",
    "Sender",
    "Status",
    "TimedOut",
    "Unreachable",
    "Writer",
]

Address = TypeVar("Address", bound=Hashable)  # names one peer; invariant: it is taken and given
Pattern = TypeVar("Pattern", bound=Hashable)  # names a set of peers; invariant, as it keys the listening table
Conn = TypeVar("Conn", bound=Connection)  # a handle for one open connection; invariant: handlers take it, opens give it
Control = TypeVar("Control", contravariant=True)  # requests are only taken: who takes more kinds can stand in
Info = TypeVar("Info", covariant=True)  # answers are only given: who tells more can stand in

Handler: TypeAlias = Callable[[Conn], Receiver]
"""Is given a new connection, once, and returns what takes its packets and status events.

It may stage a sender (``protocol.send(connection)``) and send, close or abort from inside. Where it raises, the
connection is aborted and the error goes to who called: the open, or, for a peer's connection, what turns the stack."""


class Listening(ABC):
    """A pattern being listened to, as ``listen`` returned it."""

    @abstractmethod
    def stop(self) -> None:
        """Accept no further peers. Connections already made live on. Stopping twice is harmless."""


class Protocol(Component, Interposable, Generic[Address, Pattern, Conn, Control, Info]):
    """One layer: an algorithm that turns the service of the layer below into the one above.

    A layer writes ``stage``, the three opens, ``close``, ``abort``, ``control`` and ``query``, and ``acquire`` and
    ``release`` where it holds anything; the counting, and the interposing of identity layers, are done here. Instances
    belong to one Runtime and are used from its thread only.
    """

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self.runtime = runtime
        self._initialized = 0
        self._released: dict[Callable[[], None], None] = {}

    # -- lifecycle

    def initialize(self) -> int:
        """Take what the protocol needs from the system and the layers below; the number of initializations open.

        Only the first call takes anything. Raises InitializationFailed, and then holds nothing.
        """
        if self._initialized == 0:
            self.acquire()
        self._initialized += 1
        return self._initialized

    def finalize(self) -> int:
        """Undo one ``initialize``; the number still open. The last one ends every connection and releases all.

        The receivers of those connections hear Closed or Aborted. Raises NotInitialized where there is nothing to undo.
        """
        self.require_initialized()
        self._initialized -= 1
        if self._initialized == 0:
            self.release()
            for callback in list(self._released):
                callback()
        return self._initialized

    def when_released(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` whenever the last ``finalize`` is done, until the function that this returns is called.

        For who waits for peers and holds no connection yet, whose end a receiver would hear.
        """
        self._released[callback] = None

        def forget() -> None:
            self._released.pop(callback, None)

        return forget

    def acquire(self) -> None:
        """What a layer does on the first ``initialize``: initialize the layer below, listen to it, get resources."""

    def release(self) -> None:
        """What a layer does on the last ``finalize``: abort its connections, stop listening, finalize what is below."""

    def require_initialized(self) -> None:
        """Raises NotInitialized unless initialized: the first line of every open."""
        if self._initialized == 0:
            raise NotInitialized(f"{type(self).__name__} is not initialized; call initialize() or run its stack first")

    # -- open

    @abstractmethod
    async def active_open(self, address: Address, handler: Handler[Conn]) -> Conn:
        """Open a connection to the peer at ``address``; may wait for its answer.

        ``handler`` is called once, before this returns. Raises NotInitialized, BadAddress, OpenFailed (Refused and
        Unreachable among them), TimedOut. When cancelled, the half-open connection is aborted.
        """

    @abstractmethod
    async def passive_open(self, pattern: Pattern, handler: Handler[Conn]) -> tuple[Conn, Address]:
        """Wait for the first peer that matches ``pattern``; its connection and its address.

        Raises NotInitialized, also where the protocol is finalized while it waits, BadAddress, OpenFailed (someone
        listens to that pattern already). When cancelled, it listens no more.
        """

    @abstractmethod
    def listen(self, pattern: Pattern, accept: Handler[Conn]) -> Listening:
        """Give every new peer that matches ``pattern`` to ``accept`` until stopped; does not wait.

        ``accept`` is called when the connection is open, before its first packet is delivered. Raises NotInitialized,
        BadAddress, OpenFailed (someone listens to that pattern already).
        """

    # -- down: send

    def send(self, connection: Conn) -> Sender:
        """What sends on ``connection``. Stage it once, then call it for each packet; it stays valid until the close.

        Raises InvalidConnection.
        """
        own = self.stage(connection)  # also where something is interposed: it is what raises after a close
        return connection.staged or own

    @abstractmethod
    def stage(self, connection: Conn) -> Sender:
        """This layer's own Sender for ``connection``, without what is interposed. Raises InvalidConnection."""

    # -- up: deliver

    def attach(self, connection: Conn, handler: Handler[Conn]) -> Receiver:
        """What a layer calls in place of ``handler(connection)``: with nothing interposed it is the same.

        Otherwise the receiver that it gives sits below all that is interposed, and so does what the layer delivers.
        Where ``handler`` raises, ``connection`` is aborted: the layer has nothing to undo.
        """
        try:
            if not self.interposers:
                return handler(connection)
            sender, receiving = staged(
                self.interposers, connection, self.stage(connection), self.runtime, lambda: self.abort(connection)
            )
            connection.staged = sender
            return receiving(handler(connection))
        except BaseException:
            self.abort(connection)
            raise

    # -- close and abort

    def detach(self, connection: Connection) -> None:
        """What a layer calls wherever ``connection`` ends for its owner: in ``abort``, when it is forgotten, and before
        its receiver hears Closed or Aborted. Ends what ``attach`` interposed; calling it twice is harmless."""
        sessions = connection.sessions
        if sessions:
            connection.sessions = ()
            for session in sessions:
                session.end()

    @abstractmethod
    async def close(self, connection: Conn) -> None:
        """End ``connection`` in good order, after all that was sent has arrived; may wait for the peer.

        Closing twice is harmless. When cancelled, the connection goes on closing by itself.
        """

    @abstractmethod
    def abort(self, connection: Conn) -> None:
        """End ``connection`` now, whether or not the peer can be reached. What was not delivered is lost.

        Its receiver hears nothing more. Aborting twice, or after a close, is harmless.
        """

    # -- control and query

    @abstractmethod
    def control(self, request: Control) -> None:
        """Do what only this protocol can. Raises BadAddress, or InvalidConnection where the request names one."""

    @abstractmethod
    def query(self) -> Info:
        """What this protocol can tell, counters of everything dropped among it. Costly parts of it are methods."""


class Connectionless(Protocol[Address, Pattern, Conn, Control, Info]):
    """A protocol that needs no handshake: its opens never wait, so it can also be opened in the middle of an upcall.

    Peers it was never told of get a connection when their first packet matches a ``listen``; how many it keeps is
    bounded, and the receiver of one that is dropped for room hears Forgotten.
    """

    @abstractmethod
    def open(self, address: Address, handler: Handler[Conn]) -> Conn:
        """``active_open`` without waiting. Raises NotInitialized, BadAddress, OpenFailed."""

    async def active_open(self, address: Address, handler: Handler[Conn]) -> Conn:
        return self.open(address, handler)

    async def close(self, connection: Conn) -> None:
        self.abort(connection)


PathHandler: TypeAlias = Callable[[Path[Host]], Receiver]
"""A Handler for paths: given each new path once, returns what takes its packets."""


SETTLE: Final = 120.0
"""Twice as long as TCP lingers in TIME-WAIT."""


class Paths(Component, Interposable, Generic[Host]):
    """A lower protocol reduced to paths between hosts. What takes any of these would take too much: a Carrier is for
    every protocol, an IpLink for IPv4 alone, and the one is refused where the other belongs."""

    name: str
    """What it is a carrier of, for messages: ``ipv4 protocol 6``."""
    verified: bool = False
    """What arrives has been checked for damage already, below: an upper layer need not check again."""

    @property
    def settle(self) -> float:
        """Seconds that a path should lie unused before it is closed, so that both ends let go of it at about one time.

        0 unless what is interposed keeps a conversation with its other end: if only the one end lost that, a new
        beginning there would meet the middle of a conversation here.
        """
        return SETTLE if any(interposer.converses for interposer in self.interposers) else 0.0

    @abstractmethod
    def open(self, host: Host, handler: PathHandler[Host], local: Host | None = None) -> Path[Host]:
        """A path to ``host``, from ``local`` where given, else from the address that the lower layer picks.

        Does not wait. Raises NotInitialized, BadAddress, OpenFailed (no route, opened already).
        """

    @abstractmethod
    def listen(self, accept: PathHandler[Host]) -> Listening:
        """Give every path that a peer begins to ``accept``. Raises OpenFailed where someone listens already."""

    @abstractmethod
    def host(self, text: str) -> Host:
        """The host that ``text`` names, as people write it. Raises BadAddress."""

    def is_group(self, host: Host) -> bool:
        """Whether ``host`` stands for many machines (multicast, broadcast), with whom no stream is possible."""
        return False

    def reject(self, path: Path[Host], frame: bytes, start: int, end: int) -> None:
        """Nobody here wants the packet ``frame[start:end]`` that came over ``path``: tell its sender where the lower
        layer has a way to (ICMP port unreachable). May be called from inside ``deliver``. By default says nothing."""
        return

    def suspect(self, path: Path[Host]) -> None:
        """The peer of ``path`` does not answer: the lower layer may look for a better way to it (RFC 1122, section
        3.3.1.4, negative advice). May be called from inside ``deliver``. By default does nothing."""
        return


class Carrier(Paths[Host]):
    """A lower protocol dedicated to one protocol above it: the one typed value that an upper layer's factory takes.

    Fox Net's functors took a structure and a few functions; a carrier is those in one object. It has the protocol
    number or ethertype in it, and it hides everything about the lower protocol but how that names hosts. So
    ``tcp(ip.carrier(6))`` is a ``Tcp[IPv4Address]``, ``tcp(ethernet.carrier(0x88B5))`` a ``Tcp[MacAddress]``, and
    ``tcp(ethernet)`` is an error that mypy reports.
    """
