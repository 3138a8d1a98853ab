"""Messages of DHCP that broke other readers (URGENT/11: CVE-2019-12257; Ripple20: CVE-2020-11903)."""

from __future__ import annotations

import random

import pytest

from foxpy.layers.dhcp.wire import DHCP
from foxpy.wire import PacketError

COOKIE = b"\x63\x82\x53\x63"
HEAD = b"\2\1\6\0" + bytes(24) + bytes.fromhex("020000000001") + bytes(10 + 64 + 128) + COOKIE


@pytest.mark.parametrize("code", [1, 3, 6, 12, 15, 28, 50, 51, 53, 54, 57, 61, 82, 119, 121])
@pytest.mark.parametrize("length", [1, 3, 5, 200, 255])
def test_an_option_that_says_it_is_longer_than_the_message(code: int, length: int) -> None:
    with pytest.raises(PacketError):
        DHCP.parse(HEAD + bytes([53, 1, 5, code, length]))


@pytest.mark.parametrize("code", [1, 28, 50, 51, 54, 58, 59])
@pytest.mark.parametrize("length", [0, 1, 3, 5, 8, 64])
def test_a_value_of_four_bytes_that_has_another_length(code: int, length: int) -> None:
    with pytest.raises(PacketError):
        DHCP.parse(HEAD + bytes([53, 1, 5, code, length]) + bytes(length) + b"\xff")


def test_a_message_that_is_cut_anywhere() -> None:
    """Without the end, options end with the message; without the head or the cookie, it is none."""
    whole = HEAD + bytes([53, 1, 5, 54, 4, 192, 0, 2, 1, 51, 4, 0, 0, 14, 16, 255])
    DHCP.parse(whole)
    refused = 0
    for length in range(len(whole)):
        try:
            DHCP.parse(whole[:length])
        except PacketError:
            refused += 1
    assert refused >= len(HEAD)


def test_options_of_any_bytes() -> None:
    generator = random.Random(1)
    parsed = 0
    for _ in range(2000):
        area = bytearray(generator.randbytes(generator.randrange(1, 300)))
        for at in range(0, len(area), generator.randrange(2, 9)):
            area[at] = generator.choice((0, 1, 52, 53, 55, 82, 119, 121, 254, 255))
        try:
            parsed += bool(DHCP.parse(HEAD + bytes(area)))
        except PacketError:
            continue
    assert parsed > 0
