"""A connection of TCP, as its owner has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from foxpy.addresses import Port
from foxpy.layers.tcp.addresses import TcpAddress
from foxpy.path import Host
from foxpy.transfer import Connection

if TYPE_CHECKING:
    from foxpy.layers.tcp.executor import Executor


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
