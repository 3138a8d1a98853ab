"""The messages against RFC 1256, section 3."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.icmp.wire import verify_icmp
from foxpy.layers.router_discovery.wire import (
    HIGHEST,
    NEVER_DEFAULT,
    Entry,
    RouterAdvertisement,
    RouterSolicitation,
    Signed32,
    read_solicitation,
)
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

ALL = (RouterAdvertisement, RouterSolicitation)
ONE, OTHER = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.254")


@given(st.data())
@pytest.mark.parametrize("packet", ALL)
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(st.binary(max_size=60), st.sampled_from([9, 10, 8]), st.integers(0, 4), st.integers(0, 4))
@pytest.mark.parametrize("packet", ALL)
def test_laws_of_bytes(packet: type[Packet], data: bytes, kind: int, number: int, words: int) -> None:
    check_bytes(packet, bytes([kind]) + data)
    check_bytes(packet, bytes([kind, 0, 0, 0, number, words]) + data)


def test_an_advertisement() -> None:
    message = RouterAdvertisement(
        lifetime=1800,
        routers=[Entry(words=2, address=ONE), Entry(words=2, address=OTHER, preference=-2)],
    )
    built = message.build()
    assert built[:2].hex() + built[4:].hex() == "090002020708c000020100000000c00002fefffffffe"
    assert verify_icmp(built, 0, len(built))
    assert RouterAdvertisement.parse(built) == message


def test_a_solicitation() -> None:
    built = RouterSolicitation().build()
    assert built.hex() == "0a00f5ff00000000"
    assert read_solicitation(built, 0, 8) == (0,)
    with pytest.raises(Truncated):
        read_solicitation(built, 0, 7)


@pytest.mark.parametrize("preference", [0, 1, -1, HIGHEST, NEVER_DEFAULT, -65536])
def test_preferences_are_signed(preference: int) -> None:
    message = RouterAdvertisement(lifetime=1, routers=[Entry(words=2, address=ONE, preference=preference)])
    built = message.build()
    assert built[12:] == (preference & 0xFFFF_FFFF).to_bytes(4, "big")
    (entry,) = RouterAdvertisement.parse(built).routers
    assert entry.preference == preference


@pytest.mark.parametrize("preference", [HIGHEST + 1, NEVER_DEFAULT - 1])
def test_a_preference_of_more_than_32_bits(preference: int) -> None:
    with pytest.raises(OutOfRange, match=r"Entry.preference: .* does not fit in 32 bits"):
        Entry(words=2, address=ONE, preference=preference)
    with pytest.raises(TypeError, match="needs an int"):
        Signed32().check(True)


@pytest.mark.parametrize("words", [2, 3, 4, 255])
def test_what_later_versions_add_to_an_entry_is_passed_over(words: int) -> None:
    """RFC 1256, section 5.2: an entry may be larger than 2 words."""
    entry = ONE.packed + (7).to_bytes(4, "big") + bytes(range(256)) * 4
    data = bytes((9, 0, 0, 0, 2, words, 0, 30)) + entry[: words * 4] * 2 + b"and more"
    message = RouterAdvertisement.parse(data)
    assert [(each.address, each.preference) for each in message.routers] == [(ONE, 7), (ONE, 7)]
    assert message.lifetime == 30


@pytest.mark.parametrize(
    ("head", "entries", "error"),
    [
        ((0, 2), 0, Malformed),  # no routers
        ((1, 0), 8, Malformed),  # entries of 0, and of 1 word
        ((1, 1), 8, Malformed),
        ((1, 2), 7, Truncated),
        ((2, 2), 15, Truncated),
        ((1, 3), 11, PacketError),
        ((255, 255), 2040, PacketError),
    ],
)
def test_what_is_no_advertisement(head: tuple[int, int], entries: int, error: type[PacketError]) -> None:
    """RFC 1256, section 5.2: the number, the size and the length."""
    with pytest.raises(error):
        RouterAdvertisement.parse(bytes((9, 0, 0, 0, *head, 0, 30)) + bytes(entries))
