"""The packet language: a packet is described once, as a typed class; reading, building and choosing come from it.

See docs/wire.md. The package needs nothing else of foxpy but ``foxpy.checksum``.
"""

from foxpy.wire.aliases import (
    Body,
    Raw,
    arg,
    flag,
    oneof,
    packets,
    u1,
    u2,
    u3,
    u4,
    u5,
    u6,
    u7,
    u8,
    u9,
    u12,
    u13,
    u16,
    u16le,
    u20,
    u24,
    u32,
    u32le,
    u48,
    u64,
    u64le,
)
from foxpy.wire.appender import appender
from foxpy.wire.classify import Classifier
from foxpy.wire.codec import Codec
from foxpy.wire.describe import table
from foxpy.wire.encodings import ListOf, Octets, UInt
from foxpy.wire.errors import Malformed, OutOfRange, PacketError, Truncated
from foxpy.wire.extent import wire_size
from foxpy.wire.fields import (
    Field,
    FieldAs,
    Mutable,
    computed,
    const,
    count,
    derived,
    field,
    inet_checksum,
    last_u8,
    present,
    rest,
    size_of,
    sized,
    tail,
    total,
    until,
)
from foxpy.wire.out import Out
from foxpy.wire.packet import Packet
from foxpy.wire.reader import Reader, reader
from foxpy.wire.records import Records
from foxpy.wire.stager import Stamp, stager
from foxpy.wire.sums import Filler, Verifier, filler, verifier
from foxpy.wire.window import Buffer, Window
from foxpy.wire.writer import writer

__all__ = [
    "Body",
    "Buffer",
    "Classifier",
    "Codec",
    "Field",
    "FieldAs",
    "Filler",
    "ListOf",
    "Malformed",
    "Mutable",
    "Octets",
    "Out",
    "OutOfRange",
    "Packet",
    "PacketError",
    "Raw",
    "Reader",
    "Records",
    "Stamp",
    "Truncated",
    "UInt",
    "Verifier",
    "Window",
    "appender",
    "arg",
    "computed",
    "const",
    "count",
    "derived",
    "field",
    "filler",
    "flag",
    "inet_checksum",
    "last_u8",
    "oneof",
    "packets",
    "present",
    "reader",
    "rest",
    "size_of",
    "sized",
    "stager",
    "table",
    "tail",
    "total",
    "u1",
    "u2",
    "u3",
    "u4",
    "u5",
    "u6",
    "u7",
    "u8",
    "u9",
    "u12",
    "u13",
    "u16",
    "u16le",
    "u20",
    "u24",
    "u32",
    "u32le",
    "u48",
    "u64",
    "u64le",
    "until",
    "verifier",
    "wire_size",
    "writer",
]
