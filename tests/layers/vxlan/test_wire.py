"""The VXLAN header against RFC 7348, section 5."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import MacAddress
from foxpy.layers.ethernet.wire import EthernetII, ethernet
from foxpy.layers.vxlan.wire import VXLAN, append_vxlan, read_vxlan
from foxpy.wire import Malformed, OutOfRange, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy


@given(strategy(VXLAN))
def test_laws_of_values(packet: VXLAN) -> None:
    check_value(packet)


@given(st.binary(max_size=20))
def test_laws_of_bytes(data: bytes) -> None:
    check_bytes(VXLAN, data)
    check_bytes(VXLAN, b"\x08" + data)


def test_a_frame_of_a_network() -> None:
    frame = EthernetII(dst=MacAddress.local(1), src=MacAddress.local(2), kind=0x0800, body=b"four")
    packet = VXLAN(vni=0x123456, body=frame)
    assert packet.build().hex() == "08000000123456000200000000010200000000020800666f7572"
    assert VXLAN.view(packet.build()).open(ethernet) == frame
    assert read_vxlan(packet.build(), 0, 8) == (0x123456,)
    out = bytearray()
    append_vxlan(out, 18, vni=0x123456)
    assert out + frame.build() == packet.build()


def test_reserved_bits_are_not_looked_at() -> None:
    packet = VXLAN.parse(bytes.fromhex("ffabcdef00000199"))
    assert packet == VXLAN(reserved=15, reserved2=7, reserved3=0xABCDEF, vni=1, reserved4=0x99)


def test_refusals() -> None:
    with pytest.raises(Malformed, match=r"VXLAN.valid: False, not True"):
        VXLAN.parse(bytes.fromhex("f700000000000100"))
    with pytest.raises(Truncated, match="VXLAN: needs 8 bytes, 7 left"):
        VXLAN.parse(bytes.fromhex("08000000000001"))
    with pytest.raises(OutOfRange, match=r"VXLAN.vni: 16777216 does not fit in 24 bits \(0..16777215\)"):
        VXLAN(vni=1 << 24)
