"""The packets of docs/wire.md, in the order of the page. Tests run all that the page says of them."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Annotated, assert_never

from foxpy.wire import (
    Body,
    Classifier,
    Codec,
    Field,
    FieldAs,
    ListOf,
    Malformed,
    Mutable,
    Octets,
    OutOfRange,
    Packet,
    Raw,
    Truncated,
    UInt,
    arg,
    const,
    count,
    derived,
    field,
    flag,
    inet_checksum,
    last_u8,
    oneof,
    packets,
    present,
    rest,
    sized,
    tail,
    total,
    u2,
    u3,
    u4,
    u8,
    u16,
    u32,
)
from foxpy.wire.window import Buffer

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

# -- two fields


class Ping(Packet):
    kind: u8
    seq: u16


# -- bits, defaults, constants, addresses

Ip4 = Annotated[FieldAs[IPv4Address, IPv4Address | bytes], Octets(4, IPv4Address)]


class Report(Packet):
    version: u4 = const(1)
    urgent: flag = field(default=False)
    battery: u3 = field(default=7)  # in eighths
    station: Ip4
    period: u16 = field(default=60, min=1, max=3600)  # in seconds


# -- lengths and checksums


class Message(Packet):
    words: u8 = derived()  # of the options, in words of 4 bytes
    channel: u8
    length: u16 = total()
    checksum: u16 = inet_checksum("whole")
    topic: u16
    options: Raw = sized(words * 4, default=b"")
    body: Body = rest(default=b"")


class MessageMut(Message, Mutable): ...


# -- shapes


class Reading(Packet):
    kind: u8


class Temperature(Reading):
    kind: u8 = const(1)
    millikelvin: u32


class Position(Reading, when=Reading.kind.one_of(2, 3)):
    longitude: u32
    latitude: u32


class OtherReading(Reading):
    length: u8 = derived()
    data: Raw = sized(length)


reading = Classifier[Temperature | Position | OtherReading]()


def describe(data: bytes) -> str:
    match reading.view(data):
        case Temperature(millikelvin=millikelvin):
            return f"{millikelvin / 1000} K"
        case Position(kind=2):
            return "a place on land"
        case Position():
            return "a place at sea"
        case OtherReading() as other:
            return f"{len(other.data)} bytes of kind {other.kind}"
        case never:
            assert_never(never)


# -- lists, what may be absent, what stands at the end

OptU32 = Annotated[Field["int | None"], UInt(32)]
Numbers = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(16))]


class Batch(Packet):
    signed: flag = derived()
    version: u2 = const(2)
    padded: flag = derived()
    sources: u4 = derived()
    key: OptU32 = present(signed, default=None)
    ids: Numbers = count(sources, default=())
    readings: packets[Temperature | Position | OtherReading] = rest(default=())
    padding: Raw = tail(last_u8(padded), default=b"")


# -- a wire type of one's own

Labels = tuple[bytes, ...]


class NameCodec(Codec[Labels]):
    """A domain name (RFC 1035, section 3.1), with compression (section 4.1.4)."""

    compresses = True

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[Labels, int]:
        labels: list[bytes] = []
        after, bound, size = None, pos, 1
        while True:
            if pos >= end:
                raise Truncated("the name runs past the end")
            length = buf[pos]
            if length >= 0xC0:
                if pos + 2 > end:
                    raise Truncated("a pointer is cut off")
                target = origin + ((length & 0x3F) << 8 | buf[pos + 1])
                if target >= bound:  # else a name could contain itself
                    raise Malformed("a pointer does not go strictly backwards")
                after = after or pos + 2
                pos = bound = target
                continue
            if length == 0:
                return tuple(labels), after or pos + 1
            size += length + 1
            if length > 63 or size > 255:
                raise Malformed("a label of over 63 or a name of over 255 bytes")
            if pos + 1 + length > end:
                raise Truncated("a label is cut off")
            labels.append(bytes(buf[pos + 1 : pos + 1 + length]))
            pos += 1 + length

    def write(self, out: bytearray, value: Labels, names: dict[object, int]) -> None:
        if sum(len(label) + 1 for label in value) > 254:
            raise OutOfRange("a name of over 255 bytes")
        for at, label in enumerate(value):
            if not 1 <= len(label) <= 63:
                raise OutOfRange(f"a label of {len(label)} bytes")
            written = names.get(value[at:])
            if written is not None:
                out += (0xC000 | written).to_bytes(2, "big")
                return
            if len(out) < 0x4000:  # as far as a pointer reaches
                names[value[at:]] = len(out)
            out.append(len(label))
            out += label
        out.append(0)

    def strategy(self) -> SearchStrategy[Labels]:
        from hypothesis import strategies as st

        return st.lists(st.binary(min_size=1, max_size=12), max_size=5).map(tuple)


Name = Annotated[Field[Labels], NameCodec()]

# -- DNS


class Question(Packet):
    qname: Name
    qtype: u16
    qclass: u16 = field(default=1)


class A(Packet, tag=1):
    address: Ip4


class NS(Packet, tag=2):
    host: Name


class MX(Packet, tag=15):
    preference: u16
    host: Name


class OtherData(Packet):
    rtype: arg[int]
    data: Raw = rest()


class Record(Packet):
    owner: Name
    rtype: u16 = derived()
    rclass: u16 = field(default=1)
    ttl: u32
    rdlength: u16 = derived()
    rdata: oneof[A | NS | MX | OtherData] = sized(rdlength, on=rtype)


class Dns(Packet):
    ident: u16
    flags: u16 = field(default=0)
    qdcount: u16 = derived()
    ancount: u16 = derived()
    nscount: u16 = derived()
    arcount: u16 = derived()
    questions: packets[Question] = count(qdcount, default=())
    answers: packets[Record] = count(ancount, default=())
    authority: packets[Record] = count(nscount, default=())
    additional: packets[Record] = count(arcount, default=())
