"""A path that is down for a while: an identity layer that lets nothing through in that time."""

from __future__ import annotations

from foxpy.interpose import Interposer, Session
from foxpy.message import Writer
from foxpy.protocol import Receiver, Sender
from foxpy.runtime import Runtime
from foxpy.status import Status
from foxpy.transfer import Connection


class Outage(Interposer):
    """Down from ``after`` on, in seconds of the clock since the first connection, for ``seconds``; both ways."""

    def __init__(self, after: float, seconds: float) -> None:
        self.after = after
        self.seconds = seconds
        self.began: float | None = None
        self.dropped = 0

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        if self.began is None:
            self.began = runtime.now
        return _Session(self, runtime)

    def down(self, now: float) -> bool:
        assert self.began is not None
        down = 0.0 <= now - self.began - self.after < self.seconds
        self.dropped += down
        return down


class _Session(Session):
    def __init__(self, outage: Outage, runtime: Runtime) -> None:
        self._outage = outage
        self._runtime = runtime

    def sender(self, below: Sender) -> Sender:
        return _Sender(self._outage, self._runtime, below)

    def receiver(self, above: Receiver) -> Receiver:
        return _Receiver(self._outage, self._runtime, above)


class _Sender(Sender):
    def __init__(self, outage: Outage, runtime: Runtime, below: Sender) -> None:
        self._outage = outage
        self._runtime = runtime
        self._below = below

    def begin(self, size: int) -> Writer:
        return self._below.begin(size)

    def commit(self, writer: Writer, payload: bytes) -> None:
        if not self._outage.down(self._runtime.now):
            self._below.commit(writer, payload)

    def limit(self) -> int:
        return self._below.limit()


class _Receiver(Receiver):
    def __init__(self, outage: Outage, runtime: Runtime, above: Receiver) -> None:
        self._outage = outage
        self._runtime = runtime
        self._above = above

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        if not self._outage.down(self._runtime.now):
            self._above.deliver(frame, start, end)

    def status(self, event: Status) -> None:
        self._above.status(event)
