"""IGMP messages of versions 1 (RFC 1112), 2 (RFC 2236) and 3 (RFC 3376).

Bytes behind what is described are part of the checksum, and not looked at (RFC 3376, sections 4.1.10 and 4.2.11).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from ipaddress import IPv4Address
from typing import Annotated

from foxpy.wire import (
    Body,
    Classifier,
    Field,
    FieldAs,
    ListOf,
    Octets,
    Packet,
    Raw,
    UInt,
    const,
    count,
    derived,
    field,
    filler,
    flag,
    inet_checksum,
    packets,
    reader,
    rest,
    sized,
    u3,
    u4,
    u8,
    u16,
    verifier,
)


class Type(IntEnum):
    """What a message is."""

    QUERY = 0x11
    REPORT_V1 = 0x12
    REPORT_V2 = 0x16
    LEAVE = 0x17
    REPORT_V3 = 0x22


class RecordKind(IntEnum):
    """What a record says of the sources of a group (RFC 3376, section 4.2.12)."""

    INCLUDES = 1
    """These are listened to."""
    EXCLUDES = 2
    """All but these are listened to."""
    CHANGED_TO_INCLUDE = 3
    CHANGED_TO_EXCLUDE = 4
    ALLOWS = 5
    """These are listened to as well."""
    BLOCKS = 6
    """These are listened to no longer."""


TypeField = Annotated[Field[int], UInt(8, kind=Type, open=True)]
RecordKindField = Annotated[Field[int], UInt(8, kind=RecordKind, open=True)]
Ip4 = Annotated[FieldAs[IPv4Address, IPv4Address | bytes], Octets(4, IPv4Address)]
Ip4List = Annotated[FieldAs[tuple[IPv4Address, ...], Sequence[IPv4Address]], ListOf(Octets(4, IPv4Address))]


class IGMP(Packet):
    """What all messages begin with."""

    type: TypeField
    delay: u8 = field(default=0)  # in a query: the longest time to an answer, in tenths of a second; 0: version 1
    checksum: u16 = inet_checksum("whole")


class Query(IGMP):
    """Who listens to ``group`` (RFC 2236, section 2)?"""

    type: TypeField = const(Type.QUERY)
    group: Ip4  # 0.0.0.0 asks for all


class QueryV3(Query, by_size=True):
    """Who listens to ``group``, and which sources of it (RFC 3376, section 4.1)?

    Told from older versions by its size alone (RFC 3376, section 7.1). From 128 on ``delay`` is ``e`` in three and
    ``m`` in four bits, for ``(m + 16) * 2 ** (e + 3)`` tenths of a second.
    """

    reserved: u4 = field(default=0)  # to be 0, and not looked at
    suppress: flag = field(default=False)  # routers that hear it leave their timers alone
    robustness: u3 = field(default=2)  # how many losses in a row the querier allows for, plus 1; 0: more than 7
    interval: u8 = field(default=125)  # between queries, in seconds; from 128 on a float, as ``delay`` is
    number: u16 = derived()  # of sources
    sources: Ip4List = count(number, default=())


class Report(IGMP, when=IGMP.type.one_of(Type.REPORT_V1, Type.REPORT_V2)):
    """Somebody listens to ``group`` (RFC 1112, appendix I; RFC 2236, section 2)."""

    group: Ip4


class Leave(IGMP):
    """Somebody listens to ``group`` no longer (RFC 2236, section 2)."""

    type: TypeField = const(Type.LEAVE)
    group: Ip4


class Record(Packet):
    """What is said of one group (RFC 3376, section 4.2.4)."""

    kind: RecordKindField  # a record of another kind is not to be looked at
    words: u8 = derived()  # of auxiliary data, 4 bytes each
    number: u16 = derived()  # of sources
    group: Ip4
    sources: Ip4List = count(number, default=())
    auxiliary: Raw = sized(words * 4, default=b"")  # to be empty, and not looked at


class ReportV3(IGMP):
    """Whom somebody listens to, or what has changed in that (RFC 3376, section 4.2)."""

    type: TypeField = const(Type.REPORT_V3)
    reserved: u16 = field(default=0)  # to be 0, and not looked at
    number: u16 = derived()  # of records
    records: packets[Record] = count(number)


class OtherIgmp(IGMP):
    """A message of any type: to be ignored."""

    data: Body = rest(default=b"")


igmp = Classifier[QueryV3 | Query | Report | Leave | ReportV3 | OtherIgmp]()

read_igmp = reader(IGMP.type, IGMP.delay)
fill_igmp = filler(IGMP)
verify_igmp = verifier(IGMP)
