"""The messages of BGP-4 against RFC 4271, section 4, and RFC 2918."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import assert_never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.bgp.attributes import AsPath, NextHop, Origin, OriginKind, Segment, SegmentKind, attribute
from foxpy.layers.bgp.families import Afi, Safi
from foxpy.layers.bgp.wire import (
    Error,
    Keepalive,
    Message,
    Notification,
    Open,
    OtherMessage,
    RouteRefresh,
    Update,
    bgp,
)
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

MARKER = "ff" * 16
ROUTE = Update(
    withdrawn=[IPv4Network("10.0.0.0/8")],
    attributes=[
        attribute(Origin(origin=OriginKind.IGP)),
        attribute(AsPath(segments=[Segment(kind=SegmentKind.AS_SEQUENCE, systems=(65001,))])),
        attribute(NextHop(address=IPv4Address("192.0.2.1"))),
    ],
    routes=[IPv4Network("198.51.100.0/24"), IPv4Network("203.0.113.0/25")],
)
VECTORS: list[tuple[Message, str]] = [
    (
        Open(my_as=65001, hold_time=90, identifier=IPv4Address("192.0.2.1")),
        f"{MARKER} 001d 01 04 fde9 005a c0000201 00",
    ),
    (Update(), f"{MARKER} 0017 02 0000 0000"),
    (
        ROUTE,
        f"{MARKER} 0036 02 0002 08 0a 0014 40 01 01 00 40 02 06 02 01 0000fde9 40 03 04 c000020118 c63364 19 cb007100",
    ),
    (Notification(code=Error.CEASE, subcode=2), f"{MARKER} 0015 03 06 02"),
    (Notification(code=Error.MESSAGE_HEADER, subcode=2, data=b"\0\x12"), f"{MARKER} 0017 03 01 02 0012"),
    (Notification(code=99), f"{MARKER} 0015 03 63 00"),
    (Keepalive(), f"{MARKER} 0013 04"),
    (RouteRefresh(afi=Afi.IPV6, safi=Safi.UNICAST), f"{MARKER} 0017 05 0002 00 01"),
    (OtherMessage(type=6, data=b"?"), f"{MARKER} 0014 06 3f"),
]
KINDS = sorted({type(packet)._spec for packet, _ in VECTORS}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize(("packet", "data"), VECTORS)
def test_vectors(packet: Message, data: str) -> None:
    wire = bytes.fromhex(data)
    assert packet.build() == wire
    assert bgp.parse(wire) == packet
    assert bgp.view(b"?" + wire + b"the next message", 1) == packet
    check_value(packet)


def test_there_is_a_vector_for_every_message() -> None:
    assert set(KINDS) == set(bgp.members)


def test_the_least_sizes() -> None:
    assert [Message.MIN, Open.MIN, Update.MIN, Notification.MIN, Keepalive.MIN] == [19, 29, 23, 21, 19]


@pytest.mark.parametrize("packet", KINDS)
@given(data=st.data())
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@given(st.sampled_from(VECTORS), st.booleans(), st.integers(0, 60), st.integers(0, 255))
def test_a_byte_that_is_another_gives_a_message_or_an_error(
    vector: tuple[Message, str], as4: bool, at: int, byte: int
) -> None:
    wire = bytearray.fromhex(vector[1])
    wire[16 + at % (len(wire) - 16)] = byte
    try:
        found = bgp.parse(wire, as4=as4)
    except PacketError:
        return
    assert bgp.parse(found.build(), as4=as4) == found


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.binary(max_size=60), number=st.integers(0, 7))
def test_laws_of_bytes(kind: type[Packet], data: bytes, number: int) -> None:
    wire = b"\xff" * 16 + (19 + len(data)).to_bytes(2, "big") + bytes([number]) + data
    check_bytes(kind, wire)
    check_bytes(kind, data)


def test_a_match_is_exhaustive() -> None:
    def name(data: bytes) -> str:
        found = bgp.view(data)
        match found:
            case Open(my_as=number):
                return f"open {number}"
            case Update(routes=routes):
                return " ".join(map(str, routes))
            case Notification() | Keepalive() | RouteRefresh() | OtherMessage():
                return ""
            case never:
                assert_never(never)

    told = [name(bytes.fromhex(data)) for _, data in VECTORS]
    assert told[:3] == ["open 65001", "", "198.51.100.0/24 203.0.113.0/25"]


# -- hostile messages


@pytest.mark.parametrize(
    ("data", "error", "fact"),
    [
        (f"{MARKER} 0012 04", Malformed, "length: says 18 bytes, needs 19"),
        (f"{MARKER} 0014 04 00", Malformed, "Keepalive.length: says 20 bytes, takes 19"),
        (f"{MARKER} 0014 04", Truncated, "length: says 20 bytes, 19 there"),
        (f"{MARKER} 00", Truncated, "needs 19 bytes, 17 left"),
        ("fe" + MARKER[2:] + "0013 04", Malformed, "marker"),
        (f"{MARKER} 0016 05 0002 00 ff", Malformed, "RouteRefresh.length: says 22 bytes, needs 23"),
        (f"{MARKER} 0017 02 0001 0000", Malformed, "Update"),
        (f"{MARKER} 0017 02 0000 0001", Malformed, "Update.attributes: 1 bytes, 0 left"),
        (f"{MARKER} 0017 02 ffff 0000", Malformed, "Update.withdrawn: 65535 bytes"),
        (f"{MARKER} 0019 02 0002 18c0 0000", Malformed, r"Update.withdrawn\[0\]"),
        (f"{MARKER} 0018 02 0000 0000 21", Malformed, r"Update.routes\[0\].*33 bits"),
    ],
)
def test_hostile_messages(data: str, error: type[PacketError], fact: str) -> None:
    with pytest.raises(PacketError, match=fact) as caught:
        bgp.parse(bytes.fromhex(data))
    assert type(caught.value) is error


def test_a_message_has_at_most_4096_bytes() -> None:
    whole = OtherMessage(type=9, data=bytes(4096 - 19))
    assert bgp.parse(whole.build()) == whole
    with pytest.raises(OutOfRange, match=r"OtherMessage.length: 4097"):
        OtherMessage(type=9, data=bytes(4097 - 19)).build()
    wire = bytes.fromhex(f"{MARKER} 1001 09") + bytes(4097 - 19)
    with pytest.raises(Malformed, match=r"length: 4097, but \w+ has length <= 4096"):
        bgp.parse(wire)


def refusal(data: bytes) -> PacketError | None:
    try:
        bgp.parse(data)
    except PacketError as error:
        return error
    return None


@pytest.mark.parametrize(("packet", "data"), VECTORS)
def test_more_is_waited_for_only_where_it_helps(packet: Message, data: str) -> None:
    """A reader of a stream may wait on Truncated: a message that is all there is never that, whatever is in it."""
    wire = bytes.fromhex(data)
    for size in range(len(wire)):
        with pytest.raises(Truncated):
            bgp.parse(wire[:size])
    for at in range(19, len(wire)):
        for byte in (0, 1, 0x7F, 0xFF):
            broken = wire[:at] + bytes([byte]) + wire[at + 1 :]
            assert not isinstance(refusal(broken), Truncated), broken.hex()
