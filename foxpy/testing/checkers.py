"""Saying what a packet has to be, layer by layer, and what is wrong with it where it is not that::

    expect(frame, ethernet(dst=left.mac), ipv4(ttl=64), tcp(flags=SYN | ACK), payload(b""))

Each checker reads its header with the packet language, compares the fields that it was given, and leaves what follows
to the next. A field may be given as a value or as a predicate: ``ipv4(ttl=lambda ttl: ttl > 1)``. Checksums are
verified without being asked for.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address
from typing import Final, TypeAlias, TypeVar

from foxpy.addresses import MacAddress
from foxpy.checksum import fold, ones_sum
from foxpy.layers.arp.wire import ARP
from foxpy.layers.ethernet.wire import Ethernet
from foxpy.layers.icmp.wire import icmp as icmp_messages
from foxpy.layers.icmp.wire import verify_icmp
from foxpy.layers.ipv4.wire import IPv4, verify_ipv4
from foxpy.layers.tcp.wire import ACK, CWR, ECE, FIN, PSH, RST, SYN, TCP, URG, TcpOption, verify_tcp
from foxpy.layers.udp.wire import UDP, verify_udp
from foxpy.wire import Packet, PacketError

T = TypeVar("T")
Wanted: TypeAlias = T | Callable[[T], bool] | None
"""A value, a predicate of it, or None for any."""

FLAGS: Final = {"FIN": FIN, "SYN": SYN, "RST": RST, "PSH": PSH, "ACK": ACK, "URG": URG, "ECE": ECE, "CWR": CWR}


class WrongPacket(AssertionError):
    """A packet is not what was expected. The message names layer, field, what was expected and what is there."""


class Scope:
    """How far the checkers of one packet have come."""

    def __init__(self, frame: bytes) -> None:
        self.frame = frame
        self.start = 0
        self.end = len(frame)
        self.pseudo: int | None = None
        """The sum of the pseudo-header but its length, once there was a header that has one."""

    @property
    def rest(self) -> bytes:
        return self.frame[self.start : self.end]


class Checker(ABC):
    """One layer of an expectation."""

    @abstractmethod
    def check(self, scope: Scope) -> None:
        """Check what begins at ``scope.start``, and move ``scope`` to what follows it. Raises WrongPacket."""


def expect(frame: bytes, *checkers: Checker) -> None:
    """Demand that ``frame`` is what ``checkers`` say, the outermost layer first. Raises WrongPacket."""
    scope = Scope(frame)
    for checker in checkers:
        try:
            checker.check(scope)
        except WrongPacket as wrong:
            wrong.add_note(f"in the frame of {len(frame)} bytes {frame[:128].hex(' ', 2)}")
            raise


def matching(frames: Iterable[bytes], *checkers: Checker) -> list[bytes]:
    """Those of ``frames`` that are what ``checkers`` say."""
    return [frame for frame in frames if _matches(frame, checkers)]


def _matches(frame: bytes, checkers: tuple[Checker, ...]) -> bool:
    try:
        expect(frame, *checkers)
    except WrongPacket:
        return False
    return True


# -- the layers


def ethernet(*, dst: Wanted[MacAddress] = None, src: Wanted[MacAddress] = None, kind: Wanted[int] = None) -> Checker:
    """An Ethernet header; ``kind`` is the ethertype, or the length of an 802.3 frame."""
    return _Ethernet(dst=dst, src=src, kind=kind)


def arp(
    *,
    operation: Wanted[int] = None,
    sha: Wanted[MacAddress] = None,
    spa: Wanted[IPv4Address] = None,
    tha: Wanted[MacAddress] = None,
    tpa: Wanted[IPv4Address] = None,
) -> Checker:
    """ARP for IPv4 over Ethernet; operation 1 is a request, 2 a reply."""
    return _Arp(operation=operation, sha=sha, spa=spa, tha=tha, tpa=tpa)


def ipv4(
    *,
    src: Wanted[IPv4Address] = None,
    dst: Wanted[IPv4Address] = None,
    proto: Wanted[int] = None,
    ttl: Wanted[int] = None,
    ident: Wanted[int] = None,
    df: Wanted[bool] = None,
    mf: Wanted[bool] = None,
    frag: Wanted[int] = None,
    dscp: Wanted[int] = None,
    ecn: Wanted[int] = None,
    length: Wanted[int] = None,
    options: Wanted[bytes] = None,
    checksum: bool = True,
) -> Checker:
    """An IPv4 header; what pads the frame behind the datagram is cut off. ``checksum``: it has to be right."""
    return _Ipv4(
        checksum,
        src=src,
        dst=dst,
        proto=proto,
        ttl=ttl,
        ident=ident,
        df=df,
        mf=mf,
        frag=frag,
        dscp=dscp,
        ecn=ecn,
        length=length,
        options=options,
    )


def icmp(
    *,
    type: Wanted[int] = None,  # noqa: A002  # the field's name in RFC 792
    code: Wanted[int] = None,
    ident: Wanted[int] = None,
    seq: Wanted[int] = None,
    mtu: Wanted[int] = None,
    pointer: Wanted[int] = None,
    gateway: Wanted[IPv4Address] = None,
    checksum: bool = True,
) -> Checker:
    """An ICMP message; what follows is its data, or the datagram that it quotes."""
    return _Icmp(checksum, type=type, code=code, ident=ident, seq=seq, mtu=mtu, pointer=pointer, gateway=gateway)


def udp(
    *, sport: Wanted[int] = None, dport: Wanted[int] = None, length: Wanted[int] = None, checksum: bool = True
) -> Checker:
    """A UDP header. ``checksum``: it has to be right, or 0, where there is a pseudo-header."""
    return _Udp(checksum, sport=sport, dport=dport, length=length)


def tcp(
    *,
    sport: Wanted[int] = None,
    dport: Wanted[int] = None,
    seq: Wanted[int] = None,
    ack: Wanted[int] = None,
    flags: Wanted[int] = None,
    window: Wanted[int] = None,
    urgent: Wanted[int] = None,
    options: Wanted[tuple[TcpOption, ...]] = None,
    checksum: bool = True,
) -> Checker:
    """A TCP header. ``checksum``: it has to be right, where there is a pseudo-header."""
    return _Tcp(
        checksum,
        sport=sport,
        dport=dport,
        seq=seq,
        ack=ack,
        flags=flags,
        window=window,
        urgent=urgent,
        options=options,
    )


def payload(wanted: Wanted[bytes] = None, *, size: Wanted[int] = None) -> Checker:
    """All that is left, or how much it is. Nothing can follow."""
    return _Payload(wanted, size)


# -- how they check


class _Header(Checker):
    """A header whose fields are compared. ``wanted`` has None for those that may be anything."""

    name: str

    def __init__(self, checksum: bool = True, **wanted: object) -> None:
        self.checksum = checksum
        self.wanted = {field: value for field, value in wanted.items() if value is not None}

    @abstractmethod
    def read(self, scope: Scope) -> Packet:
        """The header at ``scope.start``. Raises PacketError."""

    @abstractmethod
    def advance(self, scope: Scope, header: Packet) -> None:
        """Move ``scope`` to what follows ``header``. Raises WrongPacket for a checksum."""

    def check(self, scope: Scope) -> None:
        try:
            header = self.read(scope)
        except PacketError as error:
            raise WrongPacket(f"{self.name}: cannot be read: {error}") from error
        for field, wanted in self.wanted.items():
            if not hasattr(header, field):
                raise WrongPacket(f"{self.name}.{field}: a {type(header).__name__} has no such field")
            _compare(f"{self.name}.{field}", wanted, getattr(header, field))
        self.advance(scope, header)

    def right(self, verified: bool) -> None:
        if self.checksum and not verified:
            raise WrongPacket(f"{self.name}.checksum: expected a right one, it is wrong")


class _Ethernet(_Header):
    name = "ethernet"

    def read(self, scope: Scope) -> Packet:
        return Ethernet.view(scope.frame, scope.start, scope.end)

    def advance(self, scope: Scope, header: Packet) -> None:
        assert isinstance(header, Ethernet)
        scope.start += Ethernet.MIN
        if header.kind <= 1500:
            scope.end = min(scope.end, scope.start + header.kind)


class _Arp(_Header):
    name = "arp"

    def read(self, scope: Scope) -> Packet:
        return ARP.view(scope.frame, scope.start, scope.end)

    def advance(self, scope: Scope, header: Packet) -> None:
        scope.start += ARP.MIN


class _Ipv4(_Header):
    name = "ipv4"

    def read(self, scope: Scope) -> Packet:
        return IPv4.view(scope.frame, scope.start, scope.end)

    def advance(self, scope: Scope, header: Packet) -> None:
        assert isinstance(header, IPv4)
        self.right(verify_ipv4(scope.frame, scope.start, scope.end))
        hosts = header.src.packed + header.dst.packed
        scope.pseudo = fold(ones_sum(hosts, 0, len(hosts)) + header.proto)
        scope.end = scope.start + header.length
        scope.start += header.ihl * 4


class _Icmp(_Header):
    name = "icmp"

    def read(self, scope: Scope) -> Packet:
        return icmp_messages.view(scope.frame, scope.start, scope.end)

    def advance(self, scope: Scope, header: Packet) -> None:
        self.right(verify_icmp(scope.frame, scope.start, scope.end))
        scope.start += type(header).MIN
        scope.pseudo = None


class _Udp(_Header):
    name = "udp"

    def read(self, scope: Scope) -> Packet:
        return UDP.view(scope.frame, scope.start, scope.end)

    def advance(self, scope: Scope, header: Packet) -> None:
        assert isinstance(header, UDP)
        scope.end = scope.start + header.length
        if scope.pseudo is not None:
            self.right(verify_udp(scope.frame, scope.start, scope.end, scope.pseudo + header.length))
        scope.start += UDP.MIN
        scope.pseudo = None


class _Tcp(_Header):
    name = "tcp"

    def read(self, scope: Scope) -> Packet:
        return TCP.view(scope.frame, scope.start, scope.end)

    def advance(self, scope: Scope, header: Packet) -> None:
        assert isinstance(header, TCP)
        if scope.pseudo is not None:
            size = scope.end - scope.start
            self.right(verify_tcp(scope.frame, scope.start, scope.end, scope.pseudo + size))
        scope.start += header.doff * 4
        scope.pseudo = None


class _Payload(Checker):
    def __init__(self, wanted: Wanted[bytes], size: Wanted[int]) -> None:
        self._wanted = wanted
        self._size = size

    def check(self, scope: Scope) -> None:
        if self._size is not None:
            _compare("payload.size", self._size, len(scope.rest))
        if self._wanted is not None:
            _compare("payload", self._wanted, scope.rest)
        scope.start = scope.end


def _compare(place: str, wanted: object, actual: object) -> None:
    if callable(wanted):
        if not wanted(actual):
            said = getattr(wanted, "__doc__", None) or getattr(wanted, "__name__", "the predicate")
            raise WrongPacket(f"{place}: {said} does not hold for {_shown(place, actual)}")
    elif wanted != actual:
        raise WrongPacket(f"{place}: expected {_shown(place, wanted)}, got {_shown(place, actual)}")


def _shown(place: str, value: object) -> str:
    if place == "tcp.flags" and isinstance(value, int):
        return "|".join(name for name, flag in FLAGS.items() if value & flag) or "none"
    if place in ("ethernet.kind", "ipv4.ident") and isinstance(value, int):
        return f"{value:#06x}"
    if isinstance(value, bytes):
        return f"{len(value)} bytes {value[:64].hex(' ', 2)}{'...' if len(value) > 64 else ''}"
    return str(value)
