"""ARP packets against RFC 826."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import MacAddress
from foxpy.layers.arp.wire import ARP, REPLY, REQUEST, append_arp, read_arp
from foxpy.wire import Malformed, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

ASKED = bytes.fromhex("0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002")


@given(strategy(ARP))
def test_laws_of_values(packet: ARP) -> None:
    check_value(packet)


@given(st.binary(max_size=40), st.booleans())
def test_laws_of_bytes(data: bytes, nearly: bool) -> None:
    check_bytes(ARP, ASKED[:6] + data if nearly else data)


def test_a_request() -> None:
    packet = ARP(
        operation=REQUEST,
        sha=MacAddress.parse("02:00:00:00:00:01"),
        spa=IPv4Address("10.0.0.1"),
        tha=bytes(6),
        tpa=IPv4Address("10.0.0.2"),
    )
    assert packet.build() == ASKED
    assert ARP.parse(ASKED + bytes(18)) == packet
    assert ARP.MIN == len(ASKED) == 28


@pytest.mark.parametrize(
    ("at", "message"),
    [
        (1, "ARP.htype: 254, not 1"),
        (2, "ARP.ptype: 63232, not 2048"),
        (4, "ARP.hlen: 249, not 6"),
        (5, "ARP.plen: 251, not 4"),
    ],
)
def test_other_hardware_and_protocols_are_refused(at: int, message: str) -> None:
    data = bytearray(ASKED)
    data[at] ^= 0xFF
    with pytest.raises(Malformed, match=message):
        ARP.parse(data)
    with pytest.raises(Malformed, match=message):
        read_arp(bytes(data), 0, len(data))


def test_the_data_path() -> None:
    assert read_arp(ASKED + bytes(18), 0, 46) == (REQUEST, 0x020000000001, 0x0A000001, 0, 0x0A000002)
    with pytest.raises(Truncated):
        read_arp(ASKED, 0, 27)
    out = bytearray()
    append_arp(out, 0, operation=REPLY, sha=b"sender", spa=b"spa!", tha=b"target", tpa=b"tpa!")
    assert out == b"\0\1\x08\0\6\4\0\2senderspa!targettpa!"
