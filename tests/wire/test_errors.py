"""What is said, and by which error, when a packet cannot be built or read: ``Packet.field: fact``."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Annotated

import pytest

from foxpy.wire import (
    Body,
    Field,
    FieldAs,
    Malformed,
    Octets,
    OutOfRange,
    Packet,
    PacketError,
    Raw,
    Truncated,
    UInt,
    appender,
    arg,
    const,
    count,
    derived,
    field,
    flag,
    inet_checksum,
    oneof,
    packets,
    rest,
    sized,
    total,
    u2,
    u4,
    u6,
    u8,
    u13,
    u16,
    writer,
)
from foxpy.wire.codecs import Counted

Ip4 = Annotated[FieldAs[IPv4Address, IPv4Address | bytes], Octets(4, IPv4Address)]


class IPv4(Packet):
    version: u4 = const(4)
    ihl: u4 = derived()
    dscp: u6 = field(default=0)
    ecn: u2 = field(default=0)
    length: u16 = total()
    ident: u16 = field(default=0)
    evil: flag = field(default=False)
    df: flag = field(default=False)
    mf: flag = field(default=False)
    frag: u13 = field(default=0)
    ttl: u8 = field(default=64)
    proto: u8
    checksum: u16 = inet_checksum("header")
    src: Ip4
    dst: Ip4
    options: Raw = sized(ihl * 4 - 20, default=b"")
    body: Body = rest(default=b"")


class Point(Packet):
    x: u8


class Sample(Packet):
    asked: arg[int]
    size: u8 = derived()
    points: packets[Point] = sized(size)
    tail: u16


A = b"\x0a\0\0\1"
B = IPv4Address("10.0.0.2")
GOOD = IPv4(proto=1, src=A, dst=B, body=b"twelve bytes").build()

append = appender(IPv4)
put = writer(IPv4)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: IPv4(proto=300, src=A, dst=B), "IPv4.proto: 300 does not fit in 8 bits (0..255)"),
        (lambda: IPv4(proto=6, frag=9000, src=A, dst=B), "IPv4.frag: 9000 does not fit in 13 bits (0..8191)"),
        (lambda: IPv4(proto=6, ttl=-1, src=A, dst=B), "IPv4.ttl: -1 does not fit in 8 bits (0..255)"),
        (lambda: IPv4(proto=6, src=b"abc", dst=B), "IPv4.src: needs 4 bytes, got 3"),
        (
            lambda: IPv4(proto=6, src=A, dst=B, options=b"abc").build(),
            "IPv4.ihl: the length of 'options' is not a multiple of 4",
        ),
        (
            lambda: IPv4(proto=6, src=A, dst=B, options=bytes(48)).build(),
            "IPv4.ihl: 17 does not fit in 4 bits (0..15)",
        ),
        (
            lambda: IPv4(proto=6, src=A, dst=B, body=bytes(70000)).build(),
            "IPv4.length: 70020 does not fit in 16 bits (0..65535)",
        ),
        (
            lambda: Sample(asked=1, points=[Point(x=1)] * 256, tail=0).build(),
            "Sample.size: 256 does not fit in 8 bits (0..255)",
        ),
    ],
)
def test_what_does_not_fit_is_out_of_range(build: Callable[[], object], message: str) -> None:
    with pytest.raises(OutOfRange) as caught:
        build()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"proto": 300}, "IPv4.proto: 300 does not fit in 8 bits (0..255)"),
        ({"ecn": 4}, "IPv4.ecn: 4 does not fit in 2 bits (0..3)"),
        ({"dscp": 64}, "IPv4.dscp: 64 does not fit in 6 bits (0..63)"),
        ({"dscp": -1}, "IPv4.dscp: -1 does not fit in 6 bits (0..63)"),
        ({"frag": 8192}, "IPv4.frag: 8192 does not fit in 13 bits (0..8191)"),
        ({"frag": -1}, "IPv4.frag: -1 does not fit in 13 bits (0..8191)"),
        ({"ident": 65536}, "IPv4.ident: 65536 does not fit in 16 bits (0..65535)"),
        ({"src": b"12345"}, "IPv4.src: needs 4 bytes, got 5"),
        ({"options": b"1"}, "IPv4.ihl: the length of 'options' is not a multiple of 4"),
        ({"options": bytes(44)}, "IPv4.ihl: 16 does not fit in 4 bits (0..15)"),
    ],
)
def test_functions_that_make_no_value_check_as_much(change: dict[str, object], message: str) -> None:
    fields = {"proto": 1, "src": A, "dst": A, **change}
    out = bytearray(b"before")
    with pytest.raises(OutOfRange) as caught:
        append(out, 10, **fields)  # type: ignore[arg-type]  # a table of cases has no types
    assert str(caught.value) == message
    assert out == b"before"
    with pytest.raises(OutOfRange) as caught:
        IPv4(**fields).build()  # type: ignore[arg-type]  # a table of cases has no types
    assert str(caught.value) == message


def test_what_follows_an_appended_header_counts() -> None:
    with pytest.raises(OutOfRange, match=r"IPv4.length: 65536 does not fit in 16 bits"):
        append(bytearray(), 65516, proto=1, src=A, dst=A)
    append(bytearray(), 65515, proto=1, src=A, dst=A)


@pytest.mark.parametrize(  # every line is a type test as well: its ignore says how mypy refuses it
    ("build", "message"),
    [
        (lambda: IPv4(proto="tcp", src=A, dst=B), "IPv4.proto: 'tcp' is not an integer"),  # type: ignore[arg-type]
        (lambda: IPv4(proto=6, src="10.0.0.1", dst=B), "IPv4.src: needs 4 bytes, got '10.0.0.1'"),  # type: ignore[arg-type]
        (lambda: IPv4(proto=6, src=4, dst=B), "IPv4.src: needs 4 bytes, got 4"),  # type: ignore[arg-type]
        (lambda: IPv4(proto=6, src=A, dst=B, options=4), "IPv4.options: needs bytes, got 4"),  # type: ignore[arg-type]
        (lambda: IPv4(proto=6, src=A, dst=B, body=4), "IPv4.body: needs bytes, a window or a packet, got 4"),  # type: ignore[arg-type]
        (lambda: append(bytearray(), 0, proto=6, src="x", dst=B), "IPv4.src: needs 4 bytes, got 'x'"),  # type: ignore[arg-type]
        (lambda: append(bytearray(), 0, proto=6, src=A, dst=A, ttl=1.5), "IPv4.ttl: 1.5 is not an integer"),  # type: ignore[arg-type]
        (lambda: IPv4(src=A, dst=B), "IPv4() missing 1 required keyword-only argument: 'proto'"),  # type: ignore[call-arg]
        (lambda: IPv4(proto=6, src=A, dst=B, ihl=5), "IPv4() got an unexpected keyword argument 'ihl'"),  # type: ignore[call-arg]
        (lambda: Sample(asked=1, points=4, tail=1), "Sample.points: needs a sequence, got 4"),  # type: ignore[arg-type]
        (lambda: Sample(asked=1, points=[b"x"], tail=1), "Sample.points: b'x' is none of Point"),  # type: ignore[list-item]
        (lambda: Sample.parse(b"\0\0\0"), "Sample.parse() missing 1 required keyword-only argument: 'asked'"),
        (lambda: append(bytearray(), 0, src=A, dst=A), "appender(IPv4)() missing 1 required"),  # type: ignore[call-arg]
    ],
)
def test_what_mypy_refuses_is_a_type_error(build: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        build()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        (GOOD[:6], Truncated, "IPv4: needs 20 bytes, 6 left (byte 0)"),
        (b"\x65" + GOOD[1:], Malformed, "IPv4.version: 6, not 4 (byte 0)"),
        (b"\x42" + GOOD[1:], Malformed, "IPv4.options: length -12 (byte 20)"),
        (b"\x4f" + GOOD[1:], Malformed, "IPv4.options: 40 bytes, 12 left (byte 20)"),
        (GOOD[:2] + b"\0\x68" + GOOD[4:], Truncated, "IPv4.length: says 104 bytes, 32 there (byte 2)"),
        (GOOD[:2] + b"\0\x13" + GOOD[4:], Malformed, "IPv4.length: says 19 bytes, needs 20 (byte 2)"),
    ],
)
def test_bytes_that_are_no_packet(data: bytes, kind: type[PacketError], message: str) -> None:
    for read in (IPv4.parse, IPv4.view):
        with pytest.raises(kind) as caught:
            read(data)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        (b"\1", Truncated, "Sample: needs 3 bytes, 1 left (byte 0)"),
        (b"\3\0\0", Truncated, "Sample.points: 3 bytes, 2 left (byte 1)"),
        (b"\2\0\0\0", Truncated, "Sample: needs 2 more bytes, 1 left (byte 3)"),
    ],
)
def test_without_a_total_all_that_is_missing_is_cut_off(data: bytes, kind: type[PacketError], message: str) -> None:
    with pytest.raises(kind) as caught:
        Sample.parse(data, asked=1)
    assert str(caught.value) == message


def test_there_is_one_error_for_each_fault() -> None:
    assert issubclass(PacketError, ValueError)
    assert {each.__base__ for each in (Truncated, Malformed, OutOfRange)} == {PacketError}


def test_packets_are_read_only() -> None:
    value, view = IPv4.parse(GOOD), IPv4.view(GOOD)
    with pytest.raises(AttributeError, match=r"IPv4.ttl: packets are read-only"):
        value.ttl = 3  # type: ignore[arg-type]  # the wrong twin of reading it
    with pytest.raises(AttributeError, match=r"IPv4.ttl: packets are read-only"):
        view.ttl = 3  # type: ignore[arg-type]  # the wrong twin of reading it
    with pytest.raises(AttributeError, match="read-only"):
        del value.ttl
    with pytest.raises(AttributeError, match="no attribute 'tll'"):
        _ = value.tll  # type: ignore[attr-defined]  # a typing mistake


def test_tracebacks_show_generated_code() -> None:
    with pytest.raises(Truncated) as caught:
        IPv4.parse(b"")
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert frame.filename == "<foxpy.wire IPv4 parse>"
    assert "raise _Truncated" in str(frame.line)
    assert linecache.getline(frame.filename, frame.lineno or 0).strip() == frame.line


class Word(Packet):
    text: Annotated[Field[bytes], Counted(UInt(8))]
    end: u8 = const(0)


class Told(Packet):
    """A word, a list and a codec's field in bytes whose end has been told; and the same up to wherever it may be."""

    size: u8 = derived()
    word: oneof[Word] = sized(size)
    more: u8 = derived()
    words: packets[Word] = sized(more)
    last: packets[Word] = rest()


