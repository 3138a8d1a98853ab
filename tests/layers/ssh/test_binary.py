"""The binary packet against RFC 4253, section 6."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.ssh.binary import MOST_PAYLOAD, BinaryPacket, padding_for
from foxpy.layers.ssh.transport import NewKeys, ServiceRequest, transport
from foxpy.wire import Malformed, OutOfRange, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy


def test_the_two_lengths_follow_from_payload_and_padding() -> None:
    packet = BinaryPacket(payload=b"\x15", padding=b"\xaa" * 10)
    assert (packet.packet_length, packet.padding_length) == (12, 10)
    assert packet.build().hex() == "0000000c" + "0a" + "15" + "aa" * 10


def test_the_mac_is_behind_what_the_length_counts() -> None:
    packet = BinaryPacket(mac_length=3, payload=b"\x15", padding=bytes(10), mac=b"mac")
    wire = packet.build()
    assert wire[:4].hex() == "0000000c"
    assert wire[-3:] == b"mac"
    view = BinaryPacket.view(wire + b"the next packet", mac_length=3)
    assert (bytes(view.payload), view.padding, view.mac) == (b"\x15", bytes(10), b"mac")
    assert BinaryPacket.parse(wire, mac_length=0).mac == b""


def test_a_payload_is_a_message() -> None:
    wire = BinaryPacket(payload=ServiceRequest(service="ssh-userauth"), padding=bytes(10)).build()
    assert len(wire) % 8 == 0
    assert BinaryPacket.view(wire).open(transport) == ServiceRequest(service="ssh-userauth")


@given(strategy(BinaryPacket))
def test_laws_of_values(packet: BinaryPacket) -> None:
    check_value(packet)


@given(
    st.binary(min_size=20, max_size=20).flatmap(
        lambda mac: strategy(BinaryPacket, mac=st.just(mac), mac_length=st.just(20))
    )
)
def test_laws_of_values_with_a_mac(packet: BinaryPacket) -> None:
    check_value(packet)


@given(st.binary(max_size=60), st.integers(0, 70), st.integers(0, 60), st.sampled_from([0, 4, 20]))
def test_laws_of_bytes(data: bytes, length: int, padding: int, mac_length: int) -> None:
    check_bytes(BinaryPacket, data, mac_length=mac_length)
    check_bytes(BinaryPacket, length.to_bytes(4, "big") + bytes([padding]) + data, mac_length=mac_length)


# -- hostile packets


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        ("00000000 00", "BinaryPacket.payload: length -1"),
        ("00000004 04 00000000", "BinaryPacket.payload: length -1"),
        ("00000005 05 0000000000", "BinaryPacket.payload: length -1"),
        ("00000004 03 000000", "BinaryPacket.padding: 3 bytes, not at least 4"),
        ("00000001 00", "BinaryPacket.padding: 0 bytes, not at least 4"),
    ],
)
def test_lengths_that_contradict_each_other(data: str, fact: str) -> None:
    with pytest.raises(Malformed, match=fact):
        BinaryPacket.parse(bytes.fromhex(data))


def test_a_length_beyond_reason_is_refused_before_the_packet_is_there() -> None:
    for length in (MOST_PAYLOAD + 10, 0xFFFFFFFF):
        with pytest.raises(Malformed, match=r"BinaryPacket.payload: \d+ bytes, not at most 262144"):
            BinaryPacket.view(length.to_bytes(4, "big") + b"\4")
    with pytest.raises(Truncated):
        BinaryPacket.view((MOST_PAYLOAD + 5).to_bytes(4, "big") + b"\4")


def test_what_the_rfc_demands_can_be_sent() -> None:
    """Payloads of 32768 bytes must be taken (section 6.1)."""
    payload = bytes(32768)
    wire = BinaryPacket(payload=payload, padding=bytes(padding_for(len(payload)))).build()
    assert bytes(BinaryPacket.view(wire).payload) == payload


@pytest.mark.parametrize("size", [0, 3, 256])
def test_padding_has_4_to_255_bytes(size: int) -> None:
    with pytest.raises(OutOfRange, match=r"BinaryPacket\.padding"):
        BinaryPacket(payload=b"", padding=bytes(size)).build()


def test_a_mac_has_the_length_that_was_agreed_on() -> None:
    with pytest.raises(OutOfRange, match=r"BinaryPacket\.mac"):
        BinaryPacket(mac_length=20, payload=b"", padding=bytes(11), mac=bytes(16)).build()


# -- padding


@given(st.integers(0, 40000), st.sampled_from([1, 8, 16, 32]))
def test_padding_makes_whole_blocks(payload: int, block: int) -> None:
    size = padding_for(payload, block)
    whole = 4 + 1 + payload + size
    assert 4 <= size <= 255
    assert whole % max(block, 8) == 0
    assert whole >= 16
    assert size - max(block, 8) < 4 or whole - max(block, 8) < 16


@given(st.integers(0, 40000))
def test_a_length_that_is_apart_is_not_counted(payload: int) -> None:
    size = padding_for(payload, 16, apart=4)
    assert size >= 4
    assert (1 + payload + size) % 16 == 0


def test_the_smallest_packet() -> None:
    wire = BinaryPacket(payload=NewKeys(), padding=bytes(padding_for(len(NewKeys().build())))).build()
    assert len(wire) == 16
