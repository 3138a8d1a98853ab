"""An attachment of a host to a link: its addresses there, the groups it has joined, the ways to its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, NetmaskValueError

from foxpy.errors import BadAddress, InvalidConnection
from foxpy.layers.ipv4.link import EVERYBODY, IpLink, NextHop
from foxpy.layers.ipv4.numbers import LIMITED_BROADCAST, names_a_host
from foxpy.protocol import Listening, Path, PathHandler, Receiver
from foxpy.status import Aborted, Closed, Report, Status


def interface(link: IpLink, *addresses: str | IPv4Interface, name: str | None = None) -> Interface:
    """An interface on ``link`` for ``ipv4``, with any number of addresses as 192.0.2.1/24, the preferred one first.

    The name is how controls mean it; ``ipv4`` calls those without one ip0, ip1, ... Raises BadAddress for what is no
    address, or not a host's on its network.
    """
    return Interface(link, [interface_address(address) for address in addresses], name)


def interface_address(address: str | IPv4Interface) -> IPv4Interface:
    """``address`` with its network. Raises BadAddress where no host can have it."""
    try:
        found = IPv4Interface(address)
    except (AddressValueError, NetmaskValueError, ValueError):
        raise BadAddress(f"{address!r} is not an IPv4 address with its network; write it like 192.0.2.1/24") from None
    if not names_a_host(int(found.ip)) or int(found.ip) in broadcasts_of(found):
        raise BadAddress(f"{found} is not the address of a host")
    return found


def broadcasts_of(address: IPv4Interface) -> tuple[int, ...]:
    """What means every host on the network of ``address``: all ones, and all zeros of old (RFC 1122, section 3.3.6)."""
    network = address.network
    if network.prefixlen > 30:
        return ()  # RFC 3021: a link of two hosts has room for no broadcast
    return int(network.broadcast_address), int(network.network_address)


class Interface:
    """Belongs to one ``Ip``, which fills the tables that the receive path reads."""

    __slots__ = (
        "_everybody",
        "_hops",
        "_limit",
        "_listening",
        "_report",
        "_unicast",
        "addresses",
        "enabled",
        "groups",
        "link",
        "lost",
        "mtu",
        "name",
    )

    addresses: list[IPv4Interface]
    enabled: bool
    lost: bool
    """It is not enabled because its link went, and is again when the host begins anew."""
    groups: set[int]
    """Multicast groups joined here."""
    mtu: int
    """The largest datagram that the link carries, 0 while it is not initialized."""

    def __init__(self, link: IpLink, addresses: list[IPv4Interface], name: str | None) -> None:
        self.link = link
        self.addresses = addresses
        self.name = name or ""
        self.enabled = True
        self.lost = False
        self.groups: set[int] = set()
        self.mtu = 0
        self._hops: dict[int, Hop] = {}  # the longest unused first
        self._limit = 0
        self._everybody: Hop | None = None
        self._listening: Listening | None = None
        self._unicast: Receiver | None = None
        self._report: Callable[[IPv4Address, Report], None] | None = None

    def __str__(self) -> str:
        return self.name

    # -- lifecycle

    def start(
        self,
        accept: PathHandler[NextHop],
        unicast: Receiver,
        report: Callable[[IPv4Address, Report], None],
        hops: int,
    ) -> None:
        """Initialize the link and listen to it. Raises what that raises, and then holds nothing.

        What arrives goes to the receivers that ``accept`` gives, or to ``unicast`` where a link prefers to deliver on
        a path to the neighbour. ``report`` hears of neighbours that do not answer.
        """
        self._unicast = unicast
        self._report = report
        self._limit = hops
        self.link.initialize()
        if self.lost:
            self.lost, self.enabled = False, True
        try:
            self._listening = self.link.listen(accept)
            self._everybody = self._open(EVERYBODY)
            self.mtu = self._everybody.path.sender.limit()
            if self.enabled:
                for address in self.addresses:
                    self.link.claim(address)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        for address in self.addresses:
            self.link.disclaim(address)
        for hop in (*self._hops.values(), *([self._everybody] if self._everybody else [])):
            hop.path.close()
        self._hops.clear()
        self._everybody = None
        if self._listening is not None:
            self._listening.stop()
            self._listening = None
        self.mtu = 0
        self.link.finalize()

    def measure(self) -> None:
        """Read the link's limit anew, after it refused a packet."""
        if self._everybody is not None:
            self.mtu = self._everybody.path.sender.limit()

    # -- neighbours

    def hop(self, neighbour: int) -> Hop:
        """The way to ``neighbour``. Raises OpenFailed or InvalidConnection where the link has none."""
        if neighbour == LIMITED_BROADCAST:
            if self._everybody is None:
                raise InvalidConnection(f"interface {self.name} is down")
            return self._everybody
        hop = self._hops.pop(neighbour, None)
        if hop is None or hop.lost:
            hop = self._open(NextHop(IPv4Address(neighbour)))
            if len(self._hops) >= self._limit:
                # Those who use it notice that it is closed when they send, and ask for it again.
                self._hops.pop(next(iter(self._hops))).path.close()
        self._hops[neighbour] = hop
        return hop

    def suspect(self, neighbour: int) -> None:
        """Have the link see whether ``neighbour`` is still there, where there is a way to it at all."""
        hop = self._hops.get(neighbour)
        if hop is not None and not hop.lost:
            self.link.suspect(hop.path)

    def _open(self, neighbour: NextHop) -> Hop:
        hop = Hop(self._unicast, self._report)
        hop.path = self.link.open(neighbour, lambda _: hop)
        return hop

    @property
    def hops(self) -> int:
        return len(self._hops)


class Hop(Receiver):
    """The way to one neighbour."""

    __slots__ = ("_report", "_unicast", "lost", "path")

    path: Path[NextHop]
    lost: bool
    """The link has let go of it."""

    def __init__(self, unicast: Receiver | None, report: Callable[[IPv4Address, Report], None] | None) -> None:
        self._unicast = unicast
        self._report = report
        self.lost = False

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        if self._unicast is not None:
            self._unicast.deliver(frame, start, end)

    def status(self, event: Status) -> None:
        if isinstance(event, Report):
            if self._report is not None:
                self._report(self.path.peer.address, event)
        elif isinstance(event, Closed | Aborted):
            self.lost = True
