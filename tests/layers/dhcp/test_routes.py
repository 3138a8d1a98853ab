"""Classless routes against RFC 3442."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.dhcp.routes import Route, RouteCodec
from foxpy.wire import Malformed, Truncated

codec = RouteCodec()
ROUTER = IPv4Address("10.0.0.1")


def read(data: bytes) -> tuple[Route, int]:
    return codec.read(b"front" + data, 5, 5 + len(data), 0)


def written(route: Route) -> bytes:
    out = bytearray()
    codec.write(out, codec.check(route), {})
    return bytes(out)


@pytest.mark.parametrize(
    ("destination", "descriptor"),
    [
        ("0.0.0.0/0", [0]),
        ("10.0.0.0/8", [8, 10]),
        ("10.0.0.0/24", [24, 10, 0, 0]),
        ("10.17.0.0/16", [16, 10, 17]),
        ("10.27.129.0/24", [24, 10, 27, 129]),
        ("10.229.0.128/25", [25, 10, 229, 0, 128]),
        ("10.198.122.47/32", [32, 10, 198, 122, 47]),
    ],
)
def test_the_examples(destination: str, descriptor: list[int]) -> None:
    """The table of the RFC: what destinations look like."""
    route, data = Route(IPv4Network(destination), ROUTER), bytes(descriptor) + ROUTER.packed
    assert written(route) == data
    assert read(data) == (route, 5 + len(data))
    for size in range(len(data)):
        with pytest.raises(Truncated):
            read(data[:size])


def test_bits_behind_the_prefix_are_cleared() -> None:
    """The example of the RFC: 129.210.177.132 with a mask of 255.255.255.128."""
    route, _ = read(bytes([25, 129, 210, 177, 132]) + ROUTER.packed)
    assert route.destination == IPv4Network("129.210.177.128/25")


@given(codec.strategy())
def test_what_is_written_is_read_back(route: Route) -> None:
    data = written(route)
    assert read(data) == (route, 5 + len(data))
    assert len(data) >= codec.minimum


@given(st.binary(max_size=12))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        route, stop = read(data)
    except (Truncated, Malformed):
        return
    assert stop <= 5 + len(data)
    assert read(written(route))[0] == route


def test_what_is_no_route() -> None:
    with pytest.raises(Malformed, match=r"a prefix of 33 bits \(0\.\.32\)"):
        read(bytes([33, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
    for wrong in (("10.0.0.0/8", ROUTER), (ROUTER, ROUTER), (IPv4Network("10.0.0.0/8"),), "route"):
        with pytest.raises(TypeError, match="needs a route"):
            codec.check(cast(Route, wrong))
    assert codec.check(cast(Route, (IPv4Network("10.0.0.0/8"), ROUTER))) == Route(IPv4Network("10.0.0.0/8"), ROUTER)
