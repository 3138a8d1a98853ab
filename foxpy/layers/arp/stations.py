"""The stations that packets are sent to and come from, over the carrier of ethertype 0x0800."""

from __future__ import annotations

from collections.abc import Callable

from foxpy.addresses import MacAddress
from foxpy.protocol import Carrier, Path, Receiver, Sender
from foxpy.status import Aborted, Closed, Forgotten, Status


class Arrivals(Receiver):
    """What arrives over one path. The receiver above is asked for with the first packet: a station has to speak first.

    ``above`` is None before, and again after the layer above has closed its connection.
    """

    __slots__ = ("_claim", "_ended", "above", "path")

    def __init__(
        self,
        path: Path[MacAddress],
        claim: Callable[[Arrivals], Receiver | None],
        ended: Callable[[Arrivals, Status], None],
    ) -> None:
        self.path = path
        self._claim = claim
        self._ended = ended
        self.above: Receiver | None = None

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        above = self.above
        if above is None:
            above = self._claim(self)
            if above is None:
                return
        above.deliver(frame, start, end)

    def status(self, event: Status) -> None:
        if isinstance(event, (Aborted, Closed, Forgotten)):
            self._ended(self, event)
        elif self.above is not None:
            self.above.status(event)


class Station:
    """A station or group that packets are sent to, shared by all neighbours that it answers for."""

    __slots__ = ("arrivals", "sender", "users")

    sender: Sender

    def __init__(self, arrivals: Arrivals) -> None:
        self.arrivals = arrivals
        self.sender = arrivals.path.sender
        self.users = 0


class Stations:
    """The paths that this side opened, by MAC address; each lives while somebody uses it."""

    __slots__ = ("_carrier", "_claim", "_ended", "_open")

    def __init__(
        self,
        carrier: Carrier[MacAddress],
        claim: Callable[[Arrivals], Receiver | None],
        ended: Callable[[Arrivals, Status], None],
    ) -> None:
        """``claim`` is asked for the receiver of what a station sends, ``ended`` told when a path is."""
        self._carrier = carrier
        self._claim = claim
        self._ended = ended
        self._open: dict[MacAddress, Station] = {}

    def acquire(self, address: MacAddress) -> Station:
        """The station at ``address``, with one more user. Raises what opening a path does."""
        station = self._open.get(address)
        if station is None:
            opened: list[Arrivals] = []

            def opening(path: Path[MacAddress]) -> Receiver:
                opened.append(self.arrivals(path))
                return opened[0]

            self._carrier.open(address, opening)
            station = self._open[address] = Station(opened[0])
        station.users += 1
        return station

    def release(self, station: Station) -> None:
        """One user less; without any the path is closed."""
        station.users -= 1
        if station.users == 0:
            arrivals = station.arrivals
            self._open.pop(arrivals.path.peer, None)
            arrivals.path.close()
            # What arrived over it ends with it; the station's next packet begins a path of its own.
            self._ended(arrivals, Closed())

    def arrivals(self, path: Path[MacAddress]) -> Arrivals:
        """The receiver of a path, one of this side's or one that the station began."""
        return Arrivals(path, self._claim, self._ended)

    def opened(self, arrivals: Arrivals) -> bool:
        """Whether this side opened the path, so that it outlives what arrives over it."""
        station = self._open.get(arrivals.path.peer)
        return station is not None and station.arrivals is arrivals
