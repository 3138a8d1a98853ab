"""A carrier as a protocol, so that the conformance kit can drive it."""

from __future__ import annotations

from typing import Final, Generic, Never, Self

import attrs

from foxpy.errors import InvalidConnection
from foxpy.interpose import Interposer
from foxpy.protocol import Connection, Connectionless, Handler, Host, Listening, Path, Paths, Receiver, Sender
from foxpy.waiting import first


@attrs.frozen
class Anybody:
    """The pattern of a carrier: it listens to whoever speaks its protocol."""


ANYBODY: Final = Anybody()


class PathConnection(Connection, Generic[Host]):
    """A path of a carrier."""

    def __init__(self, path: Path[Host]) -> None:
        super().__init__()
        self.path = path
        self.open = True


@attrs.frozen
class CarriedInfo:
    """How many paths there were."""

    opened: int
    accepted: int


def carried(carrier: Paths[Host]) -> Connectionless[Host, Anybody, PathConnection[Host], Never, CarriedInfo]:
    """``carrier`` with the operations of a protocol; what is interposed on the one is interposed on the other."""
    return _Carried(carrier)


class _Carried(Connectionless[Host, Anybody, PathConnection[Host], Never, CarriedInfo], Generic[Host]):
    def __init__(self, carrier: Paths[Host]) -> None:
        super().__init__(carrier.runtime)
        self._carrier = carrier
        self._opened = 0
        self._accepted = 0

    def interpose(self, interposer: Interposer) -> Self:
        self._carrier.interpose(interposer)
        return self

    def acquire(self) -> None:
        self._carrier.initialize()

    def release(self) -> None:
        self._carrier.finalize()

    def open(self, address: Host, handler: Handler[PathConnection[Host]]) -> PathConnection[Host]:
        self.require_initialized()
        opened: list[PathConnection[Host]] = []

        def opening(path: Path[Host]) -> Receiver:
            connection = PathConnection(path)
            opened.append(connection)
            return self.attach(connection, handler)

        self._carrier.open(address, opening)
        self._opened += 1
        return opened[0]

    def listen(self, pattern: Anybody, accept: Handler[PathConnection[Host]]) -> Listening:
        self.require_initialized()

        def accepting(path: Path[Host]) -> Receiver:
            self._accepted += 1
            return self.attach(PathConnection(path), accept)

        return self._carrier.listen(accepting)

    async def passive_open(
        self, pattern: Anybody, handler: Handler[PathConnection[Host]]
    ) -> tuple[PathConnection[Host], Host]:
        connection = await first(self, pattern, handler)
        return connection, connection.path.peer

    def stage(self, connection: PathConnection[Host]) -> Sender:
        if not connection.open:
            raise InvalidConnection(f"the path to {connection.path.peer} is closed")
        return connection.path.sender

    def abort(self, connection: PathConnection[Host]) -> None:
        connection.open = False
        self.detach(connection)
        connection.path.close()

    def control(self, request: Never) -> None:
        """A carrier takes no requests."""

    def query(self) -> CarriedInfo:
        return CarriedInfo(self._opened, self._accepted)
