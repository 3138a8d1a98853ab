"""What is wrong with a host's link now: faults that come and go, outages, and a path that becomes narrower."""

from __future__ import annotations

from foxpy.errors import PacketSize
from foxpy.interpose import Interposer, Session
from foxpy.layers.faults.config import FaultConfig
from foxpy.layers.faults.layer import Faults
from foxpy.layers.interposing import Between
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.status import Status
from foxpy.transfer import Connection, Receiver, Sender


class Weather(Interposer):
    """Put it on a device. It may be changed at any time, and is shared by all that the host's device becomes."""

    def __init__(self, config: FaultConfig) -> None:
        self.faults = Faults(config)
        self.fair = False
        """No faults, for now."""
        self.down = False
        """Nothing passes, either way; nobody is told."""
        self.narrow: int | None = None
        """The largest frame that is taken, in place of the device's."""

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return _Weathered(self, self.faults.session(connection, runtime))

    def clears(self) -> None:
        """Nothing is wrong any more."""
        self.fair, self.down, self.narrow = True, False, None


class _Weathered(Between):
    """Sends each packet either by the faults or past them. One that the faults hold back arrives later all the same."""

    __slots__ = ("_bad_receiver", "_bad_sender", "_by", "_faulty", "_weather")

    def __init__(self, weather: Weather, faulty: Session) -> None:
        self._weather = weather
        self._faulty = faulty
        self._by: Sender | None = None

    def sender(self, below: Sender) -> Sender:
        self._faulty.drop = self.drop
        self._bad_sender = self._faulty.sender(below)
        return super().sender(below)

    def receiver(self, above: Receiver) -> Receiver:
        self._bad_receiver = self._faulty.receiver(above)
        return super().receiver(above)

    def limit(self) -> int:
        narrow = self._weather.narrow
        return self.below.limit() if narrow is None else min(narrow, self.below.limit())

    def begin(self, size: int) -> Writer:
        if size > self.limit():
            raise PacketSize(f"{size} bytes on a link that takes {self.limit()} now", size, self.limit())
        self._by = self.below if self._weather.fair else self._bad_sender
        return self._by.begin(size)

    def commit(self, writer: Writer, payload: bytes) -> None:
        if self._by is not None and not self._weather.down:
            self._by.commit(writer, payload)

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        if not self._weather.down:
            (self.above if self._weather.fair else self._bad_receiver).deliver(frame, start, end)

    def status(self, event: Status) -> None:
        self._bad_receiver.status(event)  # before which comes what they hold

    def end(self) -> None:
        self._faulty.end()
