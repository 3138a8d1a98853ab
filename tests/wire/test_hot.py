"""The functions of the data path: readers, appenders, fillers, verifiers and writers."""

from __future__ import annotations

from typing import Annotated, assert_type

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.wire import (
    Body,
    Field,
    FieldAs,
    Malformed,
    Octets,
    Out,
    OutOfRange,
    Packet,
    Raw,
    Truncated,
    appender,
    arg,
    const,
    derived,
    field,
    filler,
    flag,
    inet_checksum,
    reader,
    rest,
    sized,
    stager,
    total,
    u4,
    u6,
    u8,
    u16,
    u16le,
    u24,
    u32le,
    verifier,
    writer,
)


class Name:
    """An address type of three bytes."""

    def __init__(self, packed: bytes) -> None:
        self.packed = packed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Name) and other.packed == self.packed

    def __hash__(self) -> int:
        return hash(self.packed)


Addr = Annotated[FieldAs[Name, Name | bytes], Octets(3, Name)]


class Header(Packet):
    """A header of 12 bytes and options in words of two."""

    version: u4 = const(2)
    words: u4 = derived()
    urgent: flag = field(default=False)
    more: flag = field(default=False)
    kind: u6
    length: u16 = total()
    check: u16 = inet_checksum("header")
    src: Addr
    dst: Addr
    options: Raw = sized(words * 2 - 12, default=b"")
    body: Body = rest(default=b"")


class Whole(Packet):
    """A checksum over everything, behind which an odd number of bytes may lie."""

    seed: arg[int] = field(default=0)
    kind: u16
    check: u16 = inet_checksum("whole", seed=seed, zero=0xFFFF)
    size: u8 = derived()
    name: Raw = sized(size, default=b"")
    body: Body = rest(default=b"")


class Plain(Packet):
    """A checksum over everything, in which 0 is a value like others."""

    a: u16
    check: u16 = inet_checksum("whole")
    body: Body = rest(default=b"")


class Mixed(Packet):
    """Both byte orders, and a width without a struct letter."""

    a: u16le
    b: u24
    c: u32le
    d: Addr


append = appender(Header)
put = writer(Header)
verify = verifier(Header)


def folded(data: bytes) -> int:
    """RFC 1071, as it is written there: add 16-bit words, add the carries back in."""
    data += b"\0" * (len(data) % 2)
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_a_reader_gives_a_typed_tuple() -> None:
    read = reader(Header.words, Header.urgent, Header.length, Header.src, Header.dst.number, Header.words * 2 - 12)
    built = Header(kind=5, src=b"abc", dst=b"\0\1\2", urgent=True, options=b"oo", body=b"body").build()
    found = read(b"??" + built, 2, 2 + len(built))
    assert_type(found, tuple[int, bool, int, Name, int, int])
    assert found == (7, True, 18, Name(b"abc"), 0x000102, 2)


def test_a_reader_of_one_field_gives_a_tuple_too() -> None:
    assert reader(Header.length)(Header(kind=5, src=b"abc", dst=b"abc").build(), 0, 12) == (12,)
    assert reader(Whole.kind)(b"\1\2\0\0\0", 0, 5) == (0x0102,)


def test_a_reader_checks_size_and_constants() -> None:
    read = reader(Header.kind)
    with pytest.raises(Truncated, match="Header: needs 12 bytes, 11 left"):
        read(bytes(20), 0, 11)
    with pytest.raises(Malformed, match=r"Header.version: 0, not 2"):
        read(bytes(20), 0, 20)


def test_a_reader_mixes_byte_orders() -> None:
    read = reader(Mixed.a, Mixed.b, Mixed.c, Mixed.d.number)
    assert read(Mixed(a=1, b=2, c=3, d=b"\0\0\4").build(), 0, 12) == (1, 2, 3, 4)


def test_a_reader_reads_one_packet_before_its_variable_fields() -> None:
    with pytest.raises(TypeError, match=r"Header.body: a reader reaches only what lies before variable fields"):
        reader(Header.body)
    with pytest.raises(TypeError, match="a reader reads fields of one packet, not of: Header, Whole"):
        reader(Header.kind, Whole.kind)
    with pytest.raises(TypeError, match="is read either as a number or as it is"):
        reader(Header.src, Header.src.number)
    with pytest.raises(TypeError, match="number is for fields of a fixed number of bytes"):
        _ = Header.kind.number


