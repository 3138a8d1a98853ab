"""What names things in TCP, and what can be asked and told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, TypeAlias

import attrs

from foxpy.addresses import Port
from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.events import Observer
from foxpy.ports import ANY, check_port, check_port_or_any
from foxpy.protocol import Connection, Host

if TYPE_CHECKING:
    from foxpy.layers.tcp.executor import Executor
    from foxpy.layers.tcp.info import TcpConnectionInfo


@attrs.frozen
class TcpAddress(Generic[Host]):
    """A port of one host, and which end of ours connects to it."""

    host: Host
    port: Port = attrs.field(validator=check_port)
    local_port: Port = attrs.field(default=ANY, validator=check_port_or_any)
    """0 for an ephemeral port."""
    local: Host | None = None
    """Which of our addresses (MUST-43); None for the one that the layer below picks (MUST-44)."""

    def __str__(self) -> str:
        return f"tcp {self.host} port {self.port}"


@attrs.frozen
class TcpPattern(Generic[Host]):
    """A local port, for connections of ``host`` alone, to ``local`` alone, or of anyone to any address of ours.

    Of several patterns that match a SYN, the one that names the peer goes before the one that names our address.
    """

    port: Port = attrs.field(validator=check_port)
    host: Host | None = None
    local: Host | None = None

    def __str__(self) -> str:
        at = "" if self.local is None else f" at {self.local}"
        return f"tcp port {self.port}{at} from {'anyone' if self.host is None else self.host}"


class TcpConnection(Connection, Generic[Host]):
    """One connection. What only TCP has is here; the rest is in ``Tcp``, as for every protocol.

    Data is delivered in order, in pieces that have nothing to do with how it was sent. Being delivered means being
    consumed, and the window stays open, unless the application asks to ``hold`` it.
    """

    __slots__ = ("_executor", "local", "local_port", "peer", "port")

    peer: Host
    port: Port
    """The peer's port."""
    local: Host
    local_port: Port

    def __init__(self, executor: Executor[Host], peer: Host, port: Port, local: Host, local_port: Port) -> None:
        super().__init__()
        self._executor = executor
        self.peer = peer
        self.port = port
        self.local = local
        self.local_port = local_port

    @property
    def executor(self) -> Executor[Host]:
        """For the layer's own use."""
        return self._executor

    @property
    def address(self) -> TcpAddress[Host]:
        """The address that opens it."""
        return TcpAddress(self.peer, self.port, self.local_port, self.local)

    def sendable(self) -> int:
        """Bytes that can be sent now. After 0, a Sendable event tells when half of the send buffer is free again."""
        return self._executor.sendable()

    def half_close(self) -> None:
        """Send nothing more: the peer hears the end of the stream behind what was sent. What it sends still arrives.

        Does not wait. Harmless where it was done before, or the connection is over.
        """
        self._executor.half_close()

    def hold(self) -> None:
        """From now on count what is delivered against the window until ``consumed`` says that it is not kept any more.

        Called by the handler of the connection, it holds for all that is ever delivered. A window that is used up stops
        the peer (RFC 9293, section 3.8.6). ``close`` then resets the connection if anything is held (SHLD-3).
        """
        self._executor.hold()

    def consumed(self, count: int) -> None:
        """``count`` bytes of what was delivered are not kept any more."""
        self._executor.consumed(count)

    def send_urgent(self, data: bytes) -> None:
        """Send ``data``, marked urgent with all before it that is not sent yet. Errors as ``Sender.send``.

        New applications SHOULD NOT use it (RFC 9293, SHLD-13)."""
        self._executor.send(data, urgent=True)

    def __str__(self) -> str:
        return f"tcp {self.local} port {self.local_port} to {self.peer} port {self.port}"


# -- control


@attrs.frozen
class Configure(Generic[Host]):
    """Use ``config`` for ``connection`` from now on.

    Nagle's algorithm (MUST-17), R2 (MUST-21), keep-alive (MUST-24) and the delays change at once; what the handshake
    agreed on stays.
    """

    connection: TcpConnection[Host]
    config: TcpConfig


@attrs.frozen
class HalfClose(Generic[Host]):
    """``connection.half_close()`` as a request."""

    connection: TcpConnection[Host]


@attrs.frozen
class Hold(Generic[Host]):
    """``connection.hold()`` as a request."""

    connection: TcpConnection[Host]


@attrs.frozen
class Consumed(Generic[Host]):
    """``connection.consumed(count)`` as a request: what Fox Net's TCP had to be told by a control operation."""

    connection: TcpConnection[Host]
    count: int


@attrs.frozen
class SendUrgent(Generic[Host]):
    """``connection.send_urgent(data)`` as a request."""

    connection: TcpConnection[Host]
    data: bytes


@attrs.frozen
class Observe(Generic[Host]):
    """Tell ``observer`` of every decision of ``connection`` from now on (``events.py``), in place of the host's
    observer; None: tell nobody. It must neither raise nor call into the stack."""

    connection: TcpConnection[Host]
    observer: Observer | None


TcpControl: TypeAlias = (
    Configure[Host] | HalfClose[Host] | Hold[Host] | Consumed[Host] | SendUrgent[Host] | Observe[Host]
)


# -- query


@attrs.frozen
class TcpInfo:
    """A TCP now."""

    connections: int
    """All there are, those in TIME-WAIT among them."""
    half_open: int
    """Begun by peers, the handshake not complete."""
    time_wait: int
    listeners: int
    paths: int
    """Connections of the layer below that it holds."""
    counters: Mapping[str, int]
    """Since it was made, by name: segments, opens, retransmissions, and drops by their reason."""
    _details: Callable[[], tuple[TcpConnectionInfo, ...]] = attrs.field(repr=False, eq=False)

    def details(self) -> tuple[TcpConnectionInfo, ...]:
        """Every connection, as it is when this is called."""
        return self._details()
