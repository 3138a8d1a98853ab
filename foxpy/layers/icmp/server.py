"""The echo server that every host must have (RFC 1122, section 3.2.2.6)."""

from __future__ import annotations

from ipaddress import IPv4Address

from foxpy.errors import ProtocolError
from foxpy.layers.icmp.codes import PROTOCOL, REPLY
from foxpy.layers.icmp.config import IcmpConfig
from foxpy.layers.icmp.counters import Counters
from foxpy.layers.icmp.wire import Echo, append_echo, fill_icmp, read_echo
from foxpy.layers.ipv4 import Ip, IpAddress, IpConnection, Service
from foxpy.layers.ipv4.options import returned, way_back
from foxpy.layers.ipv4.wire import IPv4
from foxpy.limits import TokenBucket
from foxpy.message import Writer
from foxpy.protocol import Sender
from foxpy.wire import reader

read_dscp = reader(IPv4.dscp)


class EchoServer:
    """Answers what no session is for."""

    def __init__(self, ip: Ip, config: IcmpConfig, counters: Counters) -> None:
        self._ip = ip
        self._counters = counters
        self._limit = TokenBucket(config.echo_rate, ip.runtime.now)
        self.answer = config.answer_echo
        self.groups = config.answer_groups

    def requested(self, connection: IpConnection, back: Sender, frame: bytes, start: int, end: int) -> None:
        """The request ``frame[start:end]`` came on ``connection``; ``back`` sends on that."""
        counters = self._counters
        if not self.answer or not (connection.answerable or self.groups):
            counters.echo_refused += 1
            return
        if not self._limit.allow(self._ip.runtime.now):
            counters.echo_limited += 1
            return
        header = self._ip.headers.of(frame, start)
        dscp = read_dscp(frame, header, end)[0] if header >= 0 else 0
        options = frame[header + IPv4.MIN : start] if header >= 0 else b""
        _, identifier, sequence = read_echo(frame, start, end)
        data = frame[start + Echo.MIN : end]
        try:
            if connection.answerable and not dscp and not options and not connection.carried.route:
                writer = back.begin(Echo.MIN + len(data))
                self._put(writer, identifier, sequence, data)
                back.commit(writer, data)
            else:
                message = Writer()
                self._put(message, identifier, sequence, data)
                self._ip.post(self._in_kind(connection, dscp, options), bytes(message), data)
        except ProtocolError:
            counters.unsendable += 1
        else:
            counters.echo_replies_sent += 1

    @staticmethod
    def _put(writer: Writer, identifier: int, sequence: int, data: bytes) -> None:
        at = len(writer)
        append_echo(writer, len(data), type=REPLY, ident=identifier, seq=sequence)
        fill_icmp(writer, at, data, 0)

    def _in_kind(self, connection: IpConnection, dscp: int, options: bytes) -> IpAddress:
        """Where an answer goes that has the request's type of service (RFC 1812, section 4.3.2.5) and the options that
        it asks for, from one of this host's addresses."""
        local: IPv4Address = connection.local
        if not connection.answerable:
            _, local = self._ip.local_address(connection.peer)
        kept = returned(options, local, int(self._ip.runtime.now * 1000))
        route = way_back(options, connection.peer)
        return IpAddress(connection.peer, PROTOCOL, local, Service(tos=dscp << 2, options=kept, route=route))
