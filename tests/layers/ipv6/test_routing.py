"""IPv6 routing headers against RFC 8200, RFC 5095, RFC 6275 and RFC 8754."""

from __future__ import annotations

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.ipv6.routing import (
    HomeAddressRoute,
    OtherRoute,
    OtherSegmentOption,
    SegmentHmac,
    SegmentPad1,
    SegmentPadN,
    SegmentRoute,
    SourceRoute,
    read_routing,
    routing,
)
from foxpy.layers.ipv6.wire import Extension
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

A, B = IPv6Address("2001:db8::1"), IPv6Address("2001:db8::2")
ROUTES = (SourceRoute, HomeAddressRoute, SegmentRoute, OtherRoute)
SEGMENT_OPTIONS = (SegmentPad1, SegmentPadN, SegmentHmac, OtherSegmentOption)
ADDRESSES = st.lists(st.binary(min_size=16, max_size=16).map(IPv6Address), min_size=1, max_size=4)


@given(st.data())
@pytest.mark.parametrize("packet", [SourceRoute, HomeAddressRoute, OtherRoute, *SEGMENT_OPTIONS])
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(
    strategy(
        SegmentRoute,
        segments=ADDRESSES,
        options=st.sampled_from([(), (SegmentPadN(zeros=bytes(6)),), (SegmentHmac(key=1, hmac=bytes(8)),)]),
    )
)
def test_laws_of_segment_routes(route: SegmentRoute) -> None:
    check_value(route)


@given(st.binary(max_size=80), st.integers(0, 6), st.sampled_from([0, 2, 4, 5]), st.integers(0, 3))
@pytest.mark.parametrize("route", ROUTES)
def test_laws_of_bytes(route: type[Packet], data: bytes, units: int, kind: int, last: int) -> None:
    check_bytes(route, data)
    check_bytes(route, bytes([6, units, kind, 0, last]) + data)


def test_a_source_route() -> None:
    route = SourceRoute(next=6, left=1, addresses=[A, B], body=b"tcp")
    assert route.build().hex() == "0604000100000000" + A.packed.hex() + B.packed.hex() + "746370"
    assert routing.parse(route.build()) == route
    assert route.length == 4
    assert read_routing(route.build(), 0, 43) == (6, 4, 0, 1)


def test_a_home_address() -> None:
    """RFC 6275, section 6.4.1: one address, and one segment left."""
    route = HomeAddressRoute(next=59, left=1, home=A)
    assert route.build().hex() == "3b02020100000000" + A.packed.hex()
    assert routing.parse(route.build()) == route
    other = routing.parse(bytes.fromhex("3b010201000000000000000000000000"))
    assert other == OtherRoute(next=59, kind=2, left=1, data=bytes(12))


def test_a_segment_route() -> None:
    """RFC 8754, section 2: the first segment on the list is the last to be visited, and ``last`` counts from 0."""
    route = SegmentRoute(
        next=41, left=1, tag=7, segments=[B, A], options=[SegmentHmac(key=9, hmac=bytes(range(8)))], body=b"six"
    )
    assert route.build().hex() == (
        "2906040101000007" + B.packed.hex() + A.packed.hex() + "050e0000000000090001020304050607" + "736978"
    )
    read = routing.parse(route.build())
    assert read == route
    assert (route.length, route.last) == (6, 1)
    plain = SegmentRoute(next=41, left=0, segments=[A])
    assert plain.build().hex() == "2902040000000000" + A.packed.hex()


def test_options_of_a_segment_route() -> None:
    route = SegmentRoute(
        next=59,
        left=0,
        segments=[A],
        options=[OtherSegmentOption(kind=0x80, data=b"?"), SegmentPad1(), SegmentPadN(zeros=bytes(2))],
    )
    assert route.build()[24:].hex() == "80013f0004020000"
    assert routing.parse(route.build()) == route
    with pytest.raises(OutOfRange, match=r"SegmentRoute.length"):
        SegmentRoute(next=59, left=0, segments=[A], options=[SegmentPad1()]).build()


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("3b00040000000000", "SegmentRoute"),  # no room for the one segment that there is
        ("3b02040001000000" + "00" * 16, "SegmentRoute"),  # two segments in the room of one
        ("3b020400ff000000" + "00" * 16, "SegmentRoute"),
        ("3b03040000000000" + "00" * 16 + "0502000000000000", "SegmentHmac"),
        ("3b03040000000000" + "00" * 16 + "8007000000000000", "OtherSegmentOption"),
        ("3b01000000000000" + "00" * 8, "SourceRoute.addresses"),  # half an address
        ("3b02000000000000" + "00" * 15, "SourceRoute.addresses"),
        ("3b000000000000", "SourceRoute"),
        ("3b02020000000000" + "00" * 15, "HomeAddressRoute"),
        ("3b01030000000000" + "00" * 7, "OtherRoute.data"),
        ("3b0003", "needs 4 bytes, 3 left"),
    ],
)
def test_lengths_that_lie(header: str, message: str) -> None:
    with pytest.raises((Truncated, Malformed), match=message):
        routing.parse(bytes.fromhex(header))


def test_any_route_is_an_extension_header() -> None:
    route = SourceRoute(next=6, left=1, addresses=[A], body=b"tcp")
    assert Extension.view(route.build()).body == b"tcp"


@given(st.binary(min_size=4, max_size=120), st.sampled_from([0, 2, 3, 4]), st.integers(0, 14))
def test_any_bytes_give_a_route_or_an_error(data: bytes, kind: int, units: int) -> None:
    data = bytes([59, units, kind]) + data
    try:
        route = routing.parse(data)
    except PacketError:
        return
    assert routing.parse(route.build()) == route
