"""One IPv4 host on links whose other end is the test: what it sends is kept, what it is to receive is written."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface
from typing import Final

from foxpy.errors import BadAddress, InvalidConnection, NotInitialized, OpenFailed, PacketSize
from foxpy.layers.ipv4 import (
    ANYBODY,
    Ip,
    IpAddress,
    IpConfig,
    IpConnection,
    IpLink,
    IpPattern,
    NextHop,
    interface,
    ipv4,
)
from foxpy.layers.ipv4.wire import IPv4, append_ipv4
from foxpy.message import Writer
from foxpy.protocol import Handler, Listening, Path, PathHandler, Receiver, Sender
from foxpy.runtime import Runtime, Scheduler
from foxpy.status import Report, Trouble
from foxpy.testing.collector import Acceptor, Collector

US: Final = IPv4Address("192.0.2.1")
PEER: Final = IPv4Address("192.0.2.2")
ROUTER: Final = IPv4Address("192.0.2.254")
FAR: Final = IPv4Address("198.51.100.7")
PROTOCOL: Final = 200
"""One that nobody has."""


class BenchLink(IpLink):
    """A link without any other machine on it."""

    def __init__(self, runtime: Runtime, mtu: int = 1500, *, broadcasts: bool = True) -> None:
        super().__init__()
        self.runtime = runtime
        self.name = "bench"
        self.mtu = mtu
        self.broadcasts = broadcasts
        self.sent: list[tuple[IPv4Address, bytes]] = []
        """What the host sent, each with the neighbour that it sent it to."""
        self.claimed: list[IPv4Interface] = []
        self.absent: set[IPv4Address] = set()
        """Neighbours that cannot be opened."""
        self.down = False
        """Whether every path refuses to send."""
        self.opened: dict[IPv4Address, Receiver] = {}
        self._count = 0
        self._receivers: dict[bool, Receiver] = {}

    def initialize(self) -> int:
        self._count += 1
        return self._count

    def finalize(self) -> int:
        if self._count == 0:
            raise NotInitialized("the bench link is not initialized")
        self._count -= 1
        return self._count

    def open(self, host: NextHop, handler: PathHandler[NextHop], local: NextHop | None = None) -> Path[NextHop]:
        if host.address in self.absent:
            raise OpenFailed(f"{host} is not there")
        sender = _BenchSender(self, host.address)
        path = Path(host, ANYBODY, 0, sender, True, sender.close)
        self.opened[host.address] = handler(path)
        return path

    def listen(self, accept: PathHandler[NextHop]) -> Listening:
        for answerable in (True, False):
            path = Path(ANYBODY, ANYBODY, 0, _BenchSender(self, ANYBODY.address), answerable, lambda: None)
            self._receivers[answerable] = accept(path)
        return _BenchListening(self._receivers)

    def host(self, text: str) -> NextHop:
        raise BadAddress(f"{text}: nobody is on the bench link")

    def claim(self, address: IPv4Interface) -> None:
        self.claimed.append(address)

    def disclaim(self, address: IPv4Interface) -> None:
        if address in self.claimed:
            self.claimed.remove(address)

    # -- what the test does

    def say(self, packet: bytes, *, many: bool = False) -> None:
        """``packet`` arrives; with ``many`` it was sent to all stations."""
        receiver = self._receivers.get(not many)
        if receiver is not None:
            receiver.deliver(packet, 0, len(packet))

    def unresolved(self, neighbour: IPv4Address, quoted: bytes) -> None:
        """``neighbour`` does not answer for the packet that begins with ``quoted``."""
        self.opened[neighbour].status(Report(Trouble.HOST_UNREACHABLE, quoted))

    def take(self) -> list[IPv4]:
        """What was sent since the last time, parsed."""
        packets = [IPv4.parse(packet) for _, packet in self.sent]
        self.sent.clear()
        return packets


class _BenchSender(Sender):
    def __init__(self, link: BenchLink, to: IPv4Address) -> None:
        self._link = link
        self._to = to
        self._open = True

    def close(self) -> None:
        self._open = False

    def begin(self, size: int) -> Writer:
        if not self._open or self._link.down:
            raise InvalidConnection("the path was closed")
        if size > self._link.mtu:
            raise PacketSize("larger than the bench link's MTU", size, self._link.mtu)
        return Writer()

    def commit(self, writer: Writer, payload: bytes) -> None:
        self._link.sent.append((self._to, bytes(writer) + payload))

    def limit(self) -> int:
        return self._link.mtu


class _BenchListening(Listening):
    def __init__(self, receivers: dict[bool, Receiver]) -> None:
        self._receivers = receivers

    def stop(self) -> None:
        self._receivers.clear()


class IpBench:
    """A host at 192.0.2.1/24, with a router, and with more interfaces where the test wants them."""

    def __init__(
        self,
        *addresses: str,
        config: IpConfig | None = None,
        gateway: IPv4Address | None = ROUTER,
        mtu: int = 1500,
        broadcasts: bool = True,
        seed: int = 1,
    ) -> None:
        """One interface for each of ``addresses``."""
        self.time = 0.0
        self.scheduler = Scheduler(lambda: self.time)
        self.runtime = Runtime(self.scheduler, seed)
        wanted = addresses or ("192.0.2.1/24",)
        self.links = [BenchLink(self.runtime, mtu, broadcasts=broadcasts) for _ in wanted]
        interfaces = [interface(link, each) for link, each in zip(self.links, wanted, strict=True)]
        self.ip: Ip = ipv4(*interfaces, gateway=gateway, config=config or IpConfig())
        self.ip.initialize()

    @property
    def link(self) -> BenchLink:
        return self.links[0]

    def run(self, seconds: float = 0.0) -> None:
        """Let ``seconds`` pass, doing what is due on the way."""
        until = self.time + seconds
        while True:
            while self.scheduler.run():
                pass
            due = self.scheduler.pending()
            if due > until:
                break
            self.time = max(self.time, due)
        self.time = until

    def say(self, packet: bytes, *, many: bool = False) -> None:
        """``packet`` arrives on the first link, and what follows from it happens."""
        self.link.say(packet, many=many)
        self.run()

    # -- opening

    def listen(self, protocol: int = PROTOCOL, host: IPv4Address | None = None) -> Acceptor[IpConnection]:
        acceptor: Acceptor[IpConnection] = Acceptor()
        self.ip.listen(IpPattern(protocol, host), acceptor)
        return acceptor

    def open(self, host: IPv4Address = PEER, protocol: int = PROTOCOL) -> tuple[IpConnection, Collector, Sender]:
        collector = Collector()
        handler: Handler[IpConnection] = lambda _: collector  # noqa: E731
        connection = self.ip.open(IpAddress(host, protocol), handler)
        return connection, collector, self.ip.send(connection)

    def dropped(self) -> dict[str, int]:
        """The reasons for which something was dropped so far."""
        return {name: count for name, count in self.ip.query().discards.items() if count}


def datagram(
    data: bytes = b"",
    *,
    src: IPv4Address = PEER,
    dst: IPv4Address = US,
    protocol: int = PROTOCOL,
    ident: int = 1,
    ttl: int = 64,
    dscp: int = 0,
    ecn: int = 0,
    df: bool = False,
    more: bool = False,
    offset: int = 0,
    options: bytes = b"",
) -> bytes:
    """A datagram, or a fragment of one with ``offset`` in bytes, as the wire has it."""
    out = Writer()
    append_ipv4(
        out,
        len(data),
        dscp=dscp,
        ecn=ecn,
        ident=ident,
        df=df,
        mf=more,
        frag=offset >> 3,
        ttl=ttl,
        proto=protocol,
        src=src,
        dst=dst,
        options=options,
    )
    return bytes(out) + data
