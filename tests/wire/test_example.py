"""The packet language at work: a host that answers pings, in one function."""

from __future__ import annotations

from typing import Annotated, assert_never

from foxpy.checksum import ones_sum
from foxpy.wire import (
    Body,
    Classifier,
    Field,
    Octets,
    Out,
    Packet,
    Raw,
    const,
    derived,
    field,
    inet_checksum,
    rest,
    sized,
    total,
    u4,
    u8,
    u16,
    u32,
    writer,
)

Ip4 = Annotated[Field[bytes], Octets(4)]


class IPv4(Packet):
    version: u4 = const(4)
    ihl: u4 = derived()
    service: u8 = field(default=0)
    length: u16 = total()
    fragment: u32 = field(default=0)
    ttl: u8 = field(default=64)
    proto: u8
    checksum: u16 = inet_checksum("header")
    src: Ip4
    dst: Ip4
    options: Raw = sized(ihl * 4 - 20, default=b"")
    body: Body = rest(default=b"")


class ICMP(Packet):
    type: u8
    code: u8 = field(default=0)
    checksum: u16 = inet_checksum("whole")


class Echo(ICMP, when=ICMP.type.one_of(0, 8)):
    ident: u16
    seq: u16
    data: Body = rest(default=b"")


class Redirect(ICMP):
    type: u8 = const(5)
    gateway: Ip4
    header: Raw = rest()


class OtherICMP(ICMP):
    data: Raw = rest()


icmp = Classifier[Echo | Redirect | OtherICMP]()
put_ipv4 = writer(IPv4)


def answer(packet: bytes) -> bytes | None:
    ip = IPv4.view(packet)
    match ip.open(icmp):
        case Echo(type=8, ident=ident, seq=seq, data=data):
            out = Out()
            Echo(type=0, ident=ident, seq=seq, data=data).push(out)
            put_ipv4(out, proto=1, src=ip.dst, dst=ip.src)
            return out.bytes()
        case Echo() | Redirect() | OtherICMP():
            return None
        case never:
            assert_never(never)


HERE, THERE = b"\x0a\0\0\1", b"\x0a\0\0\2"


def test_a_ping_is_answered() -> None:
    for options in (b"", b"\x94\4\0\0"):
        request = Echo(type=8, ident=7, seq=1, data=b"ping!")
        asked = IPv4(proto=1, src=THERE, dst=HERE, options=options, body=request).build() + b"link padding"
        reply = answer(asked)
        assert reply is not None
        assert ones_sum(reply, 0, 20) == ones_sum(reply, 20, len(reply)) == 0xFFFF
        assert IPv4.parse(reply) == IPv4(proto=1, src=HERE, dst=THERE, body=Echo(type=0, ident=7, seq=1, data=b"ping!"))


def test_nothing_else_is_answered() -> None:
    for message in (
        Echo(type=0, ident=1, seq=1),
        Redirect(gateway=HERE, header=b""),
        OtherICMP(type=13, data=b""),
    ):
        assert answer(IPv4(proto=1, src=THERE, dst=HERE, body=message).build()) is None
