"""VLAN tags put back, and transport headers found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.devices.packet.abi import AUXDATA, COPY, PACKET_AUXDATA, SOL_PACKET, VLAN_TPID_VALID, VLAN_VALID
from foxpy.devices.packet.marks import beside, tagged, transport

ADDRESSES = bytes.fromhex("020000000001020000000002")
UDP4 = b"\x08\x00\x45" + bytes(8) + b"\x11" + bytes(10)
TCP6 = b"\x86\xdd\x60" + bytes(5) + b"\x06" + bytes(33)


def test_a_tag_goes_behind_the_addresses() -> None:
    frame = b"virtio" + ADDRESSES + UDP4
    status = VLAN_VALID | VLAN_TPID_VALID
    assert tagged(frame, 6, status, 0x88A8_2007) == b"virtio" + ADDRESSES + bytes.fromhex("88a82007") + UDP4
    # a kernel before 3.14 does not say what kind of tag it was
    assert tagged(frame, 6, VLAN_VALID, 0x2007) == b"virtio" + ADDRESSES + bytes.fromhex("81002007") + UDP4
    assert tagged(frame, 6, VLAN_TPID_VALID, 0x2007) is frame


def test_what_is_read_beside_a_frame() -> None:
    data = AUXDATA.pack(VLAN_VALID | COPY, 60, 60, 0, 14, 0x2007, 0x88A8)
    assert beside([(SOL_PACKET, PACKET_AUXDATA, data)]) == (VLAN_VALID, 0x88A8_2007)
    assert beside([(1, PACKET_AUXDATA, data), (SOL_PACKET, PACKET_AUXDATA, data[:-1])]) == (0, 0)
    assert beside([]) == (0, 0)


@pytest.mark.parametrize(
    ("packet", "at"),
    [
        (UDP4, 34),
        (TCP6, 54),
        (b"\x81\x00\x00\x07" + UDP4, 38),
        (b"\x88\xa8\x00\x07\x81\x00\x00\x08" + TCP6, 62),
        (UDP4.replace(b"\x45", b"\x47") + bytes(8), 42),  # with options
        (UDP4.replace(b"\x11", b"\x01"), 0),  # ICMP
        (UDP4.replace(b"\x45", b"\x44"), 0),  # a header that is too short
        (UDP4.replace(b"\x45", b"\x65"), 0),  # another version than the ethertype says
        (UDP4[:-1], 0),
        (TCP6[:-1], 0),
        (b"\x08\x06" + bytes(28), 0),
    ],
)
def test_transport(packet: bytes, at: int) -> None:
    assert transport(ADDRESSES + packet, 0) == at
    assert transport(b"virtio" + ADDRESSES + packet, 6) == (at and at + 6)


@pytest.mark.parametrize(("high", "low", "at"), [(0x20, 0, 0), (0, 1, 0), (0x40, 0, 34)], ids=["more", "later", "df"])
def test_fragments_have_no_checksum_of_their_own(high: int, low: int, at: int) -> None:
    packet = bytearray(UDP4)
    packet[2 + 6], packet[2 + 7] = high, low
    assert transport(ADDRESSES + bytes(packet), 0) == at


@given(st.binary(max_size=80), st.integers(0, 12))
def test_no_bytes_raise(frame: bytes, start: int) -> None:
    assert 0 <= transport(frame, start) <= len(frame) + 40
