"""Sending on what is for others: what makes a host with several interfaces a router (RFC 1812, section 5).

Options are passed on as they came; a source route that would go through here is refused (RFC 7126). Groups and
broadcasts are not forwarded, and nobody is told of a better router.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from foxpy.errors import BadAddress, ProtocolError
from foxpy.layers.ipv4.fragments import cut
from foxpy.layers.ipv4.interface import Interface
from foxpy.layers.ipv4.numbers import is_link_local, is_multicast, names_a_host
from foxpy.layers.ipv4.options import Broken, check, in_fragments
from foxpy.layers.ipv4.wire import IPv4, IPv4Mut, append_ipv4, read_ipv4, read_kept
from foxpy.status import Trouble

if TYPE_CHECKING:
    from foxpy.layers.ipv4.layer import Ip

WAYS: Final = 4096
"""Destinations whose way is remembered."""


class Forwarding:
    """The forwarding of one router. What is given to it has a header that has been checked."""

    __slots__ = ("_counters", "_ip", "_version", "_ways")

    def __init__(self, ip: Ip) -> None:
        self._ip = ip
        self._counters = ip.counters
        self._ways: dict[int, tuple[Interface, int]] = {}
        self._version = -1

    def forward(self, frame: bytes, start: int, end: int) -> None:
        """Send ``frame[start:end]`` on, or drop it, count it, and tell its source where the rules allow that."""
        ip = self._ip
        header, _, _, _, _, ttl, _, source, destination = read_ipv4(frame, start, end)
        if not self._may_pass(source, destination):
            self._counters.not_forwarded += 1
            return
        if header != IPv4.MIN and not self._options_pass(frame, start, header, end):
            return
        if ttl <= 1:  # RFC 1812, section 5.3.1
            self._counters.ttl_expired += 1
            ip.problem(Trouble.TIME_EXCEEDED, frame, start, end)
            return
        try:
            interface, next_hop = self._way(destination)
        except ProtocolError as error:
            if isinstance(error, BadAddress):
                self._counters.not_forwarded += 1
            else:
                self._counters.no_route += 1
                ip.problem(Trouble.NETWORK_UNREACHABLE, frame, start, end)
            return
        packet = bytearray(frame[start:end])
        IPv4Mut.view(packet).ttl = ttl - 1  # its checksum follows
        if len(packet) <= interface.mtu:
            self._send(interface, next_hop, packet)
        else:
            self._send_fragments(interface, next_hop, bytes(packet), frame, start)

    def _may_pass(self, source: int, destination: int) -> bool:
        """RFC 1812, sections 5.3.4, 5.3.5 and 5.3.7: from one host to one host. RFC 3927, section 2.7: of no link's."""
        return (
            names_a_host(source)
            and names_a_host(destination)
            and not is_multicast(destination)
            and not is_link_local(source)
            and not is_link_local(destination)
            and not self._ip.routes.is_own(source)
            and not self._ip.routes.is_broadcast(destination)
        )

    def _options_pass(self, frame: bytes, start: int, header: int, end: int) -> bool:
        problem = check(frame[start + IPv4.MIN : start + header], self._ip.config.accept_source_routes)
        if problem is None:
            return True
        if isinstance(problem, Broken):
            self._counters.bad_options += 1
            self._ip.problem(Trouble.PARAMETER_PROBLEM, frame, start, end, IPv4.MIN + problem.at)
        else:
            self._counters.source_routed += 1
            self._ip.problem(Trouble.SOURCE_ROUTE_FAILED, frame, start, end)
        return False

    def _way(self, destination: int) -> tuple[Interface, int]:
        """Which way to ``destination``. Raises BadAddress or Unreachable."""
        routes, ways = self._ip.routes, self._ways
        if self._version != routes.version:
            self._version = routes.version
            ways.clear()
        way = ways.get(destination)
        if way is None:
            decision = routes.decide(destination, None)
            if len(ways) >= WAYS:
                del ways[next(iter(ways))]
            way = ways[destination] = decision.interface, decision.next_hop
        return way

    def _send(self, interface: Interface, next_hop: int, packet: bytearray) -> None:
        try:
            sender = interface.hop(next_hop).path.sender
            writer = sender.begin(len(packet))
            writer += packet
            sender.commit(writer, b"")
        except ProtocolError:
            interface.measure()  # it carries less than it did, or it is down
            self._counters.no_route += 1
        else:
            self._counters.forwarded += 1

    def _send_fragments(self, interface: Interface, next_hop: int, packet: bytes, frame: bytes, start: int) -> None:
        """RFC 1812, section 4.2.2.7. A datagram that may not be fragmented is too big (RFC 1191, section 4). It
        came in ``frame``, from ``start`` on."""
        dscp, ecn, ident, df, ttl, proto, src, dst = read_kept(packet, 0, len(packet))
        if df:
            self._counters.too_big += 1
            self._ip.problem(Trouble.TOO_BIG, frame, start, start + len(packet), interface.mtu)
            return
        header, _, _, more, before, *_ = read_ipv4(packet, 0, len(packet))
        options = packet[IPv4.MIN : header]
        later = in_fragments(options)
        data = packet[header:]
        for offset, stop in cut(len(data), interface.mtu - header, interface.mtu - IPv4.MIN - len(later)):
            fragment = bytearray()
            append_ipv4(
                fragment,
                stop - offset,
                dscp=dscp,
                ecn=ecn,
                ident=ident,
                mf=more or stop < len(data),
                frag=before + (offset >> 3),
                ttl=ttl,
                proto=proto,
                src=src,
                dst=dst,
                options=options,
            )
            options = later
            fragment += data[offset:stop]
            self._send(interface, next_hop, fragment)
            self._counters.fragments_sent += 1
