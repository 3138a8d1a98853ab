"""LLC and SNAP headers against IEEE 802.2 and RFC 1042."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import MacAddress
from foxpy.layers.ethernet.wire import Ieee8023, ethernet
from foxpy.layers.llc.wire import Numbered, Sap, Snap, Unnumbered, append_snap, llc, read_llc
from foxpy.wire import Malformed, OutOfRange, Packet, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

HEADERS = (Snap, Unnumbered, Numbered)


@given(st.data())
@pytest.mark.parametrize("header", HEADERS)
def test_laws_of_values(header: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(header)))


@given(st.binary(max_size=20))
@pytest.mark.parametrize("header", HEADERS)
def test_laws_of_bytes(header: type[Packet], data: bytes) -> None:
    check_bytes(header, data)
    check_bytes(header, b"\xaa\xaa\x03" + data)


def test_snap_in_a_frame() -> None:
    """RFC 1042: access points 170, unnumbered information, organization 0, and the ethertype."""
    snap = Snap(kind=0x0806, body=b"arp")
    assert snap.build().hex() == "aaaa030000000806617270"
    frame = Ieee8023(dst=MacAddress.local(1), src=MacAddress.local(2), body=snap, pad=bytes(35))
    read = ethernet.view(frame.build())
    assert isinstance(read, Ieee8023)
    assert read.kind == 11
    assert read.open(llc) == snap
    out = bytearray()
    append_snap(out, 3, kind=0x0806)
    assert out + b"arp" == snap.build()


def test_a_spanning_tree_message() -> None:
    header = llc.parse(bytes.fromhex("4242030000"))
    assert header == Unnumbered(dsap=Sap.BPDU, ssap=Sap.BPDU, body=bytes(2))
    assert header.dsap is Sap.BPDU
    assert read_llc(bytes.fromhex("4242ff"), 0, 3) == (Sap.BPDU, Sap.BPDU, 0x3F, 3)


def test_snap_has_its_access_points_and_control_byte() -> None:
    for wrong in ("aaab03", "ababaf", "aaaaaf"):
        assert isinstance(llc.parse(bytes.fromhex(wrong + "0000000800")), Unnumbered)
    with pytest.raises(Malformed, match=r"Snap.dsap: 171"):
        Snap.parse(bytes.fromhex("abaa030000000800"))


@pytest.mark.parametrize("control", [0x00, 0x01, 0x02, 0x05, 0x09, 0xFE])
def test_two_bytes_of_control(control: int) -> None:
    """IEEE 802.2, 5.4: bit 0 is 0 in information frames; bits 0 and 1 are 1 and 0 in supervisory ones."""
    header = llc.parse(bytes([0xF0, 0xF1, control, 0x0B]) + b"data")
    assert header == Numbered(
        dsap=Sap.NETBIOS, ssap=0xF1, control=control >> 2, format=control & 3, receive=5, poll=True, body=b"data"
    )


def test_an_unknown_access_point_stays_a_number() -> None:
    header = Unnumbered(dsap=0x06, ssap=0x07)
    assert header.build() == b"\x06\x07\x03"
    assert type(Unnumbered.parse(b"\x06\x07\x03").dsap) is int


def test_refusals() -> None:
    with pytest.raises(Truncated, match="needs 3 bytes, 2 left"):
        llc.parse(b"\x42\x42")
    with pytest.raises(Truncated, match="Snap: needs 8 bytes, 7 left"):
        llc.parse(bytes.fromhex("aaaa0300000008"))
    with pytest.raises(Truncated, match="Numbered: needs 4 bytes, 3 left"):
        llc.parse(bytes.fromhex("424200"))
    with pytest.raises(OutOfRange, match=r"Numbered.format: 3"):
        Numbered(dsap=0, ssap=0, format=3, receive=0)
