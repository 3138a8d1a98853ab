"""RTCP: how what is sent by RTP arrives, and who sends it (RFC 3550, section 6; RFC 4585, section 6).

A datagram has several packets back to back, the first a report. ``length`` counts 4 bytes as one, the first not
counted. Where ``padded`` is set, which only the last packet may have, the last byte of its last field says how many
bytes there are to be left out, itself included.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Annotated, TypeAlias

from foxpy.layers.rtp.texts import Item, Items, Reason
from foxpy.layers.rtp.wire import U32List
from foxpy.wire import (
    Classifier,
    Field,
    FieldAs,
    Octets,
    Packet,
    Raw,
    Records,
    UInt,
    const,
    count,
    derived,
    field,
    flag,
    packets,
    present,
    size_of,
    sized,
    u2,
    u5,
    u8,
    u16,
    u24,
    u32,
)


class Type(IntEnum):
    """What a packet is."""

    SENDER_REPORT = 200
    RECEIVER_REPORT = 201
    DESCRIPTION = 202
    BYE = 203
    APPLICATION = 204
    TRANSPORT_FEEDBACK = 205
    PAYLOAD_FEEDBACK = 206
    EXTENDED_REPORT = 207
    """RFC 3611."""


TypeField = Annotated[Field[int], UInt(8, kind=Type, open=True)]
ItemsField = Annotated[FieldAs[tuple[Item, ...], Sequence[Item]], Items()]
OptReason = Annotated[Field[bytes | None], Reason()]
Name = Annotated[Field[bytes], Octets(4)]


class RTCP(Packet):
    """What all packets begin with."""

    version: u2 = const(2)
    padded: flag = field(default=False)
    number: u5  # by type: of reports or sources, or a kind of feedback
    type: TypeField
    length: u16  # in units of 4 bytes, the first 4 not counted


class ReportBlock(Packet):
    """How the packets of one source arrive (RFC 3550, section 6.4.1)."""

    ssrc: u32  # the source
    fraction: u8  # of packets lost since the last report, in 256ths
    lost: u24  # packets in all, less those that arrived: a signed number
    highest: u32  # the highest sequence number that arrived; its upper half counts how often it began anew
    jitter: u32  # of the time between packets, in units of their timestamp
    last_report: u32  # the middle of the time in the source's last report; 0: there was none
    delay: u32  # since that report arrived, in units of 1/65536 second


class SenderReport(RTCP):
    """What its sender has sent, and what it has received (RFC 3550, section 6.4.1)."""

    number: u5 = derived()  # of reports
    type: TypeField = const(Type.SENDER_REPORT)
    length: u16 = derived()
    ssrc: u32  # the sender
    seconds: u32  # the time, in seconds since 1900
    fraction: u32  # of a second, in units of 2**-32
    timestamp: u32  # the same time, as RTP packets have it
    sent_packets: u32  # since the beginning
    sent_bytes: u32  # in the bodies of those packets
    reports: packets[ReportBlock] = count(number, default=())
    extension: Raw = sized(length * 4 - number * 24 - 24, default=b"")  # by profile


class ReceiverReport(RTCP):
    """What its sender, which sends nothing else, has received (RFC 3550, section 6.4.2)."""

    number: u5 = derived()  # of reports
    type: TypeField = const(Type.RECEIVER_REPORT)
    length: u16 = derived()
    ssrc: u32  # the sender
    reports: packets[ReportBlock] = count(number, default=())
    extension: Raw = sized(length * 4 - number * 24 - 4, default=b"")  # by profile


class Chunk(Packet):
    """What is said of one source."""

    ssrc: u32
    items: ItemsField


class Description(RTCP):
    """Who the sources are (RFC 3550, section 6.5)."""

    number: u5 = derived()  # of sources
    type: TypeField = const(Type.DESCRIPTION)
    length: u16 = derived()
    chunks: packets[Chunk] = count(number)
    padding: Raw = sized(length * 4 - size_of(chunks), default=b"")


class Bye(RTCP):
    """These sources send no more (RFC 3550, section 6.6)."""

    number: u5 = derived()  # of sources
    type: TypeField = const(Type.BYE)
    length: u16 = derived()
    sources: U32List = count(number)
    reason: OptReason = present(length - number > 0, default=None)  # where there is none, padding reads as an empty one
    padding: Raw = sized(length * 4 - number * 4 - size_of(reason), default=b"")


class Application(RTCP):
    """Anything, by ``name`` (RFC 3550, section 6.7)."""

    type: TypeField = const(Type.APPLICATION)
    length: u16 = derived()
    ssrc: u32
    name: Name  # four letters
    data: Raw = sized(length * 4 - 8, default=b"")


class Feedback(RTCP, when=RTCP.type.one_of(Type.TRANSPORT_FEEDBACK, Type.PAYLOAD_FEEDBACK)):
    """What a receiver wants of a source at once, by ``number`` (RFC 4585, section 6.1)."""

    length: u16 = derived()
    sender: u32  # who says it
    media: u32  # the source that it is about; 0: none
    data: Raw = sized(length * 4 - 8, default=b"")


class OtherRtcp(RTCP):
    """A packet of any type."""

    length: u16 = derived()
    data: Raw = sized(length * 4, default=b"")


AnyRtcp: TypeAlias = SenderReport | ReceiverReport | Description | Bye | Application | Feedback | OtherRtcp

rtcp = Classifier[AnyRtcp]()
compound = Records[AnyRtcp]()
"""``compound.parse(buf, start, end)`` and ``compound.build(packets)``: all packets of a datagram."""
