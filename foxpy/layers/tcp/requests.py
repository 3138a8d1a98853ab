"""What can be asked and told of TCP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, TypeAlias

import attrs

from foxpy.layers.tcp.config import TcpConfig
from foxpy.layers.tcp.connection import TcpConnection
from foxpy.layers.tcp.events import Observer
from foxpy.path import Host

if TYPE_CHECKING:
    from foxpy.layers.tcp.info import TcpConnectionInfo


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
