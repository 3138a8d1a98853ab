"""The RTP header (RFC 3550, section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from foxpy.wire import (
    Body,
    Field,
    FieldAs,
    ListOf,
    Packet,
    Raw,
    UInt,
    const,
    count,
    derived,
    field,
    flag,
    last_u8,
    present,
    reader,
    rest,
    sized,
    tail,
    u2,
    u4,
    u7,
    u16,
    u32,
)
from foxpy.wire.encodings import OneOf

U32List = Annotated[FieldAs[tuple[int, ...], Sequence[int]], ListOf(UInt(32))]


class RtpExtension(Packet):
    """What a profile adds to the header (RFC 3550, section 5.3.1)."""

    profile: u16  # what the data is; 0xBEDE: elements of RFC 8285
    words: u16 = derived()  # of data, 4 bytes each
    data: Raw = sized(words * 4, default=b"")


OptExtension = Annotated[Field[RtpExtension | None], OneOf()]


class RTP(Packet):
    """A packet of sound, pictures or the like."""

    version: u2 = const(2)
    padded: flag = derived()
    extended: flag = derived()
    sources: u4 = derived()  # how many of csrc
    marker: flag = field(default=False)  # by profile: the last packet of a picture, the first after a silence
    payload_type: u7  # by profile: what the body is (RFC 3551)
    sequence: u16  # one more in each packet
    timestamp: u32  # when the body's first sample was taken, in units of the profile
    ssrc: u32  # synchronization source: who counts and times, drawn at random
    csrc: U32List = count(sources, default=())  # contributing sources: what a mixer has mixed, at most 15
    extension: OptExtension = present(extended, default=None)
    body: Body = rest(default=b"")
    padding: Raw = tail(last_u8(padded), default=b"")  # its last byte is how many bytes it has (RFC 3550, section 5.1)


read_rtp = reader(RTP.marker, RTP.payload_type, RTP.sequence, RTP.timestamp, RTP.ssrc)
