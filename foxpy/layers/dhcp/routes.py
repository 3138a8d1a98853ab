"""Routes in an option, whose destinations take no more bytes than their prefixes (RFC 3442)."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Annotated, NamedTuple

from foxpy.wire import Buffer, Codec, FieldAs, ListOf, Malformed, Truncated

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


class Route(NamedTuple):
    """How to get somewhere: ``Route(IPv4Network("10.0.0.0/8"), IPv4Address("192.0.2.1"))``."""

    destination: IPv4Network
    """0.0.0.0/0: the default route, which takes the place of the routers option."""
    router: IPv4Address
    """0.0.0.0: the destination is on the link."""


class RouteCodec(Codec[Route]):
    """The length of a prefix, as many bytes as have bits of it, and the router."""

    @property
    def minimum(self) -> int:
        return 5

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[Route, int]:
        if pos >= end:
            raise Truncated("a route has no bytes left")
        width = buf[pos]
        if width > 32:
            raise Malformed(f"a prefix of {width} bits (0..32)")
        behind = pos + 1 + (width + 7) // 8
        if behind + 4 > end:
            raise Truncated(f"a route of {behind + 4 - pos} bytes, {end - pos} left")
        prefix = bytes(buf[pos + 1 : behind]).ljust(4, b"\0")
        # bits behind the prefix, which some servers set, are to be cleared by who installs the route
        network = IPv4Network((prefix, width), strict=False)
        return Route(network, IPv4Address(bytes(buf[behind : behind + 4]))), behind + 4

    def write(self, out: bytearray, value: Route, names: dict[object, int]) -> None:
        width = value.destination.prefixlen
        out.append(width)
        out += value.destination.network_address.packed[: (width + 7) // 8]
        out += value.router.packed

    def check(self, value: Route) -> Route:
        match value:
            case (IPv4Network() as destination, IPv4Address() as router):
                return Route(destination, router)
            case _:
                raise TypeError(f"needs a route, got {value!r}")

    def strategy(self) -> SearchStrategy[Route]:
        from hypothesis import strategies as st

        address, width = st.integers(0, 0xFFFF_FFFF), st.integers(0, 32)
        network = st.builds(lambda number, bits: IPv4Network((number, bits), strict=False), address, width)
        return st.builds(Route, network, address.map(IPv4Address))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RouteCodec)

    def __hash__(self) -> int:
        return hash(RouteCodec)


Routes = Annotated[FieldAs[tuple[Route, ...], Sequence[Route]], ListOf(RouteCodec())]
"""Routes back to back."""