@given(
    st.binary(min_size=3, max_size=3), st.binary(max_size=18), st.integers(0, 63), st.booleans(), st.binary(max_size=50)
)
def test_append_push_and_build_agree(address: bytes, options: bytes, kind: int, more: bool, body: bytes) -> None:
    options = options[: len(options) // 2 * 2]
    value = Header(kind=kind, more=more, src=address, dst=Name(address), options=options, body=body)
    built = value.build()
    out = bytearray(b"in front")
    append(out, len(body), kind=kind, more=more, src=Name(address), dst=address, options=options)
    assert out + body == b"in front" + built
    pushed = Out(0)
    pushed.push_bytes(body)
    size = put(pushed, kind=kind, more=more, src=address, dst=address, options=options)
    assert pushed.bytes() == built
    assert size == len(built) - len(body)
    assert folded(built[: len(built) - len(body)]) == 0xFFFF
    assert verify(built, 0, len(built))


def test_a_writer_puts_a_given_body_before_what_is_there() -> None:
    out = Out()
    out.push_bytes(b"behind")
    put(out, kind=1, src=b"abc", dst=b"abc", body=b"body ")
    assert Header.parse(out.bytes()).body == b"body behind"


@given(st.binary(min_size=12, max_size=30), st.integers(0, 29), st.integers(1, 255))
def test_a_damaged_header_does_not_verify(noise: bytes, at: int, damage: int) -> None:
    built = bytearray(Header(kind=1, src=noise[:3], dst=noise[3:6], options=noise[6:12], body=noise[12:]).build())
    before = bytes(built)
    at %= len(built)
    built[at] ^= damage
    in_header = at < 18
    assert verify(bytes(built), 0, len(built)) is not in_header
    assert verify(before, 0, len(before))


def test_a_header_that_is_cut_or_lies_about_its_size_does_not_verify() -> None:
    built = Header(kind=1, src=b"abc", dst=b"abc", options=b"oooo").build()
    assert verify(built, 0, 16)
    assert not any(verify(built, 0, size) for size in range(16))
    assert not verify(b"\x20" + built[1:], 0, 16)


@given(
    st.binary(max_size=5), st.binary(max_size=9), st.binary(max_size=40), st.integers(0, 0xFFFFF), st.integers(0, 65535)
)
def test_a_filler_sums_header_and_payload(front: bytes, name: bytes, payload: bytes, seed: int, kind: int) -> None:
    out = bytearray(front)
    append_whole(out, len(payload), kind=kind, name=name)
    assert out[len(front) + 2 : len(front) + 4] == b"\0\0"
    fill(out, len(front), payload, seed)
    built = bytes(out[len(front) :]) + payload
    assert built == Whole(seed=seed, kind=kind, name=name, body=payload).build()
    assert folded(folded(built).to_bytes(4, "big") + seed.to_bytes(4, "big")) == 0xFFFF
    assert built[2:4] != b"\0\0"
    assert verify_whole(built, 0, len(built), seed)
    assert verify_whole(front + built + b"x", len(front), len(front + built), seed)


append_whole, fill, verify_whole = appender(Whole), filler(Whole), verifier(Whole)


def test_a_filler_sums_headers_that_were_appended_behind() -> None:
    out = bytearray()
    append_whole(out, 12, kind=7)
    append(out, 0, kind=1, src=b"abc", dst=b"abc")
    fill(out, 0, b"", 0)
    assert folded(bytes(out)) == 0xFFFF


def test_a_sum_of_zero() -> None:
    fill_plain, append_plain, verify_plain = filler(Plain), appender(Plain), verifier(Plain)
    out = bytearray()
    append_plain(out, 0, a=0xFFFF)
    fill_plain(out, 0, b"", 0)
    assert out.hex() == "ffff0000"
    assert verify_plain(bytes(out), 0, 4)
    out = bytearray()
    append_plain(out, 0, a=0)
    fill_plain(out, 0, b"", 0)
    assert out.hex() == "0000ffff"
    assert verify_plain(bytes(out), 0, 4)
    assert not verify_plain(bytes(4), 0, 4)
    assert Plain(a=0).build().hex() == "0000ffff"


def test_a_zero_that_means_none() -> None:
    out = bytearray()
    append_whole(out, 0, kind=0xFF00)
    fill(out, 0, b"", 0x00FF)
    assert out.hex() == "ff00ffff00"
    assert verify_whole(b"\xff\0\0\0\0", 0, 5, 0)
    assert not verify_whole(b"\xff\0\0\1\0", 0, 5, 0)
    assert not verify_whole(b"\xff\0\0", 0, 3, 0)


class Numbered(Packet):
    """A checksum that lies before what it covers, and is never sent as 0."""

    check: u16 = inet_checksum("header", zero=0xFFFF)
    kind: u8
    words: u8 = derived()
    number: u16 = field(default=0)
    length: u16 = total(plus=2)
    options: Raw = sized(words * 2, default=b"")
    body: Body = rest(default=b"")


stage = stager(Numbered, Numbered.number)


@given(
    kind=st.integers(0, 255),
    options=st.binary(max_size=6).map(lambda half: half * 2),
    size=st.integers(0, 0xFF00),
    number=st.integers(0, 0xFFFF),
    staged=st.integers(0, 0xFFFF),
)
def test_a_stamp_appends_what_the_appender_would(
    kind: int, options: bytes, size: int, number: int, staged: int
) -> None:
    stamp = stage(kind=kind, number=staged, options=options)
    stamped, appended = bytearray(b"before"), bytearray(b"before")
    for value in (number, 0, number):
        stamp(stamped, size, value)
        appender(Numbered)(appended, size, kind=kind, number=value, options=options)
    assert stamped == appended


def test_a_stamp_sends_no_checksum_of_0() -> None:
    out = bytearray()
    stage(kind=0)(out, 0, 0xFFFF - 6)  # with the length, 6, all the words there are
    assert out.hex() == "ffff0000fff90006"


def test_what_does_not_fit_is_not_stamped() -> None:
    stamp = stage(kind=1)
    out = bytearray(b"before")
    with pytest.raises(OutOfRange, match=r"Numbered.length: 65536 does not fit"):
        stamp(out, 0x10000 - 6, 0)
    with pytest.raises(OutOfRange, match=r"Numbered.number: 65536 does not fit"):
        stamp(out, 0, 0x10000)
    with pytest.raises(OutOfRange, match=r"Numbered.kind: 256 does not fit"):
        stage(kind=256)
    assert out == b"before"


def test_what_cannot_be_staged() -> None:
    with pytest.raises(TypeError, match="Plain: only a header with a total and a checksum of its own"):
        stager(Plain, Plain.a)
    with pytest.raises(TypeError, match="Numbered: what varies must be one of its constructor's parameters"):
        stager(Numbered, Numbered.words)
    with pytest.raises(TypeError, match=r"Numbered.kind: only 16 bits at a fixed, even offset"):
        stager(Numbered, Numbered.kind)


def test_what_functions_cannot_be_made() -> None:
    class Bare(Packet):
        a: u8
        body: Raw = rest()

    with pytest.raises(TypeError, match=r"Bare.body: an appender needs rest\(default=...\)"):
        appender(Bare)
    with pytest.raises(TypeError, match="Bare has no checksum"):
        filler(Bare)
    with pytest.raises(TypeError, match="Header: its checksum covers the header only"):
        filler(Header)
    with pytest.raises(TypeError, match="is not a packet class"):
        appender(lambda: Bare(a=1, body=b""))


class Tagged(Packet):
    magic: Annotated[Field[bytes], Octets(2)] = const(b"fx")
    seq: u16


def test_a_constant_of_bytes_is_read_as_a_number() -> None:
    read = reader(Tagged.magic.number, Tagged.seq)
    assert read(b"fx\0\7", 0, 4) == (0x6678, 7)
    with pytest.raises(Malformed, match=r"Tagged.magic: 30841, not 26232 \(byte 0\)"):
        read(b"xy\0\7", 0, 4)
