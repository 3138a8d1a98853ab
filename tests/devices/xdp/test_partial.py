"""Which frames are from a kernel that left their checksum unfinished, and where the checksummed part begins."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import MacAddress
from foxpy.checksum import fold, ones_sum
from foxpy.devices.xdp.partial import transport, unfinished
from foxpy.layers.ethernet.wire import EthernetII
from foxpy.layers.ipv4.numbers import word_sum
from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.tcp.wire import TCP
from foxpy.layers.udp.wire import UDP

A, B = MacAddress.local(1), MacAddress.local(2)
ADDRESSES: Final = st.integers(0, 2**32 - 1).map(IPv4Address)


def framed(proto: int, src: IPv4Address, dst: IPv4Address, body: bytes, **more: object) -> bytes:
    packet = IPv4(proto=proto, src=src, dst=dst, body=body, **more)  # type: ignore[arg-type]  # fields of IPv4
    return EthernetII(dst=A, src=B, kind=0x0800, body=packet).build()


def with_checksum(body: bytes, at: int, value: int) -> bytes:
    return body[:at] + value.to_bytes(2, "big") + body[at + 2 :]


def pseudo(proto: int, src: IPv4Address, dst: IPv4Address, length: int) -> int:
    """As the kernel leaves it: the sum of the pseudo-header, folded, not complemented."""
    return fold(word_sum(src) + word_sum(dst) + proto + length)


@given(ADDRESSES, ADDRESSES, st.binary(max_size=100), st.sampled_from((b"", b"\x01" * 4, b"\x01" * 40)), st.booleans())
def test_unfinished_ones_are_found(
    src: IPv4Address, dst: IPv4Address, data: bytes, options: bytes, is_tcp: bool
) -> None:
    if is_tcp:
        proto, at, body = 6, 16, TCP(sport=1, dport=2, seq=3, window=4, body=data).build()
    else:
        proto, at, body = 17, 6, UDP(sport=1, dport=2, body=data).build()
    left = pseudo(proto, src, dst, len(body))
    frame = framed(proto, src, dst, with_checksum(body, at, left), options=options)
    start = 34 + len(options)
    assert unfinished(frame) == start
    assert unfinished(frame + bytes(6)) == start  # padding of Ethernet is not of the datagram
    assert transport(frame) == start
    # What has its checksum is none of them, unless both are by chance the same.
    check = 0xFFFF - fold(left + ones_sum(with_checksum(body, at, 0), 0, len(body)))
    finished = framed(proto, src, dst, with_checksum(body, at, check), options=options)
    assert unfinished(finished) == (start if check and check % 0xFFFF == left % 0xFFFF else 0)
    assert transport(finished) == start


FROM, TO = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
DATAGRAM: Final = UDP(sport=1, dport=2, body=b"data").build()
LEFT: Final = with_checksum(DATAGRAM, 6, pseudo(17, FROM, TO, len(DATAGRAM)))


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        bytes(13),
        framed(17, FROM, TO, LEFT)[:33],
        framed(17, FROM, TO, LEFT)[:40],
        framed(17, FROM, TO, LEFT, mf=True),
        framed(17, FROM, TO, LEFT, frag=1),
        framed(1, FROM, TO, LEFT),
        framed(17, FROM, TO, with_checksum(DATAGRAM, 6, 0)),  # without a checksum
        framed(17, FROM, TO, with_checksum(DATAGRAM, 6, 0x1234)),
        EthernetII(dst=A, src=B, kind=0x86DD, body=framed(17, FROM, TO, LEFT)[14:]).build(),
    ],
    ids=["empty", "short", "cut in IP", "cut in UDP", "first fragment", "fragment", "ICMP", "none", "wrong", "IPv6"],
)
def test_others_are_not(frame: bytes) -> None:
    assert unfinished(frame) == 0


@given(st.binary(max_size=80))
def test_no_bytes_do_harm(frame: bytes) -> None:
    for whole in (frame, bytes(12) + b"\x08\x00" + frame):
        assert 0 <= unfinished(whole) <= 14 + 60
        assert 0 <= transport(whole) <= 14 + 60
