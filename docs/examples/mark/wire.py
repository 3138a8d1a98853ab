"""A protocol of one's own in ten lines: a header with a priority, a flow and a checksum over all that it carries."""

from foxpy.wire import (
    Body,
    Packet,
    appender,
    const,
    field,
    filler,
    inet_checksum,
    reader,
    rest,
    total,
    u4,
    u8,
    u16,
    u32,
    verifier,
)


class Mark(Packet):
    version: u4 = const(1)
    priority: u4 = field(default=0)
    hops: u8 = field(default=0)
    length: u16 = total()
    checksum: u16 = inet_checksum("whole")
    flow: u32
    body: Body = rest(default=b"")


append_mark, fill_mark = appender(Mark), filler(Mark)
read_mark, verify_mark = reader(Mark.length, Mark.flow), verifier(Mark)
