"""Path attributes of UPDATE (RFC 4271, sections 4.3 and 5).

Whether AS numbers have two octets or four is what the speakers agreed on (RFC 6793): the argument ``as4`` of the
message, which all that lies in it knows by that name.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Annotated, Final, TypeAlias

from foxpy.layers.bgp.multiprotocol import MpReach, MpUnreach
from foxpy.layers.ipv4.wire import Ip4
from foxpy.wire import (
    Field,
    FieldAs,
    ListOf,
    Packet,
    Raw,
    UInt,
    arg,
    const,
    count,
    derived,
    field,
    flag,
    oneof,
    packets,
    rest,
    sized,
    u4,
    u8,
    u16,
    u32,
)

u16s = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(16))]
u32s = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(32))]


# -- values, by the attribute's type code


class OriginKind(IntEnum):
    """Where a route comes from; the lower, the better (section 9.1.2.2)."""

    IGP = 0
    EGP = 1
    INCOMPLETE = 2


OriginCode = Annotated[Field[OriginKind], UInt(8, kind=OriginKind)]


class Origin(Packet, tag=1):
    """How the originator learned of the route (section 5.1.1)."""

    origin: OriginCode


class SegmentKind(IntEnum):
    """Of a part of an AS_PATH (section 4.3; RFC 5065, section 3)."""

    AS_SET = 1
    AS_SEQUENCE = 2
    AS_CONFED_SEQUENCE = 3
    AS_CONFED_SET = 4


SegmentCode = Annotated[Field[SegmentKind], UInt(8, kind=SegmentKind)]


class PathSegment(Packet):
    """Autonomous systems that the route has gone through."""

    as4: arg[bool] = field(default=True)
    kind: SegmentCode
    number: u8  # of systems, 1 to 255


class Segment(PathSegment):
    """Between speakers that know numbers of four octets (RFC 6793, section 4.1)."""

    as4: arg[bool] = const(True)
    number: u8 = derived()
    systems: u32s = count(number, min=1)


class OldSegment(PathSegment):
    """Where one of the speakers knows two octets only."""

    as4: arg[bool] = const(False)
    number: u8 = derived()
    systems: u16s = count(number, min=1)  # 23456 stands for any that does not fit (RFC 6793, section 9)


class AsPath(Packet, tag=2):
    """The last system first (section 5.1.2). Empty for what the sender's own system originates."""

    as4: arg[bool] = field(default=True)
    segments: packets[OldSegment | Segment] = rest(default=())


class NextHop(Packet, tag=3):
    """The router to send to (section 5.1.3)."""

    address: Ip4


class MultiExitDisc(Packet, tag=4):
    """Of several links to the same system the one with the lowest metric (section 5.1.4)."""

    metric: u32


class LocalPref(Packet, tag=5):
    """The highest is preferred, within a system (section 5.1.5)."""

    preference: u32


class AtomicAggregate(Packet, tag=6):
    """Routes were put together, and AS_PATH does not show all of it (section 5.1.6)."""


class AnyAggregator(Packet):
    """Who put routes together (section 5.1.7)."""

    as4: arg[bool] = field(default=True)


class FourOctetAggregator(AnyAggregator):
    """With a number of four octets."""

    as4: arg[bool] = const(True)
    as_number: u32
    address: Ip4


class TwoOctetAggregator(AnyAggregator):
    """With a number of two octets."""

    as4: arg[bool] = const(False)
    as_number: u16
    address: Ip4


class Aggregator(Packet, tag=7):
    """Who put routes together (section 5.1.7)."""

    as4: arg[bool] = field(default=True)
    speaker: oneof[TwoOctetAggregator | FourOctetAggregator] = rest()


class Communities(Packet, tag=8):
    """Marks that policies go by: a system and a number of its own, 16 bits each (RFC 1997)."""

    communities: u32s = rest(default=())


class As4Path(Packet, tag=17):
    """What AS_PATH would be with four octets, through systems that know two only (RFC 6793, section 3)."""

    segments: packets[Segment] = rest(default=())


class As4Aggregator(Packet, tag=18):
    """What AGGREGATOR would be (RFC 6793, section 3)."""

    speaker: oneof[FourOctetAggregator] = rest()


class OtherValue(Packet):
    """Of a type that is not known here. ``code`` is that type."""

    code: arg[int] = field(default=255)
    data: Raw = rest(default=b"")


Value: TypeAlias = (
    Origin
    | AsPath
    | NextHop
    | MultiExitDisc
    | LocalPref
    | AtomicAggregate
    | Aggregator
    | Communities
    | MpReach
    | MpUnreach
    | As4Path
    | As4Aggregator
    | OtherValue
)


# -- attributes: the flags, and a value behind a length of one octet or two


class Attribute(Packet):
    """What all begin with (section 4.3)."""

    as4: arg[bool] = field(default=True)
    optional: flag = field(default=False)  # not every speaker knows it
    transitive: flag = field(default=True)  # to be passed on by those that do not
    partial: flag = field(default=False)  # one of those was on the way
    extended: flag  # the length has two octets
    unused: u4 = field(default=0)
    code: u8  # which value it is


class ShortAttribute(Attribute):
    """A value of at most 255 bytes."""

    extended: flag = const(False)
    code: u8 = derived()
    length: u8 = derived()  # bytes
    value: oneof[Value] = sized(length, on=code)


class LongAttribute(Attribute):
    """A value of any size."""

    extended: flag = const(True)
    code: u8 = derived()
    length: u16 = derived()  # bytes
    value: oneof[Value] = sized(length, on=code)


OPTIONAL: Final = (MultiExitDisc, MpReach, MpUnreach)
OPTIONAL_TRANSITIVE: Final = (Aggregator, Communities, As4Path, As4Aggregator)


def attribute(value: Value, *, as4: bool = True, partial: bool = False) -> ShortAttribute | LongAttribute:
    """``value`` with the flags that are its own, and the shortest length that does. OtherValue is optional transitive.

    Raises OutOfRange if it is longer than 65535 bytes.
    """
    optional = isinstance(value, (*OPTIONAL, *OPTIONAL_TRANSITIVE, OtherValue))
    transitive = not isinstance(value, OPTIONAL)
    if len(value.build()) > 255:
        return LongAttribute(as4=as4, optional=optional, transitive=transitive, partial=partial, value=value)
    return ShortAttribute(as4=as4, optional=optional, transitive=transitive, partial=partial, value=value)
