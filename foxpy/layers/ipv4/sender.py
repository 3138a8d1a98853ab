"""What sends the datagrams of one connection of an IPv4 host."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from foxpy.ecn import ECT_0
from foxpy.errors import InvalidConnection, PacketSize, ProtocolError
from foxpy.layers.ipv4.addresses import Service
from foxpy.layers.ipv4.connection import IpConnection
from foxpy.layers.ipv4.fragments import cut
from foxpy.layers.ipv4.numbers import is_multicast
from foxpy.layers.ipv4.options import in_fragments, wants_time, with_time
from foxpy.layers.ipv4.reassembly import LARGEST
from foxpy.layers.ipv4.wire import IPv4, append_ipv4, stage_ipv4
from foxpy.message import Writer
from foxpy.offload import NONE, Offload, Offloads
from foxpy.protocol import Sender
from foxpy.status import Report, Trouble
from foxpy.wire import Stamp

if TYPE_CHECKING:
    from foxpy.layers.ipv4.layer import Ip

VERSION: Final = 4
UNROUTED: Final = -1
"""No version of the routing table: the way is to be decided before the next datagram."""
LEAST: Final = 8
"""Every link carries a header and this much (RFC 791, section 3.2); one that does not carries no IPv4."""
QUOTED: Final = 64
"""How much of a datagram that found no way its sender is shown."""


class IpSender(Sender):
    """Sends the datagrams of one connection. The way is decided at the first, and again when routes have changed."""

    __slots__ = (
        "_connection",
        "_counters",
        "_destination",
        "_df",
        "_dscp",
        "_ecn",
        "_field",
        "_header",
        "_identification",
        "_ip",
        "_large",
        "_largest",
        "_nowhere",
        "_options",
        "_peer",
        "_protocol",
        "_routes",
        "_sender",
        "_service",
        "_source",
        "_stamp",
        "_stamp_capable",
        "_timed",
        "_towards",
        "_ttl",
        "_version",
        "_wants_whole",
        "_way",
    )

    def __init__(self, ip: Ip, connection: IpConnection) -> None:
        self._ip = ip
        self._routes = ip.routes
        self._counters = ip.counters
        self._connection = connection
        self._field = connection.ecn
        self._peer = int(connection.peer)
        self._source = connection.local.packed
        self._protocol = connection.protocol
        self._serve(connection.carried)
        self._stamp: Stamp = _unrouted
        self._stamp_capable: Stamp | None = None  # with the ECN codepoint that the layer above sends, once it sends one
        self._df = self._wants_whole
        self._identification = ip.identification.counter(
            self._peer << 40 | int(connection.local) << 8 | connection.protocol
        )
        self._large: Writer | None = None
        self._nowhere = Nowhere(ip, connection)
        self._way: Sender = self._nowhere
        self._sender: Sender | None = None  # the same, where there is a next hop
        self._largest = 0
        self._version = UNROUTED

    def _serve(self, service: Service) -> None:
        """Send as ``service`` says from now on."""
        config = self._ip.config
        self._service = service
        default_ttl = config.group_ttl if is_multicast(self._peer) else config.ttl
        self._ttl = default_ttl if service.ttl is None else service.ttl
        tos = config.tos if service.tos is None else service.tos
        self._dscp, self._ecn = tos >> 2, tos & 3
        self._towards, self._options = service.to(self._connection.peer)
        self._destination = self._towards.packed
        self._timed = bool(self._options) and wants_time(self._options)
        self._header = IPv4.MIN + len(self._options)
        whole = service.dont_fragment
        self._wants_whole = self._protocol in config.dont_fragment if whole is None else whole

    # -- down: send

    def begin(self, size: int) -> Writer:
        if self._version != self._routes.version or not self._connection.open:
            self._route()
        if size > self._largest:
            return self._begin_large(size)
        try:
            writer = self._way.begin(size + self._header)
        except ProtocolError:
            self._look_again()
            if size > self._largest:
                return self._begin_large(size)
            writer = self._begin_again(size + self._header)
        counter = self._identification
        counter.value = ident = (counter.value + 1) & 0xFFFF
        if self._field.sending:
            self._stamp_with_ecn(writer, size, ident)
        else:
            self._stamp(writer, size, ident)
        return writer

    def commit(self, writer: Writer, payload: bytes) -> None:
        if writer is self._large:
            self._large = None
            self._send_fragments(bytes(writer) + payload)
            return
        self._counters.sent += 1
        self._way.commit(writer, payload)

    def limit(self) -> int:
        """Where fragmenting is not allowed, what the path carries; else the largest datagram there is."""
        if self._version != self._routes.version or not self._connection.open:
            self._route()
        return self._largest if self._wants_whole else LARGEST - self._header

    def offloads(self) -> Offloads:
        """As the link towards the next hop has them. What is cut must fit the path: it is not fragmented as well."""
        if self._version != self._routes.version or not self._connection.open:
            self._route()
        if self._sender is None:
            return NONE
        try:
            return self._sender.offloads().less(self._header)
        except ProtocolError:
            return NONE  # the link has let go of this neighbour

    def begin_offloaded(self, size: int, task: Offload) -> Writer:
        if self._version != self._routes.version or not self._connection.open:
            self._route()
        sender = self._sender
        if sender is None or size > LARGEST - self._header:
            raise PacketSize(
                f"{self._connection}: {size} bytes that are marked, at most {LARGEST}", size, self._largest
            )
        largest = task.segment + task.header if task.segment else size
        if largest > self._largest:
            raise PacketSize(f"{self._connection}: {largest} bytes, at most {self._largest}", largest, self._largest)
        task.network = self._header
        task.version = VERSION
        try:
            writer = sender.begin_offloaded(size + self._header, task)
        except ProtocolError:
            self._look_again()
            raise PacketSize(f"{self._connection}: the link takes no marked packets now", size, self._largest) from None
        counter = self._identification
        ident = (counter.value + 1) & 0xFFFF
        # each packet that this is cut into gets a number of its own
        counter.value = ident if not task.segment else (ident + (size - task.header - 1) // task.segment) & 0xFFFF
        if self._field.sending:
            self._stamp_with_ecn(writer, size, ident)
        else:
            self._stamp(writer, size, ident)
        return writer

    # -- the way

    def _route(self) -> None:
        connection = self._connection
        if not connection.open:
            raise InvalidConnection(f"{connection} is closed")
        if not connection.answerable:
            raise InvalidConnection(f"{connection}: datagrams to a group cannot be answered on the same connection")
        self._version = self._routes.version
        if self._service is not connection.carried:
            self._serve(connection.carried)
        dont_fragment = self._wants_whole
        try:
            decision = self._routes.decide(int(self._towards), int(connection.local))
            sender = decision.interface.hop(decision.next_hop).path.sender
        except ProtocolError:
            self._go_nowhere()
            return
        self._sender = self._way = sender
        largest = decision.interface.mtu
        narrow = self._ip.path_mtu.get(self._peer)
        if narrow is not None:
            largest = min(largest, narrow.mtu)
            dont_fragment = self._wants_whole and not narrow.locked
        self._df = dont_fragment
        self._stamp = self._stage(self._ecn)
        self._stamp_capable = None
        self._largest = min(largest, LARGEST) - self._header
        if self._largest < LEAST:
            self._go_nowhere()

    def _stamp_with_ecn(self, writer: Writer, size: int, ident: int) -> None:
        """The only codepoint sent beside none is ECT(0) ([3168] section 6.1.2)."""
        stamp = self._stamp_capable
        if stamp is None:
            self._stamp_capable = stamp = self._stage(ECT_0)
        stamp(writer, size, ident)

    def _stage(self, ecn: int) -> Stamp:
        """The header of whole datagrams, for its length and identification to be stamped in."""
        if self._timed:
            return partial(self._stamp_timed, ecn)
        return stage_ipv4(
            dscp=self._dscp,
            ecn=ecn,
            df=self._df,
            ttl=self._ttl,
            proto=self._protocol,
            src=self._source,
            dst=self._destination,
            options=self._options,
        )

    def _stamp_timed(self, ecn: int, writer: bytearray, size: int, ident: int) -> None:
        """In place of a stamp where each header is another: its options tell when it was sent."""
        append_ipv4(
            writer,
            size,
            dscp=self._dscp,
            ecn=ecn,
            ident=ident,
            df=self._df,
            ttl=self._ttl,
            proto=self._protocol,
            src=self._source,
            dst=self._destination,
            options=self._options_now(),
        )

    def _options_now(self) -> bytes:
        """The options of a datagram that leaves now."""
        if not self._timed:
            return self._options
        ip = self._ip
        return with_time(self._options, self._connection.local, int(ip.runtime.now * 1000), self._routes.is_own)

    def _go_nowhere(self) -> None:
        self._sender = None
        self._way = self._nowhere
        self._df = self._wants_whole
        self._stamp = self._stage(self._ecn)
        self._stamp_capable = None
        self._largest = LARGEST - self._header

    def _look_again(self) -> None:
        """The link refused: it has let go of this neighbour, it carries less than it did, or it is down."""
        if not self._connection.open:
            raise InvalidConnection(f"{self._connection} is closed")
        self._ip.measure()
        self._route()

    def _begin_again(self, size: int) -> Writer:
        try:
            return self._way.begin(size)
        except ProtocolError:
            self._go_nowhere()
            self._version = UNROUTED  # the next datagram tries anew
            return self._way.begin(size)

    # -- fragmentation

    def _begin_large(self, size: int) -> Writer:
        limit = self._largest if self._wants_whole else LARGEST - self._header
        if size > limit:
            raise PacketSize(f"{self._connection}: {size} bytes, at most {limit}", size, limit)
        writer = self._large = Writer()
        return writer

    def _send_fragments(self, data: bytes) -> None:
        """All with one identification; options beyond the first as RFC 791 has them."""
        ident = self._identification.next()
        counters = self._counters
        options = self._options_now()
        later = in_fragments(options)
        way = self._largest + self._header  # what fits the link
        last = len(data)
        for offset, end in cut(last, self._largest, way - IPv4.MIN - len(later)):
            size = end - offset
            try:
                writer = self._way.begin(size + IPv4.MIN + len(options))
            except ProtocolError:
                self._ip.measure()  # the next datagram is cut to what the link carries by now
                counters.no_route += 1
                return
            append_ipv4(
                writer,
                size,
                dscp=self._dscp,
                ecn=self._field.sending or self._ecn,
                ident=ident,
                mf=end < last,
                frag=offset >> 3,
                ttl=self._ttl,
                proto=self._protocol,
                src=self._source,
                dst=self._destination,
                options=options,
            )
            options = later
            self._way.commit(writer, data[offset:end])
            counters.fragments_sent += 1
        counters.sent += 1


def _unrouted(out: Writer, size: int, ident: int) -> None:
    """In place of a header until the way is decided, which is before the first."""
    raise AssertionError("no way was decided")


class Nowhere(Sender):
    """Stands in for the way where there is none: counts, and tells the connection once it is out of its own call."""

    __slots__ = ("_connection", "_ip", "_telling")

    def __init__(self, ip: Ip, connection: IpConnection) -> None:
        self._ip = ip
        self._connection = connection
        self._telling = False

    def begin(self, size: int) -> Writer:
        return Writer()

    def commit(self, writer: Writer, payload: bytes) -> None:
        counters = self._ip.counters
        counters.sent -= 1  # it was counted on its way here
        counters.no_route += 1
        if self._telling:
            return
        self._telling = True
        connection = self._connection
        _, options = connection.carried.to(connection.peer)
        quoted = (bytes(writer) + payload)[IPv4.MIN + len(options) :][:QUOTED]

        def tell() -> None:
            self._telling = False
            if connection.receiver is not None:
                connection.receiver.status(Report(Trouble.NETWORK_UNREACHABLE, quoted))

        self._ip.runtime.timer(tell).start(0.0)

    def limit(self) -> int:
        return LARGEST
