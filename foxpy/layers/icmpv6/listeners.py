"""Multicast listener discovery, versions 1 (RFC 2710) and 2 (RFC 3810): which groups a router's neighbours listen to.

Bytes behind what is described are part of the checksum, and not looked at (RFC 3810, sections 5.1.12 and 5.2.11).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from ipaddress import IPv6Address
from typing import Annotated

from foxpy.layers.icmpv6.header import ICMPv6, Type, TypeField
from foxpy.wire import (
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
    flag,
    packets,
    sized,
    u3,
    u4,
    u8,
    u16,
)

Ip6 = Annotated[FieldAs[IPv6Address, IPv6Address | bytes], Octets(16, IPv6Address)]
Ip6List = Annotated[FieldAs[tuple[IPv6Address, ...], Sequence[IPv6Address]], ListOf(Octets(16, IPv6Address))]


class RecordKind(IntEnum):
    """What a record says of the sources of a group (RFC 3810, section 5.2.12)."""

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


RecordKindField = Annotated[Field[int], UInt(8, kind=RecordKind, open=True)]


class ListenerMessage(ICMPv6):
    """What the messages of multicast listener discovery, version 1, are (RFC 2710, section 3)."""

    delay: u16 = field(default=0)  # in a query: the longest time to an answer, in milliseconds
    reserved: u16 = field(default=0)  # to be 0, and not looked at
    group: Ip6  # in a query, :: asks for all


class ListenerReport(ListenerMessage):
    """Somebody listens to ``group`` (RFC 2710)."""

    type: TypeField = const(Type.LISTENER_REPORT)


class ListenerDone(ListenerMessage):
    """Somebody listens to ``group`` no longer (RFC 2710)."""

    type: TypeField = const(Type.LISTENER_DONE)


class ListenerQuery(ListenerMessage):
    """Who listens to ``group`` (RFC 2710)?"""

    type: TypeField = const(Type.LISTENER_QUERY)


class ListenerQueryV2(ListenerQuery, by_size=True):
    """Who listens to ``group``, and which sources of it (RFC 3810, section 5.1)?

    Told from version 1 by its size alone (RFC 3810, section 8.1). From 32768 on ``delay`` is ``e`` in three and ``m``
    in twelve bits, for ``(m + 4096) * 2 ** (e + 3)`` milliseconds.
    """

    reserved2: u4 = field(default=0)  # to be 0, and not looked at
    suppress: flag = field(default=False)  # routers that hear it leave their timers alone
    robustness: u3 = field(default=2)  # how many losses in a row the querier allows for, plus 1; 0: more than 7
    interval: u8 = field(default=125)  # between queries, in seconds; from 128 on a float (RFC 3810, section 5.1.9)
    number: u16 = derived()  # of sources
    sources: Ip6List = count(number, default=())


class ListenerRecord(Packet):
    """What is said of one group (RFC 3810, section 5.2.4)."""

    kind: RecordKindField  # a record of another kind is not to be looked at
    words: u8 = derived()  # of auxiliary data, 4 bytes each
    number: u16 = derived()  # of sources
    group: Ip6
    sources: Ip6List = count(number, default=())
    auxiliary: Raw = sized(words * 4, default=b"")  # to be empty, and not looked at


class ListenerReportV2(ICMPv6):
    """Whom somebody listens to, or what has changed in that (RFC 3810, section 5.2)."""

    type: TypeField = const(Type.LISTENER_REPORT_V2)
    reserved: u16 = field(default=0)  # to be 0, and not looked at
    number: u16 = derived()  # of records
    records: packets[ListenerRecord] = count(number)
