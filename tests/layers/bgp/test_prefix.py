"""Prefixes against RFC 4271, section 4.3, and RFC 4760, section 5."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.bgp.prefix import Prefix6Codec, PrefixCodec, Prefixes, Prefixes6
from foxpy.wire import Malformed, Packet, PacketError, Truncated, rest
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy


class Routes(Packet):
    routes: Prefixes = rest(default=())


class Routes6(Packet):
    routes: Prefixes6 = rest(default=())


@pytest.mark.parametrize(
    ("prefix", "data"),
    [
        ("0.0.0.0/0", "00"),
        ("128.0.0.0/1", "01 80"),
        ("10.0.0.0/8", "08 0a"),
        ("10.128.0.0/9", "09 0a80"),
        ("192.0.2.0/24", "18 c00002"),
        ("192.0.2.128/25", "19 c0000280"),
        ("192.0.2.1/32", "20 c0000201"),
    ],
)
def test_a_prefix_has_the_fewest_octets(prefix: str, data: str) -> None:
    wire = bytes.fromhex(data)
    assert Routes(routes=[IPv4Network(prefix)]).build() == wire
    assert Routes.parse(wire).routes == (IPv4Network(prefix),)


@pytest.mark.parametrize(
    ("prefix", "data"),
    [
        ("::/0", "00"),
        ("2001:db8::/32", "20 20010db8"),
        ("2001:db8::/33", "21 20010db800"),
        ("2001:db8::1/128", "80 20010db8000000000000000000000001"),
    ],
)
def test_a_prefix_of_ipv6(prefix: str, data: str) -> None:
    wire = bytes.fromhex(data)
    assert Routes6(routes=[IPv6Network(prefix)]).build() == wire
    assert Routes6.parse(wire).routes == (IPv6Network(prefix),)


@pytest.mark.parametrize(("data", "canonical"), [("09 0aff", "09 0a80"), ("01 ff", "01 80"), ("0f ffff", "0f fffe")])
def test_trailing_bits_are_irrelevant(data: str, canonical: str) -> None:
    assert Routes.parse(bytes.fromhex(data)).build() == bytes.fromhex(canonical)


@pytest.mark.parametrize(
    ("packet", "data", "error", "fact"),
    [
        (Routes, "21 0a00000000", Malformed, "a prefix of 33 bits, not at most 32"),
        (Routes, "ff", Malformed, "a prefix of 255 bits"),
        (Routes6, "81" + "00" * 17, Malformed, "a prefix of 129 bits, not at most 128"),
        (Routes, "18 0a00", Truncated, "a prefix of 24 bits takes 3 octets, 2 left"),
        (Routes, "00 20", Truncated, r"Routes.routes\[1\].*a prefix of 32 bits takes 4 octets, 0 left"),
    ],
)
def test_hostile_prefixes(packet: type[Packet], data: str, error: type[PacketError], fact: str) -> None:
    with pytest.raises(PacketError, match=fact) as caught:
        packet.parse(bytes.fromhex(data))
    assert type(caught.value) is error


def test_the_families_are_not_mixed() -> None:
    with pytest.raises(TypeError, match="is not an IPv4Network"):
        PrefixCodec().check(cast(IPv4Network, IPv6Network("::/0")))
    with pytest.raises(TypeError, match="is not an IPv6Network"):
        Prefix6Codec().check(cast(IPv6Network, IPv4Network("0.0.0.0/0")))


@pytest.mark.parametrize("packet", [Routes, Routes6])
@given(data=st.data())
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@pytest.mark.parametrize("packet", [Routes, Routes6])
@given(data=st.lists(st.sampled_from([0, 1, 7, 8, 24, 32, 33, 128, 129, 255]), max_size=30))
def test_laws_of_bytes(packet: type[Packet], data: list[int]) -> None:
    check_bytes(packet, bytes(data))
