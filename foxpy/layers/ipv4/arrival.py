"""What arrives on an interface: checked, and brought to the connection that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foxpy.layers.ipv4.connection import IpConnection
from foxpy.layers.ipv4.destinations import Local
from foxpy.layers.ipv4.interface import Interface
from foxpy.layers.ipv4.numbers import LIMITED_BROADCAST, UNSPECIFIED, is_loopback, is_multicast, names_a_host
from foxpy.layers.ipv4.options import Broken, SourceRouted, check
from foxpy.layers.ipv4.wire import IPv4, append_ipv4, read_ipv4, verify_ipv4
from foxpy.message import Writer
from foxpy.protocol import Receiver
from foxpy.status import Aborted, Status, Trouble
from foxpy.wire import PacketError, Truncated

if TYPE_CHECKING:
    from foxpy.layers.ipv4.forwarding import Forwarding
    from foxpy.layers.ipv4.layer import Ip


class Latest:
    """The interface that the latest datagram came on: an object of its own, as it is set for each."""

    __slots__ = ("interface",)

    def __init__(self, interface: Interface) -> None:
        self.interface = interface


class Arrival(Receiver):
    """Takes the frames of one interface that were sent to this station alone, or those that were sent to many."""

    __slots__ = (
        "_connections",
        "_counters",
        "_destinations",
        "_interface",
        "_ip",
        "_key",
        "_latest",
        "_many",
        "_onward",
        "_recent",
    )

    def __init__(self, ip: Ip, interface: Interface, destinations: dict[int, Local], *, many: bool) -> None:
        """``destinations``: what the datagrams may be for; the dictionary is looked into for each, and may change."""
        self._ip = ip
        self._interface = interface
        self._destinations = destinations
        self._latest = ip.latest
        self._many = many
        self._counters = ip.counters
        self._connections = ip.connections.open
        self._recent: IpConnection | None = None  # the last datagram's, which the next is likely to belong to as well
        self._key = 0
        self._onward = None if ip.forwarding is None else ip.forwarding.onward(interface)

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        counters = self._counters
        counters.received += 1
        try:
            header, length, ident, more, offset, _, protocol, source, destination = read_ipv4(frame, start, end)
        except PacketError as error:
            if isinstance(error, Truncated):
                counters.truncated += 1
            else:
                counters.not_ipv4 += 1
            return
        if length > end - start:
            counters.truncated += 1
            return
        if header != IPv4.MIN and (header < IPv4.MIN or header > length):
            counters.bad_header += 1
            return
        if length < header:
            counters.bad_length += 1
            return
        if not verify_ipv4(frame, start, end):
            counters.checksum_errors += 1
            return
        self._latest.interface = self._interface
        local = self._destinations.get(destination)
        if local is None:
            self._not_ours(frame, start, start + length, destination)
            return
        end = start + length  # what follows is padding of the link's
        if header != IPv4.MIN and not self._options_pass(frame, start, header, end, source, local, protocol):
            return
        if offset or more:
            self._fragment(frame, start, header, end, (source, destination, protocol, ident), offset << 3, more)
            return
        key = local.key | source << 8 | protocol
        connection = self._recent
        if connection is None or key != self._key or connection.receiver is None:  # then it may be open no more
            connection = self._connections.get(key)
            if connection is None:
                self._first_of_peer(frame, start, header, end, source, local, protocol)
                return
            self._recent, self._key = connection, key
        receiver = connection.receiver
        if receiver is not None:
            counters.delivered += 1
            receiver.deliver(frame, start + header, end)

    # -- what is seldom

    def _not_ours(self, frame: bytes, start: int, end: int, destination: int) -> None:
        """A router sends it on, unless it came to many stations (RFC 1812, section 5.3.4); a host drops it silently
        (RFC 1122, section 3.2.1.3)."""
        if not self._interface.enabled:
            self._counters.interface_disabled += 1
        elif self._many and self._ip.routes.is_own(destination):
            self._counters.link_broadcast += 1
        elif self._onward is not None and not self._many:
            self._onward.deliver(frame, start, end)
        else:
            self._counters.not_for_us += 1

    def _source_is_good(self, source: int, local: Local) -> bool:
        """RFC 1122, section 3.2.1.3: a source must be one host; and it cannot be this one, but on the loopback."""
        ip = self._ip
        if self._interface is ip.loopback:
            good = ip.routes.is_own(source)
        elif source == UNSPECIFIED:
            # A host that does not know its address yet may ask all others for it, or some: the routers (RFC 1256,
            # section 4.2).
            good = int(local.address) == LIMITED_BROADCAST or is_multicast(int(local.address))
        else:
            good = (
                names_a_host(source)
                and not ip.routes.is_own(source)
                and not ip.routes.is_broadcast(source)
                and not is_loopback(int(local.address))
            )
        if not good:
            self._counters.bad_source += 1
        return good

    def _options_pass(
        self, frame: bytes, start: int, header: int, end: int, source: int, local: Local, protocol: int
    ) -> bool:
        ip = self._ip
        area = frame[start + IPv4.MIN : start + header]
        problem = check(area, ip.config.accept_source_routes)
        if problem is None:
            ip.headers.note(frame, start)
            connection = self._connections.get(local.key | source << 8 | protocol)
            if connection is not None and ip.config.accept_source_routes:
                ip.came_by(connection, area)
            return True
        if not self._source_is_good(source, local):
            return False
        match problem:
            case Broken(at):
                self._counters.bad_options += 1
                ip.problem(Trouble.PARAMETER_PROBLEM, frame, start, end, IPv4.MIN + at)
            case SourceRouted():
                if ip.forwarding is not None and ip.config.accept_source_routes and not local.group:
                    self._follow(ip.forwarding, frame, start, end)
                    return False
                self._counters.source_routed += 1
                ip.problem(Trouble.SOURCE_ROUTE_FAILED, frame, start, end)
        return False

    def _follow(self, forwarding: Forwarding, frame: bytes, start: int, end: int) -> None:
        """This host is on the way of a source route."""
        here = forwarding.follow(frame, start, end, self._interface)
        if here is not None:
            self._counters.received -= 1  # it is the same datagram that comes to its end now
            self.deliver(here, 0, len(here))

    def _fragment(
        self, frame: bytes, start: int, header: int, end: int, key: tuple[int, int, int, int], offset: int, more: bool
    ) -> None:
        source, destination, protocol, _ = key
        local = self._destinations[destination]
        if not self._source_is_good(source, local):
            return
        whole = self._ip.reassembly.add(key, frame[start : start + header], frame[start + header : end], offset, more)
        if whole is None:
            return
        first, data = whole
        datagram = merged(first, data)
        if len(first) != IPv4.MIN:
            self._ip.headers.note(datagram, 0)
        connection = self._connections.get(local.key | source << 8 | protocol)
        if connection is None:
            self._first_of_peer(datagram, 0, len(first), len(datagram), source, local, protocol)
        elif connection.receiver is not None:
            self._counters.delivered += 1
            connection.receiver.deliver(datagram, len(first), len(datagram))

    def _first_of_peer(
        self, frame: bytes, start: int, header: int, end: int, source: int, local: Local, protocol: int
    ) -> None:
        """A datagram of no connection: for whoever listens, or for nobody."""
        if not self._source_is_good(source, local):
            return
        connection = self._ip.begun(source, local, protocol)
        if connection is None:
            self._counters.unknown_protocol += 1
            self._ip.problem(Trouble.PROTOCOL_UNREACHABLE, frame, start, end)
        elif connection.receiver is not None:
            if header != IPv4.MIN and self._ip.config.accept_source_routes:
                self._ip.came_by(connection, frame[start + IPv4.MIN : start + header])
            self._counters.delivered += 1
            connection.receiver.deliver(frame, start + header, end)

    def status(self, event: Status) -> None:
        # Closed is one path from one neighbour, whose next packet begins another; the link itself only ever breaks.
        if isinstance(event, Aborted):
            self._ip.lost(self._interface)


def merged(first: bytes, data: bytes) -> bytes:
    """The datagram that fragments have made: the first one's header, with what was the fragment's put right."""
    fragment = IPv4.view(first + data)
    datagram = Writer()
    append_ipv4(
        datagram,
        len(data),
        dscp=fragment.dscp,
        ecn=fragment.ecn,
        ident=fragment.ident,
        ttl=fragment.ttl,
        proto=fragment.proto,
        src=fragment.src,
        dst=fragment.dst,
        options=fragment.options,
    )
    return bytes(datagram) + data
