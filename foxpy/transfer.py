"""How packets pass between two layers: Receiver upwards, Sender downwards, Connection as what both are staged for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from foxpy.errors import PacketSize, unwritten
from foxpy.message import Writer
from foxpy.mypyc_attributes import mypyc_attr
from foxpy.offload import NONE, Offload, Offloads
from foxpy.status import Report, Status

if TYPE_CHECKING:
    from foxpy.interpose import Session


@mypyc_attr(allow_interpreted_subclasses=True)
class Receiver(ABC):
    """Takes what arrives on one connection. Returned by the handler that was given the connection.

    Both methods are called on the stack's thread and must not block. They may send, open, close and abort.
    """

    __slots__ = ()

    @abstractmethod
    def deliver(self, frame: bytes, start: int, end: int) -> None:
        """A packet: ``frame[start:end]``. The bytes are immutable and shared; slice what is to be kept.

        Must not raise on account of the bytes, which come from outside: drop and count instead.
        """
        raise unwritten(self, "deliver")

    def credible(self, report: Report) -> bool:
        """Whether ``report``, that a packet was too big, may be true: asked before anything is done about it, as it may
        be forged ([5927] section 7). Who knows no better believes it; else ``status`` hears of it next."""
        return True

    def status(self, event: Status) -> None:
        """Something happened to the connection. Nothing is delivered after Closed or Aborted. Ignored by default."""
        return


@mypyc_attr(allow_interpreted_subclasses=True)
class Sender(ABC):
    """Sends on one connection. Staged by ``Protocol.send``.

    A packet goes down in two steps, so that nobody copies the payload: ``begin`` runs down the stack, and each layer
    appends its header to the writer on the way back up; the caller then appends its own header, if it has one, and
    ``commit`` runs down with the payload beside the writer. Between the two steps nothing else may be sent on the same
    sender. A layer whose header depends on the bytes that follow (a checksum) completes it in ``commit``.
    """

    __slots__ = ()

    @abstractmethod
    def begin(self, size: int) -> Writer:
        """Open a packet of ``size`` bytes above this layer: the caller's header and payload together.

        The writer belongs to the caller until ``commit``; one that is never committed is simply dropped. Raises
        PacketSize where ``size`` is above ``limit()``, InvalidConnection after a close.
        """
        raise unwritten(self, "begin")

    @abstractmethod
    def commit(self, writer: Writer, payload: bytes) -> None:
        """Send the headers in ``writer``, then ``payload``; together with the caller's they make the ``size`` begun.

        Takes the writer. Does not block; a packet that the path cannot take now is queued within bounds or dropped and
        counted, as on any network.
        """
        raise unwritten(self, "commit")

    @abstractmethod
    def limit(self) -> int:
        """The largest ``size`` that ``begin`` takes now, in bytes. It may change with the path."""
        raise unwritten(self, "limit")

    def offloads(self) -> Offloads:
        """What is done below for packets begun with ``begin_offloaded``. It may change with the path.

        Nothing by default: a layer that does not know of offloads gets only whole packets to pass on.
        """
        return NONE

    def begin_offloaded(self, size: int, task: Offload) -> Writer:
        """``begin`` for a packet with ``task`` left to be done below; ``commit`` follows as ever.

        Only what ``offloads()`` names may be left. ``size`` may be above ``limit()`` where ``task.segment`` is not 0.
        Raises PacketSize where the path does no such thing (any more), and as ``begin`` does.
        """
        raise PacketSize(f"{type(self).__name__} does nothing for marked packets", size, self.limit())

    def send(self, payload: bytes) -> None:
        """Send ``payload`` as one packet: ``begin`` and ``commit`` in one step, and with their errors."""
        self.commit(self.begin(len(payload)), payload)

    def send_many(self, payload: bytes, segment: int) -> None:
        """Send ``payload`` as packets of ``segment`` bytes each, but for the last, in this order.

        The same as ``send`` for each, and quicker where what is below cuts them itself. Raises ValueError for a
        ``segment`` below 1, and as ``send`` does: then the packets before it have gone.
        """
        if segment < 1:
            raise ValueError(f"packets of {segment} bytes")
        for at in range(0, len(payload), segment):
            self.send(payload[at : at + segment])


@mypyc_attr(allow_interpreted_subclasses=True)
class Connection(ABC):
    """A handle for one open connection. Each protocol adds what names its two ends."""

    __slots__ = ("sessions", "staged")

    sessions: tuple[Session, ...]
    """Those of what is interposed on its protocol, or the carrier that it is a path of; until ``Protocol.detach``."""
    staged: Sender | None
    """The sender with all that is interposed, where anything is; kept by ``Protocol.attach``."""

    def __init__(self) -> None:
        self.sessions = ()
        self.staged = None
