"""TCP for applications: trio streams and listeners over a ``Tcp`` of any kind of host."""

from __future__ import annotations

from collections import deque
from typing import Final, Generic

import trio

from foxpy.addresses import Port
from foxpy.errors import InvalidConnection, NotInitialized, PacketSize, ProtocolError
from foxpy.layers.tcp import Tcp, TcpAddress, TcpConnection, TcpPattern
from foxpy.layers.tcp.buffers import SendBuffer
from foxpy.ports import ANY
from foxpy.protocol import Host, Receiver
from foxpy.status import Aborted, Closed, HalfClosed, Sendable, Status
from foxpy.streams.waits import Bell, Turn

LINGER: Final = 10.0
"""How long ``aclose`` waits for the peer to acknowledge everything, in seconds."""
BACKLOG: Final = 128
"""Connections that may wait for ``accept``."""
CRUMB: Final = 256
"""Bytes below which what was delivered is copied together with what lies before it."""


async def connect_tcp(
    tcp: Tcp[Host],
    host: Host,
    port: Port,
    *,
    local_port: Port = ANY,
    local: Host | None = None,
    linger: float = LINGER,
    early: bytes = b"",
) -> TcpStream[Host]:
    """A stream to ``port`` of ``host``; waits for the handshake. ``local_port`` 0 takes an ephemeral one.

    ``early`` is the first that is sent: in the SYN where both ends have ``TcpConfig.fast_open`` and have met before,
    and may then reach the other application twice ([7413] section 2.1); else as soon as the handshake is over.

    Raises NotInitialized, BadAddress, OpenFailed (Refused and Unreachable among them), TimedOut; PacketSize for more
    ``early`` data than the send buffer holds. TCP gives up after minutes (``TcpConfig.give_up_syn_after``): who cannot
    wait puts ``trio.fail_after`` around it.
    """
    made: list[TcpStream[Host]] = []

    def handler(connection: TcpConnection[Host]) -> Receiver:
        made.append(TcpStream(tcp, connection, linger))
        return made[0].inbox

    await tcp.active_open(TcpAddress(host, port, local_port, local), handler, early=early)
    return made[0]


def listen_tcp(
    tcp: Tcp[Host],
    port: Port,
    *,
    local: Host | None = None,
    host: Host | None = None,
    backlog: int = BACKLOG,
    linger: float = LINGER,
) -> TcpListener[Host]:
    """Listen to ``port``, at ``local`` alone and to ``host`` alone where they are given; does not wait.

    Connections that find ``backlog`` others waiting for ``accept`` are reset. Raises NotInitialized, BadAddress,
    OpenFailed where someone listens to that already.
    """
    return TcpListener(tcp, TcpPattern(port, host, local), backlog, linger)


class Inbox(Receiver):
    """What has come on one connection and was not read yet, and what became of the connection.

    It is bounded by TCP's receive window, which stays closed over what lies here (``TcpConnection.hold``).
    """

    __slots__ = ("_buffer", "_crumbs", "ended", "error", "readable", "size", "writable")

    size: int
    """Bytes that can be taken."""
    ended: bool
    """Nothing more comes: the peer has ended its side."""
    error: ProtocolError | None
    """What broke the connection."""

    def __init__(self) -> None:
        self._buffer = SendBuffer()
        self._crumbs = bytearray()
        self.size = 0
        self.ended = False
        self.error = None
        self.readable = Bell()
        self.writable = Bell()

    def take(self, count: int) -> bytes:
        """Remove and return the first ``count`` bytes; 0 < ``count`` <= ``size``."""
        if self._crumbs:
            self._gather()
        self.size -= count
        return self._buffer.take(count)

    def clear(self) -> None:
        self.size = 0
        self._buffer.clear()
        self._crumbs.clear()

    def _gather(self) -> None:
        self._buffer.put(bytes(self._crumbs))
        self._crumbs.clear()

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self.size += end - start
        if end - start < CRUMB and self._buffer.size:
            # A peer that sends single bytes must not make us keep an object for each of them.
            self._crumbs += frame[start:end]
        else:
            if self._crumbs:
                self._gather()
            self._buffer.put(frame[start:end])
        self.readable.ring()

    def status(self, event: Status) -> None:
        match event:
            case HalfClosed():
                self.ended = True
                self.readable.ring()
            case Closed():
                # In good order only behind the peer's end: a stream that was cut off must not look complete.
                self._over(None if self.ended else NotInitialized("the stack below this stream was finalized"))
            case Aborted(error):
                self._over(error)
            case Sendable():
                self.writable.ring()
            case _:
                pass

    def _over(self, error: ProtocolError | None) -> None:
        self.error = error
        self.readable.ring()
        self.writable.ring()


