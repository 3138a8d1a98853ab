"""The packet language: what a packet is made of is checked where it is defined, built, read and told apart."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import assert_never, assert_type

from foxpy.addresses import MacAddress
from foxpy.layers.ethernet.wire import Ethernet
from foxpy.layers.ipv4.wire import IPv4
from foxpy.layers.udp.wire import UDP, append_udp, read_udp
from foxpy.wire import (
    Body,
    Classifier,
    Mutable,
    Packet,
    Raw,
    arg,
    const,
    derived,
    field,
    inet_checksum,
    reader,
    rest,
    sized,
    u8,
    u16,
)


class Sample(Packet):
    """A packet that is right."""

    seed: arg[int] = field(default=0)
    size: u8 = derived()
    kind: u16 = const(7)
    checksum: u16 = inet_checksum("whole", seed=seed)
    name: Raw = sized(size * 4 - 4)
    body: Body = rest(default=b"")


class TextConst(Packet):
    kind: u16 = const("7")  # type: ignore[arg-type]


class TextDefault(Packet):
    ttl: u8 = field(default="64")  # type: ignore[arg-type]


class SizeOfBytes(Packet):
    name: Raw = sized(4)
    body: Raw = sized(name)  # type: ignore[arg-type]


class BytesPlusOne(Packet):
    name: Raw = sized(4)
    body: Raw = sized(name + 1)  # type: ignore[operator]


class SeedOfBytes(Packet):
    salt: arg[bytes] = field(default=b"")
    checksum: u16 = inet_checksum("whole", seed=salt)  # type: ignore[arg-type]


class SumOfNothing(Packet):
    checksum: u16 = inet_checksum("payload")  # type: ignore[arg-type]


class DerivedBytes(Packet):
    name: Raw = derived()  # type: ignore[assignment]


def building(mac: MacAddress, host: IPv4Address) -> None:
    Sample(name=b"fox")
    Sample(name="fox")  # type: ignore[arg-type]
    Sample()  # type: ignore[call-arg]
    Sample(name=b"fox", kind=7)  # type: ignore[call-arg]
    Sample(name=b"fox", size=2)  # type: ignore[call-arg]

    IPv4(proto=17, src=host, dst=host)
    IPv4(proto=17, src=mac, dst=host)  # type: ignore[arg-type]
    IPv4(proto=17, src=host, dst=host, tll=64)  # type: ignore[call-arg]
    IPv4(17, src=host, dst=host, proto=6)  # type: ignore[call-arg]
    IPv4(proto=17, src=host)  # type: ignore[call-arg]
    IPv4(proto="udp", src=host, dst=host)  # type: ignore[arg-type]
    IPv4(proto=17, src=host, dst=host, checksum=0)  # type: ignore[call-arg]

    Ethernet(dst=mac, src=mac, kind=0x0800)
    Ethernet(dst=host, src=mac, kind=0x0800)  # type: ignore[arg-type]


def reading(packet: bytes) -> None:
    header = IPv4.view(packet)
    assert_type(header.ttl, int)
    assert_type(header.src, IPv4Address)
    station: MacAddress = header.src  # type: ignore[assignment]
    header.hops  # type: ignore[attr-defined]
    IPv4.view("packet")  # type: ignore[arg-type]

    assert_type(read_udp(packet, 0, 8), tuple[int, int, int, int])
    sport, dport = read_udp(packet, 0, 8)  # type: ignore[misc]
    reader(UDP.sport, "dport")  # type: ignore[call-overload]


class IPv4Mut(IPv4, Mutable):
    """The same, to be changed in place."""


def changing(buf: bytearray, host: IPv4Address, mac: MacAddress) -> None:
    fixed = IPv4.view(buf)
    fixed.ttl = 3  # type: ignore[arg-type]
    fixed.ttl -= 1  # type: ignore[arg-type]
    fixed.adjust(b"", b"")  # type: ignore[attr-defined]

    view = IPv4Mut.view(buf)
    assert_type(view, IPv4Mut)
    view.ttl = 3
    view.ttl -= 1
    view.df = True
    view.src = host
    view.dst = b"\x0a\0\0\1"
    view.options = b""
    view.body = IPv4(proto=17, src=host, dst=host)
    view.adjust(host.packed, memoryview(b"\x0a\0\0\1"))
    view.ttl = "3"  # type: ignore[assignment]
    view.src = mac  # type: ignore[assignment]
    view.df = "yes"  # type: ignore[assignment]
    view.options = "none"  # type: ignore[assignment]
    view.body = 3  # type: ignore[assignment]
    view.tll = 3  # type: ignore[attr-defined]
    view.adjust(host, b"")  # type: ignore[arg-type]

    readable: IPv4 = view
    readable.ttl = 3  # type: ignore[arg-type]


def writing(writer: bytearray) -> None:
    append_udp(writer, 0, sport=1, dport=2)
    append_udp(writer, 0, sport=1, port=2)  # type: ignore[call-arg]


# -- telling apart


class Message(Packet):
    """What the messages have in common."""

    kind: u8


class Question(Message):
    kind: u8 = const(1)


class Answer(Message):
    kind: u8 = const(2)


class Other(Message):
    body: Body = rest()


messages = Classifier[Question | Answer | Other]()


def every_arm(packet: bytes) -> str:
    message = messages.view(packet)
    assert_type(message, Question | Answer | Other)
    match message:
        case Question():
            return "?"
        case Answer():
            return "!"
        case Other():
            return "..."
        case _:
            assert_never(message)


def an_arm_missing(packet: bytes) -> str:
    message = messages.view(packet)
    match message:
        case Question():
            return "?"
        case Other():
            return "..."
        case _:
            assert_never(message)  # type: ignore[arg-type]


def no_last_arm(packet: bytes) -> str:  # type: ignore[return]
    match messages.view(packet):
        case Question():
            return "?"
        case Answer():
            return "!"


def an_arm_too_many(packet: bytes) -> str:
    match messages.view(packet):
        case Question() | Answer() | Other():
            return "a message"


def other_things(message: Question | Answer) -> int:
    match message:
        case Question(kind=kind) | Answer(kind=kind):
            assert_type(kind, int)
            return kind
