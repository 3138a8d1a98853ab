"""Path attributes against RFC 4271, RFC 1997, RFC 4760 and RFC 6793."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import assert_never, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.bgp.attributes import (
    Aggregator,
    As4Aggregator,
    As4Path,
    AsPath,
    AtomicAggregate,
    Communities,
    FourOctetAggregator,
    LocalPref,
    LongAttribute,
    MultiExitDisc,
    NextHop,
    OldSegment,
    Origin,
    OriginKind,
    OtherValue,
    Segment,
    SegmentKind,
    ShortAttribute,
    TwoOctetAggregator,
    Value,
    attribute,
)
from foxpy.layers.bgp.families import Safi
from foxpy.layers.bgp.multiprotocol import (
    MpReach,
    MpUnreach,
    OtherReach,
    OtherUnreach,
    Reach4,
    Reach6,
    Unreach4,
    Unreach6,
)
from foxpy.layers.bgp.wire import Update
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy

HERE = IPv4Address("192.0.2.1")
HERE6 = IPv6Address("2001:db8::1").packed

VECTORS: list[tuple[Value, bool, str]] = [
    (Origin(origin=OriginKind.INCOMPLETE), True, "40 01 01 02"),
    (AsPath(), True, "40 02 00"),
    (
        AsPath(
            segments=[
                Segment(kind=SegmentKind.AS_SEQUENCE, systems=(70000, 65001)),
                Segment(kind=SegmentKind.AS_SET, systems=(1,)),
            ]
        ),
        True,
        "40 02 10 02 02 00011170 0000fde9 01 01 00000001",
    ),
    (
        AsPath(as4=False, segments=[OldSegment(kind=SegmentKind.AS_SEQUENCE, systems=(23456, 65001))]),
        False,
        "40 02 06 02 02 5ba0 fde9",
    ),
    (NextHop(address=HERE), True, "40 03 04 c0000201"),
    (MultiExitDisc(metric=7), True, "80 04 04 00000007"),
    (LocalPref(preference=100), True, "40 05 04 00000064"),
    (AtomicAggregate(), True, "40 06 00"),
    (Aggregator(speaker=FourOctetAggregator(as_number=70000, address=HERE)), True, "c0 07 08 00011170 c0000201"),
    (
        Aggregator(as4=False, speaker=TwoOctetAggregator(as_number=65001, address=HERE)),
        False,
        "c0 07 06 fde9 c0000201",
    ),
    (Communities(communities=(0xFDE90001, 0xFFFFFF01)), True, "c0 08 08 fde90001 ffffff01"),
    (
        MpReach(
            reach=Reach6(safi=Safi.UNICAST, next_hop=HERE6, routes=[IPv6Network("2001:db8::/32"), IPv6Network("::/0")])
        ),
        True,
        f"80 0e 1b 0002 01 10 {HERE6.hex()} 00 20 20010db8 00",
    ),
    (
        MpReach(reach=Reach4(safi=Safi.MULTICAST, next_hop=HERE.packed, routes=[IPv4Network("10.0.0.0/8")])),
        True,
        "80 0e 0b 0001 02 04 c0000201 00 08 0a",
    ),
    (
        MpReach(reach=OtherReach(afi=1, safi=Safi.MPLS_VPN, next_hop=b"", routes=b"?")),
        True,
        "80 0e 06 0001 80 00 00 3f",
    ),
    (
        MpUnreach(unreach=Unreach6(safi=Safi.UNICAST, withdrawn=[IPv6Network("2001:db8::/32")])),
        True,
        "80 0f 08 0002 01 20 20010db8",
    ),
    (
        MpUnreach(unreach=Unreach4(safi=Safi.UNICAST)),
        True,
        "80 0f 03 0001 01",
    ),
    (MpUnreach(unreach=OtherUnreach(afi=25, safi=65, withdrawn=b"?")), True, "80 0f 04 0019 41 3f"),
    (
        As4Path(segments=[Segment(kind=SegmentKind.AS_SEQUENCE, systems=(70000,))]),
        False,
        "c0 11 06 02 01 00011170",
    ),
    (
        As4Aggregator(speaker=FourOctetAggregator(as_number=70000, address=HERE)),
        False,
        "c0 12 08 00011170 c0000201",
    ),
    (OtherValue(code=32, data=b"123456789012"), True, "c0 20 0c 313233343536373839303132"),
]
KINDS = sorted({type(value)._spec for value, _, _ in VECTORS}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize(("value", "as4", "data"), VECTORS)
def test_vectors(value: Value, as4: bool, data: str) -> None:
    wire = bytes.fromhex(data)
    short = attribute(value, as4=as4)
    assert isinstance(short, ShortAttribute)
    assert short.build() == wire
    update = Update(as4=as4, attributes=[short])
    assert Update.parse(update.build(), as4=as4).attributes == (short,)
    check_value(short)
    check_value(value)
    check_value(update)


@pytest.mark.parametrize(("value", "as4", "data"), VECTORS)
def test_an_attribute_may_have_a_length_of_two_octets(value: Value, as4: bool, data: str) -> None:
    """The extended length bit may be set for short values as well."""
    short = bytes.fromhex(data)
    wire = bytes([short[0] | 0x10, short[1], 0, *short[2:]])
    update = bytes.fromhex("ff" * 16) + (23 + len(wire)).to_bytes(2, "big") + b"\2\0\0" + len(wire).to_bytes(2, "big")
    (found,) = Update.parse(update + wire, as4=as4).attributes
    assert isinstance(found, LongAttribute)
    assert found.value == value
    assert found.build() == wire
    check_value(found)


def test_long_values_have_long_attributes() -> None:
    long = attribute(Communities(communities=range(64)))
    assert isinstance(long, LongAttribute)
    assert long.build()[:4].hex() == "d0080100"
    assert isinstance(attribute(Communities(communities=range(63))), ShortAttribute)
    check_value(long)
    with pytest.raises(OutOfRange, match=r"ShortAttribute.length: 256 does not fit in 8 bits"):
        ShortAttribute(value=Communities(communities=range(64))).build()


def test_there_is_a_vector_for_every_value() -> None:
    assert set(KINDS) == set(get_args(Value))


def test_the_flags() -> None:
    found = ShortAttribute.parse(bytes.fromhex("ef 01 01 00"))
    assert (found.optional, found.transitive, found.partial, found.unused) == (True, True, True, 15)
    assert found.code == 1
    assert attribute(OtherValue(code=99), partial=True).build().hex() == "e06300"


@pytest.mark.parametrize(
    "packet", [ShortAttribute, LongAttribute, Segment, OldSegment, Reach4, Reach6, OtherReach, Unreach6, *KINDS]
)
@given(data=st.data())
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@pytest.mark.parametrize(("value", "as4", "data"), VECTORS)
@given(tail=st.binary(max_size=20), cut=st.integers(0, 30), at=st.integers(0, 30), byte=st.integers(0, 255))
def test_laws_of_bytes(value: Value, as4: bool, data: str, tail: bytes, cut: int, at: int, byte: int) -> None:
    wire = bytearray.fromhex(data)
    wire[at % len(wire)] = byte
    for each in (bytes(wire), bytes.fromhex(data)[:cut] + tail):
        for kind in (ShortAttribute, LongAttribute):
            check_bytes(kind, each, as4=as4)
            check_bytes(kind, each, as4=not as4)


def test_a_match_is_exhaustive() -> None:
    def systems(value: Value) -> list[int]:
        match value:
            case AsPath() | As4Path():
                return [system for segment in value.segments for system in segment.systems]
            case Aggregator(speaker=speaker) | As4Aggregator(speaker=speaker):
                return [speaker.as_number]
            case Origin() | NextHop() | MultiExitDisc() | LocalPref() | AtomicAggregate() | Communities():
                return []
            case MpReach() | MpUnreach() | OtherValue():
                return []
            case never:
                assert_never(never)

    assert [systems(value) for value, _, _ in VECTORS[1:4]] == [[], [70000, 65001, 1], [23456, 65001]]


# -- AS numbers of two octets and of four (RFC 6793)


def test_the_argument_of_the_message_reaches_the_segments() -> None:
    wire = bytes.fromhex("ff" * 16 + "0028 02 0000 0011 40 02 0e 02 02 0001 0002 02 03 0003 0004 0005")
    found = Update.parse(wire, as4=False)
    path = found.attributes[0].value
    assert isinstance(path, AsPath)
    assert [segment.systems for segment in path.segments] == [(1, 2), (3, 4, 5)]
    assert all(isinstance(segment, OldSegment) for segment in path.segments)
    with pytest.raises(PacketError):
        Update.parse(wire, as4=True)


def test_what_lies_in_a_message_agrees_with_it() -> None:
    """It would be read back as something else."""
    segment = Segment(kind=SegmentKind.AS_SET, systems=(1,))
    with pytest.raises(OutOfRange, match=r"Update.attributes: ShortAttribute has as4 True, where it is False"):
        Update(as4=False, attributes=[attribute(AsPath(segments=[segment]))]).build()
    with pytest.raises(OutOfRange, match=r"ShortAttribute.value: AsPath has as4 True, where it is False"):
        attribute(AsPath(segments=[segment]), as4=False).build()
    with pytest.raises(OutOfRange, match=r"AsPath.segments: Segment has as4 True, where it is False"):
        AsPath(as4=False, segments=[segment]).build()


# -- hostile attributes


@pytest.mark.parametrize(
    ("data", "fact"),
    [
        ("40 01 01 03", "Origin.origin: 3 is no OriginKind"),
        ("40 01 02 0000", r"ShortAttribute.value: Origin takes 1 of 2 bytes"),
        ("40 01 00", "Origin: needs 1 bytes, 0 left"),
        ("40 02 02 02 00", r"Segment.systems: 0 elements, not at least 1"),
        ("40 02 02 02 01", r"Segment.systems"),
        ("40 02 06 05 01 00000001", r"PathSegment.kind: 5 is no SegmentKind|Segment.kind: 5 is no SegmentKind"),
        ("40 06 01 00", "AtomicAggregate takes 0 of 1 bytes"),
        ("c0 08 03 000000", "Communities.communities: 3 bytes are no multiple of 4"),
        ("80 0e 05 0002 01 01 00", r"Reach"),
        ("80 0e 07 0002 01 00 00 81 00", "a prefix of 129 bits"),
        ("80 0f 02 0002", "Unreach: needs 3 bytes, 2 left"),
        ("40 03 05 c0000201", r"ShortAttribute.value: 5 bytes, 4 left"),
        ("50 03 0004", "LongAttribute.value: 4 bytes, 0 left"),
        ("50 03 00", "needs 4 bytes, 3 left"),
    ],
)
def test_hostile_attributes(data: str, fact: str) -> None:
    wire = bytes.fromhex(data)
    update = bytes.fromhex("ff" * 16) + (23 + len(wire)).to_bytes(2, "big") + b"\2\0\0" + len(wire).to_bytes(2, "big")
    with pytest.raises(PacketError, match=fact) as caught:
        Update.parse(update + wire)
    assert caught.value.path[0] == "Update.attributes[0]"


def test_what_cannot_be_sent() -> None:
    with pytest.raises(OutOfRange, match=r"Segment.systems: 0 elements, not at least 1"):
        Segment(kind=SegmentKind.AS_SET, systems=()).build()
    with pytest.raises(OutOfRange, match=r"Segment.number: 256 does not fit in 8 bits"):
        Segment(kind=SegmentKind.AS_SET, systems=range(256)).build()
    with pytest.raises(OutOfRange):
        OldSegment(kind=SegmentKind.AS_SET, systems=(70000,)).build()
    with pytest.raises(OutOfRange, match=r"Reach6.safi: 128"):
        Reach6(safi=Safi.MPLS_VPN, next_hop=b"")
    assert issubclass(Malformed, PacketError)