class TcpStream(trio.abc.HalfCloseableStream, Generic[Host]):
    """One TCP connection as a trio stream; made by ``connect_tcp`` and by ``TcpListener.accept``.

    Once the connection is reset, timed out or shut down with its stack, what has arrived can still be read; then all
    calls raise trio.BrokenResourceError, whose ``__cause__`` is the ProtocolError that says why. After ``aclose`` they
    raise trio.ClosedResourceError.
    """

    def __init__(self, tcp: Tcp[Host], connection: TcpConnection[Host], linger: float) -> None:
        """Called by the handler of ``connection``, which returns ``inbox``."""
        connection.hold()
        self.connection: Final = connection
        """Its ends (``peer``, ``port``, ``local``, ``local_port``), and what only TCP can."""
        self.linger = linger
        """Seconds that ``aclose`` waits at most."""
        self.inbox: Final = Inbox()
        self._tcp = tcp
        self._sender = tcp.send(connection)
        self._scheduler = tcp.runtime.scheduler
        self._closed = False
        self._sent_eof = False
        self._sending = Turn("sending on this stream")
        self._receiving = Turn("receiving from this stream")

    # -- sending

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Returns when TCP has taken all of ``data`` into its send buffer, which is not yet when it has arrived.

        ``bytes`` are kept and not copied. When cancelled, part of it may have been sent.
        """
        with self._sending:
            self._require_sendable()
            await trio.lowlevel.checkpoint_if_cancelled()
            # Sent before others get their turn, as trio's sockets do: the answer may be there when they have had it.
            rest = data if isinstance(data, bytes) else bytes(data)
            sent, end = self._put(rest) if rest else 0, len(rest)
            while sent < end:
                room = self._sender.limit()
                if room > 0:
                    sent += self._put(rest[sent : sent + room])
                else:
                    await self.inbox.writable.wait()
                    self._require_sendable()
            self._scheduler.poll()
            await trio.lowlevel.cancel_shielded_checkpoint()

    def _put(self, data: bytes) -> int:
        """Send as much of ``data`` as there is room for, and how much that was."""
        try:
            self._sender.send(data)
            return len(data)
        except PacketSize as refused:
            if refused.limit > 0:
                self._sender.send(data[: refused.limit])
            return refused.limit
        except InvalidConnection as error:
            raise trio.BrokenResourceError(str(error)) from error

    async def wait_send_all_might_not_block(self) -> None:
        with self._sending:
            self._require_sendable()
            if self._sender.limit() > 0:
                await trio.lowlevel.checkpoint()
            while not self._sender.limit() > 0:
                await self.inbox.writable.wait()
                self._require_sendable()

    async def send_eof(self) -> None:
        """Ends this side of the stream; does not wait until the peer knows. The peer can still send."""
        with self._sending:
            self._require_open()
            await trio.lowlevel.checkpoint()
            self._require_open()
            if not self._sent_eof:
                self._require_unbroken()
                self._sent_eof = True
                self.connection.half_close()

    def _require_open(self) -> None:
        if self._closed:
            raise trio.ClosedResourceError("this stream was closed")

    def _require_unbroken(self) -> None:
        error = self.inbox.error
        if error is not None:
            raise trio.BrokenResourceError(str(error)) from error

    def _require_sendable(self) -> None:
        self._require_open()
        if self._sent_eof:
            raise trio.ClosedResourceError("send_eof() has ended this side of the stream")
        self._require_unbroken()

    # -- receiving

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """All that is there, or at most ``max_bytes``; waits for the first byte. Empty at the end of the stream.

        Reading is what opens the receive window again. Raises ValueError or TypeError for a wrong ``max_bytes``.
        """
        if max_bytes is not None:
            if not isinstance(max_bytes, int):
                raise TypeError(f"max_bytes must be an integer or None, not {max_bytes!r}")
            if max_bytes < 1:
                raise ValueError(f"max_bytes must be 1 or more, not {max_bytes}")
        with self._receiving:
            inbox = self.inbox
            self._require_open()
            if inbox.size or inbox.ended or inbox.error is not None:
                await trio.lowlevel.checkpoint()
            while not inbox.size:
                self._require_open()
                if inbox.ended:
                    return b""
                self._require_unbroken()
                await inbox.readable.wait()
            if self._closed:
                self._require_open()
            size = inbox.size
            if max_bytes is not None and max_bytes < size:
                size = max_bytes
            data = inbox.take(size)
            self.connection.consumed(size)
            return data

    # -- closing

    async def aclose(self) -> None:
        """Ends both directions, after all that was sent; waits until the peer has acknowledged it, but not for long.

        After ``linger`` seconds TCP goes on by itself. What arrived and was not read makes it a reset, as does
        cancelling. Never raises for a connection that broke. Closing twice is harmless.
        """
        if self._closed:
            await trio.lowlevel.checkpoint()
            return
        self._closed = True
        self.inbox.clear()
        self.inbox.readable.ring()
        self.inbox.writable.ring()
        try:
            # Cancelled before it began: a FIN now would make what is cut off look complete.
            await trio.lowlevel.checkpoint_if_cancelled()
            with trio.move_on_after(self.linger):
                await self._tcp.close(self.connection)
            await trio.lowlevel.checkpoint()
        except trio.Cancelled:
            self._tcp.abort(self.connection)
            raise
        except ProtocolError:
            await trio.lowlevel.checkpoint()  # broken already: there is nothing to close in good order


class TcpListener(trio.abc.Listener[TcpStream[Host]], Generic[Host]):
    """The connections to one port, one ``accept`` at a time; made by ``listen_tcp``.

    Fits ``trio.serve_listeners``. After ``aclose``, and when its TCP is finalized, waiting and further calls raise
    trio.ClosedResourceError.
    """

    def __init__(self, tcp: Tcp[Host], pattern: TcpPattern[Host], backlog: int, linger: float) -> None:
        if backlog < 1:
            raise ValueError(f"backlog must be 1 or more, not {backlog}")
        self.pattern: Final = pattern
        self.refused = 0
        """Connections reset because ``backlog`` others were waiting."""
        self._tcp = tcp
        self._backlog = backlog
        self._linger = linger
        self._waiting: deque[TcpStream[Host]] = deque()
        self._arrived = Bell()
        self._accepting = Turn("accepting from this listener")
        self._why: str | None = None
        self._listening = tcp.listen(pattern, self._accept)
        self._forget = tcp.when_released(self._released)

    @property
    def port(self) -> Port:
        """The local port."""
        return self.pattern.port

    def _accept(self, connection: TcpConnection[Host]) -> Receiver:
        if len(self._waiting) >= self._backlog:
            self.refused += 1
            self._tcp.abort(connection)
            return Inbox()
        stream = TcpStream(self._tcp, connection, self._linger)
        self._waiting.append(stream)
        self._arrived.ring()
        return stream.inbox

    async def accept(self) -> TcpStream[Host]:
        """The next connection, which may have ended again meanwhile."""
        with self._accepting:
            self._require_open()
            if self._waiting:
                await trio.lowlevel.checkpoint()
            while True:
                self._require_open()
                if self._waiting:
                    return self._waiting.popleft()
                await self._arrived.wait()

    def _require_open(self) -> None:
        if self._why is not None:
            raise trio.ClosedResourceError(self._why)

    def _released(self) -> None:
        self._end("the TCP of this listener was finalized")

    def _end(self, why: str) -> None:
        if self._why is None:
            self._why = why
            self._forget()
            self._listening.stop()
            for stream in self._waiting:
                self._tcp.abort(stream.connection)
            self._waiting.clear()
            self._arrived.ring()

    async def aclose(self) -> None:
        """Listens no more and resets what was not accepted. Streams that were accepted live on."""
        self._end("this listener was closed")
        await trio.lowlevel.checkpoint()
