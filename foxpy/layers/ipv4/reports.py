"""What the network says of datagrams that it could not carry, brought to the connection that sent them."""

from __future__ import annotations

from foxpy.demux import Connections
from foxpy.errors import ProtocolError
from foxpy.layers.ipv4.connection import IpConnection
from foxpy.layers.ipv4.counters import Counters
from foxpy.layers.ipv4.destinations import Destinations
from foxpy.layers.ipv4.options import final
from foxpy.layers.ipv4.pathmtu import PathMtu
from foxpy.layers.ipv4.routes import Routes
from foxpy.layers.ipv4.wire import IPv4, read_ipv4
from foxpy.status import Report, Trouble
from foxpy.wire import PacketError, reader

read_df = reader(IPv4.df)


class Reports:
    """Nothing is believed about connections that do not exist; the layers above look closer (RFC 5927)."""

    __slots__ = ("_connections", "_counters", "_destinations", "_path_mtu", "_routes")

    def __init__(
        self,
        connections: Connections[int, IpConnection],
        destinations: Destinations,
        routes: Routes,
        path_mtu: PathMtu,
        counters: Counters,
    ) -> None:
        self._connections = connections
        self._destinations = destinations
        self._routes = routes
        self._path_mtu = path_mtu
        self._counters = counters

    def concerned(self, frame: bytes, start: int, end: int) -> IpConnection | None:
        """Whose datagram begins with ``frame[start:end]``, which somebody out there quotes; None where nobody's.

        Of fragments only the first tells, as it has the upper layer's header.
        """
        try:
            header, _, _, _, offset, _, protocol, source, destination = read_ipv4(frame, start, end)
        except PacketError:
            return None
        local = self._destinations.get(source)
        if local is None or local.group or offset or not IPv4.MIN <= header <= end - start:
            return None
        if header != IPv4.MIN:
            destination = final(frame[start + IPv4.MIN : start + header], destination)
        return self._connections.open.get(local.key | destination << 8 | protocol)

    def report(self, trouble: Trouble, frame: bytes, start: int, end: int, mtu: int) -> bool:
        """See ``Ip.report``."""
        connection = self.concerned(frame, start, end)
        receiver = None if connection is None else connection.receiver
        if connection is None or receiver is None:
            self._counters.foreign_reports += 1
            return False
        header, length, *_ = read_ipv4(frame, start, end)
        report = Report(trouble, frame[start + header : end])
        if trouble is Trouble.TOO_BIG:
            current = self._current(connection, frame, start, end)
            peer = int(connection.peer)
            limit = self._path_mtu.reckon(peer, mtu, length, current)
            report = Report(trouble, report.quoted, max(0, limit - header))
            if limit == 0 or not receiver.credible(report):
                self._counters.foreign_reports += 1
                return False
            self._path_mtu.lower(peer, mtu, length, current)
        receiver.status(report)
        return True

    def _current(self, connection: IpConnection, frame: bytes, start: int, end: int) -> int:
        """What the path is thought to carry, header included; 0 where no router has a reason to report."""
        (df,) = read_df(frame, start, end)
        if not df:
            return 0  # a router would have fragmented it
        peer = int(connection.peer)
        try:
            current = self._routes.decide(peer, None).interface.mtu
        except ProtocolError:
            return 0
        narrow = self._path_mtu.get(peer)
        return current if narrow is None else min(current, narrow.mtu)
