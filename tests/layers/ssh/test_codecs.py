"""The data types of SSH against RFC 4251, section 5."""

from __future__ import annotations

from typing import TypeVar, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.ssh.codecs import Mpint, NameList, boolean, mpint, name_list, positive, string, usascii, utf8
from foxpy.wire import Codec, Malformed, OutOfRange, Packet, PacketError, Truncated, rest
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy


class Kinds(Packet):
    """One of each, with nothing behind them."""

    flag: boolean
    data: string
    text: utf8
    word: usascii
    number: mpint
    exponent: positive
    names: name_list


class Alone(Packet):
    """A number that fills all there is."""

    number: mpint = rest()


T = TypeVar("T")


def written(codec: Codec[T], value: T) -> bytes:
    out = bytearray()
    codec.write(out, codec.check(value), {})
    return bytes(out)


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (0x0, "00 00 00 00"),
        (0x9A378F9B2E332A7, "00 00 00 08 09 a3 78 f9 b2 e3 32 a7"),
        (0x80, "00 00 00 02 00 80"),
        (-0x1234, "00 00 00 02 ed cc"),
        (-0xDEADBEEF, "00 00 00 05 ff 21 52 41 11"),
        # not in the RFC: where a byte more or less is needed
        (1, "00 00 00 01 01"),
        (0x7F, "00 00 00 01 7f"),
        (0xFF, "00 00 00 02 00 ff"),
        (-1, "00 00 00 01 ff"),
        (-0x80, "00 00 00 01 80"),
        (-0x81, "00 00 00 02 ff 7f"),
        (-0x100, "00 00 00 02 ff 00"),
    ],
)
def test_numbers_of_the_rfc(value: int, data: str) -> None:
    wire = bytes.fromhex(data)
    assert written(Mpint(), value) == wire
    assert Mpint().read(b"?" + wire + b"?", 1, 1 + len(wire), 0) == (value, 1 + len(wire))
    assert Alone.parse(wire) == Alone(number=value)


@given(st.integers(-(1 << 300), 1 << 300))
def test_numbers_are_written_in_the_fewest_bytes(value: int) -> None:
    data = written(Mpint(), value)[4:]
    assert int.from_bytes(data, "big", signed=True) == value
    assert not data or int.from_bytes(data[1:], "big", signed=True) != value


@pytest.mark.parametrize(
    "data",
    [
        "00000001 00",  # 0 has no bytes
        "00000002 0001",
        "00000002 007f",
        "00000002 ffff",
        "00000002 ff80",
        "00000003 000080",
        "00000003 ffff7f",
    ],
)
def test_needless_leading_bytes_are_refused(data: str) -> None:
    wire = bytes.fromhex(data)
    with pytest.raises(Malformed, match="needless leading bytes"):
        Mpint().read(wire, 0, len(wire), 0)


def test_a_number_has_at_most_so_many_bits() -> None:
    codec = Mpint(bits=16)
    for value in (0xFFFF, -0xFFFF):
        wire = written(codec, value)
        assert codec.read(wire, 0, len(wire), 0) == (value, len(wire))
    for value in (0x10000, -0x10000):
        with pytest.raises(OutOfRange, match="17 bits, not at most 16"):
            codec.check(value)
        with pytest.raises(Malformed, match="17 bits, not at most 16"):
            codec.read(written(Mpint(), value), 0, 7, 0)
    with pytest.raises(Malformed, match="4 bytes, not at most 16 bits"):
        codec.read(bytes.fromhex("00000004 00000001"), 0, 8, 0)


def test_a_long_number_is_refused_without_computing_with_it() -> None:
    wire = (1 << 20).to_bytes(4, "big") + b"\x01" * (1 << 20)
    with pytest.raises(Malformed, match="1048576 bytes, not at most 8192 bits"):
        Mpint().read(wire, 0, len(wire), 0)


@given(st.integers(8000, 8192))
def test_what_may_be_sent_can_be_shown(bits: int) -> None:
    """Python refuses to write numbers of more than 4300 digits in decimal."""
    assert str(Alone(number=(1 << bits) - 1))
    with pytest.raises(OutOfRange):
        Alone(number=1 << 8192)


@pytest.mark.parametrize("data", ["00000000", "00000001 ff"])
def test_a_number_in_a_group_is_positive(data: str) -> None:
    wire = bytes.fromhex(data)
    with pytest.raises(Malformed, match="less than 1"):
        Mpint(least=1).read(wire, 0, len(wire), 0)


