"""The UDP header against RFC 768."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.udp.wire import HEADER, UDP, append_udp, fill_udp, read_udp, verify_udp
from foxpy.wire import Malformed, OutOfRange, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy


@given(strategy(UDP, pseudo=st.integers(0, 0x3FFFF)))
def test_laws_of_values(packet: UDP) -> None:
    check_value(packet)


@given(st.binary(max_size=40), st.integers(0, 40))
def test_laws_of_bytes(data: bytes, length: int) -> None:
    check_bytes(UDP, data)
    check_bytes(UDP, data[:4] + bytes([0, length]) + data[4:])


def test_a_datagram() -> None:
    # from 10.0.0.1 to 10.0.0.2: the pseudo-header's words are 0a00 0001 0a00 0002 0011 and the length
    pseudo = 0x0A00 + 1 + 0x0A00 + 2 + 17 + 12
    built = UDP(pseudo=pseudo, sport=1024, dport=53, body=b"abcd").build()
    assert built.hex() == "04000035000c22d861626364"
    assert verify_udp(built, 0, 12, pseudo)
    assert not verify_udp(built, 0, 12, pseudo + 1)


def test_a_sum_of_zero_is_sent_as_all_ones() -> None:
    sum_without_seed = 0xFFFF - 8 - 8
    built = UDP(pseudo=8, sport=sum_without_seed, dport=0).build()
    assert built[6:8] == b"\xff\xff"
    assert verify_udp(built, 0, 8, 8)


def test_a_checksum_of_zero_means_none() -> None:
    assert verify_udp(b"\0\1\0\2\0\x0a\0\0??", 0, 10, 12345)


def test_lengths() -> None:
    with pytest.raises(Malformed, match=r"UDP.length: says 7 bytes, needs 8"):
        UDP.parse(b"\0\1\0\2\0\7\0\0")
    with pytest.raises(Truncated, match=r"UDP.length: says 9 bytes, 8 there"):
        UDP.parse(b"\0\1\0\2\0\x09\0\0")
    with pytest.raises(OutOfRange, match=r"UDP.length: 65536 does not fit in 16 bits"):
        append_udp(bytearray(), 65528, sport=1, dport=2)


def test_the_data_path() -> None:
    out = bytearray(b"front")
    append_udp(out, 3, sport=7, dport=9)
    fill_udp(out, 5, b"odd", 99)
    built = bytes(out[5:]) + b"odd"
    assert built == UDP(pseudo=99, sport=7, dport=9, body=b"odd").build()
    assert read_udp(built, 0, 11) == (7, 9, 11, int.from_bytes(built[6:8], "big"))
    assert HEADER == 8
    with pytest.raises(Truncated, match="UDP: needs 8 bytes, 7 left"):
        read_udp(built, 0, 7)