class Whole(Packet):
    """As a message on a stream: the total tells where all of it ends."""

    size: u8 = total()
    number: u8 = derived()
    words: packets[Word] = count(number)
    text: Annotated[Field[bytes], Counted(UInt(8))]


@pytest.mark.parametrize(
    ("packet", "data", "kind", "message"),
    [
        (Told, "02 05 00 00", Malformed, "Told.word > Word.text: says 5 bytes, 1 left (byte 1)"),
        (Told, "03 05 00 00 00", Malformed, "Told.word > Word.text: says 5 bytes, 2 left (byte 1)"),
        (Told, "02 00 00 03 05 00 00", Malformed, "Told.words[0] > Word.text: says 5 bytes, 2 left (byte 4)"),
        (Told, "02 00 00 00 05 00 00", Truncated, "Told.last[0] > Word.text: says 5 bytes, 2 left (byte 4)"),
        (Told, "02 00", Truncated, "Told.word: 2 bytes, 1 left (byte 1)"),
        (Whole, "03 00 05", Malformed, "Whole.text: says 5 bytes, 0 left (byte 2)"),
        (Whole, "05 01 05 00 00", Malformed, "Whole.words[0] > Word.text: says 5 bytes, 2 left (byte 2)"),
        (Whole, "04 03 00 00", Malformed, "Whole.words: 3 elements need 6 bytes, 2 left (byte 2)"),
        (Whole, "06 01 00 00 00", Truncated, "Whole.size: says 6 bytes, 5 there (byte 0)"),
    ],
)
def test_what_is_missing_where_the_end_is_told_is_malformed(
    packet: type[Packet], data: str, kind: type[PacketError], message: str
) -> None:
    with pytest.raises(kind) as caught:
        packet.parse(bytes.fromhex(data))
    assert str(caught.value) == message
    with pytest.raises(kind):
        _ = [getattr(packet.view(bytes.fromhex(data)), name) for name in packet._layout.fields]
