"""The application above the TCP under test: its calls, and what it is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from foxpy.errors import InvalidConnection, ProtocolError
from foxpy.layers.tcp import Configure, Tcp, TcpAddress, TcpConfig, TcpConnection
from foxpy.layers.tcp.executor import Executor
from foxpy.protocol import Host, Receiver
from foxpy.status import Aborted, Status
from foxpy.testing.peer.arrow import data_text
from foxpy.testing.peer.ends import PORT
from foxpy.testing.peer.ladder import ScriptFailed
from foxpy.waiting import Waiter

if TYPE_CHECKING:
    from foxpy.testing.peer.peer import Peer

T = TypeVar("T")


class App(Receiver, Generic[Host]):
    """What owns the connection to one peer. Its calls are those of RFC 9293 section 3.9.1; none of them waits."""

    def __init__(self, tcp: Tcp[Host], peer: Peer[Host]) -> None:
        self.tcp = tcp
        self._peer = peer
        self._opening: Executor[Host] | None = None
        self.connection: TcpConnection[Host] | None = None
        """The one that is open, or was last; None before the first."""
        self.received = b""
        """What its connection delivered."""
        self.events: list[Status] = []
        """What it was told, but for data."""
        self.opened = 0
        """How often a handshake was completed."""
        self.failed: BaseException | None = None
        """What ended an ``open`` that did not succeed."""
        self.close_acknowledged = False
        """``close`` has returned: all that was sent has arrived, or cannot arrive any more."""

    # -- calls

    def open(self) -> None:
        """Active OPEN towards the peer. Raises as ``Tcp.active_open`` does; what comes of it is in ``opened`` or
        ``failed``."""
        peer = self._peer
        self._say("open")
        self.connection = None
        opening = _Told[TcpConnection[Host]](lambda _: None, self._fail)
        self._opening = self.tcp.begin(TcpAddress(peer.host, peer.port, PORT), self.accept, opening)
        peer.settle()

    def send(self, data: bytes) -> None:
        """SEND. Raises PacketSize, InvalidConnection. Before the handshake is complete it queues."""
        self._say(f"send {data_text(data)}")
        if self.connection is None:
            self._executor().send(data)
        else:
            self.tcp.send(self.connection).send(data)
        self._peer.settle()

    def send_urgent(self, data: bytes) -> None:
        """SEND with the urgent flag. Raises as ``send`` does."""
        self._say(f"send urgent {data_text(data)}")
        self._executor().send(data, urgent=True)
        self._peer.settle()

    def half_close(self) -> None:
        """CLOSE as RFC 9293 means it: sends no more, and goes on receiving."""
        self._say("half close")
        self._executor().half_close()
        self._peer.settle()

    def close(self) -> None:
        """Lets go of the connection both ways, without waiting: see ``close_acknowledged``."""
        self._say("close")
        self._executor().close(_Told[None](self._acknowledged, self._fail))
        self._peer.settle()

    def abort(self) -> None:
        """ABORT."""
        self._say("abort")
        self._executor().abort()
        self._peer.settle()

    def hold(self) -> None:
        """What is delivered from now on counts against the window until ``consumed``."""
        self._say("hold")
        self._executor().hold()

    def consumed(self, count: int) -> None:
        """RECEIVE of ``count`` bytes that were held."""
        self._say(f"consumed {count}")
        self._executor().consumed(count)
        self._peer.settle()

    def configure(self, config: TcpConfig) -> None:
        """Give its connection settings of its own."""
        self._say("configure")
        self.tcp.control(Configure(self._open_connection(), config))
        self._peer.settle()

    # -- what it must have been told

    def expect(self, data: bytes) -> None:
        """Exactly ``data`` was delivered since the last ``expect``. Raises ScriptFailed."""
        came, self.received = self.received, b""
        if came != data:
            self._peer.fail(f"the application received {data_text(came)}, not {data_text(data)}")

    def expect_event(self, kind: type[Status]) -> None:
        """The next event that it was told is of ``kind``; it is taken off ``events``. Raises ScriptFailed."""
        if not self.events:
            self._peer.fail(f"the application was told nothing; expected {kind.__name__}")
        if not isinstance(self.events[0], kind):
            self._peer.fail(f"the application was told {self.events[0]!r}; expected {kind.__name__}")
        del self.events[0]

    # -- what the TCP says

    def accept(self, connection: TcpConnection[Host]) -> Receiver:
        """The handler of its connections, opened by either side; each begins with nothing received."""
        self.connection = connection
        self.received = b""
        self.events = []
        self.opened += 1
        self._say("connection opened")
        return self

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        data = frame[start:end]
        self._say(f"received {data_text(data)}")
        self.received += data

    def status(self, event: Status) -> None:
        self._say(f"told {event}")
        self.events.append(event)

    def _acknowledged(self, _: None) -> None:
        self._say("close acknowledged")
        self.close_acknowledged = True

    def _fail(self, error: BaseException) -> None:
        self._say(f"open failed: {error}")
        self.failed = error

    # -- inside

    def _say(self, text: str) -> None:
        self._peer.note(text)

    def _executor(self) -> Executor[Host]:
        if self.connection is not None:
            return self.connection.executor
        if self._opening is not None:
            return self._opening
        raise ScriptFailed("the application has no connection yet: call open(), or let the peer complete a handshake")

    def _open_connection(self) -> TcpConnection[Host]:
        if self.connection is None:
            raise InvalidConnection("the application has no connection that is open")
        return self.connection

    @property
    def error(self) -> ProtocolError | None:
        """Why the connection was aborted; None where it was not."""
        return next((event.error for event in self.events if isinstance(event, Aborted)), None)


class _Told(Waiter[T]):
    """Calls back in place of waking a task."""

    __slots__ = ("_failed", "_succeeded")

    def __init__(self, succeeded: Callable[[T], None], failed: Callable[[BaseException], None]) -> None:
        super().__init__()
        self._succeeded = succeeded
        self._failed = failed

    def succeed(self, value: T) -> None:
        if not self.done:
            super().succeed(value)
            self._succeeded(value)

    def fail(self, error: BaseException) -> None:
        if not self.done:
            super().fail(error)
            self._failed(error)
