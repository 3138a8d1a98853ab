"""Ethernet frames against RFC 894, RFC 1042 and IEEE 802.3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import BROADCAST, MacAddress
from foxpy.layers.ethernet.wire import (
    Ethernet,
    EthernetII,
    Ieee8023,
    UndefinedFrame,
    append_ethernet,
    ethernet,
    read_ethernet,
)
from foxpy.wire import OutOfRange, Packet, Truncated, u8
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

ALL = (Ethernet, EthernetII, Ieee8023, UndefinedFrame)
HERE = MacAddress.parse("02:00:00:00:00:01")
ARP_REQUEST = bytes.fromhex("ffffffffffff 020000000001 0806") + bytes(46)


@given(st.data())
@pytest.mark.parametrize("packet", ALL)
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(data=st.binary(max_size=80))
@pytest.mark.parametrize("packet", ALL)
def test_laws_of_bytes(packet: type[Packet], data: bytes) -> None:
    check_bytes(packet, data)


@pytest.mark.requirement("1122-2.3.3-ethernet")
def test_a_frame_of_today() -> None:
    frame = ethernet.view(ARP_REQUEST)
    assert frame == EthernetII(dst=BROADCAST, src=HERE, kind=0x0806, body=bytes(46))
    assert frame.build() == ARP_REQUEST
    assert str(frame) == "EthernetII dst=ff:ff:ff:ff:ff:ff src=02:00:00:00:00:01 kind=2054 body=46 bytes"


def test_a_frame_with_a_length_is_split_from_its_padding() -> None:
    frame = Ieee8023(dst=BROADCAST, src=HERE, body=b"\xaa\xaa\x03", pad=bytes(43))
    built = frame.build()
    assert built[12:14] == b"\0\3"
    assert ethernet.parse(built) == frame
    assert frame.kind == 3
    assert Ieee8023.view(built).open(Llc) == frame.open(Llc) == Llc(dsap=0xAA, ssap=0xAA, control=3)


class Llc(Packet):
    """RFC 1042."""

    dsap: u8
    ssap: u8
    control: u8


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        (0, Ieee8023),
        (1500, Ieee8023),
        (1501, UndefinedFrame),
        (0x5FF, UndefinedFrame),
        (0x600, EthernetII),
        (0xFFFF, EthernetII),
    ],
)
def test_the_borders_of_the_type_field(kind: int, shape: type[Packet]) -> None:
    data = bytes(12) + kind.to_bytes(2, "big") + bytes(1500)
    assert isinstance(ethernet.view(data), shape)


def test_data_longer_than_a_length_can_say() -> None:
    Ieee8023(dst=BROADCAST, src=HERE, body=bytes(1500)).build()
    with pytest.raises(OutOfRange, match=r"Ieee8023.kind: 1501, but Ieee8023 has 0 <= kind <= 1500"):
        Ieee8023(dst=BROADCAST, src=HERE, body=bytes(1501)).build()


def test_a_length_beyond_the_end() -> None:
    with pytest.raises(Truncated, match=r"Ieee8023.body: 4 bytes, 3 left"):
        ethernet.parse(bytes(12) + b"\0\4abc")


def test_the_data_path() -> None:
    assert read_ethernet(b"?" + ARP_REQUEST, 1, 61) == (0xFFFFFFFFFFFF, 0x020000000001, 0x0806)
    with pytest.raises(Truncated):
        read_ethernet(ARP_REQUEST, 0, 13)
    out = bytearray()
    append_ethernet(out, 46, dst=BROADCAST, src=HERE.packed, kind=0x0806)
    assert out + bytes(46) == ARP_REQUEST
