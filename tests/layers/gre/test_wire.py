"""GRE headers against RFC 2784 and RFC 2890."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.checksum import ones_sum
from foxpy.layers.gre.wire import Gre, GreChecked, OtherGre, fill_gre, gre, read_gre, verify_gre
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

HEADERS = (Gre, GreChecked, OtherGre)


@given(st.data())
@pytest.mark.parametrize("header", HEADERS)
def test_laws_of_values(header: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(header)))


@given(st.binary(max_size=24), st.sampled_from([0x00, 0x10, 0x20, 0x30, 0x80, 0x90, 0xA0, 0xB0, 0x40, 0x08]))
@pytest.mark.parametrize("header", HEADERS)
def test_laws_of_bytes(header: type[Packet], data: bytes, flags: int) -> None:
    check_bytes(header, data)
    check_bytes(header, bytes([flags, 0]) + data)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (Gre(kind=0x0800, body=b"data"), "0000080064617461"),
        (Gre(kind=0x86DD, key=7), "200086dd00000007"),
        (Gre(kind=0x86DD, sequence=8), "100086dd00000008"),
        (Gre(kind=0x86DD, key=0, sequence=0xFFFFFFFF, body=b"!"), "300086dd00000000ffffffff21"),
        (Gre(kind=0x0800, reserved2=0x7F), "03f80800"),
    ],
)
def test_what_is_there_is_flagged(header: Gre, expected: str) -> None:
    data = bytes.fromhex(expected)
    assert header.build() == data
    read = gre.parse(data)
    assert read == header
    assert isinstance(read, Gre)
    assert (read.has_key, read.has_sequence) == (header.key is not None, header.sequence is not None)


@pytest.mark.parametrize("odd", [b"", b"!"])
def test_the_checksum_is_of_all(odd: bytes) -> None:
    """RFC 2784, section 2.3: of the header and the payload, with itself as zero."""
    header = GreChecked(kind=0x6558, key=0xAABBCCDD, sequence=1, body=b"body" + odd)
    data = header.build()
    by_hand = bytearray.fromhex("b000655800000000aabbccdd00000001") + b"body" + odd
    by_hand[4:6] = (ones_sum(by_hand, 0, len(by_hand)) ^ 0xFFFF).to_bytes(2, "big")
    assert data == by_hand
    assert gre.parse(data) == header
    assert verify_gre(data, 0, len(data))
    assert not verify_gre(data[:-1] + b"?", 0, len(data))
    assert read_gre(data, 0, len(data)) == (True, True, True, 0, 0x6558)
    plain = GreChecked(kind=0x0800)
    assert plain.build().hex() == "8000080077ff0000"


def test_fill() -> None:
    data = bytearray.fromhex("8000080000000000")
    fill_gre(data, 0, b"payload", 0)
    assert data + b"payload" == GreChecked(kind=0x0800, body=b"payload").build()


@pytest.mark.parametrize("first", ["4000", "0800", "0400", "0001", "3081", "c000", "8007"])
def test_what_is_to_be_discarded(first: str) -> None:
    """RFC 2784, section 2.3: bits 1 to 5, those of RFC 2890 not counted, and other versions."""
    read = gre.parse(bytes.fromhex(first + "880b") + b"data")
    assert isinstance(read, OtherGre)
    assert read.data == b"data"


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ("000008", "needs 4 bytes, 3 left"),
        ("20000800000000", "Gre.key"),
        ("30000800000000000000", "Gre.sequence"),
        ("800008000000", "GreChecked"),
        ("b00008000000000000000001000000", "GreChecked.sequence"),
    ],
)
def test_fields_that_are_cut_off(data: str, where: str) -> None:
    with pytest.raises(Truncated, match=where):
        gre.parse(bytes.fromhex(data))


def test_refusals() -> None:
    with pytest.raises(OutOfRange, match=r"Gre.key: 4294967296 does not fit in 32 bits"):
        Gre(kind=0x0800, key=1 << 32)
    with pytest.raises(Malformed, match=r"Gre.has_checksum"):
        Gre.parse(bytes.fromhex("8000080000000000"))


@given(st.binary(max_size=24))
def test_any_bytes_give_a_header_or_an_error(data: bytes) -> None:
    try:
        header = gre.parse(data)
    except PacketError:
        return
    assert gre.parse(header.build()) == header