def test_numbers_alone_are_written() -> None:
    with pytest.raises(OutOfRange, match="less than 1"):
        Mpint(least=1).check(0)
    for value in ("1", 1.0, None, b"\1"):
        with pytest.raises(TypeError):
            written(Mpint(), cast(int, value))


# -- names


@pytest.mark.parametrize(
    ("names", "data"),
    [
        ((), "00 00 00 00"),
        (("zlib",), "00 00 00 04 7a 6c 69 62"),
        (("zlib", "none"), "00 00 00 09 7a 6c 69 62 2c 6e 6f 6e 65"),
    ],
)
def test_name_lists_of_the_rfc(names: tuple[str, ...], data: str) -> None:
    wire = bytes.fromhex(data)
    assert written(NameList(), names) == written(NameList(), cast("tuple[str, ...]", list(names))) == wire
    assert NameList().read(wire, 0, len(wire), 0) == (names, len(wire))


@pytest.mark.parametrize(
    ("names", "fact"),
    [
        (b",", "an empty name"),
        (b"a,", "an empty name"),
        (b",a", "an empty name"),
        (b"a,,b", "an empty name"),
        (b"a\0", "a null character"),
        (b"\xc3\xa9", "not in US-ASCII"),
    ],
)
def test_broken_name_lists(names: bytes, fact: str) -> None:
    wire = len(names).to_bytes(4, "big") + names
    with pytest.raises(Malformed, match=fact):
        NameList().read(wire, 0, len(wire), 0)


@pytest.mark.parametrize("names", [("",), ("a", ""), ("a,b",), ("é",), ("a\0",)])
def test_what_is_no_name_is_not_sent(names: tuple[str, ...]) -> None:
    with pytest.raises(OutOfRange):
        NameList().check(names)


@pytest.mark.parametrize("names", ["zlib", (b"zlib",), (1,)])
def test_names_are_a_sequence_of_strings(names: object) -> None:
    with pytest.raises(TypeError, match="not a sequence of names"):
        written(NameList(), cast("tuple[str, ...]", names))


# -- all together


def test_booleans_are_bytes() -> None:
    """All values but 0 are true, and 1 is written (section 5)."""
    behind = bytes.fromhex("00000000 00000000 00000000 00000000 00000001 01 00000000")
    for byte in (1, 2, 255):
        found = Kinds.parse(bytes([byte]) + behind)
        assert found.flag is True
        assert found.build() == b"\1" + behind
    assert Kinds.parse(b"\0" + behind).flag is False


def test_text_and_words() -> None:
    values = Kinds(flag=True, data=b"\xff\0", text="é", word="a b", number=-1, exponent=2, names=["a", "b"])
    assert values.build().hex() == "01" + "00000002ff00" + "00000002c3a9" + "00000003612062" + "00000001ff" + (
        "0000000102" + "00000003612c62"
    )
    assert values.names == ("a", "b")
    with pytest.raises(OutOfRange, match=r"Kinds.word: 'é' is not ascii"):
        Kinds(flag=True, data=b"", text="", word="é", number=0, exponent=1, names=())
    wire = bytearray(values.build())
    wire[12] = 0xFF
    with pytest.raises(Malformed, match=r"Kinds.text: 0xc3 is not utf-8"):
        Kinds.parse(wire)


@given(st.data())
@pytest.mark.parametrize("packet", [Kinds, Alone])
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(st.binary(max_size=60))
@pytest.mark.parametrize("packet", [Kinds, Alone])
def test_laws_of_bytes(packet: type[Packet], data: bytes) -> None:
    check_bytes(packet, data)
    check_bytes(packet, len(data).to_bytes(4, "big") + data)


@given(st.binary(max_size=12))
@pytest.mark.parametrize("codec", [Mpint(), Mpint(least=1), Mpint(bits=16), NameList()])
def test_any_bytes_give_one_value_or_an_error(codec: Codec[object], data: bytes) -> None:
    for wire in (data, len(data).to_bytes(4, "big") + data):
        try:
            value, after = codec.read(wire, 0, len(wire), 0)
        except PacketError:
            continue
        assert written(codec, value) == wire[:after]


@pytest.mark.parametrize("codec", [Mpint(), NameList()])
def test_a_cut_string_is_truncated(codec: Codec[object]) -> None:
    for wire in (b"", b"\0\0\0", b"\0\0\0\1", b"\xff\xff\xff\xff\1"):
        with pytest.raises(Truncated):
            codec.read(wire, 0, len(wire), 0)
