"""Sending on what is for others: what makes a host with several interfaces a router (RFC 1812, section 5).

A router enters itself in the options that ask for that, and tells a host of another router that is nearer to where it
sends. A source route is followed where ``IpConfig.accept_source_routes`` says so, and else refused (RFC 7126). Groups
and broadcasts are not forwarded, not even those to one network from afar (RFC 2644).
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final

from foxpy.completing import Completing
from foxpy.errors import BadAddress, ProtocolError
from foxpy.layers.ipv4.fragments import cut
from foxpy.layers.ipv4.interface import Interface
from foxpy.layers.ipv4.numbers import is_link_local, is_multicast, names_a_host
from foxpy.layers.ipv4.options import Broken, check, in_fragments, source_route
from foxpy.layers.ipv4.passing import Stop, entered, next_stop, travelled
from foxpy.layers.ipv4.ways import Way, Ways
from foxpy.layers.ipv4.wire import IPv4, IPv4Mut, StrictSourceRoute, append_ipv4, read_ipv4, read_kept
from foxpy.protocol import Receiver
from foxpy.status import Trouble

if TYPE_CHECKING:
    from foxpy.layers.ipv4.layer import Ip

DESTINATION: Final = 16
"""Where in the header the destination's address is."""


class Forwarding:
    """The forwarding of one router. What is given to it has a header that has been checked."""

    __slots__ = ("_counters", "_ip", "_ways")

    def __init__(self, ip: Ip) -> None:
        self._ip = ip
        self._counters = ip.counters
        self._ways = Ways(ip.routes)

    def onward(self, came: Interface) -> Receiver:
        """What takes the datagrams that have come by ``came`` and go on. What a link left unfinished, or put together,
        goes on as it was meant to be on a wire."""
        return Completing(_Onward(self, came), self._ip.runtime)

    def forward(self, frame: bytes, start: int, end: int, came: Interface, stop: Stop | None = None) -> None:
        """Send ``frame[start:end]``, which came by ``came``, on, or drop it, count it, and tell its source where the
        rules allow that. ``stop`` is where a source route leads that came to this router."""
        header, _, _, _, _, ttl, _, source, destination = read_ipv4(frame, start, end)
        if stop is not None:
            destination = stop.destination
        if not self._may_pass(source, destination):
            self._counters.not_forwarded += 1
            return
        if header != IPv4.MIN and stop is None and not self._options_pass(frame, start, header, end):
            return
        if ttl <= 1:  # RFC 1812, section 5.3.1
            self._counters.ttl_expired += 1
            self._ip.problem(Trouble.TIME_EXCEEDED, frame, start, end)
            return
        way = self._way(frame, start, end, destination, stop)
        if way is None:
            return
        packet = bytearray(frame[start:end])
        view = IPv4Mut.view(packet)
        view.ttl = ttl - 1  # the checksum follows that, and what else is changed
        if header != IPv4.MIN and not self._enter(view, way, stop, frame, start, end):
            return
        interface = way.interface
        if len(packet) > interface.mtu:
            self._send_fragments(way, bytes(packet), frame, start)
        elif self._send(way, packet) and interface is came and way.begins_beside(source):
            self._redirect(way, frame, start, header, end)

    def follow(self, frame: bytes, start: int, end: int, came: Interface) -> bytes | None:
        """Send ``frame[start:end]``, which came to this router by a source route that goes on, where that leads.

        Where it leads to another address of this router, the datagram is returned as it arrives there. Its options
        are well formed.
        """
        header, *_ = read_ipv4(frame, start, end)
        area = frame[start + IPv4.MIN : start + header]
        stop = next_stop(area, self._ip.routes.is_own)
        if stop is None or not stop.last:
            self.forward(frame, start, end, came, stop)
            return None
        packet = bytearray(frame[start:end])
        view = IPv4Mut.view(packet)
        view.dst, view.options = IPv4Address(stop.destination), travelled(area, stop, view.dst)
        return bytes(packet)

    def has_sent(self, quoted: bytes) -> bool:
        """Whether the datagram that begins with ``quoted``, which this host has sent, was another's."""
        return len(quoted) >= IPv4.MIN and not self._ip.routes.is_own(read_ipv4(quoted, 0, len(quoted))[7])

    # -- what may go on

    def _may_pass(self, source: int, destination: int) -> bool:
        """RFC 1812, sections 5.3.4, 5.3.5 and 5.3.7: from one host to one host. RFC 3927, section 2.7: of no link's."""
        routes = self._ip.routes
        return (
            names_a_host(source)
            and names_a_host(destination)
            and not is_multicast(destination)
            and not is_link_local(source)
            and not is_link_local(destination)
            and not routes.is_own(source)
            and not routes.is_broadcast(source)
            and not routes.is_broadcast(destination)
        )

    def _options_pass(self, frame: bytes, start: int, header: int, end: int) -> bool:
        """Whether the options let it pass through here, where no source route has led it."""
        area = frame[start + IPv4.MIN : start + header]
        accepted = self._ip.config.accept_source_routes
        problem = check(area, accepted)
        if isinstance(problem, Broken):
            self._broken(frame, start, end, IPv4.MIN + problem.at)
            return False
        if not accepted and problem is not None:
            self._counters.source_routed += 1
            self._ip.problem(Trouble.SOURCE_ROUTE_FAILED, frame, start, end)
            return False
        route = source_route(area)
        if route is not None and isinstance(route[1], StrictSourceRoute):
            # Whoever sent it here has left the route (RFC 1812, section 5.2.2).
            self._broken(frame, start, end, DESTINATION)
            return False
        return True

    def _broken(self, frame: bytes, start: int, end: int, at: int) -> None:
        self._counters.bad_options += 1
        self._ip.problem(Trouble.PARAMETER_PROBLEM, frame, start, end, at)

    # -- sending

    def _way(self, frame: bytes, start: int, end: int, destination: int, stop: Stop | None) -> Way | None:
        """None where there is none, and that has been told."""
        try:
            way = self._ways.to(destination)
        except BadAddress:
            self._counters.not_forwarded += 1
            return None
        except ProtocolError:
            trouble = Trouble.NETWORK_UNREACHABLE if stop is None else Trouble.SOURCE_ROUTE_FAILED
        else:
            if stop is None or not stop.strict or way.next_hop == destination:
                return way
            trouble = Trouble.SOURCE_ROUTE_FAILED
        self._counters.no_route += 1
        self._ip.problem(trouble, frame, start, end)
        return None

    def _enter(self, view: IPv4Mut, way: Way, stop: Stop | None, frame: bytes, start: int, end: int) -> bool:
        """Make the options of ``view`` what they are on the next link; whether that can be done."""
        ip, area = self._ip, bytes(view.options)
        if stop is not None:
            area = travelled(area, stop, way.local)
            view.dst = IPv4Address(stop.destination)
        options = entered(area, way.local, int(ip.runtime.now * 1000), ip.routes.is_own)
        if isinstance(options, Broken):
            self._broken(frame, start, end, IPv4.MIN + options.at)
            return False
        view.options = options
        return True

    def _redirect(self, way: Way, frame: bytes, start: int, header: int, end: int) -> None:
        """RFC 1812, section 5.2.7.2; never what a source route has led here."""
        if self._ip.config.redirects and source_route(frame[start + IPv4.MIN : start + header]) is None:
            self._ip.redirect(frame, start, end, IPv4Address(way.next_hop), way.local)

    def _send(self, way: Way, packet: bytearray) -> bool:
        interface = way.interface
        try:
            sender = interface.hop(way.next_hop).path.sender
            writer = sender.begin(len(packet))
            writer += packet
            sender.commit(writer, b"")
        except ProtocolError:
            interface.measure()  # it carries less than it did, or it is down
            self._counters.no_route += 1
            return False
        self._counters.forwarded += 1
        return True

    def _send_fragments(self, way: Way, packet: bytes, frame: bytes, start: int) -> None:
        """RFC 1812, section 4.2.2.7. A datagram that may not be fragmented is too big (RFC 1191, section 4). It
        came in ``frame``, from ``start`` on."""
        dscp, ecn, ident, evil, df, ttl, proto, src, dst = read_kept(packet, 0, len(packet))
        if df:
            self._counters.too_big += 1
            self._ip.problem(Trouble.TOO_BIG, frame, start, start + len(packet), way.interface.mtu)
            return
        header, _, _, more, before, *_ = read_ipv4(packet, 0, len(packet))
        options = packet[IPv4.MIN : header]
        later = in_fragments(options)
        data = packet[header:]
        mtu = way.interface.mtu
        for offset, stop in cut(len(data), mtu - header, mtu - IPv4.MIN - len(later)):
            fragment = bytearray()
            append_ipv4(
                fragment,
                stop - offset,
                dscp=dscp,
                ecn=ecn,
                ident=ident,
                evil=evil,
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
            self._send(way, fragment)
            self._counters.fragments_sent += 1


class _Onward(Receiver):
    """The datagrams of one interface."""

    __slots__ = ("_came", "_forwarding")

    def __init__(self, forwarding: Forwarding, came: Interface) -> None:
        self._forwarding = forwarding
        self._came = came

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self._forwarding.forward(frame, start, end, self._came)
