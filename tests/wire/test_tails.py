"""Fields pinned at the end, what bounds and computes them, and the padding behind sized fields."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foxpy.wire import (
    Body,
    FieldAs,
    ListOf,
    Octets,
    OutOfRange,
    Packet,
    Raw,
    UInt,
    arg,
    computed,
    count,
    derived,
    field,
    flag,
    inet_checksum,
    last_u8,
    packets,
    rest,
    size_of,
    sized,
    tail,
    total,
    u2,
    u4,
    u6,
    u7,
    u8,
    u16,
    u16le,
    u32,
)
from tests.support.packets import check_laws, refusal

Hosts = Annotated[FieldAs[tuple[IPv4Address, ...], Sequence[IPv4Address | bytes]], ListOf(Octets(4, IPv4Address))]
Numbers = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(16))]


class Point(Packet):
    x: u8
    y: u8


class Media(Packet):
    """As RTP: the last byte is the size of the padding, if a flag says that there is some."""

    version: u2 = field(default=2)
    padded: flag = derived()
    extended: flag = field(default=False)
    number: u4 = derived()
    sources: Numbers = count(number, default=(), max=15)
    body: Body = rest(default=b"")
    padding: Raw = tail(last_u8(padded), default=b"")


class Always(Packet):
    """Padding that is always there, as in ESP (RFC 4303), under a total."""

    length: u16 = total()
    body: Raw = rest(default=b"")
    padding: Raw = tail(last_u8())


class If(Packet):
    """The flag is the caller's."""

    padded: flag = field()
    spare: u7 = field(default=0)
    body: Raw = rest(default=b"")
    padding: Raw = tail(last_u8(padded), default=b"")


class Trailers(Packet):
    """Bits, numbers of both byte orders, addresses and bytes behind the body, all placed from the end."""

    length: u16 = total()
    check: u16 = inet_checksum("whole")
    size: u8 = derived()
    body: Body = rest(default=b"", max=40)
    a: u2 = field(default=1)
    b: u6 = field(default=2)
    mark: Raw = tail(size, default=b"")
    crc: u16le = field(default=0x0102)
    mac: Raw = tail(2, default=b"mm")
    end: u8 = field(default=0xEE)


class Header(Packet):
    """A checksum of what precedes the body leaves out what is behind it."""

    check: u16 = inet_checksum("header")
    kind: u16
    body: Raw = rest(default=b"")
    trailer: u32 = field(default=7)


class Mac(Packet):
    """As SSH's packets: the caller knows how long the end is."""

    mac_size: arg[int] = field(default=0)
    number: u8
    points: packets[Point] = rest(default=())
    mac: Raw = tail(mac_size, default=b"")


class Block(Packet):
    """As a block of pcapng: lengths at both ends, data padded to 32 bits, a list before the end."""

    kind: u32 = field(default=1)
    length: u32 = total()
    size: u8 = derived()
    data: Raw = sized(size, pad=4, default=b"")
    hosts_size: u8 = derived()
    hosts: Hosts = sized(hosts_size, pad=3, default=())
    after: u8 = field(default=5)
    more: packets[Point] = rest(default=())
    again: u32 = computed(length)


class Computed(Packet):
    """What is computed from sizes, flags of others and from what is computed already."""

    size: u8 = derived()
    name: Raw = sized(size, pad=2, default=b"")
    whole: u16 = computed(size_of(name) + size * 2 + 1)
    twice: u16le = computed(whole * 2)
    body: Raw = rest(default=b"")
    left: u16 = computed(size_of(body) - 0)


ALL = (Media, Always, If, Trailers, Header, Block, Computed)


@settings(max_examples=30)
@given(st.data())
@pytest.mark.parametrize("packet", ALL)
def test_laws(packet: type[Packet], data: st.DataObject) -> None:
    check_laws(packet, data)


@settings(max_examples=30)
@given(st.data(), st.integers(0, 9))
def test_laws_with_an_argument(data: st.DataObject, size: int) -> None:
    check_laws(Mac, data, mac_size=size)


