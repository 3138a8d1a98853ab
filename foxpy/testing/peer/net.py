"""The network of one script: the TCP under test, its application's listener, and the stations that peers are on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from foxpy.devices.link import link
from foxpy.layers.tcp import Tcp, TcpConfig, TcpConnection, TcpPattern, tcp
from foxpy.layers.tcp.executor import Executor
from foxpy.protocol import Carrier, Host, Listening, Path, Receiver
from foxpy.testing.clock import Clock
from foxpy.testing.collector import ignoring
from foxpy.testing.peer.ends import PORT, Ground
from foxpy.testing.peer.ladder import Ladder, ScriptFailed

if TYPE_CHECKING:
    from foxpy.testing.peer.peer import Peer


class Station(Receiver, Generic[Host]):
    """A host without a TCP, and the peers on it by their ports."""

    def __init__(self, carrier: Carrier[Host], host: Host, tested: Host) -> None:
        self._carrier = carrier
        self.host = host
        self.peers: dict[int, Peer[Host]] = {}
        carrier.initialize()
        self.path: Path[Host] = carrier.open(tested, lambda _: self)

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        port = int.from_bytes(frame[start + 2 : start + 4], "big")
        peer = self.peers.get(port)
        if peer is None:
            raise ScriptFailed(f"a segment of {end - start} bytes came to port {port}, where the script has no peer")
        peer.arrives(frame, start, end)

    def leave(self) -> None:
        """It is gone from the segment."""
        self._carrier.finalize()


class Net(Generic[Host]):
    """All of it, initialized until ``end``."""

    def __init__(self, ground: Ground[Host], config: TcpConfig, mtu: int, seed: int) -> None:
        self.clock = Clock()
        self.ladder = Ladder()
        self.ends = ground(link(mtu=mtu, seed=seed, scheduler=self.clock.scheduler))
        self.tcp: Tcp[Host] = tcp(self.ends.carrier(1), checksums=self.ends.checksums, config=config)
        self.host = self.ends.host(1)
        self._listening: Listening | None = None
        self._stations: dict[Host, Station[Host]] = {}
        self.tcp.initialize()

    @property
    def listening(self) -> bool:
        """Whether the application listens."""
        return self._listening is not None

    def station(self, number: int) -> Station[Host]:
        """Station ``number``, made where there is none."""
        host = self.ends.host(number)
        station = self._stations.get(host)
        if station is None:
            station = self._stations[host] = Station(self.ends.carrier(number), host, self.host)
        return station

    def leave(self, station: Station[Host]) -> None:
        del self._stations[station.host]
        station.leave()

    def listen(self) -> None:
        """Accept whoever comes."""
        self._listening = self.tcp.listen(TcpPattern(PORT), self._accept)

    def stop(self) -> None:
        """Accept nobody any more."""
        if self._listening is not None:
            self._listening.stop()
            self._listening = None

    def _accept(self, connection: TcpConnection[Host]) -> Receiver:
        station = self._stations.get(connection.peer)
        peer = None if station is None else station.peers.get(connection.port)
        return ignoring(connection) if peer is None else peer.app.accept(connection)

    def executor(self, peer: Peer[Host]) -> Executor[Host] | None:
        """The connection of the TCP under test with ``peer``; None where there is none."""
        key = peer.port << 16 | PORT
        for path in self.tcp.paths.all():
            if path.peer == peer.host and key in path.connections:
                return path.connections[key]
        return None

    def unexpected(self) -> list[str]:
        """The segments that came and that the script did not expect."""
        return [
            str(arrow)
            for station in self._stations.values()
            for peer in station.peers.values()
            for arrow in peer.waiting
        ]

    def end(self) -> None:
        """Let go of everything."""
        self.tcp.finalize()
        for station in list(self._stations.values()):
            self.leave(station)
