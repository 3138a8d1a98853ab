"""The usual Carrier: over a connectionless protocol, by a few functions between hosts and that protocol's addresses."""

from __future__ import annotations

from abc import abstractmethod
from typing import Generic, Never

from foxpy.ecn import EcnField
from foxpy.interpose import staged
from foxpy.protocol import (
    Address,
    Carrier,
    Conn,
    Connectionless,
    Host,
    Listening,
    Path,
    PathHandler,
    Paths,
    Pattern,
    Receiver,
)


class ProtocolPaths(Paths[Host], Generic[Host, Address, Pattern, Conn]):
    """Paths over a lower protocol, which they hold. A subclass says how hosts map.

    Any number of these may share a lower protocol: what is interposed on one does not show on the others.
    """

    def __init__(self, lower: Connectionless[Address, Pattern, Conn, Never, object], name: str) -> None:
        super().__init__()
        self.lower = lower
        self.runtime = lower.runtime
        self.name = name

    # -- how hosts map: what a layer writes

    @abstractmethod
    def address(self, host: Host, local: Host | None) -> Address:
        """The lower protocol's address of this carrier's protocol on ``host``. Raises BadAddress."""

    @abstractmethod
    def pattern(self) -> Pattern:
        """The lower protocol's pattern for this carrier's protocol on any host."""

    @abstractmethod
    def ends(self, connection: Conn) -> tuple[Host, Host]:
        """The peer and this end of ``connection``."""

    def answerable(self, connection: Conn) -> bool:
        """Whether packets may be sent back on ``connection``: not to a group."""
        return True

    def pseudo(self, connection: Conn) -> int:
        """The sum of the pseudo-header but its length, for the upper layer's checksum."""
        return 0

    def ecn(self, connection: Conn) -> EcnField | None:
        """The ECN field of the packets of ``connection``; None where they have none."""
        return None

    # -- what the upper layer uses

    def initialize(self) -> int:
        return self.lower.initialize()

    def finalize(self) -> int:
        return self.lower.finalize()

    def open(self, host: Host, handler: PathHandler[Host], local: Host | None = None) -> Path[Host]:
        opened: list[Path[Host]] = []

        def opening(connection: Conn) -> Receiver:
            path, receiver = self._path(connection, handler)
            opened.append(path)
            return receiver

        self.lower.open(self.address(host, local), opening)
        return opened[0]

    def listen(self, accept: PathHandler[Host]) -> Listening:
        return self.lower.listen(self.pattern(), lambda connection: self._path(connection, accept)[1])

    def _path(self, connection: Conn, handler: PathHandler[Host]) -> tuple[Path[Host], Receiver]:
        lower = self.lower
        peer, local = self.ends(connection)
        sender = lower.send(connection)

        def close() -> None:
            lower.abort(connection)

        if not self.interposers:
            path = Path(
                peer, local, self.pseudo(connection), sender, self.answerable(connection), close, self.ecn(connection)
            )
            return path, handler(path)
        sender, receiving = staged(self.interposers, connection, sender, lower.runtime, close)
        path = Path(
            peer, local, self.pseudo(connection), sender, self.answerable(connection), close, self.ecn(connection)
        )
        return path, receiving(handler(path))


class ProtocolCarrier(
    ProtocolPaths[Host, Address, Pattern, Conn], Carrier[Host], Generic[Host, Address, Pattern, Conn]
):
    """A carrier that holds its lower protocol: what a layer that can carry others subclasses."""
