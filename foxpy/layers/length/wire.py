"""The header of ``length``: how many bytes are the packet, itself included, and not padding."""

from __future__ import annotations

from foxpy.wire import Body, Packet, appender, reader, rest, total, u16


class Length(Packet):
    length: u16 = total()
    body: Body = rest(default=b"")


append_length = appender(Length)
read_length = reader(Length.length)