def test_padding_says_its_size() -> None:
    assert Media(sources=[1], body=b"ab", padding=b"\0\0\3").build().hex() == "a100016162000003"
    assert Media(body=b"ab").build().hex() == "806162"
    view = Media.view(b"\xa0\1\2\2")
    assert (bytes(view.body), view.padding, view.padded) == (b"\1", b"\2\2", True)
    assert refusal(Media, b"\xa0\1\0") == "Malformed: Media.padding: its last byte is to be its size (byte 3)"
    assert refusal(Media, b"\xa0\1\3").startswith("Truncated: Media.body: 2 bytes left, the end needs 3")
    assert refusal(Media, b"\xa0") == "Malformed: Media.padding: its last byte is to be its size (byte 1)"
    assert refusal(Always, b"\0\3\4").startswith("Malformed: Always.body: 1 bytes left, the end needs 4")


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Media(padding=b"\0\3"), "Media.padding: its last byte is 3, not its size, 2"),
        (lambda: Media(padding=bytes(256)), "Media.padding: its last byte is 0, not its size, 256"),
        (lambda: Always(padding=b""), "Always.padding: its last byte is its size: it has one"),
        (lambda: If(padded=True), "If.padding: has bytes iff padded"),
        (lambda: If(padded=False, padding=b"\1"), "If.padding: has bytes iff padded"),
        (lambda: Trailers(mac=b"m"), "Trailers.mac: needs 2 bytes, got 1"),
        (lambda: Trailers(body=bytes(41)), "Trailers.body: 41 bytes, not at most 40"),
        (lambda: Mac(number=1, mac=b"m"), "Mac.mac: needs 0 bytes, got 1"),
        (lambda: Block(data=bytes(256)), "Block.size: 256 does not fit in 8 bits (0..255)"),
        (lambda: Computed(body=bytes(65536)), "Computed.left: 65536 does not fit in 16 bits (0..65535)"),
    ],
)
def test_what_does_not_fit(build: object, message: str) -> None:
    assert callable(build)
    with pytest.raises(OutOfRange) as caught:
        build().build()
    assert str(caught.value) == message


def test_what_is_behind_the_body_is_placed_from_the_end() -> None:
    built = Trailers(body=b"body", mark=b"!").build()
    assert built[4:].hex() == "01626f6479422102016d6dee"
    assert Trailers.MIN == 11
    assert refusal(Trailers, built[:1] + b"\x0b" + built[2:]).startswith("Malformed: Trailers.body: ")
    assert Mac.parse(b"\1abcdMAC", mac_size=3).points == (Point(x=97, y=98), Point(x=99, y=100))
    assert refusal(Mac, b"\1ab", mac_size=-1) == "Malformed: Mac.mac: length -1 (byte 1)"
    lines = Trailers(body=b"body", mark=b"!").dump().splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["0-1", "2-3", "4", "5-8", "9", "9", "10", "11-12", "13-14", "15"]


def test_a_header_ends_before_the_body() -> None:
    assert Header(kind=0x1234, body=b"any", trailer=9).build()[:2].hex() == "edcb"


def test_computed_fields_are_checked() -> None:
    built = Block(data=b"abcde", hosts=[b"\1\2\3\4"], more=[Point(x=1, y=2)]).build()
    assert built.hex() == (
        "00000001" "0000001f" "05" "6162636465000000" "04" "010203040000" "05" "0102" "0000001f"
    )  # fmt: skip
    assert refusal(Block, built[:-1] + b"\0") == "Malformed: Block.again: 0, not 31 (byte 27)"
    assert refusal(Block, built[:8] + b"\x63" + built[9:]).startswith("Malformed: Block.data: 99 bytes, 22 left")
    other = built[:15] + b"xy" + built[17:]  # what padding is made of does not matter
    assert Block.parse(other).data == b"abcdexy"[:5]
    assert Computed(name=b"a", body=b"xyz").build().hex() == "01610000050a0078797a0003"
    assert refusal(Computed, bytes.fromhex("01610000050a0078797a0004")) == (
        "Malformed: Computed.left: 4, not 3 (byte 10)"
    )
